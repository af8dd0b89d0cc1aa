"""How each connection was last read: when a pull began, and what of it the shared model contains.

The two differ while a connection is held (see `holds`), or after a kill between pull and map.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from model.freshness import ReadingGap
from model.warehouse.schema import conflict, connection_state, hold, reading_gap

_SHORTEST_DAY = timedelta(hours=23)
"""A shorter gap has no whole day in it, not even the day on which summer time begins."""


def record_pull_start(connection: Connection, name: str, now: datetime) -> None:
    """Save that a pull has begun: killed from here on, it counts as one that reached no end."""
    _save(connection, name, {"tried_at": now, "reached_end": False})


def record_pull_end(connection: Connection, name: str, now: datetime) -> None:
    """Save that the pull that began at `now` has read all streams to the end."""
    _save(connection, name, {"tried_at": now, "reached_end": True, "pulled_at": now})


def record_mapping_end(connection: Connection, name: str) -> None:
    """Save that the shared model contains all that the last complete pull read."""
    _record_gap(connection, name)
    connection.execute(
        update(connection_state)
        .where(
            connection_state.c.connection == name,
            connection_state.c.read_at.is_distinct_from(connection_state.c.pulled_at),
        )
        .values(read_at=connection_state.c.pulled_at)
    )


def record_unusable(connection: Connection, name: str) -> None:
    """Save that the last pull counts as one that reached no end: it read too little of use."""
    connection.execute(
        update(connection_state)
        .where(connection_state.c.connection == name)
        .values(reached_end=False)
    )


def find_unread_connections(connection: Connection, names: Collection[str]) -> list[str]:
    """The connections of these names whose last pull did not reach its end, or is held."""
    is_held = exists().where(hold.c.connection == connection_state.c.connection)
    read = set(
        connection.execute(
            select(connection_state.c.connection).where(connection_state.c.reached_end, ~is_held)
        ).scalars()
    )
    return [name for name in names if name not in read]


def read_times(connection: Connection, names: Collection[str]) -> dict[str, datetime | None]:
    """When the last complete pull began that the shared model contains; None where none did.

    Of these connections, and of all others that were ever pulled.
    """
    rows = connection.execute(select(connection_state.c.connection, connection_state.c.read_at))
    return dict.fromkeys(names) | {row.connection: row.read_at for row in rows}


def read_times_as_of(
    connection: Connection, names: Collection[str], instant: datetime
) -> dict[str, datetime | None]:
    """The same as of a past instant, as far as the gaps between readings tell.

    A connection that was read again within a day counts as read at that instant.
    """
    gaps = connection.execute(
        select(reading_gap.c.connection, reading_gap.c.last_read_at).where(
            reading_gap.c.last_read_at <= instant, reading_gap.c.read_again_at > instant
        )
    )
    in_gap = {row.connection: row.last_read_at for row in gaps}
    return {
        name: in_gap.get(name, min(read_at, instant) if read_at else None)
        for name, read_at in read_times(connection, names).items()
    }


def read_gaps(connection: Connection) -> list[ReadingGap]:
    """The gaps between complete readings that ended after the oldest conflict in force opened."""
    columns = reading_gap.c.connection, reading_gap.c.last_read_at, reading_gap.c.read_again_at
    oldest = select(func.min(conflict.c.opened_at)).where(conflict.c.status != "resolved")
    rows = connection.execute(
        select(*columns)
        .where(reading_gap.c.read_again_at > oldest.scalar_subquery())
        .order_by(reading_gap.c.last_read_at, reading_gap.c.connection)
    )
    return [ReadingGap(*row) for row in rows]


def _record_gap(connection: Connection, name: str) -> None:
    """Save since when the shared model contained nothing newer, if that is longer than a day."""
    states = connection_state.c
    gap = select(states.connection, states.read_at, states.pulled_at).where(
        states.connection == name, states.read_at < states.pulled_at - _SHORTEST_DAY
    )
    columns = ["connection", "last_read_at", "read_again_at"]
    connection.execute(insert(reading_gap).from_select(columns, gap).on_conflict_do_nothing())


def _save(connection: Connection, name: str, values: dict[str, object]) -> None:
    connection.execute(
        # `read_at` is not in the values of a start, so the last full reading stays known through
        # failures.
        insert(connection_state)
        .values(connection=name, **values)
        .on_conflict_do_update(index_elements=["connection"], set_=values)
    )


def is_anything_read(connection: Connection) -> bool:
    """Whether any connection was ever pulled, to its end or not."""
    return connection.scalar(select(connection_state.c.connection).limit(1)) is not None
