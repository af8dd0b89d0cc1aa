"""Recomputing only what can move: level by level from what changed, until nothing changes."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import pairwise

import numpy as np

from model.network.columns import Days, Flags
from model.network.critical_path import CriticalPathState, limits
from model.network.topology import (
    Adjacency,
    Index,
    Topology,
    beyond,
    cells_of,
    counts_of,
    distinct,
    run_starts,
)

Recompute = Callable[[Index], Index]
"""Computes these places anew, stores the result, and returns those that changed."""


def spread(
    topology: Topology, places: Index, recompute: Recompute, onward: Adjacency, step: int
) -> Index:
    """All places that changed, from `places` on along `onward`.

    `step` is 1 from predecessors to successors and -1 the other way: a place is computed once,
    after everything that it depends on.
    """
    waiting: dict[int, list[Index]] = {}
    queue: list[int] = []

    def enqueue(reached: Index) -> None:
        reached = distinct(reached)
        level = np.searchsorted(topology.begins, reached, side="right") - 1
        first = np.flatnonzero(np.diff(level, prepend=-1))
        for begin, end in pairwise([*first.tolist(), len(reached)]):
            one = int(level[begin])
            if one not in waiting:
                waiting[one] = []
                heappush(queue, step * one)
            waiting[one].append(reached[begin:end])

    enqueue(places)
    changed = [places[:0]]
    while queue:
        here = distinct(*waiting.pop(step * heappop(queue)))
        moved = recompute(here)
        if len(moved):
            changed.append(moved)
            enqueue(beyond(onward, moved))
    return np.concatenate(changed)


def starts_at(passes: CriticalPathState, early: Days, places: Index, floor: Days) -> Days:
    """The early starts of these places, from those of their predecessors."""
    ins = passes.network.topology.ins
    cells = cells_of(ins, places)
    bound = passes.reach.ahead(early[ins.other[cells]], cells)
    begins, fed = run_starts(counts_of(ins, places))
    floor[fed] = np.maximum(floor[fed], np.maximum.reduceat(bound, begins)) if len(fed) else 0
    return np.minimum(floor, passes.ceiling[places])


def must_start_by(passes: CriticalPathState, late: Days, places: Index, limit: Days) -> Days:
    """The late starts of these places, from those of their successors."""
    outs = passes.network.topology.outs
    cells = cells_of(outs, places)
    bound = passes.reach.back(late[outs.other[cells]], cells)
    begins, fed = run_starts(counts_of(outs, places))
    limit[fed] = np.minimum(limit[fed], np.minimum.reduceat(bound, begins)) if len(fed) else 0
    return np.maximum(limit, 0)


def pushed(
    passes: CriticalPathState, early: Days, places: Index, floor: Days, pinned: Flags | None = None
) -> Index:
    """Spreads the early starts from `places` on, writing into `early`; what changed.

    Places that are `pinned` keep their start whatever their predecessors do.
    """
    topology = passes.network.topology

    def recompute(here: Index) -> Index:
        if pinned is not None:
            here = here[~pinned.take(here)]
        found = starts_at(passes, early, here, floor[here])
        moved = np.flatnonzero(found != early.take(here))
        early[here] = found
        return here.take(moved)

    return spread(topology, places, recompute, topology.outs, 1)


def pulled(passes: CriticalPathState, late: Days, places: Index) -> Index:
    """Spreads the late starts from `places` back, writing into `late`; what changed."""
    topology = passes.network.topology

    def recompute(here: Index) -> Index:
        found = must_start_by(passes, late, here, limits(passes, here))
        moved = np.flatnonzero(found != late.take(here))
        late[here] = found
        return here.take(moved)

    return spread(topology, places, recompute, topology.ins, -1)
