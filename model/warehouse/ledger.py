"""The ledger's tables: conflicts, their events and decisions, and Interlock's comments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, Text, cast, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from model.comment_content import CommentState, PostedComment
from model.comments import CommentKey, RecordedComment
from model.conflicts import Conflict, Decision, Status
from model.ledger import DecisionGrounds, Event, LedgerUpdate
from model.records import Ref
from model.warehouse.conflict_versions import append_conflict_versions
from model.warehouse.schema import (
    audit_chain,
    comment,
    conflict,
    conflict_event,
    decision,
    record,
)


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as it is on record; `number` and `hash` are None if it has no entry in the chain."""

    number: int | None
    hash: str | None
    event: Event


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """A decision as it is on record; `number` and `hash` are None if it has no entry in the chain.

    `meaning`, `identity`, `bounds` and `model_version` are None in rows of versions before 0.2,
    which did not record them. `person`, `role` and `right_id` are ids of the operating model.
    """

    number: int | None
    hash: str | None
    verdict: str
    meaning: str | None
    person: str
    identity: str | None
    role: str
    right_id: str
    channel: str
    reason: str
    severity: int
    bounds: Mapping[str, Any] | None
    model_version: str | None
    decided_at: datetime


def read_conflicts(connection: Connection, *statuses: Status) -> dict[str, Conflict]:
    """Conflicts of these statuses (none given: of all) by id, worst and oldest first."""
    query = select(conflict.c.id, conflict.c.details).order_by(
        conflict.c.severity.desc(), conflict.c.opened_at, conflict.c.id
    )
    if statuses:
        query = query.where(conflict.c.status.in_([s.value for s in statuses]))
    return {row.id: Conflict.model_validate(row.details) for row in connection.execute(query)}


def read_conflict(connection: Connection, conflict_id: str) -> Conflict | None:
    """One conflict, whatever its status; None if there is none with this id."""
    details = connection.execute(
        select(conflict.c.details).where(conflict.c.id == conflict_id)
    ).scalar_one_or_none()
    return None if details is None else Conflict.model_validate(details)


def write_ledger_update(connection: Connection, ledger_update: LedgerUpdate, now: datetime) -> None:
    """Store changed conflicts, and append their states as of now and their events."""
    store_conflicts(connection, ledger_update.conflicts)
    append_conflict_versions(connection, ledger_update.conflicts, now)
    if ledger_update.events:
        rows = [_event_row(event) for event in ledger_update.events]
        connection.execute(insert(conflict_event), rows)


def store_conflicts(connection: Connection, conflicts: Iterable[Conflict]) -> None:
    """Store the present state of conflicts, apart from the record."""
    for changed in conflicts:
        values = _conflict_row(changed)
        connection.execute(
            upsert(conflict)
            .values(values)
            .on_conflict_do_update(index_elements=["id"], set_=values)
        )


def write_decision(
    connection: Connection, conflict_id: str, decided: Decision, grounds: DecisionGrounds
) -> None:
    """Append a decision and the grounds on which it counts."""
    connection.execute(
        insert(decision).values(
            conflict_id=conflict_id,
            verdict=decided.verdict,
            meaning=decided.meaning,
            person=decided.person,
            identity=grounds.identity,
            role=grounds.role,
            right_id=grounds.right,
            reason=decided.reason,
            channel=grounds.channel,
            severity=int(decided.severity),
            bounds=dict(grounds.bounds),
            model_version=grounds.model_version,
            decided_at=decided.decided_at,
        )
    )


def read_events(connection: Connection, conflict_id: str) -> list[RecordedEvent]:
    """The life of one conflict on record, oldest event first."""
    rows = connection.execute(_chained(conflict_event, conflict_id))
    return [
        RecordedEvent(row.number, row.hash, Event(row.conflict_id, row.event, row.at, row.details))
        for row in rows
    ]


def read_decisions(connection: Connection, conflict_id: str) -> list[RecordedDecision]:
    """All decisions about one conflict on record, oldest first, also those replaced since."""
    rows = connection.execute(_chained(decision, conflict_id)).mappings()
    names = [field.name for field in fields(RecordedDecision)]
    return [RecordedDecision(**{name: row[name] for name in names}) for row in rows]


def _chained(table: Table, conflict_id: str) -> Select[Any]:
    """The rows of a conflict with the number and hash of their entries in the chain."""
    is_entry = (audit_chain.c.source == table.name) & (
        audit_chain.c.row_key == cast(table.c.id, Text)
    )
    return (
        select(table, audit_chain.c.number, audit_chain.c.hash)
        .select_from(table.outerjoin(audit_chain, is_entry))
        .where(table.c.conflict_id == conflict_id)
        .order_by(table.c.id)
    )


