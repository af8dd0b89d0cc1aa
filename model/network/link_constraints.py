"""What each link demands of its head, and allows its tail, in working-day numbers.

Within one calendar that is one number a link: finish-to-start adds the tail's duration and the
lag, start-to-start the lag alone, and a link to a finish takes the head's duration off again
(the precedence diagramming method's four inequalities, each solved for the starts).

Between calendars, or with an elapsed lag, the time goes through the day. A tail's finish at the
end of day t frees a start on the next working day of the head, and a finish (or point in time)
at the end of the first working day of the head from t on; one that is planned for a day off may
come as soon as t is over.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from model.network.calendars import Calendars
from model.network.columns import Days, Flags
from model.network.node_graph import NodeGraph
from model.network.topology import ALL, Index, Positions, Topology

NEVER: Final = -(2**29)
"""The weight of a link that moves nothing."""


@dataclass(frozen=True, slots=True)
class NodeColumns:
    """What a pass needs to know of every node, by node number."""

    calendar: Days
    """Offset of the node's calendar table."""
    duration: Days
    point: Flags
    """An item without duration: its time lies at the end of a day, not at the start of one."""
    ends_off: Flags
    """Planned to end on a day off."""


@dataclass(frozen=True, slots=True)
class SingleCalendarConstraints:
    """One calendar: a weight for each link."""

    ins: Days
    outs: Days

    def ahead(self, tail_start: Days, cells: Positions) -> Days:
        tail_start += self.ins[cells]
        return tail_start

    def back(self, head_start: Days, cells: Positions) -> Days:
        head_start -= self.outs[cells]
        return head_start


@dataclass(frozen=True, slots=True)
class CalendarConversions:
    """Links between calendars: into one table, over to the other, and on.

    result = before[days[start + out] + over] + on, the offsets of the tables included.
    """

    out: Days
    over: Days
    on: Days

    def at(self, cells: Positions) -> "CalendarConversions":
        return CalendarConversions(self.out[cells], self.over[cells], self.on[cells])


@dataclass(frozen=True, slots=True)
class MultiCalendarConstraints:
    """Several calendars: a hop for each link, there and back."""

    calendars: Calendars
    ins: CalendarConversions
    outs: CalendarConversions

    def ahead(self, tail_start: Days, cells: Positions) -> Days:
        return self._hop(self.ins, tail_start, cells)

    def back(self, head_start: Days, cells: Positions) -> Days:
        return self._hop(self.outs, head_start, cells)

    def _hop(self, links: CalendarConversions, start: Days, cells: Positions) -> Days:
        day = self.calendars.days[_cell(start, links.out[cells])]
        number: Days = self.calendars.before[_cell(day, links.over[cells])]
        number += links.on[cells]
        return number


def _cell(time: Days, shift: Days) -> Index:
    """Added as indices at once: numpy looks up int64 several times faster than int32."""
    return np.add(time, shift, dtype=np.int64)


def reach(
    topology: Topology, wiring: NodeGraph, work: NodeColumns, calendars: Calendars, dead: Flags
) -> SingleCalendarConstraints | MultiCalendarConstraints:
    """The reach of all links; those in `dead` move nothing."""
    if _one_calendar(wiring, work):
        weight = straight(wiring, work, ALL, dead)
        return SingleCalendarConstraints(weight[topology.ins.link], weight[topology.outs.link])
    there, back = bridged(wiring, work, ALL, dead)
    return MultiCalendarConstraints(
        calendars, there.at(topology.ins.link), back.at(topology.outs.link)
    )


def change(
    reach: SingleCalendarConstraints | MultiCalendarConstraints,
    wiring: NodeGraph,
    work: NodeColumns,
    links: Index,
    dead: Flags,
    ins: Index,
    outs: Index,
) -> None:
    """Writes what these links say now into their cells on either side."""
    if isinstance(reach, SingleCalendarConstraints):
        reach.ins[ins] = reach.outs[outs] = straight(wiring, work, links, dead)
        return
    there, back = bridged(wiring, work, links, dead)
    for hop, kept, cells in ((there, reach.ins, ins), (back, reach.outs, outs)):
        kept.out[cells], kept.over[cells], kept.on[cells] = hop.out, hop.over, hop.on


def straight(wiring: NodeGraph, work: NodeColumns, links: Positions, dead: Flags) -> Days:
    """The weight of links within one calendar."""
    weight = wiring.lag[links] + work.duration[wiring.tail[links]] * wiring.from_finish[links]
    to_finish = wiring.to_finish[links]
    if to_finish.any():
        weight -= work.duration[wiring.head[links]] * to_finish
    weight[dead] = NEVER
    return weight


def bridged(
    wiring: NodeGraph, work: NodeColumns, links: Positions, dead: Flags
) -> tuple[CalendarConversions, CalendarConversions]:
    """The hops of links from tail to head, and back: the last start that hop still allows.

    Back, because before[x] <= z holds up to x = days[z], and days[y] <= x up to
    y = before[x + 1] - 1.
    """
    tail, head, lag = wiring.tail[links], wiring.head[links], wiring.lag[links]
    elapsed, to_finish = wiring.elapsed[links], wiring.to_finish[links]
    late = wiring.from_finish[links] | work.point[tail]
    meets = late & (to_finish | work.point[head]) & ~work.ends_off[head]
    out = (work.duration[tail] - 1) * late
    calendar_days = lag * elapsed
    over = calendar_days + (late & ~meets)
    on = lag - calendar_days + meets - work.duration[head] * to_finish
    at_tail, at_head = work.calendar[tail], work.calendar[head]
    there = CalendarConversions(out + at_tail, over + at_head, on)
    back = CalendarConversions(at_head - on, at_tail - over + 1, -1 - out)
    there.on[dead], back.on[dead] = NEVER, -NEVER
    return there, back


def _one_calendar(wiring: NodeGraph, work: NodeColumns) -> bool:
    same = bool((work.calendar == work.calendar[:1]).all())
    return same and not bool((wiring.elapsed & (wiring.lag != 0)).any())
