"""The queries by which the plan leaves the warehouse, and the types of their columns.

Every missing value has a sentinel; names (functions, initiatives, currencies) are indices, but a
WBS is its text, for the warehouse alone knows which there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg import sql
from sqlalchemy import Connection

from model.network import NO_DATE, Links
from model.warehouse.columns import read_columns
from model.warehouse.rows import driver_connection

Columns = dict[str, npt.NDArray[Any]]

WORK_ITEM = np.dtype(
    [
        ("id", "i8"),
        ("since", "M8[us]"),
        ("planned_start", "i4"),
        ("planned_finish", "i4"),
        ("actual_start", "i4"),
        ("actual_finish", "i4"),
        ("duration", "i4"),
        ("remaining", "i4"),
        ("function", "i2"),
        ("initiative", "i2"),
        ("percent", "i2"),
        ("state", "i2"),
        ("priority", "i2"),
        ("milestone", "?"),
        ("has_owner", "?"),
        ("wbs", "O"),
    ]
)
DEAL = np.dtype(
    [
        ("id", "i8"),
        ("since", "M8[us]"),
        ("value", "i8"),
        ("close", "i4"),
        ("function", "i2"),
        ("currency", "i2"),
        ("state", "i2"),
        ("has_owner", "?"),
    ]
)
RECORD = np.dtype([("id", "i8"), ("parent", "i8"), ("touched", "M8[us]")])
SPEND = np.dtype(
    [
        ("id", "i8"),
        ("amount", "i8"),
        ("on", "i4"),
        ("kind", "i2"),
        ("currency", "i2"),
        ("function", "i2"),
        ("wbs", "O"),
    ]
)

WORK_ITEMS_QUERY = """
    select w.record_id, w.valid_from,
           {day_w_planned_start}, {day_w_planned_finish}, {day_w_actual_start},
           {day_w_actual_finish}, coalesce(w.estimate_days, -1), coalesce(w.remaining_days, -1),
           {index_functions_w_function}, {index_initiatives_w_initiative},
           coalesce(w.percent_complete, -1::int2), w.state, coalesce(w.priority, -1::int2),
           w.milestone, w.owner is not null, upper(w.wbs)
    from work_item w
    where {holds_w}
"""

DEALS_QUERY = """
    select d.record_id, d.valid_from, coalesce(round(d.amount * 100), 0)::int8, {day_d_close_date},
           {index_functions_d_function}, {index_currencies_d_currency},
           case d.stage when 'won' then 3 when 'lost' then 4 else 0 end::int2, d.owner is not null
    from deal d
    where {holds_d}
"""

RECORDS_QUERY = """
    select id, coalesce(parent_id, -1), coalesce(touched_at, '-infinity')
    from record where kind <> 'spend'
"""

LINKS_QUERY = """
    select type, lag_days,
           string_agg(int8send(predecessor_id) || int8send(successor_id), '')
    from {dependency}
    group by type, lag_days
"""

SPEND_QUERY = """
    select s.record_id, round(s.amount * 100)::int8, {day_s_on},
           case s.spend_kind when 'budget' then 0 when 'commitment' then 1 else 2 end::int2,
           {index_currencies_s_currency}, {index_functions_s_function}, upper(s.wbs)
    from spend s
    where {holds_s}
"""


@dataclass(frozen=True, slots=True)
class Names:
    """What the indices in the columns stand for."""

    functions: tuple[str, ...]
    initiatives: tuple[str, ...]
    currencies: tuple[str, ...]


def read(
    connection: Connection, query: str, dtype: np.dtype[Any], names: Names, as_of: datetime | None
) -> Columns:
    """The columns of one of the queries, now or as of a past instant."""
    driver = driver_connection(connection)
    return read_columns(driver, _formatted(query, names, as_of).as_string(driver), dtype)


def read_links(connection: Connection, names: Names, as_of: datetime | None) -> Links:
    """The dependencies: a row for those of one type and lag, as nearly all are of few."""
    with driver_connection(connection).cursor(binary=True) as cursor:
        groups = cursor.execute(_formatted(LINKS_QUERY, names, as_of)).fetchall()
    ends = np.frombuffer(b"".join(ends for *_, ends in groups), dtype=">i8").reshape(-1, 2)
    counts = [len(ends) // 16 for *_, ends in groups]
    return Links.of(
        ends[:, 0],
        ends[:, 1],
        type=np.repeat(np.array([kind for kind, *_ in groups], dtype=np.int8), counts),
        lag=np.repeat(np.array([lag for _, lag, _ in groups], dtype=np.int32), counts),
    )


def _formatted(query: str, names: Names, as_of: datetime | None) -> sql.Composed:
    return sql.SQL(query).format(**_parts(names, as_of))


def _parts(names: Names, as_of: datetime | None) -> dict[str, sql.Composable]:
    days = ("w.planned_start", "w.planned_finish", "w.actual_start", "w.actual_finish")
    parts = {f"day_{_flat(c)}": _day(c) for c in (*days, "d.close_date", "s.on")}
    parts |= {f"holds_{t}": _holds(t, as_of) for t in "wds"}
    for group, columns in {
        "functions": ("w.function", "d.function", "s.function"),
        "initiatives": ("w.initiative",),
        "currencies": ("d.currency", "s.currency"),
    }.items():
        for column in columns:
            parts[f"index_{group}_{_flat(column)}"] = _index(getattr(names, group), column)
    parts["dependency"] = sql.Identifier("dependency" if as_of is None else "past_dependency")
    return parts


def _flat(column: str) -> str:
    return column.replace(".", "_")


def _dotted(column: str) -> sql.Identifier:
    return sql.Identifier(*column.split("."))


def _day(column: str) -> sql.Composable:
    return sql.SQL("coalesce({} - date '1970-01-01', {})::int4").format(
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
