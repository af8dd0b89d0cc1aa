"""The impact of a delay: which items it moves, and how far.

For what-if questions (`interlock whatif`) and the downstream impact of a conflict.
"""

from dataclasses import dataclass, field

import numpy as np

from model.network.arrays import Index, sorted_unique
from model.network.columns import NO_DATE, Days, Flags, Ids
from model.network.critical_path import CriticalPathState
from model.network.forecast import Forecast, choose_lowest_ids
from model.network.incremental_passes import update_early_starts
from model.network.topology import degrees, entries_of, neighbours


@dataclass(frozen=True, slots=True)
class DelayImpact:
    """The items that a delay moves, without the delayed ones; one row per item, ordered by id."""

    ids: Ids
    delay: Days
    """Working days, of the item's own calendar, by which it finishes later."""
    finish: Days
    """Its finish with the delay, in days since 1970-01-01."""
    delayed_by: Ids
    """Id of the predecessor (or last child) that hands the delay on to it."""
    delayed_ids: frozenset[int] = field(repr=False)
    """The items whose delay this is the impact of."""

    def path(self, item: int) -> list[int]:
        """The ids from a delayed item to this one, each handing the delay to the next.

        Raises KeyError for an item that does not move.
        """
        delayed_by = dict(zip(self.ids.tolist(), self.delayed_by.tolist(), strict=True))
        path = [item]
        while path[-1] not in self.delayed_ids:
            path.append(delayed_by[path[-1]])
        return path[::-1]


def compute_delay_impact(forecast: Forecast, ids: Ids, delay: Days) -> DelayImpact:
    """What moves if these items finish so many working days later than forecast.

    `ids` and `delay` have one row per delayed item. What is done or cancelled is not delayed.
    Raises KeyError for an id that is no item.
    """
    cpm = forecast.cpm
    rows = cpm.network.row_index.find_known(ids)
    is_open = _is_open(cpm, rows)
    rows = rows[is_open]
    positions = cpm.network.topology.position[rows]
    # A delayed item starts later by the delay, whatever drives it: the cause need not be in the
    # plan. Copies, since the forecast is shared and must not move.
    min_start = cpm.min_start.copy()
    min_start[positions] = cpm.early[positions] + delay[is_open]
    delayed = cpm.early.copy()
    moved = update_early_starts(cpm, delayed, positions, min_start)
    return _compare(cpm, cpm.early, delayed, moved, rows)


def compute_lateness_impact(forecast: Forecast, ids: Ids) -> DelayImpact:
    """What these items move already by finishing later than their own planned finish.

    Compares the forecast with one in which they keep to it. An item that is not late, or has no
    planned finish, moves nothing. Arguments and errors as in `compute_delay_impact`.
    """
    cpm = forecast.cpm
    items, topology = cpm.network.items, cpm.network.topology
    rows = cpm.network.row_index.find_known(ids)
    rows = rows[_is_open(cpm, rows) & (items.planned_finish[rows] != NO_DATE)]
    as_planned = cpm.inputs.planned_end[rows] - cpm.inputs.duration[rows]
    # By starts, since the duration is the same on both sides.
    is_late = as_planned < cpm.early[topology.position[rows]]
    rows, as_planned = rows[is_late], as_planned[is_late]
    positions = topology.position[rows]
    early = cpm.early.copy()
    early[positions] = as_planned
    # Pinned: an item that keeps to its plan does so whatever its predecessors do.
    is_pinned = np.zeros(len(early), dtype=np.bool_)
    is_pinned[positions] = True
    # The pinned items themselves do not move, so the update begins behind them.
    following = sorted_unique(neighbours(topology.outgoing, positions))
    moved = update_early_starts(cpm, early, following, cpm.min_start, is_pinned)
    return _compare(cpm, early, cpm.early, moved, rows)


def _is_open(cpm: CriticalPathState, rows: Index) -> Flags:
    return ~(cpm.inputs.is_done | cpm.inputs.is_cancelled)[rows]


def _compare(
    cpm: CriticalPathState,
    early: Days,
    delayed: Days,
    moved: Index,
    delayed_rows: Index,
) -> DelayImpact:
    """The impact that leads from one schedule to the delayed one (early starts by position)."""
    network = cpm.network
    items, topology, calendars = network.items, network.topology, network.calendars
    delayed_by = _find_delaying_rows(cpm, early, delayed, moved)
    node = topology.node[moved]
    # Nodes from `len(items)` on are the starts of parents, which stand for no item of their own.
    rows = np.setdiff1d(node[node < len(items)], delayed_rows)
    # By id: results must not depend on the order in which items were read.
    rows = rows[np.argsort(items.id[rows])]
    positions = topology.position[rows]
    # A milestone (duration 0) ends with the working day before its start number.
    until_last_day = cpm.inputs.duration[rows] - 1
    finish = calendars.to_day(items.calendar[rows], delayed[positions] + until_last_day)
    by = np.array([delayed_by[row] for row in rows.tolist()], dtype=np.int64)
    return DelayImpact(
        items.id[rows], delayed[positions] - early[positions], finish, items.id[by],
        frozenset(items.id[delayed_rows].tolist()),
    )  # fmt: skip


def _find_delaying_rows(
    cpm: CriticalPathState, early: Days, delayed: Days, moved: Index
) -> dict[int, int]:
    """For each item row that moved the row that hands the delay on to it: of the predecessors
    that moved and set its later date the one with the lowest id."""
    topology, item_count = cpm.network.topology, len(cpm.network.items)
    incoming = topology.incoming
    entries = entries_of(incoming, moved)
    tails = incoming.neighbour[entries]
    head = moved.repeat(degrees(incoming, moved))
    bound = cpm.link_constraints.earliest_head_starts(delayed.take(tails), entries)
    # As in the forward pass, or what is cut at the end of the calendars would have no cause.
    np.minimum(bound, cpm.horizon[head], out=bound)
    hits = np.flatnonzero(
        (bound == delayed.take(head)) & (delayed.take(tails) != early.take(tails))
    )
    head = head[hits]
    run_starts = np.flatnonzero(np.append(True, head[1:] != head[:-1])) if len(head) else hits
    chosen = choose_lowest_ids(cpm, entries[hits], run_starts)
    tail_nodes = topology.node[incoming.neighbour[chosen]].tolist()
    head_nodes = topology.node[head[run_starts]].tolist()
    delaying_node = dict(zip(head_nodes, tail_nodes, strict=True))
    return {
        node: _skip_start_nodes(delaying_node, node, item_count)
        for node in delaying_node
        if node < item_count
    }


def _skip_start_nodes(delaying_node: dict[int, int], node: int, item_count: int) -> int:
    """The item that delays a node; what delays a start node stands for that node."""
    delaying = delaying_node[node]
    while delaying >= item_count:
        delaying = delaying_node[delaying]
    return delaying
