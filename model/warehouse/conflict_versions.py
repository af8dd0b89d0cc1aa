"""Every state of every conflict, append-only, so that each past day can be asked.

An event says what happened to a conflict; its dates, words and size change without one. A state
is kept from the run in which it was first shown until that of the next one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from model.conflicts import Conflict, Status
from model.warehouse.schema import conflict_version


def append_conflict_versions(
    connection: Connection, conflicts: Iterable[Conflict], now: datetime
) -> None:
    """Keep these states, unless nothing differs that anybody is shown."""
    states = {conflict.id: conflict.model_dump(mode="json") for conflict in conflicts}
    known = _read_latest(connection, list(states), None)
    rows = [
        {"conflict_id": conflict_id, "at": now, "details": state}
        for conflict_id, state in states.items()
        if conflict_id not in known or shown_state(known[conflict_id]) != shown_state(state)
    ]
    if rows:
        connection.execute(insert(conflict_version), rows)


def read_conflicts_as_of(
    connection: Connection, instant: datetime, *statuses: Status
) -> dict[str, Conflict]:
    """The conflicts as they stood at an instant, by id, worst and oldest first.

    Only those of these statuses; of all if none is given.
    """
    states = _read_latest(connection, None, instant).values()
    conflicts = [Conflict.model_validate(state) for state in states]
    listed = [each for each in conflicts if not statuses or each.status in statuses]
    ordered = sorted(listed, key=lambda each: (-each.severity, each.opened_at, each.id))
    return {conflict.id: conflict for conflict in ordered}


def read_first_kept(connection: Connection) -> datetime | None:
    """Since when states are kept; None while there is none."""
    first: datetime | None = connection.scalar(select(func.min(conflict_version.c.at)))
    return first


def read_first_needed(connection: Connection) -> dict[str, date]:
    """When the other side needed each conflict, as known when its first state was kept."""
    table = conflict_version.c
    rows = connection.execute(
        select(table.conflict_id, table.details["finding"]["needed_by"].astext.label("needed"))
        .ext(distinct_on(table.conflict_id))
        .order_by(table.conflict_id, table.id)
    )
    return {row.conflict_id: date.fromisoformat(row.needed) for row in rows if row.needed}


def _read_latest(
    connection: Connection, conflict_ids: list[str] | None, until: datetime | None
) -> dict[str, dict[str, Any]]:
    """The last state of each of these conflicts (None: of all) up to an instant (None: now)."""
    table = conflict_version.c
    query = (
        select(table.conflict_id, table.details)
        .ext(distinct_on(table.conflict_id))
        .order_by(table.conflict_id, table.id.desc())
    )
    if conflict_ids is not None:
        query = query.where(table.conflict_id == func.any(conflict_ids))
    if until is not None:
        query = query.where(table.at <= until)
    return {row.conflict_id: row.details for row in connection.execute(query)}


def shown_state(state: dict[str, Any]) -> dict[str, Any]:
    """A state without what is shown nowhere."""
    # The day for which its rule looked is another one in each run.
    return state | {"finding": state["finding"] | {"found_on": None}}
