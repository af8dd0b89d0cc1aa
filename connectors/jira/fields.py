"""The site's own fields: from the names in the settings to ids, and back when mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.base import ConnectionFailed
from connectors.jira.settings import JiraSettings

STANDARD = (
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
"""What is landed of every issue, beside the chosen fields."""


def list_chosen_names(settings: JiraSettings) -> list[str]:
    """The names or ids that the settings ask for beyond the standard fields."""
    roles = (value for _, value in settings.fields if value)
    return list(dict.fromkeys([*roles, *settings.references_in]))


def find_field_ids(name: str, names: Mapping[str, str]) -> list[str]:
    """Ids of the fields called so; `names` maps a field's id to its name."""
    if name in names:
        return [name]
    return [id_ for id_, said in names.items() if said.casefold() == name.casefold()]


def index_fields(fields: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Id to name, from what `GET /rest/api/3/field` answers."""
    return {str(field["id"]): str(field.get("name") or field["id"]) for field in fields}


def explain_unresolved(name: str, names: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with a chosen field, and the remedy; None when exactly one is meant."""
    found = find_field_ids(name, names)
    if len(found) == 1:
        return None
    if not found:
        return (
            f'the field "{name}" does not exist or is hidden from the account',
            "Correct it under fields or references_in, or show the field to the account.",
        )
    return (
        f'{len(found)} fields are called "{name}"',
        f"Name the right one by its id: {', '.join(sorted(found))}.",
    )


def resolve_chosen_fields(
    connection: str, settings: JiraSettings, names: Mapping[str, str]
) -> dict[str, str]:
    """Id to name of the chosen fields; raises ConnectionFailed where one cannot be told.

    A missing field is not read as empty: that would look as if everybody had deleted their dates.
    """
    for name in list_chosen_names(settings):
        if found := explain_unresolved(name, names):
            raise ConnectionFailed(connection, *found)
    ids = [find_field_ids(name, names)[0] for name in list_chosen_names(settings)]
    return {id_: names[id_] for id_ in ids}


@dataclass(frozen=True, slots=True)
class ChosenFields:
    """Ids of the chosen fields as one landed issue knows them; None where nothing is chosen."""

    names: Mapping[str, str]
    start: str | None
    wbs: str | None
    depends_on: str | None
    percent: str | None
    texts: tuple[str, ...]

    def name(self, field: str | None) -> str:
        return self.names.get(field or "", field or "")

    def value(self, fields: Mapping[str, Any], field: str | None) -> Any:
        return fields.get(field) if field else None

    @property
    def ids(self) -> frozenset[str]:
        roles = (self.start, self.wbs, self.depends_on, self.percent, *self.texts)
        return frozenset(field for field in roles if field)


def choose_fields(settings: JiraSettings, names: Mapping[str, str]) -> ChosenFields:
    """Settle the settings' choice with the names that were landed beside an issue."""

    def id_of(name: str | None) -> str | None:
        return next(iter(find_field_ids(name, names)), None) if name else None

    wanted = settings.fields
    return ChosenFields(
        names,
        id_of(wanted.start),
        id_of(wanted.wbs),
        id_of(wanted.depends_on),
        id_of(wanted.percent),
        tuple(filter(None, map(id_of, settings.references_in))),
    )
