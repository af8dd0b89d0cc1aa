"""The ledger's tables: conflicts as they stand, their events, decisions, and our comments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from model.comment_content import CommentState, PostedComment
from model.comments import CommentKey, RecordedComment
from model.conflicts import Conflict, Decision, Status
from model.ledger import Event, LedgerUpdate
from model.records import Ref
from model.warehouse.schema import comment, conflict, conflict_event, decision, record


def read_conflicts(connection: Connection, *statuses: Status) -> dict[str, Conflict]:
    """Conflicts by id, worst and oldest first; all of them when no status is named."""
    query = select(conflict.c.id, conflict.c.details).order_by(
        conflict.c.severity.desc(), conflict.c.opened_at, conflict.c.id
    )
    if statuses:
        query = query.where(conflict.c.status.in_([s.value for s in statuses]))
    return {row.id: Conflict.model_validate(row.details) for row in connection.execute(query)}


def write_ledger_update(connection: Connection, settled: LedgerUpdate) -> None:
    """Store changed conflicts and append their events."""
    for one in settled.conflicts:
        values = _conflict_row(one)
        connection.execute(
            upsert(conflict)
            .values(values)
            .on_conflict_do_update(index_elements=["id"], set_=values)
        )
    if settled.events:
        connection.execute(insert(conflict_event), [_event_row(e) for e in settled.events])


def write_decision(
    connection: Connection, conflict_id: str, decided: Decision, role: str, right: str, channel: str
) -> None:
    """Append a decision; `channel` is where it was made: a tool's connection, cli, dagster."""
    connection.execute(
        insert(decision).values(
            conflict_id=conflict_id,
            verdict=decided.verdict,
            person=decided.person,
            role=role,
            right_id=right,
            reason=decided.reason,
            channel=channel,
            severity=int(decided.severity),
            decided_at=decided.decided_at,
        )
    )


def read_events(connection: Connection, conflict_id: str) -> list[Event]:
    """The life of one conflict, oldest event first."""
    found = connection.execute(
        select(conflict_event)
        .where(conflict_event.c.conflict_id == conflict_id)
        .order_by(conflict_event.c.id)
    )
    return [Event(row.conflict_id, row.event, row.at, row.details) for row in found]


def read_recorded_comments(connection: Connection, name: str) -> dict[CommentKey, RecordedComment]:
    """Our comments in one connection, as the warehouse remembers them."""
    return {
        (row.conflict_id, Ref.parse(row.ref)): RecordedComment(
            row.digest, CommentState(row.state), row.written_at
        )
        for row in _comments(connection, name)
    }


def read_posted_comments(connection: Connection) -> dict[str, list[PostedComment]]:
    """Where our comments stand, by conflict."""
    by_conflict: dict[str, list[PostedComment]] = {}
    for row in _comments(connection, None):
        posted = PostedComment(
            Ref.parse(row.ref), row.conflict_id, row.comment_id, row.digest, row.url
        )
        by_conflict.setdefault(row.conflict_id, []).append(posted)
    return by_conflict


def read_commented_records(connection: Connection, name: str) -> list[int]:
    """Ids of the records of one connection that carry comments of ours, resolved ones too."""
    return [row.record_id for row in _comments(connection, name)]


def count_comments_created_since(connection: Connection, name: str, since: datetime) -> int:
    """How many comments were newly written into a connection since an instant."""
    return connection.execute(
        select(func.count())
        .select_from(comment.join(record, record.c.id == comment.c.record_id))
        .where(record.c.connection == name, comment.c.created_at >= since)
    ).scalar_one()


def write_posted_comment(
    connection: Connection, posted: PostedComment, digest: str, state: CommentState, now: datetime
) -> None:
    """Remember a comment as it stands in its tool."""
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


def _comments(connection: Connection, name: str | None) -> Iterable[Row[Any]]:
    query = (
        select(comment, record.c.ref)
        .join(record, record.c.id == comment.c.record_id)
        .order_by(comment.c.created_at, comment.c.conflict_id, record.c.ref)
    )
    return connection.execute(query if name is None else query.where(record.c.connection == name))


def _conflict_row(one: Conflict) -> dict[str, Any]:
    return {
        "id": one.id,
        "rule": one.finding.rule,
        "about": list(one.finding.about),
        "status": one.status.value,
        "severity": int(one.severity),
        "functions": list(one.finding.functions),
        "subjects": list(one.finding.subjects),
        "comment_on": list(one.finding.comment_on),
        "details": one.model_dump(mode="json"),
        "opened_at": one.opened_at,
        "changed_at": one.changed_at,
        "resolved_at": one.resolved_at,
    }


def _event_row(event: Event) -> dict[str, Any]:
    return {
        "conflict_id": event.conflict_id,
        "event": event.event,
        "at": event.at,
        "details": dict(event.details),
    }
