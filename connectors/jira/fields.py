"""The site's own fields: from the names in the settings to ids, and back when mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.base import ConnectionFailed
from connectors.jira.settings import JiraSettings

STANDARD_FIELDS = (
    "aggregateprogress",
    "assignee",
    "created",
    "duedate",
    "fixVersions",
    "issuelinks",
    "issuetype",
    "labels",
    "parent",
    "priority",
    "project",
    "resolutiondate",
    "status",
    "summary",
    "timeestimate",
    "timeoriginalestimate",
)
"""What the raw record of every issue holds beside the chosen fields."""


def list_chosen_names(settings: JiraSettings) -> list[str]:
    """The names or ids that the settings ask for beyond the standard fields, deduplicated."""
    roles = (value for _, value in settings.fields if value)
    return list(dict.fromkeys([*roles, *settings.references_in]))


def find_field_ids(name_or_id: str, names: Mapping[str, str]) -> list[str]:
    """Ids of the fields with this id or, in any case, this name; `names` maps id to name."""
    if name_or_id in names:
        return [name_or_id]
    return [id_ for id_, name in names.items() if name.casefold() == name_or_id.casefold()]


def index_fields(fields: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Id to name, from the answer to `GET /rest/api/3/field`."""
    return {str(field["id"]): str(field.get("name") or field["id"]) for field in fields}


def explain_unresolved(name: str, names: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with a chosen field, and the remedy; None when exactly one field matches."""
    ids = find_field_ids(name, names)
    if len(ids) == 1:
        return None
    if not ids:
        return (
            f'the field "{name}" does not exist or is hidden from the account',
            "Correct it under fields or references_in, or show the field to the account.",
        )
    return (
        f'{len(ids)} fields are called "{name}"',
        f"Name the right one by its id: {', '.join(sorted(ids))}.",
    )


def resolve_chosen_fields(
    connection: str, settings: JiraSettings, names: Mapping[str, str]
) -> dict[str, str]:
    """Id to name of the chosen fields.

    Raises ConnectionFailed where a name matches no field, or more than one.
    """
    resolved: dict[str, str] = {}
    for name in list_chosen_names(settings):
        # A missing field read as empty would look as if everybody had deleted their dates.
        if problem := explain_unresolved(name, names):
            raise ConnectionFailed(connection, *problem)
        (id_,) = find_field_ids(name, names)
        resolved[id_] = names[id_]
    return resolved


@dataclass(frozen=True, slots=True)
class ChosenFields:
    """Ids of the chosen fields as one raw record knows them; None where nothing is chosen."""

    names: Mapping[str, str]
    start: str | None
    wbs: str | None
    depends_on: str | None
    percent: str | None
    texts: tuple[str, ...]

    def name(self, field: str | None) -> str:
        """The field's name on the site; its id where the raw record has no name for it."""
        return self.names.get(field or "", field or "")

    def value(self, fields: Mapping[str, Any], field: str | None) -> Any:
        """The value of a chosen field in an issue's `fields`; None where nothing is chosen."""
        return fields.get(field) if field else None

    @property
    def ids(self) -> frozenset[str]:
        roles = (self.start, self.wbs, self.depends_on, self.percent, *self.texts)
        return frozenset(field for field in roles if field)


def choose_fields(settings: JiraSettings, names: Mapping[str, str]) -> ChosenFields:
    """Resolve the settings' choice with the field names stored in an issue's raw record."""

    def find_id(name: str | None) -> str | None:
        return next(iter(find_field_ids(name, names)), None) if name else None

    choice = settings.fields
    return ChosenFields(
        names,
        find_id(choice.start),
        find_id(choice.wbs),
        find_id(choice.depends_on),
        find_id(choice.percent),
        tuple(filter(None, map(find_id, settings.references_in))),
    )
