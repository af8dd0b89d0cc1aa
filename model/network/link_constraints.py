"""How early a link lets its head start, and how late its tail, in working-day numbers.

Within one calendar that is one number per link: finish-to-start adds the tail's duration and the
lag, start-to-start the lag alone, and a link to a finish takes the head's duration off again
(the four inequalities of the precedence diagramming method, each solved for the starts; PMI
Practice Standard for Scheduling).

Between calendars, or with an elapsed lag, the time is converted by way of the day. A tail's
finish at the end of day t frees a start on the next working day of the head, and a finish (or
point in time) at the end of the first working day of the head from t on; one that is planned for
a day off may come as soon as t is over. A working lag counts the head's working days.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from model.network.arrays import ALL, Index, Selection
from model.network.calendars import Calendars
from model.network.columns import Days, Flags
from model.network.node_graph import NodeGraph
from model.network.topology import Topology

# Far enough from the end of int32 that a start can be added.
NO_EFFECT: Final = -(2**29)
"""The weight of a link that moves nothing: far below every working-day number."""


@dataclass(frozen=True, slots=True)
class NodeColumns:
    """What a pass needs to know of every node, by node number."""

    calendar_offset: Days
    """Where the tables of the node's calendar begin, see `Calendars.table_offset`."""
    duration: Days
    """Working days."""
    is_point: Flags
    """An item without duration: its time lies at the end of a day, not at the start of one."""
    ends_on_day_off: Flags
    """Planned to end on a day off of its calendar."""


@dataclass(frozen=True, slots=True)
class SingleCalendarConstraints:
    """All nodes in one calendar: a weight per link, in working days."""

    incoming: Days
    """By entry of `Topology.incoming`."""
    outgoing: Days
    """By entry of `Topology.outgoing`."""

    def earliest_head_starts(self, tail_start: Days, entries: Selection) -> Days:
        # In place: the input is a selection, which is a copy already.
        tail_start += self.incoming[entries]
        return tail_start

    def latest_tail_starts(self, head_start: Days, entries: Selection) -> Days:
        head_start -= self.outgoing[entries]
        return head_start


@dataclass(frozen=True, slots=True)
class CalendarConversions:
    """For each link the way from a number of one calendar to a number of another.

    result = numbers[days[start + to_day] + to_number] + shift, where the first two also hold the
    offsets of the calendars' tables. All n rows: by link, or by entry of an adjacency.
    """

    to_day: Days
    to_number: Days
    shift: Days

    def take(self, links: Index) -> "CalendarConversions":
        return CalendarConversions(self.to_day[links], self.to_number[links], self.shift[links])


@dataclass(frozen=True, slots=True)
class MultiCalendarConstraints:
    """Several calendars, or elapsed lags: a conversion per link in either direction."""

    calendars: Calendars
    incoming: CalendarConversions
    outgoing: CalendarConversions

    def earliest_head_starts(self, tail_start: Days, entries: Selection) -> Days:
        return self._convert(self.incoming, tail_start, entries)

    def latest_tail_starts(self, head_start: Days, entries: Selection) -> Days:
        return self._convert(self.outgoing, head_start, entries)

    def _convert(self, conversions: CalendarConversions, start: Days, entries: Selection) -> Days:
        day = self.calendars.days[_add_as_index(start, conversions.to_day[entries])]
        number_cell = _add_as_index(day, conversions.to_number[entries])
        number: Days = self.calendars.numbers[number_cell]
        number += conversions.shift[entries]
        return number


def _add_as_index(time: Days, offset: Days) -> Index:
    # numpy converts every other index to int64 first; adding in int64 spares that pass and makes
    # the look-up several times faster.
    return np.add(time, offset, dtype=np.int64)


def build_link_constraints(
    topology: Topology,
    graph: NodeGraph,
    nodes: NodeColumns,
    calendars: Calendars,
    is_inactive: Flags,
) -> SingleCalendarConstraints | MultiCalendarConstraints:
    """The constraints of all links; a link for which `is_inactive` is set moves nothing."""
    incoming, outgoing = topology.incoming.link, topology.outgoing.link
    if _is_single_calendar(graph, nodes):
        weights = single_calendar_weights(graph, nodes, ALL, is_inactive)
        return SingleCalendarConstraints(weights[incoming], weights[outgoing])
    ahead, back = calendar_conversions(graph, nodes, ALL, is_inactive)
    return MultiCalendarConstraints(calendars, ahead.take(incoming), back.take(outgoing))


