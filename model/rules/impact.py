"""What a late item sets in motion: the items whose dates it drives, and the deals among them.

Every item has one driver in the forecast, so each item that moves counts for one cause alone
and the value of a deal is never counted twice.
"""

from __future__ import annotations

import numpy as np

from model.findings import Impact
from model.network import NO_DATE
from model.plan import NONE, Bool, Int64, Plan
from model.rules.columns import money_of, wanted_finish

_NAMED = 100
"""So many items downstream a finding names; `Impact.items` counts all of them."""


def pushed(plan: Plan) -> Bool:
    """Which open items a predecessor moves past their plan: a deal past its close date."""
    wanted, forecast = wanted_finish(plan, np.arange(len(plan.items))), plan.forecast
    late: Bool = (wanted != NO_DATE) & (forecast.early_finish > wanted)
    late &= plan.attributes.is_open & (forecast.driver >= 0)
    return late


def carried(plan: Plan, mark: Int64) -> Int64:
    """Hands marks (`NONE` where there is none) down from each row to all that it drives.

    A row that has a mark keeps it. Doubling the step each round (pointer jumping) takes
    log2 of the longest driving chain rounds.
    """
    mark, above = mark.copy(), plan.forecast.driver.copy()
    while (climbs := np.flatnonzero((above >= 0) & (mark == NONE))).size:
        source = above[climbs]
        mark[climbs], above[climbs] = mark[source], above[source]
    return mark


def impact(plan: Plan, days: int, moved: Int64) -> Impact:
    """Days of delay, how many items move, and the value of the deals among them by currency."""
    value, currency = plan.attributes.value[moved], plan.attributes.currency[moved]
    return Impact(days=days, items=len(moved), value=money_of(plan, value, currency))


def named(plan: Plan, moved: Int64) -> tuple[int, ...]:
    """Ids of the items downstream that a finding names: deals by value, then work by date."""
    value, finish = plan.attributes.value[moved], plan.forecast.early_finish[moved]
    ids = plan.items.id[moved]
    return tuple(ids[np.lexsort((ids, finish, -value))][:_NAMED].tolist())
