"""From the shared model to columns: the plan as the network and the rules read it.

Rows leave PostgreSQL in binary, with a sentinel for every missing value, and become numpy
columns without an object a row. Names (functions, initiatives, WBS, currencies) become indices
into the plan's name tuples.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import sql
from sqlalchemy import Connection, text

from model.calendars import function_calendars
from model.network import NO_DATE, Calendars, Items, Links, Network
from model.operating_model.schema import OperatingModel
from model.plan import Dangling, Facets, Plan, SpendLines
from model.warehouse.columns import read_columns
from model.warehouse.links import link_as_of
from model.warehouse.rows import driver_connection

Columns = dict[str, npt.NDArray[Any]]

_ITEM = np.dtype(
    [
        ("id", "i8"),
        ("value", "i8"),
        ("planned_start", "i4"),
        ("planned_finish", "i4"),
        ("actual_start", "i4"),
        ("actual_finish", "i4"),
        ("deadline", "i4"),
        ("duration", "i4"),
        ("remaining", "i4"),
        ("since", "i4"),
        ("wbs", "i4"),
        ("function", "i2"),
        ("initiative", "i2"),
        ("currency", "i2"),
        ("percent", "i2"),
        ("state", "i2"),
        ("priority", "i2"),
        ("milestone", "?"),
        ("deal", "?"),
        ("open", "?"),
        ("owned", "?"),
    ]
)
_RECORD = np.dtype([("id", "i8"), ("parent", "i8"), ("touched", "i4")])
_LINK = np.dtype([("predecessor", "i8"), ("successor", "i8"), ("lag", "i4"), ("type", "i2")])
_SPEND = np.dtype(
    [
        ("id", "i8"),
        ("amount", "i8"),
        ("on", "i4"),
        ("wbs", "i4"),
        ("kind", "i2"),
        ("currency", "i2"),
        ("function", "i2"),
    ]
)

_ITEMS_QUERY = """
    with wbs_name as (select name, (row_number() over () - 1)::int4 as i
                      from unnest({wbs}::text[]) as name)
    select w.record_id, 0::int8,
           {day_w_planned_start}, {day_w_planned_finish}, {day_w_actual_start},
           {day_w_actual_finish}, {no_date}::int4,
           coalesce(w.estimate_days, -1), coalesce(w.remaining_days, -1), {since_w},
           coalesce(b.i, -1),
           {index_functions_w_function}, {index_initiatives_w_initiative}, -1::int2,
           coalesce(w.percent_complete, -1)::int2, w.state::int2, coalesce(w.priority, -1)::int2,
           w.milestone, false, w.state < 3, w.owner is not null
    from work_item w
    left join wbs_name b on b.name = upper(w.wbs)
    where {holds_w}
    union all
    select d.record_id, coalesce(round(d.amount * 100), 0)::int8,
           {no_date}::int4, {day_d_close_date}, {no_date}::int4,
           case when d.stage = 'won' then {day_d_close_date} else {no_date}::int4 end,
           {day_d_close_date},
           -1, -1, {since_d}, -1,
           {index_functions_d_function}, -1::int2, {index_currencies_d_currency},
           -1::int2, case d.stage when 'won' then 3 when 'lost' then 4 else 0 end::int2, -1::int2,
           true, true, d.stage <> 'lost', d.owner is not null
    from deal d
    where {holds_d}
"""

_RECORDS_QUERY = """
    select id, coalesce(parent_id, -1), {day_touched}
    from record r where kind <> 'spend'
"""

_LINKS_QUERY = """
    select predecessor_id, successor_id, lag_days::int4, type::int2 from {dependency}
"""

_SPEND_QUERY = """
    with wbs_name as (select name, (row_number() over () - 1)::int4 as i
                      from unnest({wbs}::text[]) as name)
    select s.record_id, round(s.amount * 100)::int8, {day_s_on}, coalesce(b.i, -1),
           case s.spend_kind when 'budget' then 0 when 'commitment' then 1 else 2 end::int2,
           {index_currencies_s_currency}, {index_functions_s_function}
    from spend s
    left join wbs_name b on b.name = upper(s.wbs)
    where {holds_s}