def update_link_constraints(
    constraints: SingleCalendarConstraints | MultiCalendarConstraints,
    graph: NodeGraph,
    nodes: NodeColumns,
    links: Index,
    is_inactive: Flags,
    incoming: Index,
    outgoing: Index,
) -> None:
    """Computes the constraints of these links and writes them into their entries of both sides.

    `is_inactive`, `incoming` and `outgoing` (entries) have one row per link in `links`.
    """
    if isinstance(constraints, SingleCalendarConstraints):
        weights = single_calendar_weights(graph, nodes, links, is_inactive)
        constraints.incoming[incoming] = constraints.outgoing[outgoing] = weights
        return
    ahead, back = calendar_conversions(graph, nodes, links, is_inactive)
    for changed, stored, entries in (
        (ahead, constraints.incoming, incoming),
        (back, constraints.outgoing, outgoing),
    ):
        stored.to_day[entries] = changed.to_day
        stored.to_number[entries] = changed.to_number
        stored.shift[entries] = changed.shift


def single_calendar_weights(
    graph: NodeGraph, nodes: NodeColumns, links: Selection, is_inactive: Flags
) -> Days:
    """How many working days after its tail's start each link lets its head start at the earliest,
    where both are in one calendar; `NO_EFFECT` for an inactive link."""
    lasting = nodes.duration[graph.tail[links]] * graph.from_finish[links]
    weight = graph.lag[links] + lasting
    to_finish = graph.to_finish[links]
    # Most plans have no such link, and the product would cost a pass over all.
    if to_finish.any():
        weight -= nodes.duration[graph.head[links]] * to_finish
    weight[is_inactive] = NO_EFFECT
    return weight


def calendar_conversions(
    graph: NodeGraph, nodes: NodeColumns, links: Selection, is_inactive: Flags
) -> tuple[CalendarConversions, CalendarConversions]:
    """For each link the conversion from the tail's start to the earliest start of the head, and
    back from the head's start to the latest start of the tail that still allows it."""
    tail, head, lag = graph.tail[links], graph.head[links], graph.lag[links]
    elapsed, to_finish = graph.elapsed[links], graph.to_finish[links]
    # The tail's time lies at the end of a day: of its last one, or of the one on which the point
    # falls.
    leaves_at_end = graph.from_finish[links] | nodes.is_point[tail]
    # And so does the head's, so that both may fall on the same day.
    shares_day = leaves_at_end & (to_finish | nodes.is_point[head]) & ~nodes.ends_on_day_off[head]
    to_tail_day = (nodes.duration[tail] - 1) * leaves_at_end
    elapsed_lag = lag * elapsed
    to_head_number = elapsed_lag + (leaves_at_end & ~shares_day)
    shift = lag - elapsed_lag + shares_day - nodes.duration[head] * to_finish
    at_tail, at_head = nodes.calendar_offset[tail], nodes.calendar_offset[head]
    ahead = CalendarConversions(to_tail_day + at_tail, to_head_number + at_head, shift)
    # The inverse, because numbers[x] <= z holds up to x = days[z], and days[y] <= x up to
    # y = numbers[x + 1] - 1.
    back = CalendarConversions(at_head - shift, at_tail - to_head_number + 1, -1 - to_tail_day)
    ahead.shift[is_inactive], back.shift[is_inactive] = NO_EFFECT, -NO_EFFECT
    return ahead, back


def _is_single_calendar(graph: NodeGraph, nodes: NodeColumns) -> bool:
    """Whether no time has to be converted: one calendar, and no lag in elapsed days."""
    is_same = bool((nodes.calendar_offset == nodes.calendar_offset[:1]).all())
    return is_same and not bool((graph.elapsed & (graph.lag != 0)).any())
