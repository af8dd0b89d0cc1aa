"""The queries by which the plan leaves the warehouse, and the types of their columns.

Every missing value has a sentinel, names (functions, initiatives, WBS, currencies) are indices.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import sql
from sqlalchemy import Connection

from model.network import NO_DATE
from model.warehouse.columns import read_columns
from model.warehouse.rows import driver_connection

Columns = dict[str, npt.NDArray[Any]]

ITEM = np.dtype(
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
RECORD = np.dtype([("id", "i8"), ("parent", "i8"), ("touched", "i4")])
LINK = np.dtype([("predecessor", "i8"), ("successor", "i8"), ("lag", "i4"), ("type", "i2")])
SPEND = np.dtype(
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

ITEMS_QUERY = """
    select w.record_id, 0::int8,
           {day_w_planned_start}, {day_w_planned_finish}, {day_w_actual_start},
           {day_w_actual_finish}, {no_date}::int4,
           coalesce(w.estimate_days, -1), coalesce(w.remaining_days, -1), {since_w},
           {index_wbs_w_wbs},
           {index_functions_w_function}, {index_initiatives_w_initiative}, -1::int2,
           coalesce(w.percent_complete, -1)::int2, w.state::int2, coalesce(w.priority, -1)::int2,
           w.milestone, false, w.state < 3, w.owner is not null
    from work_item w
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

RECORDS_QUERY = """
    select id, coalesce(parent_id, -1), {day_touched}
    from record r where kind <> 'spend'
"""

LINKS_QUERY = """
    select predecessor_id, successor_id, lag_days::int4, type::int2 from {dependency}
"""

SPEND_QUERY = """
    select s.record_id, round(s.amount * 100)::int8, {day_s_on}, {index_wbs_s_wbs},
           case s.spend_kind when 'budget' then 0 when 'commitment' then 1 else 2 end::int2,
           {index_currencies_s_currency}, {index_functions_s_function}
    from spend s
    where {holds_s}
"""


@dataclass(frozen=True, slots=True)
class Names:
    """What the indices in the columns stand for."""

    functions: tuple[str, ...]
    initiatives: tuple[str, ...]
    wbs: tuple[str, ...]
    currencies: tuple[str, ...]


def read(
    connection: Connection, query: str, dtype: np.dtype[Any], names: Names, as_of: datetime | None
) -> Columns:
    """The columns of one of the queries, now or as of a past instant."""
    driver = driver_connection(connection)
    statement = sql.SQL(query).format(**_parts(names, as_of))
    return read_columns(driver, statement.as_string(driver), dtype)


def _parts(names: Names, as_of: datetime | None) -> dict[str, sql.Composable]:
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
    parts |= {f"index_wbs_{t}_wbs": _found(names.wbs, f"{t}.wbs") for t in "ws"}
    return parts | {
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


def _found(names: tuple[str, ...], column: str) -> sql.Composable:
    """As `_index`, for thousands of names: an object is searched by halves, a list is not."""
    numbers = json.dumps({name: at for at, name in enumerate(names)})
    return sql.SQL("coalesce(({}::jsonb ->> upper({}))::int4, -1)").format(
        sql.Literal(numbers), _dotted(column)
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
