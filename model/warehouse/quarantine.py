"""The quarantine: what could not be mapped, from which record, why, and what to do.

Every entry belongs to the stage that wrote it. A stage that processes a record again replaces
its own entries for it, so an entry goes once its cause is corrected.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select, text, true
from sqlalchemy.dialects.postgresql import insert

from model.keys import ReferenceFormats
from model.records import Problem
from model.warehouse.schema import quarantine

# By the whole key, entry by entry: PostgreSQL runs a join with a list of keys as a loop over all
# pairs while the table has no statistics.
_DELETE = text("""
    delete from quarantine
    where connection = :connection and stream = :stream
      and native_id = :native_id and reason = :reason
""")


def replace_problems(
    connection: Connection,
    name: str,
    stream: str,
    stage: str,
    native_ids: Collection[str] | None,
    problems: Iterable[Problem],
    now: datetime,
    references: ReferenceFormats,
) -> int:
    """Make these the stage's problems of the records with these ids (None: of the whole stream).

    Returns how many there are. An entry that stays keeps the instant at which it was first seen.
    """
    rows = _rows(name, stream, stage, problems, now, references)
    of_stage = [
        quarantine.c.connection == name,
        quarantine.c.stream == stream,
        quarantine.c.stage == stage,
    ]
    if native_ids is not None:
        of_stage.append(quarantine.c.native_id == func.any(list(native_ids)))
    # Compared with what is there, so that `first_seen` of a lasting problem stays.
    current = {(row["native_id"], row["reason"]) for row in rows}
    present = connection.execute(
        select(quarantine.c.native_id, quarantine.c.reason).where(*of_stage)
    )
    corrected = [
        (native_id, reason) for native_id, reason in present if (native_id, reason) not in current
    ]
    _delete(connection, name, stream, corrected)
    return _add(connection, rows)


def drop_stale_problems(
    connection: Connection, name: str, stream: str, keep: Collection[str]
) -> None:
    """Delete the problems that pulls reported about records not in `keep`, the full set of ids."""
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
    """For each connection: problems of whole records, and problems of single fields."""
    held = func.count().filter(quarantine.c.held)
    rows = connection.execute(
        select(quarantine.c.connection, held, func.count() - held).group_by(quarantine.c.connection)
    )
    return {name: (whole, partial) for name, whole, partial in rows}


def count_unusable(connection: Connection, name: str) -> list[tuple[str, int, int]]:
    """For each stream with problems of whole records: the stream, how many, of how many it has."""
    rows = connection.execute(_UNUSABLE, {"connection": name})
    return [(row.stream, row.unusable, row.unusable + row.usable) for row in rows]


_UNUSABLE = text("""
    select q.stream, count(distinct q.native_id) as unusable,
           (select count(*) from landing l
            where l.connection = :connection and l.stream = q.stream and l.gone_reason is null
              and not exists(
                  select from quarantine h
                  where h.connection = l.connection and h.stream = l.stream
                    and h.native_id = l.native_id and h.held)) as usable
    from quarantine q
    where q.connection = :connection and q.held
    group by q.stream
    order by q.stream
""")


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


@dataclass(frozen=True, slots=True)
class QuarantineCount:
    """How many records are held whole, and how many fields of other records are left out."""

    held: int
    left_out: int


@dataclass(frozen=True, slots=True)
class RecordedProblem:
    """One entry: a held record, or one that lacks a field; `since` is in UTC."""

    connection: str
    stream: str
    native_id: str
    reason: str
    remedy: str
    held: bool
    since: datetime


def count_quarantine(connection: Connection) -> QuarantineCount:
    """The whole quarantine, in figures."""
    columns = quarantine.c.connection, quarantine.c.stream, quarantine.c.native_id
    # A record may be held for several reasons.
    held = select(*columns).where(quarantine.c.held).distinct().subquery()
    return QuarantineCount(
        connection.scalar(select(func.count()).select_from(held)) or 0,
        connection.scalar(select(func.count()).where(~quarantine.c.held)) or 0,
    )


def read_problems(connection: Connection, name: str | None = None) -> list[RecordedProblem]:
    """The problems of a connection, or all: held records first, then by connection and age."""
    return _read(connection, quarantine.c.connection == name if name is not None else true())


def find_held(
    connection: Connection, name: str, references: ReferenceFormats
) -> list[RecordedProblem]:
    """Why a record with this key, address or other name is held; empty if none is."""
    known = quarantine.c.known_as.contains([references.normalise(name)])
    return _read(connection, and_(quarantine.c.held, known))


def _read(connection: Connection, condition: ColumnElement[bool]) -> list[RecordedProblem]:
    columns = quarantine.c
    rows = connection.execute(
        select(
            columns.connection,
            columns.stream,
            columns.native_id,
            columns.reason,
            columns.remedy,
            columns.held,
            columns.first_seen,
        )
        .where(condition)
        .order_by(
            columns.held.desc(),
            columns.connection,
            columns.first_seen,
            columns.stream,
            columns.native_id,
            columns.reason,
        )
    )
    return [RecordedProblem(*row) for row in rows]


def read_all_problems(connection: Connection) -> list[tuple[str, str, str, str]]:
    """Every problem as (connection, native id, reason, remedy), in alphabetical order."""
    columns = quarantine.c.connection, quarantine.c.native_id, quarantine.c.reason
    rows = connection.execute(select(*columns, quarantine.c.remedy).order_by(*columns))
    return [(name, native_id, reason, remedy) for name, native_id, reason, remedy in rows]


def _delete(connection: Connection, name: str, stream: str, entries: list[tuple[str, str]]) -> None:
    """Delete these entries, each a native id and a reason."""
    if entries:
        scope = {"connection": name, "stream": stream}
        rows = [
            {**scope, "native_id": native_id, "reason": reason} for native_id, reason in entries
        ]
        connection.execute(_DELETE, rows)


def _add(connection: Connection, rows: list[dict[str, object]]) -> int:
    if rows:
        statement = insert(quarantine)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["connection", "stream", "native_id", "reason"],
                set_={
                    column: statement.excluded[column]
                    for column in ("remedy", "held", "known_as", "stage")
                },
            ),
            rows,
        )
    return len(rows)


def _spellings(problem: Problem) -> tuple[str, ...]:
    # The native id too if people can read it, as with a record that is mapped: of what could not
    # even be landed it is the only name.
    is_readable = problem.held and not problem.native_id.isdigit()
    return (*problem.known_as, problem.native_id) if is_readable else problem.known_as


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
            "known_as": sorted(
                {
                    stored
                    for spelling in _spellings(problem)
                    for stored in references.stored_names(name, spelling)
                }
            ),
            "first_seen": now,
        }
        # One entry per reason: a record may state the same problem in several versions.
        for problem in dict.fromkeys(problems)
    ]
