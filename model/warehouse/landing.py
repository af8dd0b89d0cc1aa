"""Landing: the raw records of each tool, verbatim, and how far each stage has read.

A row is keyed by (connection, stream, native id). It changes only when its content does, and
each change gives it the next `seq`, which is the cursor of the mapping.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from model.warehouse.schema import cursor, landing

DELETED = "deleted"
"""The only `gone_reason` for which a record leaves the plan."""


@dataclass(frozen=True, slots=True)
class LandingRow:
    """A raw record that is to be mapped, with the reason where its tool no longer shows it."""

    native_id: str
    payload: str
    landed_at: datetime
    seq: int
    gone_reason: str | None


_LAST_SEQ = 2**63 - 1
_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")

# Payloads travel as bytes: the driver escapes every quotation mark of a text in an array.
_UPSERT = text("""
    insert into landing as l (connection, stream, native_id, payload, digest, landed_at, seq)
    select :connection, :stream, native_id, convert_from(payload, 'UTF8'), digest, :now,
           nextval('landing_seq')
    from unnest(cast(:ids as text[]), cast(:payloads as bytea[]), cast(:digests as bytea[]))
         as pulled (native_id, payload, digest)
    on conflict (connection, stream, native_id) do update
        set payload = excluded.payload, digest = excluded.digest, landed_at = excluded.landed_at,
            seq = nextval('landing_seq'), gone_at = null, gone_reason = null
        where l.digest <> excluded.digest or l.gone_at is not null
""")

# "except", because PostgreSQL runs any other anti-join as a loop over all pairs while the table
# has no statistics.
_MISSING = text("""
    select native_id from landing
    where connection = :connection and stream = :stream and gone_reason is distinct from :reason
    except
    select unnest(cast(:alive as text[]))
""")

# A statement of its own: only a list that is a parameter is looked up by hash.
_GONE = text("""
    update landing
    set gone_at = :now, gone_reason = :reason, seq = nextval('landing_seq')
    where connection = :connection and stream = :stream
      and native_id = any(cast(:gone as text[])) and gone_reason is distinct from :reason
""")


def land(
    connection: Connection, name: str, stream: str, rows: Sequence[tuple[str, str]], now: datetime
) -> int:
    """Store (native id, payload) pairs; returns how many were new or changed."""
    # Of a record that a page has twice the last one counts; one statement cannot update a row
    # twice.
    latest = {native_id: _storable(payload) for native_id, payload in rows}
    if not latest:
        return 0
    return connection.execute(
        _UPSERT,
        {
            "connection": name,
            "stream": stream,
            "now": now,
            "ids": list(latest),
            "payloads": list(latest.values()),
            "digests": [hashlib.sha256(payload).digest() for payload in latest.values()],
        },
    ).rowcount


def _storable(payload: str) -> bytes:
    # PostgreSQL text cannot hold NUL, and JSON may contain it only escaped.
    if "\x00" in payload:
        raise ValueError("a raw record contains a NUL character and is therefore not JSON")
    return payload.encode()


def mark_gone(
    connection: Connection,
    name: str,
    stream: str,
    alive: Collection[str],
    reason: str,
    now: datetime,
) -> int:
    """Mark all records but `alive` as gone from the tool; returns how many were not yet."""
    scope = {"connection": name, "stream": stream, "reason": reason}
    missing = connection.execute(_MISSING, {**scope, "alive": list(alive)}).scalars().all()
    return _mark(connection, name, stream, missing, reason, now)


def mark_deleted(
    connection: Connection, name: str, stream: str, deleted: Collection[str], now: datetime
) -> int:
    """Mark the records that the tool reports as deleted; returns how many were not yet."""
    return _mark(connection, name, stream, deleted, DELETED, now)


def _mark(
    connection: Connection,
    name: str,
    stream: str,
    gone: Collection[str],
    reason: str,
    now: datetime,
) -> int:
    if not gone:
        return 0
    scope = {"connection": name, "stream": stream, "reason": reason, "now": now}
    return connection.execute(_GONE, {**scope, "gone": list(gone)}).rowcount


def read_unmapped(
    connection: Connection,
    name: str,
    stream: str,
    after_seq: int,
    limit: int,
    until_seq: int = _LAST_SEQ,
) -> list[LandingRow]:
    """The next raw records that changed after `after_seq`, oldest change first.

    Those that changed after `until_seq`, and escaped NUL characters of the payloads, are left out.
    """
    rows = connection.execute(
        select(
            landing.c.native_id,
            landing.c.payload,
            landing.c.landed_at,
            landing.c.seq,
            landing.c.gone_reason,
        )
        # By `seq` and not by time: two changes may share an instant, and a cursor must not skip
        # one.
        .where(
            landing.c.connection == name,
            landing.c.stream == stream,
            landing.c.seq > after_seq,
            landing.c.seq <= until_seq,
        )
        .order_by(landing.c.seq)
        .limit(limit)
    )
    return [LandingRow(row[0], _without_nul(row[1]), *row[2:]) for row in rows]


def _without_nul(payload: str) -> str:
    # Nobody sees them in a tool, and no text column that the mapping fills can hold one.
    return _ESCAPED_NUL.sub(r"\1", payload) if r"\u0000" in payload else payload


def count_present_records(connection: Connection, name: str) -> int:
    """How many records of a connection its tool showed when it was last read."""
    return connection.execute(
        select(func.count())
        .select_from(landing)
        .where(landing.c.connection == name, landing.c.gone_at.is_(None))
    ).scalar_one()


def read_cursor(
    connection: Connection, name: str, stream: str, stage: str
) -> dict[str, Any] | None:
    return connection.execute(
        select(cursor.c.position).where(
            cursor.c.connection == name, cursor.c.stream == stream, cursor.c.stage == stage
        )
    ).scalar_one_or_none()


def move_cursor(
    connection: Connection,
    name: str,
    stream: str,
    stage: str,
    position: dict[str, Any],
    now: datetime,
) -> None:
    """Save how far a stage has read, in the transaction of the rows that it covers."""
    values = {"position": position, "moved_at": now}
    connection.execute(
        insert(cursor)
        .values(connection=name, stream=stream, stage=stage, **values)
        .on_conflict_do_update(index_elements=["connection", "stream", "stage"], set_=values)
    )


def drop_cursor(connection: Connection, name: str, stream: str, stage: str) -> None:
    """Forget how far a stage has read: it begins at the beginning."""
    connection.execute(
        delete(cursor).where(
            cursor.c.connection == name, cursor.c.stream == stream, cursor.c.stage == stage
        )
    )
