"""The forward and the backward pass of the critical path method over a topology.

Forward: a node starts when the last of its predecessors allows it, not before its earliest start
of its own. Backward: it must start early enough for the first of its successors, and by its
latest start of its own (Kelley & Walker, "Critical-Path Planning and Scheduling", 1959; the four
dependency types and lags as in the precedence diagramming method, PMI Practice Standard for
Scheduling).

Times are working-day numbers of each node's own calendar, by position; see
`model.network.calendars`.
"""

from typing import Protocol

import numpy as np

from model.network.arrays import Selection
from model.network.columns import Days
from model.network.topology import Topology


class LinkConstraints(Protocol):
    """How early links let their heads start and how late their tails; `link_constraints`."""

    def earliest_head_starts(self, tail_start: Days, entries: Selection) -> Days:
        """The earliest start of each head, from the start of its tail; for these entries of
        `Topology.incoming`. May overwrite its input."""
        ...

    def latest_tail_starts(self, head_start: Days, entries: Selection) -> Days:
        """The latest start of each tail, from the start of its head; for these entries of
        `Topology.outgoing`. May overwrite its input."""
        ...


def forward_pass(
    topology: Topology, constraints: LinkConstraints, min_start: Days, horizon: Days
) -> tuple[Days, Days]:
    """Early starts by position, none beyond its horizon; and by entry of `Topology.incoming` how
    early the link lets its head start."""
    # A copy: the earliest starts are read again by every later update.
    early = min_start.copy()
    bound = np.empty(len(topology.incoming.neighbour), dtype=np.int32)
    tails, first_entry = topology.incoming.neighbour, topology.incoming.first_entry
    # Level by level: every predecessor of a level is final before the level is read.
    for first, _, end in topology.levels[1:]:
        entries = slice(int(first_entry[first]), int(first_entry[end]))
        bound[entries] = constraints.earliest_head_starts(early[tails[entries]], entries)
        start = early[first:end]
        # Every node beyond the first level has a predecessor, so no run of `reduceat` is empty.
        latest_bound = np.maximum.reduceat(bound[: entries.stop], first_entry[first:end])
        np.maximum(start, latest_bound, out=start)
        np.minimum(start, horizon[first:end], out=start)
    return early, bound


def backward_pass(topology: Topology, constraints: LinkConstraints, max_start: Days) -> Days:
    """Late starts by position; none before 0, the first working day of the calendars."""
    late = np.maximum(max_start, 0)
    heads, first_entry = topology.outgoing.neighbour, topology.outgoing.first_entry
    for first, first_sink, _ in reversed(topology.levels):
        # A level of sinks alone has no successors that could limit it.
        if first == first_sink:
            continue
        entries = slice(int(first_entry[first]), int(first_entry[first_sink]))
        bound = constraints.latest_tail_starts(late[heads[entries]], entries)
        earliest_bound = np.minimum.reduceat(bound, first_entry[first:first_sink] - entries.start)
        start = late[first:first_sink]
        np.minimum(start, earliest_bound, out=start)
        np.maximum(start, 0, out=start)
    return late
