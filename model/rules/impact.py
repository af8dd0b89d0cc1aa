"""What a late item sets in motion: items downstream that move, and the deals among them."""

from __future__ import annotations

import numpy as np

from model.findings import Impact
from model.network import NO_DATE
from model.plan import Bool, Int64, Plan
from model.rules.columns import money_of, rows_of, wanted_finish

_NAMED = 100
"""So many items downstream a finding names; `Impact.items` counts all of them."""


def pushed(plan: Plan) -> Bool:
    """Which open items a predecessor moves past their plan: a deal past its close date."""
    wanted, forecast = wanted_finish(plan, np.arange(len(plan.items))), plan.forecast
    late: Bool = (wanted != NO_DATE) & (forecast.early_finish > wanted)
    late &= plan.facets.open & (forecast.driver >= 0)
    return late


def moved_below(plan: Plan, ids: Int64, pushed: Bool) -> Int64:
    """Rows of the items and of all below them that are pushed, deals first, then by date."""
    below = rows_of(plan, np.union1d(ids, plan.network.downstream(ids)))
    rows = below[pushed[below]]
    facets, finish = plan.facets, plan.forecast.early_finish
    return rows[np.lexsort((plan.items.id[rows], finish[rows], -facets.value[rows]))]


def impact(plan: Plan, days: int, moved: Int64) -> Impact:
    """Days of delay, how many items move, and the value of the deals among them by currency."""
    value, currency = plan.facets.value[moved], plan.facets.currency[moved]
    return Impact(days=days, items=len(moved), value=money_of(plan, value, currency))


def named(plan: Plan, moved: Int64) -> tuple[int, ...]:
    """Ids of the items downstream that a finding names: the first hundred."""
    return tuple(plan.items.id[moved[:_NAMED]].tolist())
