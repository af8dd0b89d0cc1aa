"""The record as a whole: the events and decisions of all conflicts, up to an instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from model.conflicts import Conflict
from model.ledger import Event
from model.outcomes import TakenDecision
from model.warehouse.schema import audit_chain, comment, conflict_event, decision, work_item


def read_all_events(
    connection: Connection, until: datetime | None = None
) -> dict[str, list[Event]]:
    """The events of each conflict in their order, up to an instant (None: all)."""
    query = select(conflict_event).order_by(conflict_event.c.id)
    if until is not None:
        query = query.where(conflict_event.c.at <= until)
    events: dict[str, list[Event]] = {}
    for row in connection.execute(query):
        event = Event(row.conflict_id, row.event, row.at, row.details)
        events.setdefault(row.conflict_id, []).append(event)
    return events


def read_event_rows(connection: Connection) -> Iterator[dict[str, Any]]:
    """All events on record in their order, each with its number and hash in the chain."""
    is_entry = (audit_chain.c.source == conflict_event.name) & (
        audit_chain.c.row_key == cast(conflict_event.c.id, Text)
    )
    rows = connection.execute(
        select(
            audit_chain.c.number,
            conflict_event.c.conflict_id.label("conflict"),
            conflict_event.c.event,
            conflict_event.c.at,
            conflict_event.c.details,
            audit_chain.c.hash,
        )
        .select_from(conflict_event.outerjoin(audit_chain, is_entry))
        .order_by(conflict_event.c.id)
    )
    names = ("number", "conflict", "event", "at", "details", "hash")
    yield from (dict(zip(names, row, strict=True)) for row in rows)


def read_taken_decisions(
    connection: Connection, until: datetime | None = None
) -> list[TakenDecision]:
    """All decisions in their order, up to an instant (None: all)."""
    query = select(decision).order_by(decision.c.id)
    if until is not None:
        query = query.where(decision.c.decided_at <= until)
    return [_taken(row) for row in connection.execute(query)]


def read_comment_creations(connection: Connection) -> list[tuple[int, datetime]]:
    """The record id of each comment of Interlock's, and when it was created, oldest first."""
    rows = connection.execute(
        select(comment.c.record_id, comment.c.created_at).order_by(
            comment.c.created_at, comment.c.record_id, comment.c.conflict_id
        )
    )
    return [(row.record_id, row.created_at) for row in rows]


def _taken(row: Row[Any]) -> TakenDecision:
    # Empty in rows of versions before 0.2, which did not record how far a decision reaches.
    bounds = row.bounds or {}
    until = bounds.get("until")
    return TakenDecision(
        row.conflict_id,
        row.verdict,
        row.meaning or "",
        row.person,
        row.role,
        row.right_id,
        row.channel,
        row.reason,
        row.decided_at,
        date.fromisoformat(until) if until else None,
        bounds.get("awaits") or "",
        bounds.get("replaces") or "",
        tuple(each["person"] for each in bounds.get("agreed_by") or ()),
    )


def read_initiatives(
    connection: Connection, conflicts: Iterable[Conflict]
) -> dict[str, frozenset[str]]:
    """The initiatives of the records that each conflict is about or explains itself with."""
    record_ids = {each.id: _records(each) for each in conflicts}
    wanted = sorted(set().union(*record_ids.values()))
    rows = connection.execute(
        select(work_item.c.record_id, work_item.c.initiative)
        # The latest version, also of a record that is gone: its conflict may be resolved by that.
        .ext(distinct_on(work_item.c.record_id))
        .where(work_item.c.record_id == func.any(wanted))
        .order_by(
            work_item.c.record_id, work_item.c.valid_from.desc(), work_item.c.recorded_at.desc()
        )
    )
    by_record = {row.record_id: row.initiative for row in rows if row.initiative}
    return {
        conflict_id: frozenset(by_record[each] for each in ids if each in by_record)
        for conflict_id, ids in record_ids.items()
    }


def _records(conflict: Conflict) -> set[int]:
    finding = conflict.finding
    return {*finding.subjects, *(step.record_id for step in finding.chain)}
