"""The critical path method over a whole network, with all that it computes.

Inputs of every item, constraints of every link, forward pass, plan end, backward pass. The state
is kept: the forecast is read from it, incremental updates and simulations start from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from model.network.arrays import ALL, Index, Selection
from model.network.calendars import HORIZON
from model.network.columns import NO_DATE, Codes, Days, Flags
from model.network.link_constraints import (
    MultiCalendarConstraints,
    NodeColumns,
    SingleCalendarConstraints,
    build_link_constraints,
)
from model.network.network import Network
from model.network.node_graph import NodeGraph
from model.network.pass_inputs import PassInputs, derive_pass_inputs
from model.network.pass_inputs_draft import NO_LIMIT
from model.network.passes import backward_pass, forward_pass
from model.records import State

# Later than any day, so that the minimum over the children replaces it.
_AFTER_ALL_DAYS: Final = 2**30


@dataclass(slots=True)
class CriticalPathState:
    """Times are working-day numbers of each node's own calendar, by position in the topology."""

    network: Network
    data_date: Days
    """By item row the day from which what is left of it counts, in days since 1970-01-01."""
    inputs: PassInputs
    """By item row."""
    nodes: NodeColumns
    """By node."""
    is_inactive: Flags
    """By link of the node graph: it moves nothing."""
    link_constraints: SingleCalendarConstraints | MultiCalendarConstraints
    horizon: Days
    """The working-day number at which the calendars end (`HORIZON`); no start lies beyond."""
    start_days: Days
    """By item row the day at whose beginning it started or first may; of a parent that of its
    first child. Empty where no link leaves from a start."""
    min_start: Days
    max_start: Days
    """As in `PassInputs`, by position; without the plan's end."""
    early: Days
    late: Days
    link_bound: Days
    """By entry of `Topology.incoming` how early the link let its head start."""
    driver: Index
    """Position of the driving predecessor, or -1 where none sets the early start."""
    certainty_source: Index
    """The driver, or the position itself where an item's own plan stands."""
    own_certainty: Codes
    """`Certainty` of each by itself."""
    certainty: Codes
    """`Certainty` together with what drives it."""
    plan_end: int
    """The day after the last forecast finish, from which late dates count."""


def calculate_critical_path(network: Network, data_date: Days) -> CriticalPathState:
    """Both passes; driver and certainty are left for the forecast to fill."""
    graph, topology, calendars = network.graph, network.topology, network.calendars
    inputs = derive_pass_inputs(network.items, calendars, data_date, has_active_children(network))
    nodes = _lay_out_by_node(network, inputs)
    is_inactive = find_inactive_links(graph, inputs, ALL)
    constraints = build_link_constraints(topology, graph, nodes, calendars, is_inactive)
    # Per node: a calendar with one working day per week has fewer numbers to the same day.
    horizon = calendars.numbers[nodes.calendar_offset + HORIZON][topology.node]
    empty, positions = np.empty(0, dtype=np.int32), np.arange(topology.node_count)
    no_certainty = np.zeros(topology.node_count, dtype=np.int8)
    max_start = _by_node(graph, inputs.max_start, NO_LIMIT)[topology.node]
    cpm = CriticalPathState(
        network, data_date, inputs, nodes, is_inactive, constraints, horizon,
        start_days=empty, min_start=empty, max_start=max_start,
        early=empty, late=empty, link_bound=empty,
        driver=positions, certainty_source=positions.copy(),
        own_certainty=no_certainty, certainty=no_certainty.copy(), plan_end=0,
    )  # fmt: skip
    # A copy: known starts are written into it below, and the inputs stay what the items state.
    min_start = _by_node(graph, inputs.min_start, 0).copy()
    # Plans with finish-to-start links alone are the rule and need none of this.
    if not graph.from_finish.all():
        cpm.start_days = roll_up_starts(graph.parent_row, own_start_days(cpm, ALL), inputs)
        raise_by_known_starts(cpm, min_start, np.flatnonzero(~graph.from_finish))
    cpm.min_start = min_start[topology.node]
    cpm.early, cpm.link_bound = forward_pass(topology, constraints, cpm.min_start, horizon)
    cpm.plan_end = find_plan_end(cpm)
    cpm.late = backward_pass(topology, constraints, latest_starts(cpm, ALL))
    return cpm


