"""The impact of a late item: the items whose dates it drives, and the deals among them.

Each item has one driving predecessor in the forecast, so an item further downstream counts for one
cause only, and the value of a deal is never counted twice. A successor that waits for two late
items counts for both.
"""

from __future__ import annotations

import numpy as np

from model.findings import Impact
from model.network import NO_DATE
from model.plan import NONE, Bool, Int64, Plan
from model.rules.columns import stated_finish, sum_money

# Stored with each conflict, so a finding about half the plan must stay small.
_MOST_NAMED = 100
"""How many items downstream a finding names; `Impact.items` counts all of them."""


def find_pushed(plan: Plan) -> Bool:
    """Which open items a predecessor moves past their plan, a deal past its close date."""
    stated, forecast = stated_finish(plan, np.arange(len(plan.items))), plan.forecast
    is_pushed: Bool = (stated != NO_DATE) & (forecast.early_finish > stated)
    is_pushed &= plan.attributes.is_open & (forecast.driver >= 0)
    return is_pushed


def propagate_marks(plan: Plan, marks: Int64) -> Int64:
    """Pass the marks of rows (`NONE` where there is none) on to all rows that they drive.

    A row that has a mark keeps it.
    """
    marks, drivers = marks.copy(), plan.forecast.driver.copy()
    # Pointer jumping: each round asks the driver of the driver, so the distance that is covered
    # doubles, and the longest driving chain takes log2 of its length in rounds.
    while (unmarked := np.flatnonzero((drivers >= 0) & (marks == NONE))).size:
        source = drivers[unmarked]
        marks[unmarked], drivers[unmarked] = marks[source], drivers[source]
    return marks


def sum_impact(plan: Plan, days: int, moved: Int64) -> Impact:
    """The delay in working days, how many items move, and the value of the deals among them."""
    value, currency = plan.attributes.value[moved], plan.attributes.currency[moved]
    return Impact(days=days, items=len(moved), value=sum_money(plan, value, currency))


def select_downstream(plan: Plan, moved: Int64) -> tuple[int, ...]:
    """Ids of the items downstream that a finding names: deals by value, then work by date."""
    value, finish = plan.attributes.value[moved], plan.forecast.early_finish[moved]
    ids = plan.items.id[moved]
    # The id last, so that equal values and dates have one order too.
    return tuple(ids[np.lexsort((ids, finish, -value))][:_MOST_NAMED].tolist())
