"""The two passes of the critical path method over a kept topology.

Forward: an item starts when the last of its predecessors lets it, not before its floor.
Backward: an item must start early enough for the first of its successors, and by its limit
(Kelley & Walker, "Critical-Path Planning and Scheduling", 1959; the four dependency types and
lags as in the precedence diagramming method, PMI Practice Standard for Scheduling).

Times are working-day numbers by place; see `model.network.calendars`.
"""

from typing import Protocol

import numpy as np

from model.network.columns import Days
from model.network.topology import Positions, Topology


class LinkConstraints(Protocol):
    """What the links say, for some cells of `Topology.ins` or `Topology.outs`."""

    def ahead(self, tail_start: Days, cells: Positions) -> Days:
        """The earliest start of each head, from the start of its tail. May reuse its input."""
        ...

    def back(self, head_start: Days, cells: Positions) -> Days:
        """The latest start of each tail, from the start of its head. May reuse its input."""
        ...


def forward(
    topology: Topology, reach: LinkConstraints, floor: Days, ceiling: Days
) -> tuple[Days, Days]:
    """Early starts by place, none beyond its ceiling; and what each link of `ins` demands."""
    early = floor.copy()
    demand = np.empty(len(topology.ins.other), dtype=np.int32)
    other, first = topology.ins.other, topology.ins.first
    for low, _, high in topology.levels[1:]:
        begin, end = int(first[low]), int(first[high])
        cells = slice(begin, end)
        demand[cells] = reach.ahead(early[other[cells]], cells)
        here = early[low:high]
        np.maximum(here, np.maximum.reduceat(demand[:end], first[low:high]), out=here)
        np.minimum(here, ceiling[low:high], out=here)
    return early, demand


def backward(topology: Topology, reach: LinkConstraints, limit: Days) -> Days:
    """Late starts by place; none before 0, the first working day of the calendars."""
    late = np.maximum(limit, 0)
    other, first = topology.outs.other, topology.outs.first
    for low, mid, _ in reversed(topology.levels):
        if low == mid:
            continue
        begin, end = int(first[low]), int(first[mid])
        cells = slice(begin, end)
        bound = reach.back(late[other[cells]], cells)
        earliest = np.minimum.reduceat(bound, first[low:mid] - begin)
        here = late[low:mid]
        np.minimum(here, earliest, out=here)
        np.maximum(here, 0, out=here)
    return late
