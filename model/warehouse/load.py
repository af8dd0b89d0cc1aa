"""Loading what a connector mapped: ids, versions, names, stated dependencies and problems."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, text

from model.keys import ReferenceFormats
from model.records import Mapped, Problem, Ref, Version
from model.warehouse import history
from model.warehouse.landing import DELETED, LandingRow
from model.warehouse.quarantine import replace_problems
from model.warehouse.rows import copy_rows
from model.warehouse.schema import alias, record, stated_dependency

REMOVED, HIDDEN = "removed", "hidden"
"""The effects on a record that ends, and on one that its tool no longer shows; on one that changes
it is the digest of its new content."""
LOST = frozenset({REMOVED, HIDDEN})


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Counts of a load: raw records read, shared records that changed or ended, problems.

    `effects` is what became of the records that were present before, by reference.
    """

    rows: int = 0
    changed: int = 0
    ended: int = 0
    problems: int = 0
    effects: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __add__(self, other: LoadResult) -> LoadResult:
        return LoadResult(
            self.rows + other.rows,
            self.changed + other.changed,
            self.ended + other.ended,
            self.problems + other.problems,
            {**self.effects, **other.effects},
        )


def load_records(
    connection: Connection,
    name: str,
    stream: str,
    batch: Sequence[tuple[LandingRow, Mapped]],
    now: datetime,
    references: ReferenceFormats,
) -> LoadResult:
    """Write what a batch of raw records was mapped to; idempotent."""
    # Ids first: versions, names and dependencies all refer to them.
    timelines, sources = _timelines(batch)
    ids = _ensure_ids(connection, stream, sources)
    observed = {ref: row.landed_at for ref, row in sources.items()}
    appended = history.append_versions(connection, ids, timelines, observed)
    changed = appended.changed
    _save_touches(connection, {ids[ref]: timeline[-1] for ref, timeline in timelines.items()})
    _replace_stated_dependencies(
        connection, {ids[ref]: version for ref, version in changed.items()}
    )
    _replace_names(connection, ids, timelines, [mapped for _, mapped in batch], references)
    # After the versions are appended, so that what this batch became is alive.
    ended = _end_missing(connection, name, stream, batch, set(ids.values()), now)
    problems = [
        problem for row, mapped in batch for problem in (*mapped.problems, *_gone_problem(row))
    ]
    native_ids = {row.native_id for row, _ in batch}
    count = replace_problems(connection, name, stream, "map", native_ids, problems, now, references)
    effects = {str(ref): _digest(changed[ref]) for ref in appended.altered}
    effects |= dict.fromkeys(ended, REMOVED)
    effects |= dict.fromkeys(_find_hidden(connection, name, stream, batch), HIDDEN)
    return LoadResult(len(batch), len(changed), len(ended), count, effects)


def read_mapped_streams(connection: Connection) -> list[tuple[str, str]]:
    """The (connection, stream) of all records that were ever mapped, in alphabetical order."""
    streams = select(record.c.connection, record.c.stream).distinct()
    rows = connection.execute(streams.order_by(record.c.connection, record.c.stream))
    return [(name, stream) for name, stream in rows]


def _digest(version: Version) -> str:
    content = sorted(history.content_of(version).items())
    return hashlib.sha256(repr(content).encode()).hexdigest()[:16]


def _timelines(
    batch: Sequence[tuple[LandingRow, Mapped]],
) -> tuple[dict[Ref, list[Version]], dict[Ref, LandingRow]]:
    timelines: dict[Ref, list[Version]] = {}
    sources: dict[Ref, LandingRow] = {}
    for row, mapped in batch:
        # Of a record to which two raw records are mapped the last one is its source.
        for version in mapped.versions:
            timelines.setdefault(version.record.ref, []).append(version)
            sources[version.record.ref] = row
    return timelines, sources


def _ensure_ids(
    connection: Connection, stream: str, sources: Mapping[Ref, LandingRow]
) -> dict[Ref, int]:
    """The integer id of each record; a record that has none yet is given one for good."""
    if not sources:
        return {}
    refs = list(sources)
    connection.execute(
        text("""
            insert into record (ref, connection, stream, kind, native_id, landed_id)
            select *
            from unnest(cast(:refs as text[]), cast(:connections as text[]),
                        cast(:streams as text[]), cast(:kinds as text[]),
                        cast(:native_ids as text[]), cast(:landed_ids as text[]))
            on conflict (ref) do update set landed_id = excluded.landed_id
                where record.landed_id <> excluded.landed_id
        """),
        {
            "refs": [str(ref) for ref in refs],
            "connections": [ref.connection for ref in refs],
            "streams": [stream] * len(refs),
            "kinds": [ref.kind.value for ref in refs],
            "native_ids": [ref.native_id for ref in refs],
            "landed_ids": [sources[ref].native_id for ref in refs],
        },
    )
    by_text = {str(ref): ref for ref in refs}
    rows = connection.execute(
        select(record.c.ref, record.c.id).where(record.c.ref == func.any(list(by_text)))
    )
    return {by_text[ref_text]: record_id for ref_text, record_id in rows}


