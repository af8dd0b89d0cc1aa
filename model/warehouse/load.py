"""Taking over what a connector mapped: ids, versions, names, claims and problems of one batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, text

from model.keys import ReferenceFormats
from model.records import Mapped, Problem, Ref, Version
from model.warehouse import history
from model.warehouse.landing import DELETED, LandingRow
from model.warehouse.quarantine import replace_problems
from model.warehouse.rows import copy_rows
from model.warehouse.schema import VERSION_TABLES, alias, record, stated_dependency


@dataclass(frozen=True, slots=True)
class LoadResult:
    """How one batch went: landed rows looked at, records that changed or ended, problems."""

    rows: int = 0
    changed: int = 0
    ended: int = 0
    problems: int = 0

    def __add__(self, other: LoadResult) -> LoadResult:
        return LoadResult(
            self.rows + other.rows,
            self.changed + other.changed,
            self.ended + other.ended,
            self.problems + other.problems,
        )


def load_records(
    connection: Connection,
    name: str,
    stream: str,
    batch: Sequence[tuple[LandingRow, Mapped]],
    now: datetime,
    references: ReferenceFormats,
) -> LoadResult:
    """Write what a batch of landed rows became. Doing it twice changes nothing more."""
    timelines, sources = _timelines(batch)
    ids = _ensure_ids(connection, stream, sources)
    observed = {ref: row.landed_at for ref, row in sources.items()}
    changed = history.append_versions(connection, ids, timelines, observed)
    _touch(connection, {ids[ref]: line[-1] for ref, line in timelines.items()})
    _replace_stated_dependencies(
        connection, {ids[ref]: version for ref, version in changed.items()}
    )
    _replace_names(connection, ids, timelines, [m for _, m in batch], references)
    ended = _end_missing(connection, name, stream, batch, set(ids.values()), now)
    problems = [p for row, mapped in batch for p in (*mapped.problems, *_gone_problem(row))]
    looked_at = {row.native_id for row, _ in batch}
    count = replace_problems(connection, name, stream, "map", looked_at, problems, now, references)
    return LoadResult(len(batch), len(changed), ended, count)


def _timelines(
    batch: Sequence[tuple[LandingRow, Mapped]],
) -> tuple[dict[Ref, list[Version]], dict[Ref, LandingRow]]:
    timelines: dict[Ref, list[Version]] = {}
    sources: dict[Ref, LandingRow] = {}
    for row, mapped in batch:
        for version in mapped.versions:
            timelines.setdefault(version.record.ref, []).append(version)
            sources[version.record.ref] = row
    return timelines, sources


def _ensure_ids(
    connection: Connection, stream: str, sources: Mapping[Ref, LandingRow]
) -> dict[Ref, int]:
    """Give each record its integer id, once and for ever."""
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
    names = {str(ref): ref for ref in refs}
    found = connection.execute(
        select(record.c.ref, record.c.id).where(record.c.ref == func.any(list(names)))
    )
    return {names[text_ref]: record_id for text_ref, record_id in found}


def _touch(connection: Connection, latest: Mapping[int, Version]) -> None:
    touched = {i: v.record.touched_at for i, v in latest.items() if v.record.touched_at}
    connection.execute(
        text("""
            update record r set touched_at = given.touched_at
            from unnest(cast(:ids as bigint[]), cast(:instants as timestamptz[]))
                 as given (id, touched_at)
            where r.id = given.id and r.touched_at is distinct from given.touched_at
        """),
        {"ids": list(touched), "instants": list(touched.values())},
    )


def _replace_stated_dependencies(connection: Connection, changed: Mapping[int, Version]) -> None:
    connection.execute(
        delete(stated_dependency).where(stated_dependency.c.record_id == func.any(list(changed)))
    )
    rows = {
        (record_id, c.target, c.role, c.type, c.origin): {
            "record_id": record_id,
            "target": c.target,
            "role": c.role.value,
            "type": int(c.type),
            "origin": c.origin.value,
            "place": c.where,
            "lag_days": c.lag_days,
        }
        for record_id, version in changed.items()
        for c in version.stated_dependencies
    }
    copy_rows(connection, stated_dependency, rows.values())


def _replace_names(
    connection: Connection,
    ids: Mapping[Ref, int],
    timelines: Mapping[Ref, Sequence[Version]],
    mapped: Iterable[Mapped],
    references: ReferenceFormats,
) -> None:
    spellings = [(ref, name) for ref, line in timelines.items() for name in _names(line[-1])]
    spellings += [(ref, name) for m in mapped for ref, name in m.aliases if ref in ids]
    names = {(references.normalise(name), ids[ref]) for ref, name in spellings}
    connection.execute(delete(alias).where(alias.c.record_id == func.any(list(ids.values()))))
    copy_rows(connection, alias, [{"name": n, "record_id": i} for n, i in sorted(names) if n])


def _names(version: Version) -> tuple[str, ...]:
    """A tool's inner number names nothing for people, and would match any number in a field."""
    shared, native_id = version.record, version.record.ref.native_id
    inner = "" if native_id.isdigit() else native_id
    return tuple(filter(None, (shared.key, inner, shared.url)))


_OF_LANDED = text("""
    select r.id
    from unnest(cast(:landed as text[])) as given (landed_id)
    cross join lateral (
        select id from record
        where connection = :connection and stream = :stream and landed_id = given.landed_id
        offset 0) r
    where r.id <> all(cast(:alive as bigint[]))
""")
"""`offset 0` keeps it one look into the index a landed row, whatever the statistics say."""


def _end_missing(
    connection: Connection,
    name: str,
    stream: str,
    batch: Sequence[tuple[LandingRow, Mapped]],
    alive: set[int],
    now: datetime,
) -> int:
    """End records whose landed row is deleted, or no longer becomes them; held rows keep theirs."""
    settled = [
        row.native_id
        for row, mapped in batch
        if row.gone_reason in (None, DELETED) and not any(p.held for p in mapped.problems)
    ]
    found = connection.execute(
        _OF_LANDED,
        {"connection": name, "stream": stream, "landed": settled, "alive": list(alive)},
    )
    ended = list(found.scalars())
    for table in VERSION_TABLES.values():
        history.end_versions(connection, table, dict.fromkeys(ended, now))
    for table in (stated_dependency, alias):
        connection.execute(delete(table).where(table.c.record_id == func.any(ended)))
    return len(ended)


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
