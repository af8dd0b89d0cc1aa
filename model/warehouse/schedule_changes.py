"""The version history of work items and deals, as the changes that can move a forecast."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Table, func, select

from model.operating_model.calendar import local_day
from model.operating_model.schema import OperatingModel
from model.records import Kind, State
from model.root_cause import Change
from model.rules.words import format_day, format_working_days
from model.warehouse.schema import VERSION_TABLES

_FIELDS: Mapping[str, str] = {
    "planned_start": "planned start",
    "planned_finish": "planned finish",
    "close_date": "close date",
    "actual_start": "actual start",
    "actual_finish": "actual finish",
    "estimate_days": "estimate",
    "remaining_days": "remaining work",
    "percent_complete": "progress",
    "state": "state",
    "stage": "stage",
}
"""What a forecast depends on, and what people call it."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The first planned finish (of a deal the close date) on record, and the day it was known."""

    finish: date
    known_on: date


def read_promise(connection: Connection, model: OperatingModel, record_id: int) -> Promise | None:
    """What was first promised for a record; None where it never had a date."""
    for row in _read_versions(connection, [record_id]).get(record_id, []):
        finish = row.get("planned_finish") or row.get("close_date")
        if finish:
            return Promise(finish, local_day(model, row["valid_from"]))
    return None


def read_changes(
    connection: Connection, model: OperatingModel, record_ids: Collection[int]
) -> list[Change]:
    """What changed in these records and when, in local days, in the order of time."""
    changes = [
        change
        for record_id, rows in _read_versions(connection, record_ids).items()
        for change in _changes(model, record_id, rows)
    ]
    return sorted(changes, key=lambda change: (change.day, change.record_id))


def _read_versions(
    connection: Connection, record_ids: Collection[int]
) -> dict[int, list[dict[str, Any]]]:
    """The versions of each record that held for some time, oldest first."""
    versions: dict[int, list[dict[str, Any]]] = {}
    for kind in (Kind.WORK_ITEM, Kind.DEAL):
        table = VERSION_TABLES[kind]
        rows = connection.execute(
            select(*_columns(table))
            .where(
                table.c.record_id == func.any(sorted(record_ids)),
                # A correction leaves the version that it corrects with an empty interval.
                table.c.valid_to.is_distinct_from(table.c.valid_from),
            )
            .order_by(table.c.record_id, table.c.valid_from, table.c.recorded_at)
        ).mappings()
        for row in rows:
            versions.setdefault(row["record_id"], []).append(dict(row))
    return versions


def _columns(table: Table) -> Iterator[Any]:
    wanted = {"record_id", "valid_from", "valid_to", "stated_dependencies", *_FIELDS}
    return (column for column in table.c if column.name in wanted)


def _changes(model: OperatingModel, record_id: int, rows: list[dict[str, Any]]) -> Iterator[Change]:
    def day(instant: datetime) -> date:
        return local_day(model, instant)

    first = "first on record; what it was before is not known"
    yield Change(record_id, day(rows[0]["valid_from"]), (first,), is_first=True)
    for before, after in pairwise(rows):
        if before["valid_to"] != after["valid_from"]:
            yield Change(record_id, day(before["valid_to"]), ("gone from its tool",))
            yield Change(record_id, day(after["valid_from"]), ("back in its tool",))
        if clauses := tuple(_differences(before, after)):
            yield Change(record_id, day(after["valid_from"]), clauses)
    if ended := rows[-1]["valid_to"]:
        yield Change(record_id, day(ended), ("gone from its tool",))


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name, word in _FIELDS.items():
        if name in after and before[name] != after[name]:
            was, now = _value(name, before[name]), _value(name, after[name])
            yield f"{word} {was} → {now}"
    then, now_ = _dependencies(before), _dependencies(after)
    yield from (f"new dependency: {text}" for text in sorted(now_ - then))
    yield from (f"dependency gone: {text}" for text in sorted(then - now_))


def _dependencies(row: Mapping[str, Any]) -> set[str]:
    verb = {"predecessor": "waits for", "successor": "comes before"}
    return {
        f"{verb[stated['role']]} {stated.get('written', stated['target'])}"
        + (f", lag {stated['lag_days']} working days" if stated["lag_days"] else "")
        for stated in row["stated_dependencies"]
    }


def _value(name: str, value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, date):
        return format_day(value)
    if name == "state":
        return State(value).name.lower().replace("_", " ")
    if name in ("estimate_days", "remaining_days"):
        return format_working_days(value)
    return f"{value} %" if name == "percent_complete" else str(value)
