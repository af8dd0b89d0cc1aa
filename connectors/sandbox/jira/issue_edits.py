"""Changing issues: create, edit, change the status, delete.

Each change is recorded in the issue's changelog and its `updated` field.
"""

from __future__ import annotations

from starlette.responses import Response

from connectors.sandbox.jira.auth import JiraErrorResponse
from connectors.sandbox.jira.changelog import change_items
from connectors.sandbox.jira.field_values import Stored, in_table, read_value
from connectors.sandbox.jira.request import JiraRequest
from connectors.sandbox.jira.site import JiraSite, StoredIssue
from connectors.sandbox.json_http import Json, json_response


def edit_issue(request: JiraRequest) -> Response:
    """Set all of the given fields or, where one of them is invalid, none."""
    issue, author = request.issue(), request.require_account()
    values = _read_values(request.site, issue, request.body.get("fields") or {})
    set_fields(request.site, issue, values, author)
    return Response(status_code=204)


def create_issue(request: JiraRequest) -> Response:
    """Create an issue in the first status of the site; its project has to exist."""
    site, author = request.site, request.require_account()
    fields = dict(request.body.get("fields") or {})
    try:
        project = in_table(site.projects, fields.pop("project", None), "valid project is required")
    except ValueError as error:
        raise JiraErrorResponse(400, errors={"project": str(error)}) from error
    issue = _empty_issue(site, project, author)
    issue.fields |= _read_values(site, issue, fields)
    site.add_issue(issue)
    self = f"{site.base_url}/rest/api/3/issue/{issue.id}"
    return json_response({"id": issue.id, "key": issue.key, "self": self}, 201)


def _empty_issue(site: JiraSite, project: Json, author: str) -> StoredIssue:
    """An issue with the project's next key and the fields that Jira itself sets."""
    now, author_bean = site.now(author), site.users[author]
    fields = dict.fromkeys(site.fields) | {"project": project, "creator": author_bean}
    fields |= {"status": next(iter(site.statuses.values())), "created": now, "updated": now}
    fields |= {"labels": [], "fixVersions": [], "issuelinks": [], "subtasks": []}
    key = f"{project['key']}-{site.next_number(project['key'])}"
    return StoredIssue(site.next_id(), key, fields | {"reporter": author_bean})


def _read_values(site: JiraSite, issue: StoredIssue, fields: Json) -> dict[str, Stored]:
    """The values in the form in which an issue stores them.

    Raises JiraErrorResponse (400) with every invalid one.
    """
    values: dict[str, Stored] = {}
    errors: dict[str, str] = {}
    for name, value in fields.items():
        try:
            values[name] = read_value(site, issue, name, value)
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise JiraErrorResponse(400, errors=errors)
    return values


def list_transitions(request: JiraRequest) -> Json:
    """The transitions of an issue: one to each status, with the id of that status."""
    request.issue()
    return {
        "expand": "transitions",
        "transitions": [_transition(status) for status in request.site.statuses.values()],
    }


def _transition(status: Json) -> Json:
    flags = {"hasScreen": False, "isGlobal": True, "isInitial": False, "isConditional": False}
    return {"id": status["id"], "name": status["name"], "to": status, "isAvailable": True} | flags


def do_transition(request: JiraRequest) -> Response:
    """Change the status of an issue."""
    issue, author = request.issue(), request.require_account()
    status_id = str((request.body.get("transition") or {}).get("id"))
    status = request.site.statuses.get(status_id)
    if status is None:
        raise JiraErrorResponse(
            400, "It is not on the appropriate workflow or the transition id is invalid."
        )
    now = request.site.now(author)
    is_done = status["statusCategory"]["key"] == "done"
    # Set outside set_fields: Jira keeps no changelog of these two.
    issue.fields |= {"statuscategorychangedate": now, "resolutiondate": now if is_done else None}
    set_fields(request.site, issue, {"status": status}, author)
    return Response(status_code=204)


def delete_issue(request: JiraRequest) -> Response:
    issue = request.issue()
    request.require_account()
    request.site.remove_issue(issue)
    return Response(status_code=204)


def set_fields(site: JiraSite, issue: StoredIssue, values: dict[str, Stored], author: str) -> None:
    """Store the values that differ, with one changelog entry and one timestamp for all of them."""
    items = [
        item
        for name, value in values.items()
        if issue.fields.get(name) != value
        for item in change_items(site, name, issue.fields.get(name), value)
    ]
    # An edit without a difference does not change `updated` in Jira either.
    if not items:
        return
    issue.fields |= values
    issue.fields["updated"] = site.now(author)
    issue.changelog.append(
        {
            "id": site.next_id(),
            "author": site.users[author],
            "created": issue.fields["updated"],
            "items": items,
        }
    )
