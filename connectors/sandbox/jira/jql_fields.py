"""What each JQL field reads from an issue: the values it may be compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from connectors.sandbox.jira.site import Issue

Found = list[str] | list[float]
"""Lower-case names and ids, or epoch seconds for moments; empty where the field is empty."""


def _named(field: str) -> Callable[[Issue], list[str]]:
    """Name, key and id of an object or of each of a list of objects."""

    def read(issue: Issue) -> list[str]:
        value = issue.fields.get(field)
        several: Iterable[object] = value if isinstance(value, list) else [value]
        return [
            str(one[part]).lower()
            for one in several
            if isinstance(one, dict)
            for part in ("name", "key", "id", "accountId")
            if part in one
        ]

    return read


def _moment(field: str) -> Callable[[Issue], Found]:
    def read(issue: Issue) -> Found:
        text = issue.fields.get(field)
        if not text:
            return []
        moment = datetime.fromisoformat(text)
        return [(moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()]

    return read


def _category(issue: Issue) -> Found:
    category = (issue.fields.get("status") or {}).get("statusCategory") or {}
    return [str(category[part]).lower() for part in ("name", "key", "id") if part in category]


def _project(issue: Issue) -> Found:
    return [issue.project_key.lower(), *_named("project")(issue)]


def _labels(issue: Issue) -> Found:
    return [label.lower() for label in issue.fields.get("labels") or []]


FIELDS: dict[str, Callable[[Issue], Found]] = {
    "project": _project,
    "key": lambda issue: [issue.key.lower(), issue.id],
    "id": lambda issue: [issue.id, issue.key.lower()],
    "status": _named("status"),
    "statuscategory": _category,
    "assignee": _named("assignee"),
    "reporter": _named("reporter"),
    "priority": _named("priority"),
    "issuetype": _named("issuetype"),
    "fixversion": _named("fixVersions"),
    "labels": _labels,
    "parent": _named("parent"),
    "updated": _moment("updated"),
    "created": _moment("created"),
    "resolutiondate": _moment("resolutiondate"),
    "duedate": _moment("duedate"),
}
MOMENTS = {"updated", "created", "resolutiondate", "duedate"}
DAYS = {"duedate"}
"""Moments that are days: they are in no time zone."""
ALIASES = {
    "issue": "key",
    "issuekey": "key",
    "type": "issuetype",
    "due": "duedate",
    "updateddate": "updated",
    "createddate": "created",
    "resolved": "resolutiondate",
}


def sort_key(field: str, issue: Issue) -> tuple[bool, str, float]:
    """Place of an issue in an ORDER BY of this field; empty values come last."""
    if field == "id":
        return False, "", float(issue.id)
    if field == "key":
        return False, issue.project_key, float(issue.key.rsplit("-", 1)[-1])
    found = FIELDS[field](issue)
    if not found:
        return True, "", 0.0
    first = found[0]
    return (False, "", first) if isinstance(first, float) else (False, first, 0.0)
