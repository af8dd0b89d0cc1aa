"""The shared model with its history: appends versions, and answers as of any past instant.

A version holds from `valid_from` until `valid_to` (null for the present one). Where a tool
keeps its own history, the first mapping stores all of it; later ones append what is new. A
change that the tool does not date counts from when it was first observed. Two versions that
start together are a correction: the older one gets an empty interval and stays on record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on

from model.records import Ref, StatedDependency, Version
from model.warehouse.record_fields import stored_fields
from model.warehouse.rows import copy_rows
from model.warehouse.schema import VERSION_TABLES

Content = dict[str, Any]
"""The columns of a version that hold what the tool states, as PostgreSQL returns them."""

_NOT_CONTENT = {"record_id", "valid_from", "recorded_at", "valid_to"}


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """The last version in the warehouse of a record; without an end it is the present one."""

    valid_from: datetime
    valid_to: datetime | None
    content: Content


def content_of(version: Version) -> Content:
    """What a version states, equal for equal states; a person's touch alone changes nothing."""
    # Versions are compared by their columns and not by a hash over them, so a field that is added
    # to the model with a default makes no new version of the records that do not state it.
    return {
        **stored_fields(version.record),
        "stated_dependencies": _in_order(map(_dependency_json, version.stated_dependencies)),
    }


@dataclass(frozen=True, slots=True)
class Appended:
    """The changed records' present versions, and which of these records were present before."""

    changed: Mapping[Ref, Version]
    altered: frozenset[Ref]


def append_versions(
    connection: Connection,
    ids: Mapping[Ref, int],
    timelines: Mapping[Ref, Sequence[Version]],
    observed_at: Mapping[Ref, datetime],
) -> Appended:
    """Append what is new in each record's versions."""
    # Not now(), which is the same in a whole transaction: two corrections in one would collide.
    recorded_at = connection.execute(select(func.clock_timestamp())).scalar_one()
    changed: dict[Ref, Version] = {}
    altered: set[Ref] = set()
    for kind, table in VERSION_TABLES.items():
        of_kind = {ref: timeline for ref, timeline in timelines.items() if ref.kind is kind}
        # One query per kind and batch: records differ in their columns, not in how they are
        # compared.
        stored_versions = read_latest_versions(connection, table, [ids[ref] for ref in of_kind])
        endings: dict[int, datetime] = {}
        rows: list[dict[str, Any]] = []
        for ref, timeline in of_kind.items():
            stored = stored_versions.get(ids[ref])
            fresh = new_versions(timeline, stored, observed_at[ref])
            if not fresh:
                continue
            changed[ref] = fresh[-1]
            if stored is not None and stored.valid_to is None:
                endings[ids[ref]] = fresh[0].valid_from
                altered.add(ref)
            rows += _rows(ids[ref], fresh, recorded_at)
        end_versions(connection, table, endings)
        copy_rows(connection, table, rows)
    return Appended(changed, frozenset(altered))


def new_versions(
    timeline: Sequence[Version], stored: StoredVersion | None, observed_at: datetime
) -> list[Version]:
    """Which versions of a timeline (in any order) are to be appended after the stored one."""
    # Of two versions that a tool dates to one instant the last one counts.
    ordered = sorted({v.valid_from: v for v in timeline}.values(), key=lambda v: v.valid_from)
    if stored is None:
        return _without_repeats(ordered, None)
    last = ordered[-1]
    if stored.valid_to is not None:
        # The record was gone and is back; its history does not tell the time in between.
        return [_starting(last, max(observed_at, stored.valid_to))]
    # History that the tool rewrites afterwards is left as it was recorded: it was believed then.
    later = [v for v in ordered if v.valid_from > stored.valid_from]
    fresh = _without_repeats(later, stored.content)
    if fresh or content_of(last) == stored.content:
        return fresh
    return [_starting(last, max(observed_at, stored.valid_from))]


