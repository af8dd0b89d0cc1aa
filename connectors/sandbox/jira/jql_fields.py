"""The values of each JQL field of an issue, in the form in which they are compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from connectors.sandbox import adf
from connectors.sandbox.jira.site import StoredIssue

FieldValues = list[str] | list[float]
"""Lower-case names and ids, or epoch seconds of an instant; empty where the field is empty."""


def _read_object(field: str) -> Callable[[StoredIssue], list[str]]:
    """Read name, key and id of an object, or of each object in a list."""

    def read(issue: StoredIssue) -> list[str]:
        value = issue.fields.get(field)
        objects: Iterable[object] = value if isinstance(value, list) else [value]
        return [
            str(entry[part]).lower()
            for entry in objects
            if isinstance(entry, dict)
            for part in ("name", "key", "id", "accountId")
            if part in entry
        ]

    return read


def _read_instant(field: str) -> Callable[[StoredIssue], FieldValues]:
    def read(issue: StoredIssue) -> FieldValues:
        text = issue.fields.get(field)
        if not text:
            return []
        instant = datetime.fromisoformat(text)
        return [(instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()]

    return read


def _read_category(issue: StoredIssue) -> FieldValues:
    category = (issue.fields.get("status") or {}).get("statusCategory") or {}
    return [str(category[part]).lower() for part in ("name", "key", "id") if part in category]


def _read_project(issue: StoredIssue) -> FieldValues:
    return [issue.project_key.lower(), *_read_object("project")(issue)]


def _read_labels(issue: StoredIssue) -> FieldValues:
    return [label.lower() for label in issue.fields.get("labels") or []]


def split_words(text: str) -> list[str]:
    """The words by which Jira's index finds a text; signs such as a slash belong to none."""
    return re.findall(r"\w+", text.lower())


def _read_comments(issue: StoredIssue) -> FieldValues:
    return [
        word for comment in issue.comments for word in split_words(adf.plain_text(comment["body"]))
    ]


FIELDS: dict[str, Callable[[StoredIssue], FieldValues]] = {
    "project": _read_project,
    "key": lambda issue: [issue.key.lower(), issue.id],
    "id": lambda issue: [issue.id, issue.key.lower()],
    "status": _read_object("status"),
    "statuscategory": _read_category,
    "assignee": _read_object("assignee"),
    "reporter": _read_object("reporter"),
    "priority": _read_object("priority"),
    "issuetype": _read_object("issuetype"),
    "fixversion": _read_object("fixVersions"),
    "labels": _read_labels,
    "parent": _read_object("parent"),
    "comment": _read_comments,
    "updated": _read_instant("updated"),
    "created": _read_instant("created"),
    "resolutiondate": _read_instant("resolutiondate"),
    "duedate": _read_instant("duedate"),
}
TEXTS = {"comment"}
"""Fields that are searched for words, by `~` alone."""
INSTANTS = {"updated", "created", "resolutiondate", "duedate"}
DAYS = {"duedate"}
"""Instants that are dates: they have no time zone."""
ALIASES = {
    "issue": "key",
    "issuekey": "key",
    "type": "issuetype",
    "due": "duedate",
    "updateddate": "updated",
    "createddate": "created",
    "resolved": "resolutiondate",
}


def sort_key(field: str, issue: StoredIssue) -> tuple[bool, str, float]:
    """The key by which ORDER BY sorts an issue; empty values come last."""
    if field == "id":
        return False, "", float(issue.id)
    # Keys sort by number within their project: CDP-9 before CDP-10.
    if field == "key":
        return False, issue.project_key, float(issue.key.rsplit("-", 1)[-1])
    values = FIELDS[field](issue)
    if not values:
        return True, "", 0.0
    first = values[0]
    return (False, "", first) if isinstance(first, float) else (False, first, 0.0)
