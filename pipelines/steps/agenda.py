"""Agenda: what a forum has to decide at its next meeting, from the warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from model.agenda import Agenda, AgendaData, build_agenda
from model.conflicts import Conflict
from model.operating_model.calendar import local_day
from model.operating_model.forums import Forum
from model.operating_model.schema import OperatingModel
from model.warehouse.conflict_versions import read_conflicts_as_of
from model.warehouse.ledger import read_conflicts
from model.warehouse.record import read_all_events, read_initiatives, read_taken_decisions
from pipelines.freshness import read_freshness, read_freshness_as_of, with_ages
from pipelines.instance import Instance
from pipelines.ui_links import card_url


@dataclass(frozen=True, slots=True)
class LinkedAgenda:
    """An agenda, and the address of each conflict's card by conflict id."""

    agenda: Agenda
    urls: Mapping[str, str]


def agenda(
    instance: Instance, forum: Forum, now: datetime, site: str, on: date | None = None
) -> LinkedAgenda:
    """The agenda of the forum's first meeting on this day or later; without one from today.

    `site` is the start of links to cards.
    """
    with instance.engine.connect() as connection:
        freshness = read_freshness(instance, connection, now)
        conflicts = with_ages(read_conflicts(connection).values(), freshness)
        data = _agenda_data(instance, connection, conflicts, None)
    agenda = build_agenda(instance.model, forum, data, on or instance.today(now))
    return LinkedAgenda(agenda, _urls(site, conflicts))


def past_agenda(
    instance: Instance, model: OperatingModel, forum: Forum, instant: datetime, site: str
) -> LinkedAgenda:
    """The agenda as it was at a past instant, by the operating model of then."""
    with instance.engine.connect() as connection:
        freshness = read_freshness_as_of(instance, connection, instant)
        conflicts = with_ages(read_conflicts_as_of(connection, instant).values(), freshness)
        data = _agenda_data(instance, connection, conflicts, instant)
    agenda = build_agenda(model, forum, data, local_day(model, instant))
    return LinkedAgenda(agenda, _urls(site, conflicts))


def _agenda_data(
    instance: Instance,
    connection: Connection,
    conflicts: Sequence[Conflict],
    until: datetime | None,
) -> AgendaData:
    return AgendaData(
        {conflict.id: conflict for conflict in conflicts},
        read_initiatives(connection, conflicts),
        read_all_events(connection, until),
        read_taken_decisions(connection, until),
        instance.rules,
    )


def _urls(site: str, conflicts: Iterable[Conflict]) -> dict[str, str]:
    return {conflict.id: card_url(site, conflict) for conflict in conflicts}
