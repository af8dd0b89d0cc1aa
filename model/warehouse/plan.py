"""From the shared model to columns: the plan as the network and the rules read it.

Columns leave PostgreSQL whole and become the plan's arrays, without an object a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from model.calendars import function_calendars
from model.network import Items, Network, schedule
from model.operating_model.schema import OperatingModel
from model.plan import NONE, Dangling, Int32, ItemAttributes, Plan, SpendLines
from model.warehouse.links import link_as_of
from model.warehouse.plan_items import read_items
from model.warehouse.plan_queries import (
    SPEND,
    SPEND_QUERY,
    Columns,
    Names,
    read,
    read_links,
)

_CURRENCY_NAMES = """
    select distinct currency from (
        select currency from deal union all select currency from spend
    ) named where currency is not null order by 1
"""


_FOR_LARGE_READS = ("set local work_mem = '256MB'", "set local jit = off")
"""Compiling these queries takes longer than running them, for a million items too."""


def read_plan(
    connection: Connection, model: OperatingModel, today: date, as_of: datetime | None = None
) -> Plan:
    """The plan now, or as it was known to hold at a past instant, forecast from `today`."""
    if as_of is not None:
        link_as_of(connection, as_of)
    for setting in _FOR_LARGE_READS:
        connection.execute(text(setting))
    names = _names(connection, model)
    rows = read_items(connection, names, as_of)
    links = read_links(connection, names, as_of)
    spend = read(connection, SPEND_QUERY, SPEND, names, as_of)
    wbs = tuple(sorted({*rows["wbs"], *spend["wbs"]} - {None}))
    items, calendars = _items(rows), function_calendars(model, today)
    network = Network.build(items, links, calendars)
    return Plan(
        today=today,
        functions=names.functions,
        initiatives=names.initiatives,
        wbs=wbs,
        currencies=names.currencies,
        items=items,
        attributes=_facets(rows, wbs),
        links=links,
        calendars=calendars,
        network=network,
        forecast=schedule(network, today),
        spend=_spend(spend, wbs),
        dangling=_dangling(connection, as_of),
    )


def _items(rows: Columns) -> Items:
    taken = ("parent", "planned_start", "planned_finish", "actual_start", "actual_finish")
    more = ("deadline", "duration", "remaining", "percent", "state", "milestone")
    columns = {name: rows[name] for name in (*taken, *more)}
    return Items.of(rows["id"], calendar=rows["function"], **columns)


def _facets(rows: Columns, wbs: Iterable[str]) -> ItemAttributes:
    kept = (
        "is_deal",
        "is_open",
        "function",
        "initiative",
        "priority",
        "has_owner",
        "touched",
        "value",
    )
    columns = {name: rows[name] for name in (*kept, "currency")}
    return ItemAttributes(wbs=_indices(rows["wbs"], wbs), **columns)


def _spend(rows: Columns, wbs: Iterable[str]) -> SpendLines:
    return SpendLines(
        id=rows["id"],
        kind=rows["kind"].astype(np.int8),
        amount=rows["amount"],
        currency=rows["currency"],
        on=rows["on"],
        wbs=_indices(rows["wbs"], wbs),
        function=rows["function"],
    )


def _indices(column: npt.NDArray[Any], names: Iterable[str]) -> Int32:
    """The index of each text of a column; NONE where there is none."""
    number: dict[str | None, int] = {name: at for at, name in enumerate(names)}
    number[None] = NONE
    return np.fromiter(map(number.__getitem__, column), dtype=np.int32, count=len(column))


def _names(connection: Connection, model: OperatingModel) -> Names:
    return Names(
        functions=tuple(f.id for f in model.functions),
        initiatives=tuple(i.id for i in model.initiatives),
        currencies=tuple(connection.execute(text(_CURRENCY_NAMES)).scalars()),
    )


def _dangling(connection: Connection, as_of: datetime | None) -> tuple[Dangling, ...]:
    """Known for the present only: what a past name pointed at is not kept."""
    if as_of is not None:
        return ()
    found = connection.execute(
        text("select record_id, target, place from dangling order by record_id, target")
    )
    return tuple(Dangling(*row) for row in found)
