"""Text for the few records that findings and cards name; see `model.plan.Lookup`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from model.findings import Label
from model.keys import ReferenceFormats
from model.operating_model.schema import GateSign

_LABELS = text("""
    select r.id, r.ref, v.key, v.title, v.url, v.function, v.owner
    from record r
    join lateral (
        select key, title, url, function, owner, valid_from from work_item
        where record_id = r.id and r.kind = 'work_item'
        union all
        select key, title, url, function, owner, valid_from from deal
        where record_id = r.id and r.kind = 'deal'
        union all
        select key, title, url, function, null, valid_from from spend
        where record_id = r.id and r.kind = 'spend'
        order by valid_from desc limit 1
    ) v on true
    where r.id = any(cast(:ids as bigint[]))
""")

_RECOGNISED = text("""
    select record_id from work_item
    where valid_to is null
      and (exists (select from unnest(labels) as l where lower(l) = any(cast(:labels as text[])))
           or (cardinality(cast(:words as text[])) > 0
               and lower(title) like all (cast(:words as text[]))))
    order by record_id
""")

_STATED = text("""
    select d.predecessor_id, d.successor_id, d.place, r.connection
    from dependency d
    join record r on r.id = d.stated_by
    join unnest(cast(:predecessors as bigint[]), cast(:successors as bigint[]))
         as asked (predecessor_id, successor_id) using (predecessor_id, successor_id)
""")

_WRITTEN = text("""
    select asked.record_id, asked.target, coalesce(v.written, asked.target), r.connection
    from unnest(cast(:ids as bigint[]), cast(:targets as text[])) as asked (record_id, target)
    join record r on r.id = asked.record_id
    left join lateral (
        select coalesce(
            (select min(c.written)
             from jsonb_to_recordset(present.stated_dependencies) as c (target text, written text)
             where c.target = asked.target),
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

_SOURCES = text("""
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

_NAMED = text("""
    select distinct r.id from record r
    left join alias a on a.record_id = r.id
    where r.kind <> 'spend' and (a.name = :name or r.ref = :ref)
    order by r.id
""")


@dataclass(frozen=True, slots=True)
class Dates:
    """When a record is planned and forecast, as days; a finish is inclusive."""

    planned_start: date | None
    planned_finish: date | None
    forecast_start: date | None
    forecast_finish: date | None


@dataclass(frozen=True, slots=True)
class WarehouseLookup:
    """Reads through one connection, in whatever transaction the caller is in."""

    connection: Connection

    def read_labels(self, record_ids: Iterable[int]) -> Mapping[int, Label]:
        found = self.connection.execute(_LABELS, {"ids": _ids(record_ids)})
        return {row.id: Label(*row) for row in found}

    def find_gate_items(self, sign: GateSign) -> npt.NDArray[np.int64]:
        parameters = {
            "labels": [label.lower() for label in sign.labels],
            "words": [f"%{_literal(word.lower())}%" for word in sign.title_words],
        }
        found = self.connection.execute(_RECOGNISED, parameters)
        return np.fromiter(found.scalars(), dtype=np.int64)

    def read_link_places(self, links: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
        asked = list(links)
        parameters = {
            "predecessors": [int(p) for p, _ in asked],
            "successors": [int(s) for _, s in asked],
        }
        found = self.connection.execute(_STATED, parameters)
        return {(p, s): f"{place} in {name}" for p, s, place, name in found}

    def read_spellings(
        self, targets: Iterable[tuple[int, str]]
    ) -> Mapping[tuple[int, str], tuple[str, str]]:
        asked = list(targets)
        parameters = {"ids": _ids(i for i, _ in asked), "targets": [target for _, target in asked]}
        found = self.connection.execute(_WRITTEN, parameters)
        return {(i, target): (written, name) for i, target, written, name in found}

    def read_date_sources(self, record_ids: Iterable[int]) -> Mapping[int, str]:
        found = self.connection.execute(_SOURCES, {"ids": _ids(record_ids)})
        return {i: f"{dates_from} in {name}" for i, dates_from, name in found}

    def read_dates(self, record_ids: Iterable[int]) -> Mapping[int, Dates]:
        """Planned and forecast dates of work items and deals."""
        found = self.connection.execute(_DATES, {"ids": _ids(record_ids)})
        return {row.record_id: Dates(*row[1:]) for row in found}

    def find_by_name(self, name: str, references: ReferenceFormats) -> list[int]:
        """Ids of the present work items and deals with a name: a key, an address, a reference."""
        normalised = references.normalise(name)
        found = self.connection.execute(_NAMED, {"name": normalised, "ref": name.strip()})
        return list(found.scalars())


def _ids(record_ids: Iterable[int]) -> list[int]:
    return [int(record_id) for record_id in record_ids]


def _literal(word: str) -> str:
    """Text in which % and _ mean themselves in a LIKE pattern."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
