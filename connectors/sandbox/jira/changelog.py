"""The items of a changelog entry: one per changed field."""

from __future__ import annotations

from datetime import date

from connectors.sandbox import adf
from connectors.sandbox.jira.field_values import Stored, is_date
from connectors.sandbox.jira.site import JiraSite
from connectors.sandbox.json_http import Json

CHANGELOG_NAMES = {"fixVersions": "Fix Version", "parent": "IssueParentAssociation"}
"""System fields whose name in the changelog is not their id."""


def change_items(site: JiraSite, name: str, before: Stored, after: Stored) -> list[Json]:
    """The ChangeDetails of one field; for versions one per version that was added or removed."""
    # Jira records each version separately, other lists as one text.
    if name != "fixVersions":
        return [_item(site, name, before, after)]
    old, new = _versions(before), _versions(after)
    removed = [_item(site, name, version, None) for id_, version in old.items() if id_ not in new]
    added = [_item(site, name, None, version) for id_, version in new.items() if id_ not in old]
    return removed + added


def _versions(value: Stored) -> dict[str, Json]:
    return {version["id"]: version for version in value} if isinstance(value, list) else {}


def _item(site: JiraSite, name: str, before: Stored, after: Stored) -> Json:
    field = site.fields[name]
    custom = bool(field["custom"])
    old, old_text = _changelog_value(before, custom=custom)
    new, new_text = _changelog_value(after, custom=custom)
    return {
        "field": field["name"] if custom else CHANGELOG_NAMES.get(name, name),
        "fieldtype": "custom" if custom else "jira",
        "fieldId": name,
        "from": old,
        "fromString": old_text,
        "to": new,
        "toString": new_text,
    }


def _changelog_value(value: Stored, *, custom: bool) -> tuple[str | None, str | None]:
    """A value as the changelog has it: its id, key or date, and its text."""
    if value is None:
        return None, None
    if isinstance(value, list):
        return "", " ".join(str(entry) for entry in value)
    if isinstance(value, dict):
        return _changelog_object(value)
    if isinstance(value, str) and is_date(value):
        return value, _date_text(date.fromisoformat(value), custom=custom)
    return None, str(value)


def _date_text(day: date, *, custom: bool) -> str:
    """A custom date as its picker shows it, a due date as Jira's database writes it."""
    return f"{day:%-d/%b/%y}" if custom else f"{day} 00:00:00.0"


def _changelog_object(value: Json) -> tuple[str | None, str | None]:
    if value.get("type") == "doc":
        return None, adf.plain_text(value).strip()
    text = value.get("displayName") or value.get("name") or value.get("value") or value.get("key")
    return str(value.get("accountId") or value.get("id")), text
