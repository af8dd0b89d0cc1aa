"""How a changelog entry tells of a field that has changed."""

from __future__ import annotations

from datetime import date

from connectors.sandbox import adf
from connectors.sandbox.answers import Json
from connectors.sandbox.jira.site import JiraSite
from connectors.sandbox.jira.values import Stored, is_date

FIELD_WORDS = {"fixVersions": "Fix Version", "parent": "IssueParentAssociation"}
"""What the changelog calls system fields whose name is not their id."""


def change_items(site: JiraSite, name: str, before: Stored, after: Stored) -> list[Json]:
    """The ChangeDetails of one field. Each version that comes or goes has one of its own."""
    if name != "fixVersions":
        return [_item(site, name, before, after)]
    old, new = _versions(before), _versions(after)
    gone = [_item(site, name, version, None) for id_, version in old.items() if id_ not in new]
    come = [_item(site, name, None, version) for id_, version in new.items() if id_ not in old]
    return gone + come


def _versions(value: Stored) -> dict[str, Json]:
    return {one["id"]: one for one in value} if isinstance(value, list) else {}


def _item(site: JiraSite, name: str, before: Stored, after: Stored) -> Json:
    field = site.fields[name]
    custom = bool(field["custom"])
    (old, old_text), (new, new_text) = _told(before, custom=custom), _told(after, custom=custom)
    return {
        "field": field["name"] if custom else FIELD_WORDS.get(name, name),
        "fieldtype": "custom" if custom else "jira",
        "fieldId": name,
        "from": old,
        "fromString": old_text,
        "to": new,
        "toString": new_text,
    }


def _told(value: Stored, *, custom: bool) -> tuple[str | None, str | None]:
    """A value as the changelog tells it: its id, key or date, and its words."""
    if value is None:
        return None, None
    if isinstance(value, list):
        return "", " ".join(str(one) for one in value)
    if isinstance(value, dict):
        return _object_told(value)
    if isinstance(value, str) and is_date(value):
        return value, _date_words(date.fromisoformat(value), custom=custom)
    return None, str(value)


def _date_words(day: date, *, custom: bool) -> str:
    """A custom date is told as its picker shows it, a due date as the database writes it."""
    return f"{day:%-d/%b/%y}" if custom else f"{day} 00:00:00.0"


def _object_told(value: Json) -> tuple[str | None, str | None]:
    if value.get("type") == "doc":
        return None, adf.plain_text(value).strip()
    text = value.get("displayName") or value.get("name") or value.get("value") or value.get("key")
    return str(value.get("accountId") or value.get("id")), text
