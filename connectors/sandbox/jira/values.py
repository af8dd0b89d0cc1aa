"""Values as a request gives them, read into the shape in which an issue keeps them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from connectors.sandbox import adf
from connectors.sandbox.answers import Json
from connectors.sandbox.jira.site import Issue, JiraSite

Stored = object
"""A field's value as the issue keeps it."""


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


def is_date(text: str) -> bool:
    """Whether a text is a day: 2026-03-01."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _date(_: JiraSite, __: Issue, given: object) -> Stored:
    if not isinstance(given, str) or not is_date(given):
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
    return in_table(site.priorities, given, "The priority selected is invalid.")


def _issue_type(site: JiraSite, _: Issue, given: object) -> Stored:
    return in_table(site.issue_types, given, "The issue type selected is invalid.")


def _versions(site: JiraSite, issue: Issue, given: object) -> Stored:
    project = int(issue.fields["project"]["id"])
    known = {id_: one for id_, one in site.versions.items() if one["projectId"] == project}
    if not isinstance(given, list):
        raise ValueError("data was not an array")
    return [
        in_table(known, one, f"Version name '{_part(one, 'name')}' is not valid") for one in given
    ]


def _parent(site: JiraSite, issue: Issue, given: object) -> Stored:
    parent = site.find(_part(given, "key", "id") or "")
    if parent is None or parent is issue:
        raise ValueError("Given parent issue does not exist or cannot be used.")
    return {"id": parent.id, "key": parent.key}


def in_table(table: dict[str, Json], given: object, refusal: str) -> Json:
    """The row with the id, name or key that is given; raises ValueError with the refusal."""
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
