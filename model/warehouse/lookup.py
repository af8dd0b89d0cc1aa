"""Text for the few records that findings and cards mention; see `model.plan.Lookup`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, func, select, text

from model.findings import Label
from model.keys import ReferenceFormats
from model.operating_model.schema import GateSign
from model.records import Ref, State
from model.warehouse.schema import record

_LABELS = text("""
    select r.id, r.ref, v.key, v.title, v.url, v.function, v.owner
    from record r
    join lateral (
        select * from (
        select key, title, url, function, owner, valid_from, recorded_at from work_item
        where record_id = r.id and r.kind = 'work_item'
        union all
        select key, title, url, function, owner, valid_from, recorded_at from deal
        where record_id = r.id and r.kind = 'deal'
        union all
        select key, title, url, function, null, valid_from, recorded_at from spend
        where record_id = r.id and r.kind = 'spend'
        ) versions
        -- Of a record that was not known then, the latest version is better than none.
        order by valid_from <= cast(:as_of as timestamptz) desc, valid_from desc, recorded_at desc
        limit 1
    ) v on true
    where r.id = any(cast(:ids as bigint[]))
""")

_GATE_ITEMS = text("""
    select record_id from work_item
    where valid_to is null
      and (exists (select from unnest(labels) as l where lower(l) = any(cast(:labels as text[])))
           or (cardinality(cast(:words as text[])) > 0
               and lower(title) like all (cast(:words as text[]))))
    order by record_id
""")

_LINK_PLACES = text("""
    select d.predecessor_id, d.successor_id, d.place, r.connection
    from dependency d
    join record r on r.id = d.stated_by
    join unnest(cast(:predecessors as bigint[]), cast(:successors as bigint[]))
         as asked (predecessor_id, successor_id) using (predecessor_id, successor_id)
    order by d.type desc
""")

_SPELLINGS = text("""
    select asked.record_id, asked.target, coalesce(v.written, asked.target), r.connection
    from unnest(cast(:ids as bigint[]), cast(:targets as text[])) as asked (record_id, target)
    join record r on r.id = asked.record_id
    left join lateral (
        select coalesce(
            (select min(s.written)
             from jsonb_to_recordset(present.stated_dependencies) as s (target text, written text)
             where s.target = asked.target),
            case when upper(present.wbs) = asked.target then present.wbs end) as written
        from (
            select stated_dependencies, wbs from work_item
            where record_id = asked.record_id and valid_to is null
            union all
            select stated_dependencies, null from deal
            where record_id = asked.record_id and valid_to is null
        ) present
    ) v on true
""")

_DATE_SOURCES = text("""
    select record_id, dates_from, record.connection
    from (
        select record_id, dates_from from work_item where valid_to is null
        union all
        select record_id, dates_from from deal where valid_to is null
    ) dated
    join record on record.id = record_id
    where record_id = any(cast(:ids as bigint[])) and dates_from <> ''
""")


_DATES = text("""
    select d.record_id, d.planned_start, d.planned_finish, f.early_start, f.early_finish
    from (
        select record_id, planned_start, planned_finish from work_item where valid_to is null
        union all
        select record_id, null, close_date from deal where valid_to is null
    ) d
    left join forecast f on f.record_id = d.record_id
    where d.record_id = any(cast(:ids as bigint[]))
""")

_OPEN_DRIVERS = text("""
    with recursive upstream (start_id, record_id, depth) as (
        select record_id, driver_id, 1 from forecast
        where record_id = any(cast(:ids as bigint[])) and driver_id >= 0
        union all
        select u.start_id, f.driver_id, u.depth + 1
        from upstream u join forecast f on f.record_id = u.record_id
        where f.driver_id >= 0 and u.depth < 12
    )
    select u.start_id, u.record_id
    from upstream u
    join work_item w on w.record_id = u.record_id and w.valid_to is null
    where w.state <> all(cast(:over as smallint[]))
    order by u.start_id, u.depth
""")

_BY_NAME = text("""
    select distinct r.id from record r
    left join alias a on a.record_id = r.id
    where r.kind <> 'spend' and (a.name = :name or r.ref = :ref)
    order by r.id
