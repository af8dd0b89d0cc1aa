"""The shared model with its history: appends versions, and answers as of any past instant.

A version holds from `valid_from` until `valid_to` (open for the present one). Where a tool
brings its own history the first mapping stores all of it; later ones append what is new. A
change that the tool does not date counts from when it was first observed. Two versions that
start together are a correction: the older one gets an empty interval and stays on record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
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

from model.records import Ref, SharedRecord, StatedDependency, Version, WorkItem
from model.warehouse.rows import copy_rows
from model.warehouse.schema import VERSION_TABLES

_NOT_CONTENT = {"ref", "touched_at"}


@dataclass(frozen=True, slots=True)
class Latest:
    """The last version the warehouse holds of a record; without an end it is the present one."""

    valid_from: datetime
    valid_to: datetime | None
    digest: bytes


def digest_of(version: Version) -> bytes:
    """A fingerprint of what a version says; touching a record without a change keeps it."""
    content = version.record.model_dump(mode="json", exclude=_NOT_CONTENT)
    dependencies = [_dependency_json(stated) for stated in sorted(version.stated_dependencies)]
    return hashlib.sha256(
        orjson.dumps([content, dependencies], option=orjson.OPT_SORT_KEYS)
    ).digest()


def append(
    connection: Connection,
    ids: Mapping[Ref, int],
    timelines: Mapping[Ref, Sequence[Version]],
    observed_at: Mapping[Ref, datetime],
) -> dict[Ref, Version]:
    """Append what is new of each record's versions; returns records whose present one changed."""
    recorded_at = connection.execute(select(func.clock_timestamp())).scalar_one()
    changed: dict[Ref, Version] = {}
    for kind, table in VERSION_TABLES.items():
        mine = {ref: line for ref, line in timelines.items() if ref.kind.value == kind}
        latest = latest_versions(connection, table, [ids[ref] for ref in mine])
        endings: dict[int, datetime] = {}
        rows: list[dict[str, Any]] = []
        for ref, line in mine.items():
            held = latest.get(ids[ref])
            fresh = new_versions(line, held, observed_at[ref])
            if not fresh:
                continue
            changed[ref] = fresh[-1]
            if held is not None and held.valid_to is None:
                endings[ids[ref]] = fresh[0].valid_from
            rows += _rows(ids[ref], fresh, recorded_at)
        end_versions(connection, table, endings)
        copy_rows(connection, table, rows)
    return changed


def new_versions(
    line: Sequence[Version], held: Latest | None, observed_at: datetime
) -> list[Version]:
    """What of a timeline (any order) is to be appended after the version that is held."""
    ordered = sorted({v.valid_from: v for v in line}.values(), key=lambda v: v.valid_from)
    if held is None:
        return _without_repeats(ordered, None)
    last = ordered[-1]
    if held.valid_to is not None:
        return [_from(last, max(observed_at, held.valid_to))]
    fresh = _without_repeats([v for v in ordered if v.valid_from > held.valid_from], held.digest)
    if fresh or digest_of(last) == held.digest:
        return fresh
    return [_from(last, max(observed_at, held.valid_from))]


def _from(version: Version, instant: datetime) -> Version:
    return Version(instant, version.record, version.stated_dependencies)


def _without_repeats(versions: Iterable[Version], before: bytes | None) -> list[Version]:
    kept = []
    for version in versions:
        digest = digest_of(version)
        if digest != before:
            kept.append(version)
            before = digest
    return kept


def latest_versions(connection: Connection, table: Table, ids: Sequence[int]) -> dict[int, Latest]:
    if not ids:
        return {}
    found = connection.execute(
        select(table.c.record_id, table.c.valid_from, table.c.valid_to, table.c.digest)
        .distinct(table.c.record_id)
        .where(table.c.record_id == func.any(list(ids)))
        .order_by(table.c.record_id, table.c.valid_from.desc(), table.c.recorded_at.desc())
    )
    return {row.record_id: Latest(row.valid_from, row.valid_to, row.digest) for row in found}


def end_versions(connection: Connection, table: Table, endings: Mapping[int, datetime]) -> None:
    """Let the present versions of these record ids end at the given instants.

    One list of ids an instant: a list is looked up in the index even while the table has no
    statistics; a join with ids and instants then reads all present versions, or loops over pairs.
    """
    by_instant: dict[datetime, list[int]] = {}
    for record_id, instant in endings.items():
        by_instant.setdefault(instant, []).append(record_id)
    if by_instant:
        connection.execute(
            update(table)
            .where(table.c.record_id == func.any(bindparam("ids")), table.c.valid_to.is_(None))
            .values(valid_to=func.greatest(bindparam("at"), table.c.valid_from)),
            [{"ids": ids, "at": instant} for instant, ids in by_instant.items()],
        )


def holds(table: Table, as_of: datetime | None) -> ColumnElement[bool]:
    """The condition that picks each record's version as of an instant (None: the present)."""
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
            "digest": digest_of(version),
            "stated_dependencies": [
                _dependency_json(stated) for stated in version.stated_dependencies
            ],
            **_columns(version.record),
        }
        for version, end in zip(versions, [*ends, None], strict=True)
    ]


def _columns(record: SharedRecord) -> dict[str, Any]:
    columns = record.model_dump(exclude=_NOT_CONTENT)
    if isinstance(record, WorkItem):
        parent = columns.pop("parent")
        columns["parent_ref"] = str(record.parent) if parent else None
        columns["labels"] = list(record.labels)
        columns["state"] = int(record.state)
        columns["priority"] = None if record.priority is None else int(record.priority)
    for name in ("stage", "spend_kind"):
        if name in columns:
            columns[name] = columns[name].value
    return columns


def _dependency_json(stated: StatedDependency) -> dict[str, Any]:
    """A spelling stands only where it tells more, so that most versions stay what they were."""
    spelled = stated.written and stated.written != stated.target
    return {
        **({"written": stated.written} if spelled else {}),
        "target": stated.target,
        "role": stated.role.value,
        "origin": stated.origin.value,
        "place": stated.where,
        "type": int(stated.type),
        "lag_days": stated.lag_days,
    }