def find_plan_end(cpm: CriticalPathState) -> int:
    """The day after the last finish of all items that count (Kelley & Walker: the project ends
    with its last activity, and total float is what an activity may take without moving that)."""
    nodes, inputs, topology = cpm.nodes, cpm.inputs, cpm.network.topology
    last_number = cpm.early[topology.position] + nodes.duration - 1
    finish = cpm.network.calendars.days[last_number + nodes.calendar_offset]
    # What ends on a day off counts as the working day before; unfinished work still cannot end
    # before the data date.
    open_finish = np.maximum(finish[: len(cpm.network.items)], cpm.data_date)
    ends = np.where(inputs.is_done, inputs.finished_on, open_finish)
    return int(np.where(inputs.is_cancelled, NO_DATE, ends).max(initial=NO_DATE)) + 1


def latest_starts(cpm: CriticalPathState, positions: Selection) -> Days:
    """The latest starts that keep deadlines, constraints and the plan's end, links aside."""
    return np.minimum(cpm.max_start[positions], latest_starts_for_plan_end(cpm, positions))


def latest_starts_for_plan_end(cpm: CriticalPathState, positions: Selection) -> Days:
    """The latest starts that keep the plan's end."""
    nodes, node = cpm.nodes, cpm.network.topology.node[positions]
    # An empty plan, or one that is cancelled as a whole, has no end (`NO_DATE` + 1).
    end = cpm.network.calendars.numbers.take(nodes.calendar_offset[node] + max(cpm.plan_end, 0))
    return end - nodes.duration[node]


def has_active_children(network: Network) -> Flags:
    """For each item: has it a child that is not cancelled?"""
    parent_row = network.graph.parent_row
    has_children = np.zeros(len(network.items), dtype=np.bool_)
    is_active_child = (parent_row >= 0) & (network.items.state != State.CANCELLED)
    has_children[parent_row[is_active_child]] = True
    return has_children


def find_inactive_links(graph: NodeGraph, inputs: PassInputs, links: Selection) -> Flags:
    """For each of these links: does it move nothing?

    Links into what is done, into and out of what is cancelled, and those that leave from the start
    of work under way do not.
    """
    tail, head = graph.tail[links], graph.head[links]
    is_inactive = _flag_of_items(
        graph, lambda rows: inputs.is_done[rows] | inputs.is_cancelled[rows], head
    )
    # A done predecessor stays active: its actual finish still bounds a successor with a lag.
    is_inactive |= _flag_of_items(graph, lambda rows: inputs.is_cancelled[rows], tail)
    # That start is a fact and no forecast, see `raise_by_known_starts`.
    is_under_way = _flag_of_items(graph, lambda rows: _is_under_way(inputs, rows), tail)
    is_inactive |= _is_stated_from_start(graph, links) & is_under_way
    return is_inactive


