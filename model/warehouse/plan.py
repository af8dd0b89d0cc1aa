"""From the shared model to columns: the plan as the network and the rules read it.

Whole columns leave PostgreSQL and become the plan's arrays, without one Python object per row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

import numpy as np
from sqlalchemy import Connection, text

from model.calendars import function_calendars
from model.network import Items, Network, day_of, schedule
from model.operating_model.schema import OperatingModel
from model.plan import NONE, Array, DanglingDependency, Int32, ItemAttributes, Plan, SpendLines
from model.warehouse.links import link_as_of
from model.warehouse.plan_fields import read_items, read_lines
from model.warehouse.plan_links import read_links
from model.warehouse.plan_people import identify_people
from model.warehouse.plan_tables import (
    assemble,
    declared_columns,
    network_columns,
    replace_texts,
)
from model.warehouse.raised_risks import read_raised_risks

_CURRENCIES = """
    select distinct currency from (
        select currency from deal union all select currency from spend
    ) as stated where currency is not null order by 1
"""

# Each step looks one connection up in the index; "distinct" would read every record.
_CONNECTIONS = """
    with recursive known (name) as (
        select min(connection) from record
        union all
        select (select min(connection) from record where connection > known.name)
        from known where known.name is not null
    )
    select name from known where name is not null order by 1
"""

# Compiling these queries takes longer than running them, even for a million items.
# `set local` ends with the transaction, so other queries of the connection keep their settings.
_FOR_LARGE_READS = ("set local work_mem = '256MB'", "set local jit = off")


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tables of the plan, and the names that were read with them."""

    network: dict[str, Array]
    attributes: dict[str, Array]
    spend: dict[str, Array]
    wbs: tuple[str, ...]
    people: tuple[str, ...]


def read_plan(
    connection: Connection,
    model: OperatingModel,
    today: date,
    as_of: datetime | None = None,
    data_dates: Mapping[str, date] = MappingProxyType({}),
) -> Plan:
    """The plan now, or as it was known to hold at a past instant, forecast from `today`.

    `data_dates` are by connection the day up to which progress is known, where that is not
    today: what nobody has looked at since then does not become late by that.
    """
    if as_of is not None:
        link_as_of(connection, as_of)
    for setting in _FOR_LARGE_READS:
        connection.execute(text(setting))
    known = read_known_names(connection, model)
    tables = _read_tables(connection, model, known, as_of)
    links = read_links(connection, as_of)
    calendars = function_calendars(model, today)
    calendar = _calendar_rows(tables.attributes["function"], len(known["functions"]))
    items = Items.of(calendar=calendar, **tables.network)
    # Built for each reading: one that is kept would have to follow every change of every item.
    network = Network.build(items, links, calendars)
    return Plan(
        today=today,
        connections=known["connections"],
        functions=known["functions"],
        initiatives=known["initiatives"],
        wbs=tables.wbs,
        currencies=known["currencies"],
        people=tables.people,
        items=items,
        attributes=ItemAttributes(**tables.attributes),
        links=links,
        calendars=calendars,
        network=network,
        forecast=schedule(
            network, _item_data_dates(tables, known["connections"], today, data_dates)
        ),
        spend=SpendLines(**tables.spend),
        dangling=_read_dangling(connection, as_of),
        # Known for the present only, as what dangles.
        raised_risks=read_raised_risks(connection) if as_of is None else (),
    )


def read_known_names(connection: Connection, model: OperatingModel) -> dict[str, tuple[str, ...]]:
    """The names that are few and known before the records are read, by `Column.names`."""
    return {
        "connections": tuple(connection.execute(text(_CONNECTIONS)).scalars()),
        "functions": tuple(function.id for function in model.functions),
        "initiatives": tuple(initiative.id for initiative in model.initiatives),
        "currencies": tuple(connection.execute(text(_CURRENCIES)).scalars()),
    }


def _read_tables(
    connection: Connection,
    model: OperatingModel,
    known: Mapping[str, tuple[str, ...]],
    as_of: datetime | None,
) -> _Tables:
    network, attributes = network_columns(), declared_columns(ItemAttributes)
    spend = declared_columns(SpendLines)
    items = read_items(connection, network | attributes, known, as_of)
    lines = read_lines(connection, spend, known, as_of)
    wbs = replace_texts([*items, *lines], "wbs")
    identities = replace_texts(items, "people")
    columns = assemble(attributes, items)
    # After the columns of both kinds are joined: one person may own work and deals.
    columns["owner"], people = identify_people(
        model, known["connections"], identities, columns["connection"], columns["owner"]
    )
    schedule_columns, spend_columns = assemble(network, items), assemble(spend, lines)
    # A heap returns rows in any order; results must not depend on it.
    rows, lines_order = np.argsort(schedule_columns["id"]), np.argsort(spend_columns["id"])
    return _Tables(
        {name: column[rows] for name, column in schedule_columns.items()},
        {name: column[rows] for name, column in columns.items()},
        {name: column[lines_order] for name, column in spend_columns.items()},
        wbs,
        people,
    )


def _item_data_dates(
    tables: _Tables, connections: Sequence[str], today: date, data_dates: Mapping[str, date]
) -> Int32:
    by_connection = [day_of(data_dates.get(name, today)) for name in connections]
    return np.array(by_connection, dtype=np.int32)[tables.attributes["connection"]]


def _calendar_rows(function: Array, functions: int) -> Array:
    """The calendar of each item's function; of one that the model no longer names the default."""
    return np.where(function == NONE, functions, function)


def _read_dangling(
    connection: Connection, as_of: datetime | None
) -> tuple[DanglingDependency, ...]:
    """Known for the present only: what a past name pointed at is not stored."""
    if as_of is not None:
        return ()
    rows = connection.execute(
        text("select record_id, target, place from dangling order by record_id, target")
    )
    return tuple(DanglingDependency(*row) for row in rows)
