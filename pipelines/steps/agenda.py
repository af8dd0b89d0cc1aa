"""Agenda: what a forum has to decide at its next meeting, from the warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from model.agenda import Agenda, AgendaData, build_agenda
from model.operating_model.forums import Forum
from model.warehouse.ledger import read_conflicts
from model.warehouse.record import read_all_events, read_initiatives, read_taken_decisions
from pipelines.freshness import read_freshness, with_ages
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
        data = AgendaData(
            {conflict.id: conflict for conflict in conflicts},
            read_initiatives(connection, conflicts),
            read_all_events(connection),
            read_taken_decisions(connection),
            instance.rules,
        )
    urls = {conflict.id: card_url(site, conflict) for conflict in conflicts}
    return LinkedAgenda(build_agenda(instance.model, forum, data, on or instance.today(now)), urls)
