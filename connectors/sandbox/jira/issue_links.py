"""Links between issues, and moving an issue to another project."""

from __future__ import annotations

from starlette.responses import Response

from connectors.sandbox.jira.auth import JiraErrorResponse
from connectors.sandbox.jira.issue_edits import set_fields
from connectors.sandbox.jira.request import NO_ISSUE, JiraRequest
from connectors.sandbox.jira.shapes import LINK_TYPES
from connectors.sandbox.jira.site import StoredIssue
from connectors.sandbox.json_http import Json, json_response


def add_link(request: JiraRequest) -> Response:
    """Link two issues and set `updated` of both: `inwardIssue` blocks `outwardIssue`.

    Reference: `POST /rest/api/3/issueLink`.
    """
    author, name = request.require_account(), (request.body.get("type") or {}).get("name")
    if name not in LINK_TYPES:
        raise JiraErrorResponse(404, f"No issue link type with name '{name}' found.")
    source, target = _linked_issue(request, "inwardIssue"), _linked_issue(request, "outwardIssue")
    links = [(link.type, link.source, link.target) for link in request.site.links_of(source)]
    # Jira does not store the same link twice, and reports success.
    if (name, source.id, target.id) in links:
        return Response(status_code=201)
    request.site.add_link(name, source.id, target.id)
    for issue in (source, target):
        issue.fields["updated"] = request.site.now(author)
    return Response(status_code=201)


def delete_link(request: JiraRequest) -> Response:
    author, link_id = request.require_account(), request.path("link")
    link = request.site.links.get(link_id)
    if link is None:
        raise JiraErrorResponse(404, f"No issue link with id '{link_id}' exists.")
    request.site.remove_link(link)
    for id_ in (link.source, link.target):
        request.site.issues[id_].fields["updated"] = request.site.now(author)
    return Response(status_code=204)


def _linked_issue(request: JiraRequest, end: str) -> StoredIssue:
    """The issue at one end of the link; raises JiraErrorResponse (404)."""
    reference = request.body.get(end) or {}
    issue = request.site.find(str(reference.get("key") or reference.get("id")))
    if issue is None or not request.site.is_visible(issue):
        raise JiraErrorResponse(404, NO_ISSUE)
    return issue


def move(request: JiraRequest) -> Response:
    """Move an issue to another project, with a new key; the old key continues to find it."""
    issue, key = request.issue(), str(request.body.get("to"))
    project = next(
        (row for row in request.site.projects.values() if row["key"] == key.rsplit("-", 1)[0]), None
    )
    if project is None or project == issue.fields["project"] or request.site.find(key):
        raise JiraErrorResponse(
            400, f"An issue cannot be moved to {key}: no such project, or taken."
        )
    key_change: Json = {"field": "Key", "fieldtype": "jira", "from": None, "fromString": issue.key}
    issue.key = key
    request.site.keys[key.upper()] = issue.id
    set_fields(request.site, issue, {"project": project}, request.require_account())
    # Jira records the change of the key in the same entry as that of the project.
    issue.changelog[-1]["items"].append(key_change | {"to": None, "toString": key})
    return json_response({"id": issue.id, "key": issue.key})
