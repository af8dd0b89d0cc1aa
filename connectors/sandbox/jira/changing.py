"""Changing issues as their team would: edit, move through the workflow, delete.

Each change is written into the changelog and stamps the issue.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from starlette.responses import Response

from connectors.sandbox import adf
from connectors.sandbox.answers import Json, answer
from connectors.sandbox.jira.auth import Refused
from connectors.sandbox.jira.call import Call
from connectors.sandbox.jira.site import Issue, JiraSite

Stored = object
"""A field's value as the issue keeps it."""


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
        project = _in_table(site.projects, given.pop("project", None), "valid project is required")
    except ValueError as error:
        raise Refused(400, errors={"project": str(error)}) from error
    id_, now = site.next_id(), site.now(author)
    issue = Issue(id_, f"{project['key']}-{site.next_number(project['key'])}", {"project": project})
    issue.fields = dict.fromkeys(site.fields) | issue.fields
    issue.fields |= {"status": next(iter(site.statuses.values())), "created": now, "updated": now}
    issue.fields |= {"labels": [], "fixVersions": [], "issuelinks": [], "subtasks": []}
    issue.fields |= {"creator": site.users[author], "reporter": site.users[author]}
    issue.fields |= _values(site, issue, given)
    site.add_issue(issue)
    self = f"{site.base_url}/rest/api/3/issue/{id_}"
    return answer({"id": id_, "key": issue.key, "self": self}, 201)


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
        change_item(site, name, issue.fields.get(name), value)
        for name, value in values.items()
        if issue.fields.get(name) != value
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


def change_item(site: JiraSite, name: str, before: Stored, after: Stored) -> Json:
    """A ChangeDetails: one field of a changelog entry."""
    field = site.fields.get(name, {"name": name, "custom": False})
    (old, old_text), (new, new_text) = _told(before), _told(after)
    return {
        "field": field["name"] if field["custom"] else FIELD_WORDS.get(name, name),
        "fieldtype": "custom" if field["custom"] else "jira",
        "fieldId": name,
        "from": old,
        "fromString": old_text,
        "to": new,
        "toString": new_text,
    }


FIELD_WORDS = {"fixVersions": "Fix Version", "parent": "IssueParentAssociation"}
"""What the changelog calls system fields whose name is not their id."""


def _told(value: Stored) -> tuple[str | None, str | None]:
    """A value as the changelog tells it: its id (or key), and its words."""
    if value is None or value == []:
        return None, None
    if isinstance(value, list):
        told = [_told(one) for one in value]
        return ", ".join(id_ or "" for id_, _ in told), " ".join(text or "" for _, text in told)
    if isinstance(value, dict):
        return _object_told(value)
    if isinstance(value, str) and _is_date(value):
        return value, f"{value} 00:00:00.0"
    return None, str(value)


def _object_told(value: Json) -> tuple[str | None, str | None]:
    if value.get("type") == "doc":
        return None, adf.plain_text(value).strip()
    text = value.get("displayName") or value.get("name") or value.get("value") or value.get("key")
    return str(value.get("accountId") or value.get("id")), text


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def read_value(site: JiraSite, issue: Issue, name: str, given: object) -> Stored:
    """A value as given in a request, as the issue keeps it; raises ValueError with Jira's words."""
    if name not in site.fields or name in READ_ONLY:
        raise ValueError(
            f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
        )
    if given is None:
        return None
    kind = site.fields[name].get("schema", {}).get("type", "any")
    return READERS.get(name, READERS.get(kind, _as_it_is))(site, issue, given)


READ_ONLY = {"status", "updated", "created", "project", "comment", "issuelinks", "subtasks"}


def _as_it_is(_: JiraSite, __: Issue, given: object) -> Stored:
    return given


def _date(_: JiraSite, __: Issue, given: object) -> Stored:
    if not isinstance(given, str) or not _is_date(given):
        raise ValueError(f"Error parsing date string: {given}")
    return given


def _document(_: JiraSite, __: Issue, given: object) -> Stored:
    if adf.faults_of(given):
        raise ValueError("Operation value must be an Atlassian Document")
    return given


def _number(_: JiraSite, __: Issue, given: object) -> Stored:
    if not isinstance(given, int | float) or isinstance(given, bool):
        raise ValueError("Specify a valid number.")
    return given


def _user(site: JiraSite, _: Issue, given: object) -> Stored:
    account = _part(given, "accountId", "id")
    if account not in site.users:
        raise ValueError("Specify a valid value for user.")
    return site.users[account]


def _priority(site: JiraSite, _: Issue, given: object) -> Stored:
    return _in_table(site.priorities, given, "The priority selected is invalid.")


def _issue_type(site: JiraSite, _: Issue, given: object) -> Stored:
    return _in_table(site.issue_types, given, "The issue type selected is invalid.")


def _versions(site: JiraSite, issue: Issue, given: object) -> Stored:
    project = int(issue.fields["project"]["id"])
    known = {id_: one for id_, one in site.versions.items() if one["projectId"] == project}
    if not isinstance(given, list):
        raise ValueError("data was not an array")
    return [
        _in_table(known, one, f"Version name '{_part(one, 'name')}' is not valid") for one in given
    ]


def _parent(site: JiraSite, issue: Issue, given: object) -> Stored:
    parent = site.find(_part(given, "key", "id") or "")
    if parent is None or parent is issue:
        raise ValueError("Given parent issue does not exist or cannot be used.")
    return {"id": parent.id, "key": parent.key}


def _in_table(table: dict[str, Json], given: object, refusal: str) -> Json:
    id_, name = _part(given, "id"), _part(given, "name", "key")
    for one in table.values():
        if (id_ and one["id"] == id_) or (name and name in (one["name"], one.get("key"))):
            return one
    raise ValueError(refusal)


def _part(given: object, *names: str) -> str | None:
    parts = given if isinstance(given, dict) else {}
    return next((str(parts[name]) for name in names if parts.get(name)), None)


READERS: dict[str, Callable[[JiraSite, Issue, object], Stored]] = {
    "date": _date,
    "number": _number,
    "user": _user,
    "priority": _priority,
    "issuetype": _issue_type,
    "description": _document,
    "fixVersions": _versions,
    "parent": _parent,
}
"""By field id, else by the type in the field's schema."""
