"""Dependencies between open items: who waits for whom, by when they need it, how late it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.network import NO_DATE, LinkUse, compute_handover_needs, with_descendants
from model.plan import NONE, Bool, Int32, Int64, Plan
from model.records import DependencyType, State
from model.rules.columns import wanted_finish, working_days


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Open items that wait for open items; every column has a row a dependency.

    `predecessor` and `successor` are rows of the plan. `needed` is the last day on which the
    predecessor's date keeps the successor's plan (`NO_DATE` where that plan has no date),
    `late` by how many working days of the predecessor's calendar the forecast passes that day;
    0 or less is in time. With `begins` it is the predecessor's start that is needed.
    """

    predecessor: Int64
    successor: Int64
    needed: Int32
    late: Int32
    begins: Bool

    def where(self, kept: Bool | Int64) -> Dependencies:
        return Dependencies(
            self.predecessor[kept],
            self.successor[kept],
            self.needed[kept],
            self.late[kept],
            self.begins[kept],
        )


def dependencies(plan: Plan) -> Dependencies:
    """Every dependency that counts in the network and joins two open items.

    A deal needs its predecessor by its close date. Work that has begun needs nobody's start any
    more, and what it began without it needs by its own planned finish.
    """
    attributes, network, links = plan.attributes, plan.network, plan.links
    before, after = (
        network.row_index.find(links.predecessor),
        network.row_index.find(links.successor),
    )
    kept = np.flatnonzero(network.link_use == LinkUse.USED)
    kept = kept[attributes.is_open[before[kept]] & attributes.is_open[after[kept]]]
    before, after, type_ = before[kept], after[kept], links.type[kept]
    stated = compute_handover_needs(network, plan.forecast)
    needed, late = stated.needed_by[kept], stated.lateness[kept]
    begun, deal = _begun(plan, after), attributes.is_deal[after]
    over = begun & (type_ == DependencyType.START_TO_START)
    needed[over], late[over] = NO_DATE, 0
    by_end = np.flatnonzero(deal | (begun & (type_ == DependencyType.FINISH_TO_START)))
    ends, held = wanted_finish(plan, after[by_end]), plan.forecast.early_finish[before[by_end]]
    needed[by_end], late[by_end] = ends, working_days(plan, before[by_end], ends, held)
    begins = (type_ == DependencyType.START_TO_START) | (type_ == DependencyType.START_TO_FINISH)
    return Dependencies(before, after, needed, late, begins & ~deal)


def handovers(plan: Plan, every: Dependencies) -> Dependencies:
    """The dependencies whose two ends belong to two functions."""
    function = plan.attributes.function
    giver, taker = function[every.predecessor], function[every.successor]
    return every.where((giver != taker) & (giver != NONE) & (taker != NONE))


def behind(plan: Plan, rows: Int64) -> Bool:
    """Which rows of the plan are these or stand anywhere after them, whatever their state."""
    return with_descendants(plan.network, rows)


def _begun(plan: Plan, rows: Int64) -> Bool:
    items = plan.items
    begun: Bool = items.state[rows] == State.IN_PROGRESS
    begun |= items.actual_start[rows] != NO_DATE
    return begun