""")


@dataclass(frozen=True, slots=True)
class Dates:
    """The planned and forecast dates of a record; a finish is inclusive."""

    planned_start: date | None
    planned_finish: date | None
    forecast_start: date | None
    forecast_finish: date | None


@dataclass(frozen=True, slots=True)
class WarehouseLookup:
    """Reads through one connection, in the transaction of the caller.

    Labels are those of the instant `as_of`, or else of now.
    """

    connection: Connection
    as_of: datetime | None = None

    def read_labels(self, record_ids: Iterable[int]) -> Mapping[int, Label]:
        parameters = {"ids": _ids(record_ids), "as_of": self.as_of or "infinity"}
        rows = self.connection.execute(_LABELS, parameters)
        return {row.id: Label(*row) for row in rows}

    def find_gate_items(self, sign: GateSign) -> npt.NDArray[np.int64]:
        parameters = {
            "labels": [label.lower() for label in sign.labels],
            "words": [f"%{_escape_pattern(word.lower())}%" for word in sign.title_words],
        }
        record_ids = self.connection.execute(_GATE_ITEMS, parameters).scalars()
        return np.fromiter(record_ids, dtype=np.int64)

    def read_link_places(self, links: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
        pairs = list(links)
        parameters = {
            "predecessors": [int(predecessor) for predecessor, _ in pairs],
            "successors": [int(successor) for _, successor in pairs],
        }
        rows = self.connection.execute(_LINK_PLACES, parameters)
        # Of several links between two records the last counts: finish-to-start, if it is one.
        return {(p, s): f"{place} in {name}" for p, s, place, name in rows}

    def read_spellings(
        self, targets: Iterable[tuple[int, str]]
    ) -> Mapping[tuple[int, str], tuple[str, str]]:
        pairs = list(targets)
        parameters = {
            "ids": _ids(record_id for record_id, _ in pairs),
            "targets": [target for _, target in pairs],
        }
        rows = self.connection.execute(_SPELLINGS, parameters)
        return {(record_id, target): (text, name) for record_id, target, text, name in rows}

    def read_date_sources(self, record_ids: Iterable[int]) -> Mapping[int, str]:
        rows = self.connection.execute(_DATE_SOURCES, {"ids": _ids(record_ids)})
        return {record_id: f"{dates_from} in {name}" for record_id, dates_from, name in rows}

    def read_dates(self, record_ids: Iterable[int]) -> Mapping[int, Dates]:
        """Planned and forecast dates of work items and deals."""
        rows = self.connection.execute(_DATES, {"ids": _ids(record_ids)})
        return {row.record_id: Dates(*row[1:]) for row in rows}

    def read_open_drivers(self, record_ids: Iterable[int]) -> Mapping[int, Sequence[int]]:
        """The unfinished items that determine the dates of each record, nearest first."""
        rows = self.connection.execute(
            _OPEN_DRIVERS, {"ids": _ids(record_ids), "over": [State.DONE, State.CANCELLED]}
        )
        drivers: defaultdict[int, list[int]] = defaultdict(list)
        for record_id, driver_id in rows:
            drivers[record_id].append(driver_id)
        return drivers

    def find_by_name(self, name: str, references: ReferenceFormats) -> list[int]:
        """Ids of the present work items and deals with a name: a key, an address, a reference."""
        normalised = references.normalise(name)
        rows = self.connection.execute(_BY_NAME, {"name": normalised, "ref": name.strip()})
        return list(rows.scalars())

    def find_by_ref(self, refs: Iterable[Ref]) -> list[int]:
        """Ids of the records with these references, also of records that are gone."""
        texts = [str(ref) for ref in refs]
        rows = self.connection.execute(select(record.c.id).where(record.c.ref == func.any(texts)))
        return list(rows.scalars())


def _ids(record_ids: Iterable[int]) -> list[int]:
    return [int(record_id) for record_id in record_ids]


def _escape_pattern(word: str) -> str:
    """The word as a LIKE pattern in which % and _ stand for themselves."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