def _save_touches(connection: Connection, present: Mapping[int, Version]) -> None:
    """Save when a person last changed each record; a version keeps no touch."""
    touches = {
        record_id: version.record.touched_at
        for record_id, version in present.items()
        if version.record.touched_at
    }
    connection.execute(
        text("""
            update record r set touched_at = latest.touched_at
            from unnest(cast(:ids as bigint[]), cast(:instants as timestamptz[]))
                 as latest (id, touched_at)
            where r.id = latest.id and r.touched_at is distinct from latest.touched_at
        """),
        {"ids": list(touches), "instants": list(touches.values())},
    )


def _replace_stated_dependencies(connection: Connection, changed: Mapping[int, Version]) -> None:
    connection.execute(
        delete(stated_dependency).where(stated_dependency.c.record_id == func.any(list(changed)))
    )
    rows = {
        (record_id, stated.target, stated.role, stated.type, stated.origin): {
            "record_id": record_id,
            "target": stated.target,
            "role": stated.role.value,
            "type": int(stated.type),
            "origin": stated.origin.value,
            "place": stated.where,
            "lag_days": stated.lag_days,
        }
        for record_id, version in changed.items()
        for stated in version.stated_dependencies
    }
    copy_rows(connection, stated_dependency, rows.values())


def _replace_names(
    connection: Connection,
    ids: Mapping[Ref, int],
    timelines: Mapping[Ref, Sequence[Version]],
    mapped: Iterable[Mapped],
    references: ReferenceFormats,
) -> None:
    spellings = [
        (ref, name) for ref, timeline in timelines.items() for name in _names(timeline[-1])
    ]
    spellings += [(ref, name) for each in mapped for ref, name in each.aliases if ref in ids]
    names = {
        (name, ids[ref])
        for ref, spelling in spellings
        for name in references.stored_names(ref.connection, spelling)
    }
    # All names of the batch are replaced, so one that the record no longer has goes.
    connection.execute(delete(alias).where(alias.c.record_id == func.any(list(ids.values()))))
    rows = [{"name": name, "record_id": record_id} for name, record_id in sorted(names) if name]
    copy_rows(connection, alias, rows)


def _names(version: Version) -> tuple[str, ...]:
    """The key, the address, and the native id if people can read it."""
    shared, native_id = version.record, version.record.ref.native_id
    # A number is the tool's internal id: nobody calls the record by it, and as a name it would
    # match any number that somebody writes into a field.
    readable_id = "" if native_id.isdigit() else native_id
    return tuple(filter(None, (shared.key, readable_id, shared.url)))


# "offset 0" keeps it to one index lookup per raw record, whatever the statistics of the table.
_MAPPED_FROM = text("""
    select r.id, r.ref
    from unnest(cast(:landed_ids as text[])) as raw (landed_id)
    cross join lateral (
        select id, ref from record
        where connection = :connection and stream = :stream and landed_id = raw.landed_id
        offset 0) r
    where r.id <> all(cast(:alive as bigint[]))
""")


def _end_missing(
    connection: Connection,
    name: str,
    stream: str,
    batch: Sequence[tuple[LandingRow, Mapped]],
    alive: set[int],
    now: datetime,
) -> list[str]:
    """End the records that their raw record is no longer mapped to; returns their references.

    A raw record in quarantine, or one that its tool hides without deleting it, keeps its records.
    """
    mapped_ids = [
        row.native_id
        for row, mapped in batch
        if row.gone_reason in (None, DELETED) and not any(p.held for p in mapped.problems)
    ]
    rows = connection.execute(
        _MAPPED_FROM,
        {"connection": name, "stream": stream, "landed_ids": mapped_ids, "alive": list(alive)},
    )
    refs = {row.id: row.ref for row in rows}
    ended = history.end_records(connection, refs, now) if refs else set()
    for table in (stated_dependency, alias):
        connection.execute(delete(table).where(table.c.record_id == func.any(list(ended))))
    return [refs[record_id] for record_id in ended]


def _find_hidden(
    connection: Connection, name: str, stream: str, batch: Sequence[tuple[LandingRow, Mapped]]
) -> list[str]:
    """References of the records that their tool no longer shows, without having deleted them."""
    hidden_ids = [row.native_id for row, _ in batch if row.gone_reason not in (None, DELETED)]
    if not hidden_ids:
        return []
    rows = connection.execute(
        _MAPPED_FROM, {"connection": name, "stream": stream, "landed_ids": hidden_ids, "alive": []}
    )
    return [row.ref for row in rows]


def _gone_problem(row: LandingRow) -> tuple[Problem, ...]:
    if row.gone_reason in (None, DELETED):
        return ()
    return (
        Problem(
            row.native_id,
            f"its tool no longer shows it: {row.gone_reason}",
            "Give the connection's account access again; until then the last known state counts",
        ),
    )
