"""The items of the plan: work items, then deals, each column one array."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from model.network import NO_DATE, UNKNOWN, RowIndex
from model.plan import NONE
from model.records import State
from model.warehouse.plan_queries import (
    DEAL,
    DEALS_QUERY,
    RECORD,
    RECORDS_QUERY,
    WORK_ITEM,
    WORK_ITEMS_QUERY,
    Columns,
    Names,
    read,
)

Given = Mapping[str, npt.NDArray[Any] | int | None]
"""Columns, or the one value that all rows have."""

_ITEM: Final = np.dtype(
    [
        *((name, "i8") for name in ("id", "value")),
        ("since", "M8[us]"),
        *((name, "i4") for name in ("planned_start", "planned_finish", "actual_start")),
        *((name, "i4") for name in ("actual_finish", "deadline", "duration", "remaining")),
        *((name, "i2") for name in ("function", "initiative", "currency")),
        *((name, "i1") for name in ("percent", "state", "priority")),
        *((name, "?") for name in ("milestone", "is_deal", "is_open", "has_owner")),
        ("wbs", "O"),
    ]
)


def read_items(connection: Connection, names: Names, as_of: datetime | None) -> Columns:
    """All columns of `Items` and `ItemAttributes`, a WBS as its text.

    The records are read after the versions of which they know the parent and the last touch, so
    that none is missing. A tool that does not tell of touches: when the version began.
    """
    work = read(connection, WORK_ITEMS_QUERY, WORK_ITEM, names, as_of)
    items = _together(work, read(connection, DEALS_QUERY, DEAL, names, as_of))
    records = read(connection, RECORDS_QUERY, RECORD, names, as_of)
    row = RowIndex(records["id"]).find(items["id"])
    touched = records["touched"][row]
    items["parent"] = records["parent"][row]
    items["touched"] = _days(np.where(np.isnat(touched), items.pop("since"), touched))
    return items


def _together(work: Columns, deals: Columns) -> Columns:
    ends = len(work["id"])
    items: Columns = {}
    parts = _work_items(work), _deals(deals)
    for name in _ITEM.names or ():
        items[name] = np.empty(ends + len(deals["id"]), dtype=_ITEM[name])
        items[name][:ends], items[name][ends:] = (part[name] for part in parts)
    return items


def _work_items(rows: Columns) -> Given:
    never = {"value": 0, "deadline": NO_DATE, "currency": NONE, "is_deal": False}
    return {**rows, **never, "is_open": rows["state"] < State.DONE}


def _deals(rows: Columns) -> Given:
    """A deal is a milestone that is due on its close date, and done then if it is won."""
    close, state = rows["close"], rows["state"]
    return {
        **rows,
        **dict.fromkeys(("planned_finish", "deadline"), close),
        **dict.fromkeys(("planned_start", "actual_start"), NO_DATE),
        "actual_finish": np.where(state == State.DONE, close, NO_DATE),
        **dict.fromkeys(("duration", "remaining", "percent"), UNKNOWN),
        **dict.fromkeys(("initiative", "priority"), NONE),
        **dict.fromkeys(("milestone", "is_deal"), True),
        "is_open": state != State.CANCELLED,
        "wbs": None,
    }


def _days(instants: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int32]:
    """Their days in UTC, since 1970-01-01."""
    return instants.astype("M8[D]").astype(np.int64).astype(np.int32)
