"""Incremental forward and backward pass: from what changed, level by level, until nothing moves.

Used by `IncrementalForecast` and `compute_delay_impact`, which answer what-if questions.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import pairwise

import numpy as np

from model.network.arrays import Index, nonempty_runs, sorted_unique
from model.network.columns import Days, Flags
from model.network.critical_path import CriticalPathState, latest_starts
from model.network.topology import Adjacency, Topology, degrees, entries_of, neighbours

Recompute = Callable[[Index], Index]
"""Computes these positions again, stores the result, and returns those that changed."""


def propagate(
    topology: Topology, positions: Index, recompute: Recompute, onward: Adjacency, step: int
) -> Index:
    """All positions that changed, from `positions` on along `onward`.

    `step` is 1 from predecessors to successors and -1 the other way: a position is computed once,
    after everything that it depends on.
    """
    # A heap of levels, not of nodes: a change touches few levels, and each goes through numpy as
    # one array.
    pending: dict[int, list[Index]] = {}
    queue: list[int] = []

    def enqueue(reached: Index) -> None:
        reached = sorted_unique(reached)
        levels = np.searchsorted(topology.level_starts, reached, side="right") - 1
        first_of_level = np.flatnonzero(np.diff(levels, prepend=-1))
        for begin, end in pairwise([*first_of_level.tolist(), len(reached)]):
            level = int(levels[begin])
            if level not in pending:
                pending[level] = []
                heappush(queue, step * level)
            pending[level].append(reached[begin:end])

    enqueue(positions)
    changed = [positions[:0]]
    while queue:
        # A node may have been reached from several earlier levels; it is computed once, after all
        # of them.
        in_level = sorted_unique(*pending.pop(step * heappop(queue)))
        moved = recompute(in_level)
        if len(moved):
            changed.append(moved)
            enqueue(neighbours(onward, moved))
    return np.concatenate(changed)


def update_early_starts(
    cpm: CriticalPathState,
    early: Days,
    positions: Index,
    min_start: Days,
    is_pinned: Flags | None = None,
) -> Index:
    """Forward pass from these positions on, writing into `early`; the positions that changed.

    All columns are by position. A position that is pinned keeps its start whatever its
    predecessors do.
    """
    topology = cpm.network.topology

    def recompute(positions: Index) -> Index:
        if is_pinned is not None:
            positions = positions[~is_pinned.take(positions)]
        starts = _early_starts(cpm, early, positions, min_start[positions])
        moved = np.flatnonzero(starts != early.take(positions))
        early[positions] = starts
        return positions.take(moved)

    return propagate(topology, positions, recompute, topology.outgoing, 1)


def update_late_starts(cpm: CriticalPathState, late: Days, positions: Index) -> Index:
    """Backward pass from these positions on, writing into `late`; the positions that changed."""
    topology = cpm.network.topology

    def recompute(positions: Index) -> Index:
        starts = _late_starts(cpm, late, positions, latest_starts(cpm, positions))
        moved = np.flatnonzero(starts != late.take(positions))
        late[positions] = starts
        return positions.take(moved)

    return propagate(topology, positions, recompute, topology.incoming, -1)


def _early_starts(cpm: CriticalPathState, early: Days, positions: Index, min_start: Days) -> Days:
    """The early starts of these positions, from those of their predecessors."""
    incoming = cpm.network.topology.incoming
    entries = entries_of(incoming, positions)
    bound = cpm.link_constraints.earliest_head_starts(early[incoming.neighbour[entries]], entries)
    runs, linked = nonempty_runs(degrees(incoming, positions))
    if len(linked):
        latest_bound = np.maximum.reduceat(bound, runs)
        min_start[linked] = np.maximum(min_start[linked], latest_bound)
    # The same cut as in the full forward pass, or an update would differ from a calculation from
    # the start.
    return np.minimum(min_start, cpm.horizon[positions])


def _late_starts(cpm: CriticalPathState, late: Days, positions: Index, max_start: Days) -> Days:
    """The late starts of these positions, from those of their successors."""
    outgoing = cpm.network.topology.outgoing
    entries = entries_of(outgoing, positions)
    bound = cpm.link_constraints.latest_tail_starts(late[outgoing.neighbour[entries]], entries)
    runs, linked = nonempty_runs(degrees(outgoing, positions))
    if len(linked):
        earliest_bound = np.minimum.reduceat(bound, runs)
        max_start[linked] = np.minimum(max_start[linked], earliest_bound)
    # The tables begin on 1970-01-01, number 0.
    return np.maximum(max_start, 0)