def raise_by_known_starts(cpm: CriticalPathState, min_start: Days, links: Index) -> None:
    """Raises the earliest starts (by node) of what depends, by one of these links, on the start
    of work under way or of a parent: on the day it began or its first child is planned for."""
    graph, inputs, numbers = cpm.network.graph, cpm.inputs, cpm.network.calendars.numbers
    links = links[_is_stated_from_start(graph, links)]
    tail_item = _items_of_nodes(graph, graph.tail[links])
    is_start_node = graph.tail[links] >= len(graph.parent_row)
    is_known = is_start_node | (inputs.started_on[tail_item] != NO_DATE)
    is_closed = inputs.is_done | inputs.is_cancelled
    is_known &= ~is_closed[tail_item] & ~is_closed[_items_of_nodes(graph, graph.head[links])]
    links, tail_item = links[is_known], tail_item[is_known]
    if not len(links):
        return
    head, lag, elapsed = graph.head[links], graph.lag[links], graph.elapsed[links]
    day = np.clip(cpm.start_days[tail_item] + np.where(elapsed, lag, 0), 0, HORIZON)
    bound = numbers.take(cpm.nodes.calendar_offset[head] + day)
    bound += np.where(elapsed, 0, lag)
    bound -= np.where(graph.to_finish[links], cpm.nodes.duration[head], 0)
    # `maximum.at`, because several links may lead to one head; assignment by index would keep the
    # last.
    np.maximum.at(min_start, head, bound)


def own_start_days(cpm: CriticalPathState, rows: Selection) -> Days:
    """For each of these items the day at whose beginning it started or first may start."""
    inputs, items = cpm.inputs, cpm.network.items
    is_point, started_on = inputs.duration[rows] == 0, inputs.started_on[rows]
    # A point lies at the end of its day, which is the beginning of the next.
    last_before = inputs.min_start[rows] - is_point
    day = cpm.network.calendars.to_day(items.calendar[rows], last_before) + is_point
    return np.where(started_on != NO_DATE, started_on, day).astype(np.int32)


def roll_up_starts(parent_row: Index, start: Days, inputs: PassInputs) -> Days:
    """Starts (days, by item row) with those of parents replaced by their first child's."""
    is_counting = (parent_row >= 0) & ~inputs.is_cancelled & inputs.is_summary[parent_row]
    child = np.flatnonzero(is_counting)
    if not len(child):
        return start
    parent = parent_row[child]
    start = np.where(inputs.is_summary, _AFTER_ALL_DAYS, start).astype(np.int32)
    # Each round carries starts one step up the hierarchy; its depth bounds the rounds.
    # A parent of parents needs its children's starts first, hence rounds instead of one pass.
    while True:
        first = start.copy()
        np.minimum.at(first, parent, start[child])
        if (first == start).all():
            return first
        start = first


def _lay_out_by_node(network: Network, inputs: PassInputs) -> NodeColumns:
    graph = network.graph
    offsets = network.calendars.table_offset.astype(np.int32)[network.items.calendar]
    return NodeColumns(
        offsets[graph.owner],
        _by_node(graph, inputs.duration, 0),
        _by_node(graph, inputs.duration == 0, False),
        _by_node(graph, inputs.ends_on_day_off, False),
    )


def _by_node(graph: NodeGraph, column: NDArray[Any], at_start_nodes: int) -> NDArray[Any]:
    """A column of items extended by a value for all start nodes."""
    more = len(graph.owner) - len(graph.parent_row)
    if not more:
        return column
    return np.append(column, np.full(more, at_start_nodes, dtype=column.dtype))


def _is_under_way(inputs: PassInputs, rows: Selection) -> Flags:
    is_under_way: Flags = (inputs.started_on[rows] != NO_DATE) & ~inputs.is_done[rows]
    return is_under_way


def _is_stated_from_start(graph: NodeGraph, links: Selection) -> Flags:
    """Start-to-start and start-to-finish links, without those between parent and child."""
    return ~graph.from_finish[links] & (graph.link_row[links] >= 0)


def _flag_of_items(graph: NodeGraph, flag: Callable[[Selection], Flags], nodes: Index) -> Flags:
    """A flag of items, computed for a selection of rows, at these nodes."""
    # For many nodes one look-up by node is cheaper than computing the flag per node.
    if len(nodes) > len(graph.owner):
        flags: Flags = flag(ALL)[graph.owner][nodes]
        return flags
    return flag(_items_of_nodes(graph, nodes))


def _items_of_nodes(graph: NodeGraph, nodes: Index) -> Index:
    return nodes if len(graph.parent_row) == len(graph.owner) else graph.owner[nodes]
