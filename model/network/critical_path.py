"""One run of the critical path method over a network: everything both passes read and found."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from model.network.calendars import HORIZON
from model.network.columns import NO_DATE, Codes, Days, Flags
from model.network.link_constraints import (
    MultiCalendarConstraints,
    NodeColumns,
    SingleCalendarConstraints,
    reach,
)
from model.network.network import Network
from model.network.node_graph import NodeGraph
from model.network.pass_inputs import NO_LIMIT, PassInputs, estimate
from model.network.passes import backward, forward
from model.network.topology import ALL, Index, Positions
from model.records import State

_LATE: Final = 2**30


@dataclass(slots=True)
class CriticalPathState:
    """Times are working-day numbers of each node's own calendar, by place in the topology."""

    network: Network
    today: int
    estimate: PassInputs
    """By item row."""
    work: NodeColumns
    """By node."""
    dead: Flags
    """Links, in the order of the wiring, that move nothing."""
    reach: SingleCalendarConstraints | MultiCalendarConstraints
    ceiling: Days
    """The working day at which the calendars end (`HORIZON`): nothing is forecast beyond."""
    starts: Days
    """By item row the day that begins when it did or first may; of a parent that of its first
    child."""
    floor: Days
    limit: Days
    """As in the estimate, by place; without the plan's end."""
    early: Days
    late: Days
    demand: Days
    """What each link of `ins` demanded of its head in the forward pass."""
    driver: Index
    """The place of what sets the early start, or -1."""
    source: Index
    """The driver, or the place itself where an item's own plan stands."""
    own: Codes
    """`Certainty` of each by itself, and with what drives it."""
    worst: Codes
    end: int
    """The day after the last forecast finish: the plan's end, from which late dates count."""


def run(network: Network, today: int) -> CriticalPathState:
    """Estimates every item, then both passes."""
    wiring, topology, calendars = network.graph, network.topology, network.calendars
    found = estimate(network.items, calendars, today, spanning(network))
    work = _work(network, found)
    dead = dead_links(wiring, found, ALL)
    reaches = reach(topology, wiring, work, calendars, dead)
    ceiling = calendars.before[work.calendar + HORIZON][topology.node]
    none, places = np.empty(0, dtype=np.int32), np.arange(topology.nodes)
    unsure = np.zeros(topology.nodes, dtype=np.int8)
    limit = _by_node(wiring, found.limit, NO_LIMIT)[topology.node]
    passes = CriticalPathState(
        network, today, found, work, dead, reaches, ceiling, none, none, limit, none, none, none,
        places, places.copy(), unsure, unsure.copy(), 0,
    )  # fmt: skip
    floor = _by_node(wiring, found.floor, 0).copy()
    if not wiring.from_finish.all():
        passes.starts = spanned(wiring.above, own_starts(passes, ALL), found)
        raise_by_starts(passes, floor, np.flatnonzero(~wiring.from_finish))
    passes.floor = floor[topology.node]
    passes.early, passes.demand = forward(topology, reaches, passes.floor, passes.ceiling)
    passes.end = plan_end(passes)
    passes.late = backward(topology, reaches, limits(passes, ALL))
    return passes


def plan_end(passes: CriticalPathState) -> int:
    """The day after the last finish of all items that count (Kelley & Walker: the project ends
    with its last activity, and slack is what an item may take without moving that)."""
    work, topology = passes.work, passes.network.topology
    start = passes.early[topology.place]
    finish = passes.network.calendars.days[start + work.duration - 1 + work.calendar]
    items = len(passes.network.items)
    found = passes.estimate
    ends = np.where(found.done, found.ended, np.maximum(finish[:items], passes.today))
    return int(np.where(found.cancelled, NO_DATE, ends).max(initial=NO_DATE)) + 1


def limits(passes: CriticalPathState, places: Positions) -> Days:
    """Latest starts before any successor is asked: own limit, or the plan's end."""
    return np.minimum(passes.limit[places], plan_limits(passes, places))


def plan_limits(passes: CriticalPathState, places: Positions) -> Days:
    """Latest starts that keep the plan's end."""
    work, node = passes.work, passes.network.topology.node[places]
    ends = passes.network.calendars.before.take(work.calendar[node] + max(passes.end, 0))
    return ends - work.duration[node]