def _starting(version: Version, instant: datetime) -> Version:
    return Version(instant, version.record, version.stated_dependencies)


def _without_repeats(versions: Iterable[Version], before: Content | None) -> list[Version]:
    changes = []
    for version in versions:
        content = content_of(version)
        if content != before:
            changes.append(version)
            before = content
    return changes


def read_latest_versions(
    connection: Connection, table: Table, ids: Sequence[int]
) -> dict[int, StoredVersion]:
    """The last version of each of these records, by record id."""
    if not ids:
        return {}
    rows = connection.execute(
        select(table)
        .ext(distinct_on(table.c.record_id))
        .where(table.c.record_id == func.any(list(ids)))
        .order_by(table.c.record_id, table.c.valid_from.desc(), table.c.recorded_at.desc())
    ).mappings()
    return {
        row["record_id"]: StoredVersion(row["valid_from"], row["valid_to"], _stored_content(row))
        for row in rows
    }


def _stored_content(row: Mapping[Any, Any]) -> Content:
    content = {name: value for name, value in row.items() if name not in _NOT_CONTENT}
    content["stated_dependencies"] = _in_order(content["stated_dependencies"])
    return content


def end_records(connection: Connection, ids: Collection[int], at: datetime) -> set[int]:
    """End the present versions of these records; returns the ids of those that had one."""
    return {
        record_id
        for table in VERSION_TABLES.values()
        for record_id in connection.execute(
            update(table)
            .where(table.c.record_id == func.any(list(ids)), table.c.valid_to.is_(None))
            .values(valid_to=func.greatest(at, table.c.valid_from))
            .returning(table.c.record_id)
        ).scalars()
    }


def end_versions(connection: Connection, table: Table, endings: Mapping[int, datetime]) -> None:
    """Let the present versions of these record ids end at the given instants."""
    # One list of ids per instant: PostgreSQL looks a list up in the index even while the table
    # has no statistics. A join with ids and instants reads all present versions until it has.
    by_instant: dict[datetime, list[int]] = {}
    for record_id, instant in endings.items():
        by_instant.setdefault(instant, []).append(record_id)
    if by_instant:
        connection.execute(
            update(table)
            .where(table.c.record_id == func.any(bindparam("ids")), table.c.valid_to.is_(None))
            # A correction that starts before the present version must not end it before its own
            # start.
            .values(valid_to=func.greatest(bindparam("at"), table.c.valid_from)),
            [{"ids": ids, "at": instant} for instant, ids in by_instant.items()],
        )


def holds(table: Table, as_of: datetime | None) -> ColumnElement[bool]:
    """The condition that selects each record's version as of an instant (None: the present)."""
    if as_of is None:
        return table.c.valid_to.is_(None)
    return and_(
        table.c.valid_from <= as_of, or_(table.c.valid_to.is_(None), table.c.valid_to > as_of)
    )


def _rows(
    record_id: int, versions: Sequence[Version], recorded_at: datetime
) -> list[dict[str, Any]]:
    ends: list[datetime | None] = [v.valid_from for v in versions[1:]]
    return [
        {
            "record_id": record_id,
            "valid_from": version.valid_from,
            "recorded_at": recorded_at,
            "valid_to": end,
            **content_of(version),
        }
        for version, end in zip(versions, [*ends, None], strict=True)
    ]


def _dependency_json(stated: StatedDependency) -> dict[str, Any]:
    # The spelling is left out where it is the target itself, as in most dependencies.
    is_spelled_otherwise = stated.written and stated.written != stated.target
    return {
        **({"written": stated.written} if is_spelled_otherwise else {}),
        "target": stated.target,
        "role": stated.role.value,
        "origin": stated.origin.value,
        "place": stated.where,
        "type": int(stated.type),
        "lag_days": stated.lag_days,
    }


def _in_order(dependencies: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same dependencies in one order, whatever the order in which the tool states them."""
    return sorted(dependencies, key=lambda stated: [str(stated[k]) for k in sorted(stated)])
