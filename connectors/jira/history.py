"""An issue's past, told backwards: its present fields with each change of the changelog undone.

Fields that the changelog names are undone by what it says they were (`from`, `fromString`); links
only so far that one added later is left out before, for a removed link's type is not on record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.jira.timestamps import parse_instant

IssueFields = Mapping[str, Any]
ChangelogItem = Mapping[str, Any]

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BY_NAME = {
    "Link": "issuelinks",
    "Fix Version": "fixVersions",
    "IssueParentAssociation": "parent",
    "Parent": "parent",
}
"""Changes that carry a name but, in part of what Jira recorded, no field id."""


@dataclass(frozen=True, slots=True)
class IssueRevision:
    """What the fields said from `since` on, and the last change by a person until the next moment.

    The zones are the tool's.
    """

    since: datetime
    fields: IssueFields
    touched_at: datetime


@dataclass(frozen=True, slots=True)
class ChangelogEntry:
    at: datetime
    items: Sequence[ChangelogItem]
    by_person: bool


def parse_changelog(changelog: Sequence[Mapping[str, Any]], own_email: str) -> list[ChangelogEntry]:
    """The changelog, oldest first; raises ValueError for a time that cannot be read."""
    found = [
        ChangelogEntry(
            parse_instant(entry.get("created")),
            entry.get("items") or (),
            _by_person(entry.get("author") or {}, own_email),
        )
        for entry in changelog
    ]
    return sorted(found, key=lambda change: change.at)


def _by_person(author: Mapping[str, Any], own_email: str) -> bool:
    return author.get("accountType") != "app" and author.get("emailAddress") != own_email


def field_of(item: ChangelogItem) -> str:
    """The id of the field that an item of the changelog is about."""
    name = str(item.get("field") or "")
    return str(item.get("fieldId") or _BY_NAME.get(name, name))


def rebuild_revisions(
    created: datetime, fields: IssueFields, past: Sequence[ChangelogEntry], used: frozenset[str]
) -> list[IssueRevision]:
    """Every state of the fields in `used`, oldest first; the last one is the present."""
    touched = [created]
    for change in past:
        touched.append(change.at if change.by_person else touched[-1])
    told: list[IssueRevision] = []
    until = len(past)
    for index in range(len(past) - 1, -1, -1):
        items = [item for item in past[index].items if field_of(item) in used]
        if items:
            told.append(IssueRevision(past[index].at, fields, touched[until]))
            fields, until = _before(fields, items), index
    start = min([created, *(moment.since for moment in told)])
    return [IssueRevision(start, fields, touched[until]), *reversed(told)]


def _before(fields: IssueFields, items: Sequence[ChangelogItem]) -> IssueFields:
    earlier = dict(fields)
    for item in items:
        field = field_of(item)
        undo = _UNDO.get(field, _text)
        earlier[field] = undo(item, earlier.get(field))
    return earlier


def _text(item: ChangelogItem, _: Any) -> Any:
    """A field's words; for a date field, whose words are in the reader's language, its raw date."""
    raw = str(item.get("from") or "")
    return raw if _ISO_DAY.match(raw) else item.get("fromString")


def _raw(item: ChangelogItem, _: Any) -> Any:
    return item.get("from")


def _named(item: ChangelogItem, _: Any) -> Any:
    return {"id": item.get("from"), "name": item.get("fromString")} if item.get("from") else None


def _person(item: ChangelogItem, _: Any) -> Any:
    return {"accountId": item["from"]} if item.get("from") else None


def _words(item: ChangelogItem, _: Any) -> list[str]:
    return str(item.get("fromString") or "").split()


def _seconds(item: ChangelogItem, _: Any) -> int | None:
    said = str(item.get("from") or "")
    return int(said) if said.isdigit() else None


def _versions(item: ChangelogItem, present: Any) -> list[Any]:
    kept = [version for version in present or () if version.get("id") != item.get("to")]
    removed = {"id": item.get("from"), "name": item.get("fromString")}
    return [*kept, removed] if item.get("from") else kept


def _links(item: ChangelogItem, present: Any) -> list[Any]:
    added = item.get("to")
    return [link for link in present or () if linked_issue(link).get("key") != added]


def linked_issue(link: Mapping[str, Any]) -> Mapping[str, Any]:
    """The other issue of a link, from either side."""
    return link.get("outwardIssue") or link.get("inwardIssue") or {}


_UNDO: Mapping[str, Callable[[ChangelogItem, Any], Any]] = {
    "assignee": _person,
    "duedate": _raw,
    "fixVersions": _versions,
    "issuelinks": _links,
    "labels": _words,
    "parent": _named,
    "priority": _named,
    "status": _named,
    "timeestimate": _seconds,
    "timeoriginalestimate": _seconds,
}
