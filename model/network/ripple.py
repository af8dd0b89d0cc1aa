"""Recomputing only what can move: level by level from what changed, until nothing changes."""

from collections.abc import Callable
from heapq import heappop, heappush

import numpy as np

from model.network.columns import Days, Flags
from model.network.passes import Passes
from model.network.topology import Index, Side, Topology, runs

Recompute = Callable[[Index], Index]
"""Computes these places anew, stores the result, and returns those that changed."""


def spread(
    topology: Topology, places: Index, recompute: Recompute, onward: Side, step: int
) -> Index:
    """All places that changed, from `places` on along `onward`.

    `step` is 1 from predecessors to successors and -1 the other way: a place is computed once,
    after everything that it depends on.
    """
    starts = np.array([low for low, _, _ in topology.levels])
    waiting: dict[int, list[Index]] = {}
    queue: list[int] = []

    def enqueue(reached: Index) -> None:
        level = np.searchsorted(starts, reached, side="right") - 1
        for one in np.unique(level).tolist():
            if one not in waiting:
                waiting[one] = []
                heappush(queue, step * one)
            waiting[one].append(reached[level == one])

    enqueue(places)
    changed = [places[:0]]
    while queue:
        here = np.unique(np.concatenate(waiting.pop(step * heappop(queue))))
        moved = recompute(here)
        if len(moved):
            changed.append(moved)
            enqueue(beyond(onward, moved))
    return np.concatenate(changed)


def beyond(side: Side, places: Index) -> Index:
    """The places at the other end of all links of these."""
    return side.other.take(cells_of(side, places))


def cells_of(side: Side, places: Index) -> Index:
    """The cells of these places, one place after the other."""
    first = side.first.take(places)
    return runs(first, side.first.take(places + 1) - first)


def starts_at(passes: Passes, early: Days, places: Index, floor: Days) -> Days:
    """The early starts of these places, from those of their predecessors."""
    ins = passes.network.topology.ins
    cells = cells_of(ins, places)
    bound = passes.reach.ahead(early.take(ins.other.take(cells)), cells)
    here = floor.copy()
    counts = ins.first.take(places + 1) - ins.first.take(places)
    fed = np.flatnonzero(counts)
    if len(fed):
        begins = (counts.cumsum() - counts)[fed]
        here[fed] = np.maximum(here[fed], np.maximum.reduceat(bound, begins))
    return np.minimum(here, passes.network.calendars.last)


def pushed(
    passes: Passes, early: Days, places: Index, floor: Days, pinned: Flags | None = None
) -> Index:
    """Spreads the early starts from `places` on, writing into `early`; what changed.

    Places that are `pinned` keep their start whatever their predecessors do.
    """
    topology = passes.network.topology

    def recompute(here: Index) -> Index:
        if pinned is not None:
            here = here[~pinned.take(here)]
        found = starts_at(passes, early, here, floor.take(here))
        moved = found != early.take(here)
        early[here] = found
        return here[moved]

    return spread(topology, places, recompute, topology.outs, 1)
