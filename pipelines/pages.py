"""The pages that a sync publishes beside the cards: the inbox, and one per person and function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from model.operating_model.schema import OperatingModel, Role

INBOX_PAGE: Final = ("inbox",)


@dataclass(frozen=True, slots=True)
class PersonPage:
    """The inbox of a person: `roles` are the ids of those they hold, `deputy_for` of the others."""

    person: str
    name: str
    roles: frozenset[str]
    deputy_for: frozenset[str]

    @property
    def path(self) -> tuple[str, ...]:
        return ("inbox", "people", self.person)


@dataclass(frozen=True, slots=True)
class FunctionPage:
    """The inbox of a function."""

    function: str
    name: str

    @property
    def path(self) -> tuple[str, ...]:
        return ("inbox", "functions", self.function)


def reader_pages(model: OperatingModel) -> list[PersonPage | FunctionPage]:
    """The inboxes of all persons and functions."""
    return [*person_pages(model), *function_pages(model)]


def person_pages(model: OperatingModel) -> list[PersonPage]:
    """A page for everybody who may decide: holders of roles, and their deputies."""
    held: dict[str, list[Role]] = {}
    deputy: dict[str, list[Role]] = {}
    for role in model.roles:
        held.setdefault(role.holder, []).append(role)
        if role.deputy:
            deputy.setdefault(role.deputy, []).append(role)
    return [
        PersonPage(
            person.id,
            person.name,
            frozenset(role.id for role in held.get(person.id, ())),
            frozenset(role.id for role in deputy.get(person.id, ())),
        )
        for person in model.people
        if person.id in held or person.id in deputy
    ]


def function_pages(model: OperatingModel) -> list[FunctionPage]:
    """A page for each function."""
    return [FunctionPage(function.id, function.name) for function in model.functions]
