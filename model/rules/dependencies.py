"""Dependencies between open items: who waits for whom, by when they need it, how late it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.network import NO_DATE, LinkUse, compute_handover_needs
from model.plan import NONE, Bool, Int32, Int64, Plan
from model.records import DependencyType, State
from model.rules.columns import count_working_days, stated_finish

# The rule that found handovers first: its conflicts keep their ids.
HANDOVER = "late_handover"
"""The matter of findings about a handover: a predecessor, and the function that receives it."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Open items that wait for open items, as columns with one row per dependency.

    `predecessor` and `successor` are rows of the plan. `needed` is the last day on which the
    predecessor's date keeps the successor's plan (`NO_DATE` where that plan has no date),
    `late` by how many working days of the predecessor's calendar the forecast passes that day;
    0 or less is in time. Where `needs_start` it is the predecessor's start that is needed.
    """

    predecessor: Int64
    successor: Int64
    needed: Int32
    late: Int32
    needs_start: Bool

    def select(self, rows: Bool | Int64) -> Dependencies:
        """The dependencies at these positions, or where the flag is set."""
        return Dependencies(
            self.predecessor[rows],
            self.successor[rows],
            self.needed[rows],
            self.late[rows],
            self.needs_start[rows],
        )


def find_dependencies(plan: Plan) -> Dependencies:
    """All dependencies that count in the network and join two open items.

    A deal needs its predecessor by its close date. Work that has begun needs nobody's start any
    more; what it should have waited for it needs by its own planned finish.
    """
    attributes, network, links = plan.attributes, plan.network, plan.links
    before = network.row_index.find(links.predecessor)
    after = network.row_index.find(links.successor)
    # Duplicates and links inside cycles are left out: the one would count twice, the other has no
    # date.
    used = np.flatnonzero(network.link_use == LinkUse.USED)
    used = used[attributes.is_open[before[used]] & attributes.is_open[after[used]]]
    before, after, type_ = before[used], after[used], links.type[used]
    needs = compute_handover_needs(network, plan.forecast)
    needed, late = needs.needed_by[used], needs.lateness[used]
    has_begun, is_deal = _has_begun(plan, after), attributes.is_deal[after]
    unneeded = has_begun & (type_ == DependencyType.START_TO_START)
    # The start that it waited for lies behind it.
    needed[unneeded], late[unneeded] = NO_DATE, 0
    by_finish = np.flatnonzero(is_deal | (has_begun & (type_ == DependencyType.FINISH_TO_START)))
    needed[by_finish] = stated_finish(plan, after[by_finish])
    forecast = plan.forecast.early_finish[before[by_finish]]
    late[by_finish] = count_working_days(plan, before[by_finish], needed[by_finish], forecast)
    needs_start = (type_ == DependencyType.START_TO_START) | (
        type_ == DependencyType.START_TO_FINISH
    )
    return Dependencies(before, after, needed, late, needs_start & ~is_deal)


def select_handovers(plan: Plan, dependencies: Dependencies) -> Dependencies:
    """The dependencies whose two ends belong to two functions."""
    function = plan.attributes.function
    giver, receiver = function[dependencies.predecessor], function[dependencies.successor]
    return dependencies.select((giver != receiver) & (giver != NONE) & (receiver != NONE))


def _has_begun(plan: Plan, rows: Int64) -> Bool:
    items = plan.items
    has_begun: Bool = items.state[rows] == State.IN_PROGRESS
    has_begun |= items.actual_start[rows] != NO_DATE
    return has_begun
