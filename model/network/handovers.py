"""The date each dependency needs against the forecast: how late a handover is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.network.arrays import Index
from model.network.calendars import Calendars
from model.network.columns import NO_DATE, Days, Flags, Items, Links
from model.network.forecast import Forecast
from model.network.network import Network
from model.network.node_graph import LinkUse
from model.records import DependencyType, State

_FROM_START = (DependencyType.START_TO_START, DependencyType.START_TO_FINISH)


@dataclass(frozen=True, slots=True)
class HandoverNeeds:
    """m rows, one per link, in the order of `Links`."""

    needed_by: Days
    """The last day on which the predecessor may finish (start, where the dependency leaves from
    its start) so that the successor keeps its planned dates; `NO_DATE` where there is none."""
    lateness: Days
    """Working days of the predecessor from that day to its forecast: positive is late,
    negative is early, 0 where nothing is needed."""
    is_measured: Flags
    """The link counts, its predecessor is still to come, and its open successor has a date."""


def compute_handover_needs(network: Network, forecast: Forecast) -> HandoverNeeds:
    """Compares each link's successor as planned with its predecessor as forecast.

    A successor that is a milestone, or that has a due date but neither start nor estimate, needs
    its predecessor by that date; of any other the start is what a finish-to-start link must meet.
    """
    # Links that were set aside (of a cycle, to unknown items) do not bind the forecast either, so
    # no lateness can be blamed on them.
    used = np.flatnonzero(network.link_use == LinkUse.USED)
    measured = _measure(network, forecast, network.links.take(used))
    link_count = len(network.links)
    needs = HandoverNeeds(
        np.full(link_count, NO_DATE, dtype=np.int32),
        np.zeros(link_count, dtype=np.int32),
        np.zeros(link_count, dtype=np.bool_),
    )
    rows = used[measured.is_measured]
    needs.needed_by[rows] = measured.needed_by[measured.is_measured]
    needs.lateness[rows] = measured.lateness[measured.is_measured]
    needs.is_measured[rows] = True
    return needs


def _measure(network: Network, forecast: Forecast, links: Links) -> HandoverNeeds:
    """The needs of links between known items; rows that are not measured hold no meaning."""
    items, calendars = network.items, network.calendars
    tail = network.row_index.find(links.predecessor)
    head = network.row_index.find(links.successor)
    planned, at_end = _planned_day_of_successor(items, links, head, calendars)
    is_measured = (planned != NO_DATE) & (items.state[tail] < State.DONE)
    is_measured &= items.state[head] < State.DONE
    inputs = forecast.cpm.inputs
    # The start of a point in time is its finish: at the end of its day.
    is_point = (inputs.duration[tail] == 0) & ~inputs.is_summary[tail]
    by_start = np.isin(links.type, _FROM_START) & ~is_point
    lies_at_end = at_end | (inputs.duration[head] == 0)
    ends_on_day_off = inputs.ends_on_day_off[head] & lies_at_end & ~by_start
    # Both ends at the end of a day may share it; the instant is then that of the day's end.
    shares_day = at_end & ~by_start & ~ends_on_day_off
    number = _needed_number(planned, at_end, links, items.calendar[head], calendars)
    instant = calendars.to_day(items.calendar[head], number - shares_day) + shares_day
    # No working day precedes a day off still to come; without a working lag the day itself is it.
    on_day_off = ends_on_day_off & (links.elapsed | (links.lag == 0))
    instant = np.where(on_day_off, planned + at_end, instant)
    instant -= np.where(links.elapsed, links.lag, 0)
    # Lateness counts the predecessor's working days, for it is the side that has to catch up.
    calendar = items.calendar[tail]
    need = calendars.to_number(calendar, instant + by_start) - by_start
    start = calendars.to_number(calendar, forecast.early_start[tail])
    finish = calendars.to_number(calendar, forecast.early_finish[tail] + is_measured)
    needed_by = calendars.to_day(calendar, need - ~by_start)
    return HandoverNeeds(needed_by, np.where(by_start, start, finish) - need, is_measured)


def _planned_day_of_successor(
    items: Items, links: Links, head: Index, calendars: Calendars
) -> tuple[Days, Flags]:
    """The planned day of each successor that its link must meet, and whether it means the end of
    that day."""
    start, finish = items.planned_start[head], items.planned_finish[head]
    length, calendar = items.duration[head], items.calendar[head]
    # With a due date and an estimate the start follows; this is what the plan says without writing
    # it.
    starts_by_estimate = (start == NO_DATE) & (finish != NO_DATE) & (length >= 0)
    start_number = calendars.to_number(calendar, finish + starts_by_estimate) - length
    start = np.where(starts_by_estimate, calendars.to_day(calendar, start_number), start)
    is_point = items.milestone[head] | ((start == NO_DATE) & (finish != NO_DATE))
    at_end = is_point | (links.type >= DependencyType.FINISH_TO_FINISH)
    end = np.where(is_point & (finish == NO_DATE), start, finish)
    return np.where(at_end, end, start).astype(np.int32), at_end


def _needed_number(
    day: Days, at_end: Flags, links: Links, calendar: NDArray[np.int16], calendars: Calendars
) -> Days:
    """The working-day number, of the successor, by which the predecessor must have come; the
    working lag taken off."""
    # The end of a day is the start of the next one.
    is_next_day = at_end & (day != NO_DATE)
    number = calendars.to_number(calendar, day + is_next_day)
    return number - np.where(links.elapsed, 0, links.lag)
