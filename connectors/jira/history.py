"""An issue's past states, rebuilt backwards: each changelog entry undone from the present fields.

A field that the changelog names gets back its former value (`from`, `fromString`). Links are undone
in one direction only: a link that was added later is left out before; a link that was removed does
not come back, because the changelog does not record its type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.kit.timestamps import parse_instant

IssueFields = Mapping[str, Any]
ChangelogItem = Mapping[str, Any]

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIELD_IDS_BY_NAME = {
    "Link": "issuelinks",
    "Fix Version": "fixVersions",
    "IssueParentAssociation": "parent",
    "Parent": "parent",
}
"""Changes that carry a name but, in part of what Jira recorded, no field id."""


@dataclass(frozen=True, slots=True)
class IssueRevision:
    """The fields as they were from `valid_from` until the next revision.

    `touched_at` is the last change that a person made before the next revision. Both times keep
    the tool's zone.
    """

    valid_from: datetime
    fields: IssueFields
    touched_at: datetime


@dataclass(frozen=True, slots=True)
class ChangelogEntry:
    """What was changed at one time, and whether a person changed it."""

    at: datetime
    items: Sequence[ChangelogItem]
    by_person: bool


def parse_changelog(changelog: Sequence[Mapping[str, Any]], own_email: str) -> list[ChangelogEntry]:
    """The changelog, oldest first; raises ValueError for a time that cannot be read.

    Changes made by apps, and those of the connection's own account, are not a person's.
    """
    entries = [
        ChangelogEntry(
            parse_instant(entry.get("created")),
            entry.get("items") or (),
            _is_person(entry.get("author") or {}, own_email),
        )
        for entry in changelog
    ]
    return sorted(entries, key=lambda entry: entry.at)


def _is_person(author: Mapping[str, Any], own_email: str) -> bool:
    return author.get("accountType") != "app" and author.get("emailAddress") != own_email


def changed_field(item: ChangelogItem) -> str:
    """The id of the field that an item of the changelog changed."""
    name = str(item.get("field") or "")
    return str(item.get("fieldId") or _FIELD_IDS_BY_NAME.get(name, name))


def rebuild_revisions(
    created: datetime,
    fields: IssueFields,
    changelog: Sequence[ChangelogEntry],
    used_fields: frozenset[str],
) -> list[IssueRevision]:
    """Every state that the fields in `used_fields` were in, oldest first.

    `fields` are the present ones, so they are the last revision.
    """
    # touched[n] is the last change by a person among the creation and the first n entries.
    touched = [created]
    for entry in changelog:
        touched.append(entry.at if entry.by_person else touched[-1])
    newest_first: list[IssueRevision] = []
    until = len(changelog)
    for index in range(len(changelog) - 1, -1, -1):
        items = [item for item in changelog[index].items if changed_field(item) in used_fields]
        if items:
            newest_first.append(IssueRevision(changelog[index].at, fields, touched[until]))
            fields, until = _undo_items(fields, items), index
    # An imported issue may have changes older than its creation on this site.
    start = min([created, *(revision.valid_from for revision in newest_first)])
    return [IssueRevision(start, fields, touched[until]), *reversed(newest_first)]


def _undo_items(fields: IssueFields, items: Sequence[ChangelogItem]) -> IssueFields:
    earlier = dict(fields)
    for item in items:
        field = changed_field(item)
        undo = _UNDO.get(field, _undo_text)
        earlier[field] = undo(item, earlier.get(field))
    return earlier


def _undo_text(item: ChangelogItem, _: Any) -> Any:
    raw = str(item.get("from") or "")
    # The text of a date is in the language of whoever changed it; its raw value is not.
    return raw if _ISO_DAY.match(raw) else item.get("fromString")


def _undo_raw(item: ChangelogItem, _: Any) -> Any:
    return item.get("from")


def _undo_named(item: ChangelogItem, _: Any) -> Any:
    return {"id": item.get("from"), "name": item.get("fromString")} if item.get("from") else None


def _undo_person(item: ChangelogItem, _: Any) -> Any:
    return {"accountId": item["from"]} if item.get("from") else None


def _undo_labels(item: ChangelogItem, _: Any) -> list[str]:
    return str(item.get("fromString") or "").split()


def _undo_seconds(item: ChangelogItem, _: Any) -> int | None:
    text = str(item.get("from") or "")
    return int(text) if text.isdigit() else None


def _undo_versions(item: ChangelogItem, present: Any) -> list[Any]:
    """An item adds one version (`to`), removes one (`from`), or both."""
    remaining = [version for version in present or () if version.get("id") != item.get("to")]
    removed = {"id": item.get("from"), "name": item.get("fromString")}
    return [*remaining, removed] if item.get("from") else remaining


def _undo_links(item: ChangelogItem, present: Any) -> list[Any]:
    added_key = item.get("to")
    return [link for link in present or () if linked_issue(link).get("key") != added_key]


def linked_issue(link: Mapping[str, Any]) -> Mapping[str, Any]:
    """The other issue of a link, from either side; empty when there is none."""
    return link.get("outwardIssue") or link.get("inwardIssue") or {}


_UNDO: Mapping[str, Callable[[ChangelogItem, Any], Any]] = {
    "assignee": _undo_person,
    "duedate": _undo_raw,
    "fixVersions": _undo_versions,
    "issuelinks": _undo_links,
    "labels": _undo_labels,
    "parent": _undo_named,
    "priority": _undo_named,
    "status": _undo_named,
    "timeestimate": _undo_seconds,
    "timeoriginalestimate": _undo_seconds,
}
"""By field id: the field's former value, from the item and the value after the change."""
