"""Changing issues as their team would: edit, move through the workflow, delete.

Each change is written into the changelog and stamps the issue.
"""

from __future__ import annotations

from starlette.responses import Response

from connectors.sandbox.answers import Json, answer
from connectors.sandbox.jira.auth import Refused
from connectors.sandbox.jira.call import Call
from connectors.sandbox.jira.changelog import change_items
from connectors.sandbox.jira.site import Issue, JiraSite
from connectors.sandbox.jira.values import Stored, in_table, read_value


def edit_issue(call: Call) -> Response:
    """Sets all of the fields given or, where one of them is refused, none."""
    issue, author = call.issue(), call.someone()
    values = _values(call.site, issue, call.body.get("fields") or {})
    set_fields(call.site, issue, values, author)
    return Response(status_code=204)


def create_issue(call: Call) -> Response:
    """A new issue in the first status; its project and type have to be known."""
    site, author = call.site, call.someone()
    given = dict(call.body.get("fields") or {})
    try:
        project = in_table(site.projects, given.pop("project", None), "valid project is required")
    except ValueError as error:
        raise Refused(400, errors={"project": str(error)}) from error
    issue = _blank(site, project, author)
    issue.fields |= _values(site, issue, given)
    site.add_issue(issue)
    self = f"{site.base_url}/rest/api/3/issue/{issue.id}"
    return answer({"id": issue.id, "key": issue.key, "self": self}, 201)


def _blank(site: JiraSite, project: Json, author: str) -> Issue:
    """An issue with the project's next key, in which only what Jira itself sets is set."""
    now, person = site.now(author), site.users[author]
    fields = dict.fromkeys(site.fields) | {"project": project, "creator": person}
    fields |= {"status": next(iter(site.statuses.values())), "created": now, "updated": now}
    fields |= {"labels": [], "fixVersions": [], "issuelinks": [], "subtasks": []}
    key = f"{project['key']}-{site.next_number(project['key'])}"
    return Issue(site.next_id(), key, fields | {"reporter": person})


def _values(site: JiraSite, issue: Issue, fields: Json) -> dict[str, Stored]:
    """All of the given values as they are kept; raises Refused that names every bad one."""
    values: dict[str, Stored] = {}
    errors: dict[str, str] = {}
    for name, given in fields.items():
        try:
            values[name] = read_value(site, issue, name, given)
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise Refused(400, errors=errors)
    return values


def list_transitions(call: Call) -> Json:
    """Every status can be reached from every other one; a transition has its status's id."""
    call.issue()
    return {
        "expand": "transitions",
        "transitions": [_transition(s) for s in call.site.statuses.values()],
    }


def _transition(status: Json) -> Json:
    flags = {"hasScreen": False, "isGlobal": True, "isInitial": False, "isConditional": False}
    return {"id": status["id"], "name": status["name"], "to": status, "isAvailable": True} | flags


def do_transition(call: Call) -> Response:
    issue, author = call.issue(), call.someone()
    wanted = str((call.body.get("transition") or {}).get("id"))
    status = call.site.statuses.get(wanted)
    if status is None:
        raise Refused(400, "It is not on the appropriate workflow or the transition id is invalid.")
    now = call.site.now(author)
    done = status["statusCategory"]["key"] == "done"
    issue.fields |= {"statuscategorychangedate": now, "resolutiondate": now if done else None}
    set_fields(call.site, issue, {"status": status}, author)
    return Response(status_code=204)


def delete_issue(call: Call) -> Response:
    issue = call.issue()
    call.someone()
    call.site.remove_issue(issue)
    return Response(status_code=204)


def set_fields(site: JiraSite, issue: Issue, values: dict[str, Stored], author: str) -> None:
    """Store the values that differ, with one changelog entry and a new stamp for all of them."""
    items = [
        item
        for name, value in values.items()
        if issue.fields.get(name) != value
        for item in change_items(site, name, issue.fields.get(name), value)
    ]
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
