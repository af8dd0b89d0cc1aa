"""What leads from one issue to another: links, and the move to another project."""

from __future__ import annotations

from starlette.responses import Response

from connectors.sandbox.answers import Json, answer
from connectors.sandbox.jira.auth import Refused
from connectors.sandbox.jira.call import NO_ISSUE, Call
from connectors.sandbox.jira.changing import set_fields
from connectors.sandbox.jira.shapes import LINK_TYPES
from connectors.sandbox.jira.site import Issue


def add_link(call: Call) -> Response:
    """`inwardIssue` blocks `outwardIssue`, as the page of the first one then says.

    Both count as updated; a link that is there already is not doubled.
    Reference: `POST /rest/api/3/issueLink`.
    """
    author, name = call.someone(), (call.body.get("type") or {}).get("name")
    if name not in LINK_TYPES:
        raise Refused(404, f"No issue link type with name '{name}' found.")
    source, target = _named(call, "inwardIssue"), _named(call, "outwardIssue")
    asked = (name, source.id, target.id)
    if asked in [(one.type, one.source, one.target) for one in call.site.links_of(source)]:
        return Response(status_code=201)
    call.site.add_link(*asked)
    for issue in (source, target):
        issue.fields["updated"] = call.site.now(author)
    return Response(status_code=201)


def delete_link(call: Call) -> Response:
    author, wanted = call.someone(), call.path("link")
    link = call.site.links.get(wanted)
    if link is None:
        raise Refused(404, f"No issue link with id '{wanted}' exists.")
    call.site.remove_link(link)
    for id_ in (link.source, link.target):
        call.site.issues[id_].fields["updated"] = call.site.now(author)
    return Response(status_code=204)


def _named(call: Call, part: str) -> Issue:
    given = call.body.get(part) or {}
    issue = call.site.find(str(given.get("key") or given.get("id")))
    if issue is None or not call.site.visible(issue):
        raise Refused(404, NO_ISSUE)
    return issue


def move(call: Call) -> Response:
    """Give an issue a key in another project; the old key still finds it, and is on record."""
    issue, key = call.issue(), str(call.body.get("to"))
    project = next(
        (one for one in call.site.projects.values() if one["key"] == key.rsplit("-", 1)[0]), None
    )
    if project is None or project == issue.fields["project"] or call.site.find(key):
        raise Refused(400, f"An issue cannot be moved to {key}: no such project, or taken.")
    renamed: Json = {"field": "Key", "fieldtype": "jira", "from": None, "fromString": issue.key}
    issue.key = key
    call.site.keys[key.upper()] = issue.id
    set_fields(call.site, issue, {"project": project}, call.someone())
    issue.changelog[-1]["items"].append(renamed | {"to": None, "toString": key})
    moved: Json = {"id": issue.id, "key": issue.key}
    return answer(moved)
