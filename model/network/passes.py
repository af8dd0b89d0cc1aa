"""One run of the critical path method over a network: everything both passes read and found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from model.network.calendars import HORIZON
from model.network.columns import NO_DATE, Days, Flags
from model.network.estimate import NO_LIMIT, Estimate, estimate
from model.network.reach import Work, reach
from model.network.sweep import Reach, backward, forward
from model.network.topology import Index
from model.network.wiring import Wiring
from model.records import State

if TYPE_CHECKING:
    from model.network.network import Network

_LATE: Final = 2**30


@dataclass(slots=True)
class Passes:
    """Times are working-day numbers of each node's own calendar, by place in the topology."""

    network: Network
    today: int
    estimate: Estimate
    """By item row."""
    work: Work
    """By node."""
    dead: Flags
    """Links, in the order of the wiring, that move nothing."""
    reach: Reach
    floor: Days
    limit: Days
    """As in the estimate, by place; without the plan's end."""
    early: Days
    late: Days
    end: int
    """The day after the last forecast finish: the plan's end, from which late dates count."""


def run(network: Network, today: int) -> Passes:
    """Estimates every item, then both passes."""
    wiring, topology, calendars = network.wiring, network.topology, network.calendars
    found = estimate(network.items, calendars, today, _spans(network))
    work = _work(network, found)
    known = _known_starts(wiring, found)
    dead = _dead(wiring, found) | known
    reaches = reach(topology, wiring, work, calendars, dead)
    none = np.empty(0, dtype=np.int32)
    limit = _by_node(wiring, found.limit, NO_LIMIT).take(topology.node)
    passes = Passes(network, today, found, work, dead, reaches, none, limit, none, none, 0)
    floor = _by_node(wiring, found.floor, 0).copy()
    _raise_by_starts(passes, floor, known)
    passes.floor = floor.take(topology.node)
    passes.early = forward(topology, reaches, passes.floor, calendars.last)
    passes.end = plan_end(passes)
    passes.late = backward(topology, reaches, limits(passes))
    return passes


def plan_end(passes: Passes) -> int:
    """The day after the last finish of all items that count (Kelley & Walker: the project ends
    with its last activity, and slack is what an item may take without moving that)."""
    work, topology = passes.work, passes.network.topology
    start = passes.early.take(topology.place)
    finish = passes.network.calendars.days.take(start + work.duration - 1 + work.calendar)
    items = len(passes.network.items)
    counts = ~passes.estimate.cancelled
    return int(finish[:items].max(initial=-1, where=counts)) + 1


def limits(passes: Passes) -> Days:
    """Latest starts before any successor is asked: own limit, or the plan's end."""
    return np.minimum(passes.limit, plan_limits(passes))


def plan_limits(passes: Passes) -> Days:
    """Latest starts that keep the plan's end."""
    work, node = passes.work, passes.network.topology.node
    ends = passes.network.calendars.before.take(work.calendar + passes.end)
    return (ends - work.duration).take(node)


def _spans(network: Network) -> Flags:
    """Parents with a child that is not cancelled."""
    above, spans = network.wiring.above, np.zeros(len(network.items), dtype=np.bool_)
    counts = (above >= 0) & (network.items.state != State.CANCELLED)
    spans[above[counts]] = True
    return spans


def _work(network: Network, found: Estimate) -> Work:
    wiring = network.wiring
    duration = _by_node(wiring, found.duration, 0)
    point = _by_node(wiring, found.duration == 0, False)
    return Work(network.calendars.table[network.items.calendar][wiring.owner], duration, point)


def _dead(wiring: Wiring, found: Estimate) -> Flags:
    """Links that move nothing: into what is done, into and out of what is cancelled, and from
    a parent that is done to its children."""
    closed = (found.done | found.cancelled)[wiring.owner]
    mute = found.cancelled[wiring.owner]
    mute[len(wiring.above) :] |= found.done[wiring.owner[len(wiring.above) :]]
    return closed.take(wiring.head) | mute.take(wiring.tail)


def _from_start(wiring: Wiring) -> Flags:
    return ~wiring.from_finish & (wiring.row >= 0)


def _known_starts(wiring: Wiring, found: Estimate) -> Flags:
    """Links that hang on the start of work under way: that start is a fact, not a forecast."""
    begun = (found.begun != NO_DATE) & ~found.done & ~found.cancelled
    if not begun.any():
        return np.zeros(len(wiring.tail), dtype=np.bool_)
    return _from_start(wiring) & begun[wiring.owner.take(wiring.tail)]


def _raise_by_starts(passes: Passes, floor: Days, known: Flags) -> None:
    """Floors of what hangs on a known start, or on the start of a parent: that of its first
    child as planned."""
    wiring, calendars = passes.network.wiring, passes.network.calendars
    gates = len(wiring.above)
    rows = np.flatnonzero(known | (_from_start(wiring) & (wiring.tail >= gates)))
    if not len(rows):
        return
    tail, head = wiring.tail[rows], wiring.head[rows]
    starts = first_starts(passes)
    usable = starts[wiring.owner[tail]] != NO_DATE
    rows, tail, head = rows[usable], tail[usable], head[usable]
    wait = np.where(wiring.elapsed[rows], wiring.lag[rows], 0)
    day = np.clip(starts[wiring.owner[tail]] + wait, 0, HORIZON)
    bound = calendars.before.take(passes.work.calendar[head] + day)
    bound += np.where(wiring.elapsed[rows], 0, wiring.lag[rows])
    bound -= np.where(wiring.to_finish[rows], passes.work.duration[head], 0)
    open_ = ~_dead(wiring, passes.estimate)[rows]
    np.maximum.at(floor, head[open_], bound[open_])


def first_starts(passes: Passes) -> Days:
    """For each item the day that begins when it did or first may; of a parent that of its
    first child."""
    found, items = passes.estimate, passes.network.items
    point = found.duration == 0
    day = passes.network.calendars.day(items.calendar, found.floor - point) + point
    day = np.where(found.begun != NO_DATE, found.begun, day).astype(np.int32)
    return spanned(passes.network.wiring.above, day, found)


def spanned(above: Index, start: Days, found: Estimate) -> Days:
    """Starts with those of parents replaced by the first of their children that count."""
    child = np.flatnonzero((above >= 0) & ~found.cancelled & found.spans[above])
    if not len(child):
        return start
    parent = above[child]
    start = np.where(found.spans, _LATE, start).astype(np.int32)
    while True:
        first = start.copy()
        np.minimum.at(first, parent, start[child])
        if (first == start).all():
            return first
        start = first


def _by_node(wiring: Wiring, column: NDArray[Any], gates: int) -> NDArray[Any]:
    """A column of items extended to the gates."""
    more = len(wiring.owner) - len(wiring.above)
    return np.append(column, np.full(more, gates, dtype=column.dtype)) if more else column
