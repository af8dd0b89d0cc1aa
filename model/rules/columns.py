"""What several rules compute from the plan's columns: rows, groups, money, working days."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from model.network import day_of
from model.plan import NONE, Int32, Int64, Plan
from model.records import Money

_HUNDREDTHS = Decimal("0.01")


def find_rows(plan: Plan, ids: Int64) -> Int64:
    """The row of each id in `plan.items`; -1 for an id that has none."""
    return plan.network.row_index.find(ids)


def stated_finish(plan: Plan, rows: Int64) -> Int32:
    """The finish that each row states in its tool; of a deal, its close date."""
    is_deal, items = plan.attributes.is_deal[rows], plan.items
    return np.where(is_deal, items.deadline[rows], items.planned_finish[rows])


def function_ids_of(plan: Plan, rows: Int64) -> tuple[str, ...]:
    """Ids of the functions of the rows without repetition, in the order of the rows."""
    codes = dict.fromkeys(plan.attributes.function[rows].tolist())
    return tuple(plan.functions[code] for code in codes if code != NONE)


def group_positions(
    *keys: npt.NDArray[np.integer], within: npt.NDArray[np.integer]
) -> Iterator[Int64]:
    """Groups of positions with equal keys, each group in ascending order of `within`."""
    # lexsort takes the most significant key last.
    order = np.lexsort((within, *reversed(keys)))
    changes = np.zeros(max(len(order) - 1, 0), dtype=np.bool_)
    for key in keys:
        sorted_key = key.take(order)
        changes |= sorted_key[1:] != sorted_key[:-1]
    bounds = [0, *(np.flatnonzero(changes) + 1).tolist(), len(order)]
    return (order[a:b] for a, b in pairwise(bounds) if b > a)


def sum_money(plan: Plan, amount: Int64, currency: npt.NDArray[np.integer]) -> tuple[Money, ...]:
    """The sum per currency of amounts in hundredths, the currencies in alphabetical order."""
    stated = (currency >= 0) & (amount != 0)
    # Integers until the last step: cents are exact in them, and not in floats.
    sums = {
        plan.currencies[code]: int(amount[stated & (currency == code)].sum())
        for code in np.unique(currency[stated]).tolist()
    }
    return tuple(Money(name, sums[name] * _HUNDREDTHS) for name in sorted(sums))


def count_working_days(plan: Plan, rows: Int64, first: Int32, second: Int32) -> Int32:
    """Working days from each first day to its second in the calendar of its row; signed."""
    return plan.calendars.working_days_between(plan.items.calendar.take(rows), first, second)


def count_idle_days(plan: Plan, rows: Int64) -> Int32:
    """Working days since each row was last touched."""
    today = np.full(len(rows), day_of(plan.today), dtype=np.int32)
    return count_working_days(plan, rows, plan.attributes.touched[rows], today)
