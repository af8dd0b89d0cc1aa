"""The quarantine: what could not be taken over, from which record, why, and what to do.

Every entry belongs to the stage that made it. A stage that looks at a record again replaces
its own entries for it, so the quarantine empties itself once the cause is mended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from model.keys import ReferenceFormats
from model.records import Problem
from model.warehouse.schema import quarantine

_DELETE = text("""
    delete from quarantine
    where connection = :connection and stream = :stream
      and native_id = :native_id and reason = :reason
""")
"""By its whole key, entry by entry: one join with a list of them is a loop over all pairs while
the table has no statistics."""


def replace_problems(
    connection: Connection,
    name: str,
    stream: str,
    stage: str,
    looked_at: Collection[str] | None,
    problems: Iterable[Problem],
    now: datetime,
    references: ReferenceFormats,
) -> int:
    """Make these the stage's problems of the records looked at (None: of the whole stream).

    Returns how many there are. An entry that stays keeps the instant at which it was first seen.
    """
    rows = _rows(name, stream, stage, problems, now, references)
    mine = [
        quarantine.c.connection == name,
        quarantine.c.stream == stream,
        quarantine.c.stage == stage,
    ]
    if looked_at is not None:
        mine.append(quarantine.c.native_id == func.any(list(looked_at)))
    stays = {(row["native_id"], row["reason"]) for row in rows}
    present = connection.execute(select(quarantine.c.native_id, quarantine.c.reason).where(*mine))
    mended = [
        (native_id, reason) for native_id, reason in present if (native_id, reason) not in stays
    ]
    _delete(connection, name, stream, mended)
    return _add(connection, rows)


def drop_stale_problems(
    connection: Connection, name: str, stream: str, keep: Collection[str]
) -> None:
    """After a whole snapshot_ids: forget what a pull once reported of records that are no more."""
    present = connection.execute(
        select(quarantine.c.native_id, quarantine.c.reason).where(
            quarantine.c.connection == name,
            quarantine.c.stream == stream,
            quarantine.c.stage == "pull",
        )
    )
    stale = [(native_id, reason) for native_id, reason in present if native_id not in keep]
    _delete(connection, name, stream, stale)


def count_problems(connection: Connection) -> dict[str, tuple[int, int]]:
    """For each connection: records held back, and records mapped with a field left out."""
    held = func.count().filter(quarantine.c.held)
    found = connection.execute(
        select(quarantine.c.connection, held, func.count() - held).group_by(quarantine.c.connection)
    )
    return {name: (held_back, partly) for name, held_back, partly in found}


def read_first_problems(
    connection: Connection, name: str, limit: int
) -> list[tuple[str, str, str]]:
    """The first `limit` problems of a connection as (native id, reason, remedy).

    Records that could not be mapped at all come first, then the oldest problems.
    """
    rows = connection.execute(
        select(quarantine.c.native_id, quarantine.c.reason, quarantine.c.remedy)
        .where(quarantine.c.connection == name)
        .order_by(
            quarantine.c.held.desc(),
            quarantine.c.first_seen,
            quarantine.c.native_id,
            quarantine.c.reason,
        )
        .limit(limit)
    )
    return [(native_id, reason, remedy) for native_id, reason, remedy in rows]


def _delete(connection: Connection, name: str, stream: str, entries: list[tuple[str, str]]) -> None:
    """Forget these entries, each a native id and a reason."""
    if entries:
        at = {"connection": name, "stream": stream}
        rows = [{**at, "native_id": native_id, "reason": reason} for native_id, reason in entries]
        connection.execute(_DELETE, rows)


def _add(connection: Connection, rows: list[dict[str, object]]) -> int:
    if rows:
        statement = insert(quarantine)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["connection", "stream", "native_id", "reason"],
                set_={n: statement.excluded[n] for n in ("remedy", "held", "known_as", "stage")},
            ),
            rows,
        )
    return len(rows)


def _rows(
    name: str,
    stream: str,
    stage: str,
    problems: Iterable[Problem],
    now: datetime,
    references: ReferenceFormats,
) -> list[dict[str, object]]:
    return [
        {
            "connection": name,
            "stream": stream,
            "stage": stage,
            "native_id": problem.native_id,
            "reason": problem.reason,
            "remedy": problem.remedy,
            "held": problem.held,
            "known_as": [references.normalise(name) for name in problem.known_as],
            "first_seen": now,
        }
        for problem in dict.fromkeys(problems)
    ]
