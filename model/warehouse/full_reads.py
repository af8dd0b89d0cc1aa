"""When each stream was last read from its beginning, also by a pull that was killed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from model.warehouse.schema import full_read


@dataclass(frozen=True, slots=True)
class FullRead:
    """The last reading of a stream from its beginning; without an end it is under way."""

    begun_at: datetime
    completed_at: datetime | None


def read_full_reads(connection: Connection, name: str) -> dict[str, FullRead]:
    """The last full reading of each stream of a connection that ever began one."""
    rows = connection.execute(
        select(full_read.c.stream, full_read.c.begun_at, full_read.c.completed_at).where(
            full_read.c.connection == name
        )
    )
    return {stream: FullRead(begun_at, completed_at) for stream, begun_at, completed_at in rows}


def record_full_read_start(connection: Connection, name: str, stream: str, now: datetime) -> None:
    """Save that a stream is read from its beginning; in the transaction that resets its cursor."""
    values = {"begun_at": now, "completed_at": None}
    connection.execute(
        insert(full_read)
        .values(connection=name, stream=stream, **values)
        .on_conflict_do_update(index_elements=["connection", "stream"], set_=values)
    )


def record_full_read_end(connection: Connection, name: str, stream: str, now: datetime) -> None:
    """Save that the stream was read to its end; without effect if no full reading is under way."""
    connection.execute(
        update(full_read)
        .where(
            full_read.c.connection == name,
            full_read.c.stream == stream,
            full_read.c.completed_at.is_(None),
        )
        .values(completed_at=now)
    )