def read_recorded_comments(connection: Connection, name: str) -> dict[CommentKey, RecordedComment]:
    """Interlock's comments in one connection, as the warehouse last saved them."""
    return {
        (row.conflict_id, Ref.parse(row.ref)): RecordedComment(
            row.digest, CommentState(row.state), row.written_at
        )
        for row in _comments(connection, name)
    }


def read_posted_comments(
    connection: Connection, conflict_id: str | None = None, until: datetime | None = None
) -> dict[str, list[PostedComment]]:
    """Interlock's comments in all connections, by conflict id; of one conflict if it is given.

    Only those that were there at the instant `until`, if that is given.
    """
    by_conflict: dict[str, list[PostedComment]] = {}
    for row in _comments(connection, None, conflict_id):
        if until is not None and row.created_at > until:
            continue
        posted = PostedComment(
            Ref.parse(row.ref), row.conflict_id, row.comment_id, row.digest, row.url
        )
        by_conflict.setdefault(row.conflict_id, []).append(posted)
    return by_conflict


def read_commented_records(connection: Connection, name: str) -> list[int]:
    """Ids of the records of one connection with a comment of Interlock's, resolved or not."""
    return [row.record_id for row in _comments(connection, name)]


def read_answerable_records(connection: Connection, name: str, since: datetime) -> list[int]:
    """Ids of the records of one connection with a comment in force, or resolved since then."""
    return sorted(
        {
            row.record_id
            for row in _comments(connection, name)
            if row.state != CommentState.RESOLVED.value or row.written_at >= since
        }
    )


def read_conflicts_commented_on(connection: Connection, ref: Ref) -> list[str]:
    """Ids of the conflicts with a comment on a record, resolved or not."""
    rows = connection.execute(
        select(comment.c.conflict_id)
        .join(record, record.c.id == comment.c.record_id)
        .where(record.c.ref == str(ref))
        .order_by(comment.c.conflict_id)
    )
    return list(rows.scalars())


def was_reopened(connection: Connection, conflict_id: str) -> bool:
    """Whether a conflict was over, or decided, and opened again."""
    reopened = (conflict_event.c.conflict_id == conflict_id) & (
        conflict_event.c.event == "reopened"
    )
    return (
        connection.execute(select(conflict_event.c.id).where(reopened).limit(1)).first() is not None
    )


def count_comments_created_since(connection: Connection, name: str, since: datetime) -> int:
    """How many comments were created in a connection since an instant; edits don't count."""
    return connection.execute(
        select(func.count())
        .select_from(comment.join(record, record.c.id == comment.c.record_id))
        .where(record.c.connection == name, comment.c.created_at >= since)
    ).scalar_one()


def write_posted_comment(
    connection: Connection, posted: PostedComment, digest: str, state: CommentState, now: datetime
) -> None:
    """Save a comment as its tool has it; an edit keeps `created_at`."""
    values = {
        "comment_id": posted.comment_id,
        "digest": digest,
        "state": state.value,
        "url": posted.url,
        "written_at": now,
    }
    record_id = select(record.c.id).where(record.c.ref == str(posted.target)).scalar_subquery()
    connection.execute(
        upsert(comment)
        .values(conflict_id=posted.conflict_id, record_id=record_id, created_at=now, **values)
        .on_conflict_do_update(index_elements=["conflict_id", "record_id"], set_=values)
    )


def _comments(
    connection: Connection, name: str | None, conflict_id: str | None = None
) -> Iterable[Row[Any]]:
    query = (
        select(comment, record.c.ref)
        .join(record, record.c.id == comment.c.record_id)
        .order_by(comment.c.created_at, comment.c.conflict_id, record.c.ref)
    )
    if name is not None:
        query = query.where(record.c.connection == name)
    if conflict_id is not None:
        query = query.where(comment.c.conflict_id == conflict_id)
    return connection.execute(query)


def _conflict_row(conflict: Conflict) -> dict[str, Any]:
    return {
        "id": conflict.id,
        "rule": conflict.finding.rule,
        "about": list(conflict.finding.about),
        "status": conflict.status.value,
        "severity": int(conflict.severity),
        "functions": list(conflict.finding.functions),
        "subjects": list(conflict.finding.subjects),
        "comment_on": list(conflict.finding.comment_on),
        "details": conflict.model_dump(mode="json"),
        "opened_at": conflict.opened_at,
        "changed_at": conflict.changed_at,
        "resolved_at": conflict.resolved_at,
    }


def _event_row(event: Event) -> dict[str, Any]:
    return {
        "conflict_id": event.conflict_id,
        "event": event.event,
        "at": event.at,
        "details": dict(event.details),
    }
