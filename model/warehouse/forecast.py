"""Writes the forecast of every item as rows, in binary, for people and other tools to read."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from model.network import NO_DATE
from model.plan import Int32, Plan
from model.warehouse.columns import read_columns, write_columns
from model.warehouse.rows import driver_connection

_POSTGRES_EPOCH = 10_957
"""2000-01-01, from which PostgreSQL counts its dates, in days since 1970-01-01."""

# Days leave as the int4 of PostgreSQL's binary date, hence the other epoch.
_DATES = ("early_start", "early_finish", "late_start", "late_finish")
_ROW = np.dtype(
    [
        ("record_id", "i8"),
        *((name, "i4") for name in _DATES),
        ("total_slack", "i4"),
        ("free_slack", "i4"),
        ("driver_id", "i8"),
        ("certainty", "i2"),
    ]
)
NO_DRIVER = -1

_STORED = """
    select record_id, early_start - date '2000-01-01', early_finish - date '2000-01-01',
           late_start - date '2000-01-01', late_finish - date '2000-01-01',
           total_slack, free_slack, driver_id, certainty
    from forecast
"""


def write_forecast(connection: Connection, plan: Plan) -> None:
    """Replace the stored forecast; an item without dates (a cancelled one) has no row.

    An unchanged forecast is left alone: replacing it would keep readers waiting.
    """
    rows = _rows(plan)
    if np.array_equal(rows, _read_stored(connection)):
        return
    # Faster than delete, and rolled back with the transaction like it.
    connection.execute(text("truncate forecast"))
    write_columns(driver_connection(connection), "forecast", rows)


def _read_stored(connection: Connection) -> npt.NDArray[Any]:
    """The stored rows as `_rows` gives them."""
    columns = read_columns(driver_connection(connection), _STORED, _ROW)
    rows = np.empty(columns.count, dtype=_ROW)
    for name, values in columns.numbers.items():
        rows[name] = values
    rows.sort(order="record_id")
    return rows


def _rows(plan: Plan) -> npt.NDArray[Any]:
    dated = np.flatnonzero(plan.forecast.early_finish != NO_DATE)
    rows = np.empty(len(dated), dtype=_ROW)
    rows["record_id"] = plan.items.id[dated]
    for name in _DATES:
        days: Int32 = getattr(plan.forecast, name)
        rows[name] = days[dated] - _POSTGRES_EPOCH
    rows["total_slack"] = plan.forecast.total_slack[dated]
    rows["free_slack"] = plan.forecast.free_slack[dated]
    rows["driver_id"] = _driver_ids(plan)[dated]
    rows["certainty"] = plan.forecast.certainty[dated]
    rows.sort(order="record_id")
    return rows


def _driver_ids(plan: Plan) -> npt.NDArray[np.int64]:
    driver = plan.forecast.driver
    return np.where(driver >= 0, plan.items.id[driver], NO_DRIVER)
