"""Field values of a request, converted to the form in which an issue stores them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from connectors.sandbox import adf
from connectors.sandbox.jira.site import JiraSite, StoredIssue
from connectors.sandbox.json_http import Json

Stored = object
"""A field's value in the form in which an issue stores it."""


def read_value(site: JiraSite, issue: StoredIssue, name: str, value: object) -> Stored:
    """Convert a value of a request; raises ValueError with Jira's error message."""
    if name not in site.fields or name in READ_ONLY:
        raise ValueError(
            f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
        )
    if value is None:
        return None
    kind = site.fields[name].get("schema", {}).get("type", "any")
    return READERS.get(name, READERS.get(kind, _unchanged))(site, issue, value)


# Jira changes these through other endpoints, or by itself.
READ_ONLY = {"status", "updated", "created", "project", "comment", "issuelinks", "subtasks"}


def _unchanged(_: JiraSite, __: StoredIssue, value: object) -> Stored:
    return value


def is_date(text: str) -> bool:
    """Whether a text is a date like 2026-03-01."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _date(_: JiraSite, __: StoredIssue, value: object) -> Stored:
    if not isinstance(value, str) or not is_date(value):
        raise ValueError(f"Error parsing date string: {value}")
    return value


def _document(_: JiraSite, __: StoredIssue, value: object) -> Stored:
    if adf.find_document_error(value):
        raise ValueError("Operation value must be an Atlassian Document")
    return value


def _number(_: JiraSite, __: StoredIssue, value: object) -> Stored:
    # In Python True is an int; in JSON it is no number.
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError("Specify a valid number.")
    return value


def _user(site: JiraSite, _: StoredIssue, value: object) -> Stored:
    account = _member(value, "accountId", "id")
    if account not in site.users:
        raise ValueError("Specify a valid value for user.")
    return site.users[account]


def _priority(site: JiraSite, _: StoredIssue, value: object) -> Stored:
    return in_table(site.priorities, value, "The priority selected is invalid.")


def _issue_type(site: JiraSite, _: StoredIssue, value: object) -> Stored:
    return in_table(site.issue_types, value, "The issue type selected is invalid.")


def _versions(site: JiraSite, issue: StoredIssue, value: object) -> Stored:
    project = int(issue.fields["project"]["id"])
    versions = {
        id_: version for id_, version in site.versions.items() if version["projectId"] == project
    }
    if not isinstance(value, list):
        raise ValueError("data was not an array")
    return [
        in_table(versions, entry, f"Version name '{_member(entry, 'name')}' is not valid")
        for entry in value
    ]


def _parent(site: JiraSite, issue: StoredIssue, value: object) -> Stored:
    parent = site.find(_member(value, "key", "id") or "")
    if parent is None or parent is issue:
        raise ValueError("Given parent issue does not exist or cannot be used.")
    return {"id": parent.id, "key": parent.key}


def in_table(table: dict[str, Json], value: object, error_message: str) -> Json:
    """The row with the id, name or key that the value gives; raises ValueError with the message."""
    id_, name = _member(value, "id"), _member(value, "name", "key")
    for row in table.values():
        if (id_ and row["id"] == id_) or (name and name in (row["name"], row.get("key"))):
            return row
    raise ValueError(error_message)


def _member(value: object, *names: str) -> str | None:
    members = value if isinstance(value, dict) else {}
    return next((str(members[name]) for name in names if members.get(name)), None)


READERS: dict[str, Callable[[JiraSite, StoredIssue, object], Stored]] = {
    "date": _date,
    "number": _number,
    "user": _user,
    "priority": _priority,
    "issuetype": _issue_type,
    "description": _document,
    "fixVersions": _versions,
    "parent": _parent,
}
"""How to read a value, by field id, else by the type in the field's schema."""
