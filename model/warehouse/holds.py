"""Holds: connections whose last change was too large to be mapped without confirmation.

While a connection is held, the shared model keeps its former state. Landing already contains the
change, verbatim.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Exists,
    Table,
    and_,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert

from model.records import Ref
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.schema import VERSION_TABLES, hold, hold_release, landing, record

MOST_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Hold:
    """A change that was not mapped: how many present records it would remove (or hide) and alter.

    `present` is how many there are, `examples` are keys of some that it concerns. `since` is when
    it was first refused, `judged_at` when it was last found to be another one. From `confirm_from`
    on a read that shows the same confirms it. `files` are digests of what files contained, by name;
    None for a tool that is asked anew by each read.
    """

    connection: str
    since: datetime
    judged_at: datetime
    removed: int
    altered: int
    present: int
    examples: tuple[str, ...]
    confirm_from: datetime
    files: Mapping[str, str] | None = None

    def __str__(self) -> str:
        some = ", ".join(self.examples)
        return (
            f"{self.connection}: its last change would remove {self.removed} and alter "
            f"{self.altered} of {self.present} records ({some}), so the former state counts since "
            f"{self.since:%Y-%m-%d %H:%M} UTC. If it is a mistake, correct it in the tool. If it "
            f"is true, the next sync from {self.confirm_from:%Y-%m-%d %H:%M} UTC on confirms it"
            f"{self._or_sooner}; to accept it now: interlock release {self.connection}"
        )

    @property
    def _or_sooner(self) -> str:
        # The same bytes say the same however often they are read.
        return "" if self.files is None else ", or an earlier one once each file has changed"


def read_holds(connection: Connection) -> dict[str, Hold]:
    """All holds by connection, in alphabetical order."""
    columns = [column for column in hold.c if column is not hold.c.effects]
    rows = connection.execute(select(*columns).order_by(hold.c.connection)).mappings()
    return {row["connection"]: Hold(**{**row, "examples": tuple(row["examples"])}) for row in rows}


def read_held_effects(connection: Connection, name: str) -> dict[str, str]:
    """What would have become of each record of a held connection, by reference."""
    effects: dict[str, str] = connection.execute(
        select(hold.c.effects).where(hold.c.connection == name)
    ).scalar_one()
    return effects


def save_hold(connection: Connection, held: Hold, effects: Mapping[str, str]) -> None:
    """Save a hold in place of the one that its connection may have."""
    values = {
        "since": held.since,
        "judged_at": held.judged_at,
        "removed": held.removed,
        "altered": held.altered,
        "present": held.present,
        "examples": list(held.examples),
        "effects": dict(effects),
        "confirm_from": held.confirm_from,
        "files": null() if held.files is None else dict(held.files),
    }
    connection.execute(
        insert(hold)
        .values(connection=held.connection, **values)
        .on_conflict_do_update(index_elements=["connection"], set_=values)
    )


def end_hold(connection: Connection, name: str) -> None:
    connection.execute(delete(hold).where(hold.c.connection == name))


def record_release(
    connection: Connection, held: Hold, person: str, reason: str, channel: str, now: datetime
) -> None:
    """Append who let a held change pass, why, and where (`cli`, `dagster`)."""
    connection.execute(
        insert(hold_release).values(
            connection=held.connection,
            person=person,
            reason=reason,
            channel=channel,
            released_at=now,
            since=held.since,
            removed=held.removed,
            altered=held.altered,
            present=held.present,
        )
    )


def name_examples(connection: Connection, effects: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of some of the records that a change concerns."""
    return _read_keys(connection, sorted(effects)[:MOST_EXAMPLES])


def count_pending(connection: Connection, name: str, stream: str, after_seq: int) -> int:
    """How many shared records the raw records that landed after `after_seq` may remove or alter."""
    scope = {"connection": name, "stream": stream, "seq": after_seq}
    return int(connection.execute(_PENDING, scope).scalar_one())


def is_any_untouched(connection: Connection, name: str, stream: str, after_seq: int) -> bool:
    """Whether a present record of the stream was mapped from a raw record that did not change."""
    mapped_from = and_(
        record.c.connection == landing.c.connection,
        record.c.stream == landing.c.stream,
        record.c.landed_id == landing.c.native_id,
    )
    untouched = (
        select(record.c.id)
        .join(landing, mapped_from)
        .where(
            landing.c.connection == name,
            landing.c.stream == stream,
            landing.c.seq <= after_seq,
            or_(*map(_is_present_in, VERSION_TABLES.values())),
        )
    )
    return bool(connection.execute(select(untouched.exists())).scalar_one())


def count_present(connection: Connection, name: str) -> dict[str, int]:
    """How many records of the connection the shared model contains now, by stream."""
    present = _present_records().subquery()
    rows = connection.execute(
        select(record.c.stream, func.count().label("records"))
        .join(present, present.c.record_id == record.c.id)
        .where(record.c.connection == name)
        .group_by(record.c.stream)
    )
    return {row.stream: row.records for row in rows}


def find_streams_without_records(
    connection: Connection, name: str, streams: Iterable[str]
) -> dict[str, int]:
    """How many raw records the tool shows in each of these streams of which none became a record.

    Streams without any raw record are left out.
    """
    is_present = or_(*map(_is_present_in, VERSION_TABLES.values()))
    counts = {}
    for stream in streams:
        present = exists().where(record.c.connection == name, record.c.stream == stream, is_present)
        shown = select(func.count()).where(
            landing.c.connection == name,
            landing.c.stream == stream,
            landing.c.gone_at.is_(None),
            # Of most streams the first record answers it, and nothing is counted.
            ~present,
        )
        if count := connection.execute(shown).scalar_one():
            counts[stream] = count
    return counts


def find_streams(connection: Connection, refs: list[str]) -> dict[str, str]:
    """The stream of each of these records, by reference."""
    rows = connection.execute(
        select(record.c.ref, record.c.stream).where(record.c.ref == func.any(refs))
    )
    return {row.ref: row.stream for row in rows}


# "offset 0" keeps it to one index lookup per raw record, whatever the statistics of the table.
_PENDING = text("""
    select count(*)
    from landing l
    cross join lateral (
        select id from record
        where connection = l.connection and stream = l.stream and landed_id = l.native_id
        offset 0) r
    where l.connection = :connection and l.stream = :stream and l.seq > :seq
""")


def _is_present_in(table: Table) -> Exists:
    """Whether this table contains a present version of a record."""
    return exists().where(table.c.record_id == record.c.id, table.c.valid_to.is_(None))


def _present_records() -> CompoundSelect[tuple[int]]:
    """The ids of all records that the shared model contains now."""
    return union_all(
        *(
            select(table.c.record_id).where(table.c.valid_to.is_(None))
            for table in VERSION_TABLES.values()
        )
    )


def _read_keys(connection: Connection, refs: list[str]) -> tuple[str, ...]:
    """What people call these records; one without a key is named by its native id."""
    ids = connection.execute(select(record.c.id).where(record.c.ref == func.any(refs))).scalars()
    labels = WarehouseLookup(connection).read_labels(ids).values()
    ordered = sorted(labels, key=lambda label: label.ref)
    return tuple(label.key or Ref.parse(label.ref).native_id for label in ordered)
