"""From the shared model to columns: the plan as the network and the rules read it.

Columns leave PostgreSQL whole and become the plan's arrays, without an object a row.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from model.calendars import function_calendars
from model.network import NO_DATE, Calendars, Items, Links, Network, schedule
from model.operating_model.schema import OperatingModel
from model.plan import Dangling, Facets, Plan, SpendLines
from model.warehouse.links import link_as_of
from model.warehouse.plan_queries import (
    ITEM,
    ITEMS_QUERY,
    LINK,
    LINKS_QUERY,
    RECORD,
    RECORDS_QUERY,
    SPEND,
    SPEND_QUERY,
    Columns,
    Names,
    read,
)

_WBS_NAMES = """
    select distinct upper(wbs) from (
        select wbs from work_item where valid_to is null or cast(:as_of as timestamptz) is not null
        union all
        select wbs from spend where valid_to is null or cast(:as_of as timestamptz) is not null
    ) named where wbs is not null order by 1
"""

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
    names = _names(connection, model, as_of)
    items = read(connection, ITEMS_QUERY, ITEM, names, as_of)
    _join(items, read(connection, RECORDS_QUERY, RECORD, names, as_of))
    links = read(connection, LINKS_QUERY, LINK, names, as_of)
    spend = read(connection, SPEND_QUERY, SPEND, names, as_of)
    calendars = function_calendars(model, today)
    return _plan(today, names, items, links, spend, calendars, _dangling(connection, as_of))


def _plan(
    today: date,
    names: Names,
    items: Columns,
    links: Columns,
    spend: Columns,
    calendars: Calendars,
    dangling: tuple[Dangling, ...],
) -> Plan:
    columns, edges = _items(items), _links(links)
    network = Network.build(columns, edges, calendars)
    return Plan(
        today=today,
        functions=names.functions,
        initiatives=names.initiatives,
        wbs=names.wbs,
        currencies=names.currencies,
        items=columns,
        facets=_facets(items),
        links=edges,
        calendars=calendars,
        network=network,
        forecast=schedule(network, today),
        spend=_spend(spend),
        dangling=dangling,
    )


def _join(items: Columns, records: Columns) -> None:
    """Add to items what is known of their records: the parent, and the last touch.

    A tool that does not tell when it was touched: when its version began.
    """
    order = np.argsort(records["id"])
    at = order[np.searchsorted(records["id"], items["id"], sorter=order)]
    touched = records["touched"][at]
    items["parent"] = records["parent"][at]
    items["touched"] = np.where(touched == NO_DATE, items.pop("since"), touched)


def _items(rows: Columns) -> Items:
    taken = ("parent", "planned_start", "planned_finish", "actual_start", "actual_finish")
    more = ("deadline", "duration", "remaining", "percent", "state", "milestone")
    columns = {name: rows[name] for name in (*taken, *more)}
    return Items.of(rows["id"], calendar=rows["function"], **columns)


def _links(rows: Columns) -> Links:
    return Links.of(rows["predecessor"], rows["successor"], lag=rows["lag"], type=rows["type"])


def _column(rows: Columns, name: str, dtype: type[np.generic]) -> npt.NDArray[Any]:
    return np.ascontiguousarray(rows[name], dtype=dtype)


def _facets(rows: Columns) -> Facets:
    return Facets(
        deal=_column(rows, "deal", np.bool_),
        open=_column(rows, "open", np.bool_),
        function=_column(rows, "function", np.int16),
        initiative=_column(rows, "initiative", np.int16),
        wbs=_column(rows, "wbs", np.int32),
        priority=_column(rows, "priority", np.int8),
        owned=_column(rows, "owned", np.bool_),
        touched=_column(rows, "touched", np.int32),
        value=_column(rows, "value", np.int64),
        currency=_column(rows, "currency", np.int16),
    )


def _spend(rows: Columns) -> SpendLines:
    return SpendLines(
        id=_column(rows, "id", np.int64),
        kind=_column(rows, "kind", np.int8),
        amount=_column(rows, "amount", np.int64),
        currency=_column(rows, "currency", np.int16),
        on=_column(rows, "on", np.int32),
        wbs=_column(rows, "wbs", np.int32),
        function=_column(rows, "function", np.int16),
    )


def _names(connection: Connection, model: OperatingModel, as_of: datetime | None) -> Names:
    return Names(
        functions=tuple(f.id for f in model.functions),
        initiatives=tuple(i.id for i in model.initiatives),
        wbs=tuple(connection.execute(text(_WBS_NAMES), {"as_of": as_of}).scalars()),
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