def spanning(network: Network) -> Flags:
    """Parents with a child that is not cancelled."""
    above, spans = network.graph.above, np.zeros(len(network.items), dtype=np.bool_)
    counts = (above >= 0) & (network.items.state != State.CANCELLED)
    spans[above[counts]] = True
    return spans


def _work(network: Network, found: PassInputs) -> NodeColumns:
    wiring = network.graph
    duration = _by_node(wiring, found.duration, 0)
    point = _by_node(wiring, found.duration == 0, False)
    tables = network.calendars.table.astype(np.int32)[network.items.calendar]
    return NodeColumns(
        tables[wiring.owner], duration, point, _by_node(wiring, found.ends_off, False)
    )


def dead_links(wiring: NodeGraph, found: PassInputs, links: Positions) -> Flags:
    """Links that move nothing: into what is done, into and out of what is cancelled, from a
    parent that is done to its children; and those that hang on the start of work under way,
    for that start is a fact and no forecast (`raise_by_starts`)."""
    gates = len(wiring.above)
    tail, head = wiring.tail[links], wiring.head[links]
    dead = _of_items(wiring, lambda rows: found.done[rows] | found.cancelled[rows], head)
    dead |= _of_items(wiring, lambda rows: found.cancelled[rows], tail)
    if gates < len(wiring.owner):
        dead |= (tail >= gates) & _of_items(wiring, lambda rows: found.done[rows], tail)
    dead |= _from_start(wiring, links) & _of_items(wiring, lambda rows: _begun(found, rows), tail)
    return dead


def _begun(found: PassInputs, rows: Positions) -> Flags:
    begun: Flags = (found.begun[rows] != NO_DATE) & ~found.done[rows]
    return begun


def _of_items(wiring: NodeGraph, flag: Callable[[Positions], Flags], nodes: Index) -> Flags:
    """A flag of items at these nodes; for many nodes it pays to lay it out by node first."""
    if len(nodes) > len(wiring.owner):
        found: Flags = flag(ALL)[wiring.owner][nodes]
        return found
    return flag(_items(wiring, nodes))


def _items(wiring: NodeGraph, nodes: Index) -> Index:
    return nodes if len(wiring.above) == len(wiring.owner) else wiring.owner[nodes]


def _from_start(wiring: NodeGraph, links: Positions) -> Flags:
    return ~wiring.from_finish[links] & (wiring.row[links] >= 0)


def raise_by_starts(passes: CriticalPathState, floor: Days, links: Index) -> None:
    """Raises the floors (by node) of what hangs, by one of these links, on the start of work
    under way or of a parent: on the day it began, or the one its first child is planned for."""
    wiring, calendars = passes.network.graph, passes.network.calendars
    found, gates = passes.estimate, len(wiring.above)
    links = links[_from_start(wiring, links)]
    tail_item = _items(wiring, wiring.tail[links])
    known = (wiring.tail[links] >= gates) | (found.begun[tail_item] != NO_DATE)
    closed = found.done | found.cancelled
    known &= ~closed[tail_item] & ~closed[_items(wiring, wiring.head[links])]
    links, tail_item = links[known], tail_item[known]
    if not len(links):
        return
    head, lag, elapsed = wiring.head[links], wiring.lag[links], wiring.elapsed[links]
    day = np.clip(passes.starts[tail_item] + np.where(elapsed, lag, 0), 0, HORIZON)
    bound = calendars.before.take(passes.work.calendar[head] + day)
    bound += np.where(elapsed, 0, lag)
    bound -= np.where(wiring.to_finish[links], passes.work.duration[head], 0)
    np.maximum.at(floor, head, bound)


def own_starts(passes: CriticalPathState, rows: Positions) -> Days:
    """For each of these items the day that begins when it did or first may."""
    found, items = passes.estimate, passes.network.items
    point, begun = found.duration[rows] == 0, found.begun[rows]
    day = passes.network.calendars.to_day(items.calendar[rows], found.floor[rows] - point) + point
    return np.where(begun != NO_DATE, begun, day).astype(np.int32)


def spanned(above: Index, start: Days, found: PassInputs) -> Days:
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


def _by_node(wiring: NodeGraph, column: NDArray[Any], gates: int) -> NDArray[Any]:
    """A column of items extended to the gates."""
    more = len(wiring.owner) - len(wiring.above)
    return np.append(column, np.full(more, gates, dtype=column.dtype)) if more else column
