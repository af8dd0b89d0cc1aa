"""What a slip moves: which items, how far, across which functions, past which deadlines."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from model.network.columns import NO_DATE, Days, Flags, Ids
from model.network.critical_path import CriticalPathState
from model.network.forecast import Forecast, lowest_ids
from model.network.incremental_passes import pushed
from model.network.topology import Index, beyond, cells_of, counts_of, distinct


@dataclass(frozen=True, slots=True)
class DelayImpact:
    """The items that move with a slip, without the slipping ones; in the order of their ids."""

    ids: Ids
    days: Days
    """Working days, of the item's own calendar, by which it finishes later."""
    finish: Days
    """Its finish with the slip."""
    carrier: Ids
    """Id of the predecessor (or last child) that hands the slip on to it."""
    crosses: Flags
    """The slip comes to it from another function."""
    breaks: Flags
    """Its deadline holds without the slip and not with it."""
    sources: frozenset[int] = field(repr=False)

    def path(self, item: int) -> list[int]:
        """The ids from a slipping item to this one, each handing the slip to the next.

        Raises KeyError for an item that does not move.
        """
        carriers = dict(zip(self.ids.tolist(), self.carrier.tolist(), strict=True))
        path = [item]
        while path[-1] not in self.sources:
            path.append(carriers[path[-1]])
        return path[::-1]


def compute_delay_impact(
    forecast: Forecast, ids: Ids, days: Days, function: NDArray[np.int32]
) -> DelayImpact:
    """What happens if these items finish so many working days later than forecast.

    `function` has one code an item row. What is done or cancelled does not slip.
    Raises KeyError for an id that is no item.
    """
    passes = forecast.passes
    rows, slip = _open(passes, ids, days)
    places = passes.network.topology.place[rows]
    floor = passes.floor.copy()
    floor[places] = passes.early[places] + slip
    late = passes.early.copy()
    moved = pushed(passes, late, places, floor)
    return _between(passes, passes.early, late, moved, rows, function)


def compute_lateness_impact(
    forecast: Forecast, ids: Ids, function: NDArray[np.int32]
) -> DelayImpact:
    """What these items move already by finishing later than their own planned finish.

    Compares the forecast with one in which they keep to it. An item that is not late, or has no
    planned finish, moves nothing. Arguments and errors as in `compute_delay_impact`.
    """
    passes = forecast.passes
    items, found = passes.network.items, passes.estimate
    rows, _ = _open(passes, ids, np.zeros(len(ids), dtype=np.int32))
    rows = rows[items.planned_finish[rows] != NO_DATE]
    kept = passes.network.calendars.to_number(items.calendar[rows], items.planned_finish[rows] + 1)
    kept -= found.duration[rows]
    places = passes.network.topology.place[rows]
    behind = kept < passes.early[places]
    rows, places = rows[behind], places[behind]
    early = passes.early.copy()
    early[places] = kept[behind]
    pinned = np.zeros(len(early), dtype=np.bool_)
    pinned[places] = True
    after = distinct(beyond(passes.network.topology.outs, places))
    moved = pushed(passes, early, after, passes.floor, pinned)
    return _between(passes, early, passes.early, moved, rows, function)


def _open(passes: CriticalPathState, ids: Ids, days: Days) -> tuple[Index, Days]:
    rows = passes.network.row_index.find(ids)
    if (rows < 0).any():
        raise KeyError(f"no item has the id {ids[rows < 0][0]}")
    open_ = ~(passes.estimate.done | passes.estimate.cancelled)[rows]
    return rows[open_], days[open_]


def _between(
    passes: CriticalPathState, early: Days, late: Days, moved: Index, sources: Index, function: Days
) -> DelayImpact:
    """The impact that leads from the earlier schedule to the later one."""
    network = passes.network
    items, topology, calendars = network.items, network.topology, network.calendars
    carrier = _carriers(passes, early, late, moved)
    node = topology.node[moved]
    rows = np.setdiff1d(node[node < len(items)], sources)
    rows = rows[np.argsort(items.id[rows])]
    places = topology.place[rows]
    span = passes.estimate.duration[rows] - 1
    finish = calendars.to_day(items.calendar[rows], late[places] + span)
    former = calendars.to_day(items.calendar[rows], early[places] + span)
    deadline = items.deadline[rows]
    by = np.array([carrier[row] for row in rows.tolist()], dtype=np.int64)
    return DelayImpact(
        items.id[rows], late[places] - early[places], finish, items.id[by],
        function[rows] != function[by],
        (deadline != NO_DATE) & (finish > deadline) & (former <= deadline),
        frozenset(items.id[sources].tolist()),
    )  # fmt: skip


def _carriers(passes: CriticalPathState, early: Days, late: Days, moved: Index) -> dict[int, int]:
    """For each row that moved the row that hands the slip on to it: of the predecessors that
    moved and set its later date the one with the lowest id."""
    topology, items = passes.network.topology, len(passes.network.items)
    cells = cells_of(topology.ins, moved)
    tails = topology.ins.other[cells]
    head = moved.repeat(counts_of(topology.ins, moved))
    bound = passes.reach.ahead(late.take(tails), cells)
    np.minimum(bound, passes.ceiling[head], out=bound)
    hits = np.flatnonzero((bound == late.take(head)) & (late.take(tails) != early.take(tails)))
    head = head[hits]
    first = np.flatnonzero(np.append(True, head[1:] != head[:-1])) if len(head) else hits
    cells = lowest_ids(passes, cells[hits], first)
    tail_node = topology.node[topology.ins.other[cells]].tolist()
    by = dict(zip(topology.node[head[first]].tolist(), tail_node, strict=True))
    return {row: _item(by, row, items) for row in by if row < items}


def _item(by: dict[int, int], node: int, items: int) -> int:
    """What carries a slip to a node; a gate stands for whatever carries it to the gate."""
    carrier = by[node]
    while carrier >= items:
        carrier = by[carrier]
    return carrier