"""

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


@dataclass(frozen=True, slots=True)
class _Names:
    functions: tuple[str, ...]
    initiatives: tuple[str, ...]
    wbs: tuple[str, ...]
    currencies: tuple[str, ...]


def read_plan(
    connection: Connection, model: OperatingModel, today: date, as_of: datetime | None = None
) -> Plan:
    """The plan now, or as it was known to hold at a past instant, forecast from `today`."""
    if as_of is not None:
        link_as_of(connection, as_of)
    connection.execute(text("set local work_mem = '256MB'"))
    names = _names(connection, model, as_of)
    items = _read(connection, _ITEMS_QUERY, _ITEM, names, as_of)
    _join(items, _read(connection, _RECORDS_QUERY, _RECORD, names, as_of))
    links = _read(connection, _LINKS_QUERY, _LINK, names, as_of)
    spend = _read(connection, _SPEND_QUERY, _SPEND, names, as_of)
    calendars = function_calendars(model, today)
    return _plan(today, names, items, links, spend, calendars, _dangling(connection, as_of))


def _plan(
    today: date,
    names: _Names,
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
        forecast=network.schedule(today),
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


def _names(connection: Connection, model: OperatingModel, as_of: datetime | None) -> _Names:
    return _Names(
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


def _read(
    connection: Connection, query: str, dtype: np.dtype[Any], names: _Names, as_of: datetime | None
) -> Columns:
    driver = driver_connection(connection)
    statement = sql.SQL(query).format(**_parts(names, as_of))
    return read_columns(driver, statement.as_string(driver), dtype)


def _parts(names: _Names, as_of: datetime | None) -> dict[str, sql.Composable]:
    days = ("w.planned_start", "w.planned_finish", "w.actual_start", "w.actual_finish")
    parts = {f"day_{_flat(c)}": _day(c) for c in (*days, "d.close_date", "s.on")}
    parts |= {f"since_{t}": _instant_day(f"{t}.valid_from") for t in "wd"}
    parts["day_touched"] = _instant_day("r.touched_at")
    parts |= {f"holds_{t}": _holds(t, as_of) for t in "wds"}
    for group, columns in {
        "functions": ("w.function", "d.function", "s.function"),
        "initiatives": ("w.initiative",),
        "currencies": ("d.currency", "s.currency"),
    }.items():
        for column in columns:
            parts[f"index_{group}_{_flat(column)}"] = _index(getattr(names, group), column)
    return parts | {
        "wbs": sql.Literal(list(names.wbs)),
        "no_date": sql.SQL("({})").format(sql.Literal(NO_DATE)),
        "dependency": sql.Identifier("dependency" if as_of is None else "past_dependency"),
    }


def _flat(column: str) -> str:
    return column.replace(".", "_")


def _dotted(column: str) -> sql.Identifier:
    return sql.Identifier(*column.split("."))


def _day(column: str) -> sql.Composable:
    return sql.SQL("coalesce({} - date '1970-01-01', {})::int4").format(
        _dotted(column), sql.Literal(NO_DATE)
    )


def _instant_day(column: str) -> sql.Composable:
    return sql.SQL("coalesce(({} at time zone 'utc')::date - date '1970-01-01', {})::int4").format(
        _dotted(column), sql.Literal(NO_DATE)
    )


def _index(names: tuple[str, ...], column: str) -> sql.Composable:
    return sql.SQL("coalesce(array_position({}::text[], {}) - 1, -1)::int2").format(
        sql.Literal(list(names)), _dotted(column)
    )


def _holds(table: str, as_of: datetime | None) -> sql.Composable:
    ends = _dotted(f"{table}.valid_to")
    if as_of is None:
        return sql.SQL("{} is null").format(ends)
    return sql.SQL("({begins} <= {at} and ({ends} is null or {ends} > {at}))").format(
        begins=_dotted(f"{table}.valid_from"), ends=ends, at=sql.Literal(as_of)
    )
