"""What each dependency needs, against what is forecast: the measure of a late handover."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from model.network.calendars import Calendars
from model.network.columns import NO_DATE, Days, Flags, Items, Links
from model.network.forecast import Forecast
from model.network.network import Network
from model.network.node_graph import LinkUse
from model.network.topology import Index
from model.records import DependencyType, State

_FROM_START = (DependencyType.START_TO_START, DependencyType.START_TO_FINISH)


@dataclass(frozen=True, slots=True)
class HandoverNeeds:
    """One row a link, in the order of `Links`."""

    needed_by: Days
    """The last day on which the predecessor may finish (start, where the dependency hangs on
    its start) so that the successor keeps its planned dates; `NO_DATE` where there is none."""
    lateness: Days
    """Working days of the predecessor from that day to its forecast: positive is late,
    negative is early, 0 where nothing is needed."""
    known: Flags
    """The link counts, its predecessor is still to come, and its open successor has a date."""


def compute_handover_needs(network: Network, forecast: Forecast) -> HandoverNeeds:
    """Compares each link's successor as planned with its predecessor as forecast.

    A successor that is a milestone, or that has a due date but neither start nor estimate, needs
    its predecessor by that date; of any other the start is what a finish-to-start link must meet.
    """
    used = np.flatnonzero(network.link_use == LinkUse.USED)
    found = _measured(network, forecast, _rows_of(network.links, used))
    rows = len(network.links)
    every = HandoverNeeds(
        np.full(rows, NO_DATE, dtype=np.int32),
        np.zeros(rows, dtype=np.int32),
        np.zeros(rows, dtype=np.bool_),
    )
    known = used[found.known]
    every.needed_by[known] = found.needed_by[found.known]
    every.lateness[known] = found.lateness[found.known]
    every.known[known] = True
    return every


def _measured(network: Network, forecast: Forecast, links: Links) -> HandoverNeeds:
    """The needs of links between known items; what is not `known` is not to be read."""
    items, calendars = network.items, network.calendars
    tail, head = network.row_index.find(links.predecessor), network.row_index.find(links.successor)
    planned, at_end = _wanted(items, links, head, calendars)
    known = (planned != NO_DATE) & (items.state[tail] < State.DONE)
    known &= items.state[head] < State.DONE
    estimate = forecast.passes.estimate
    point = (estimate.duration[tail] == 0) & ~estimate.spans[tail]
    by_start = np.isin(links.type, _FROM_START) & ~point
    off = estimate.ends_off[head] & (at_end | (estimate.duration[head] == 0)) & ~by_start
    calendar, at_close = items.calendar[tail], at_end & ~by_start & ~off
    number = _number(planned, at_end, links, items.calendar[head], calendars)
    instant = calendars.to_day(items.calendar[head], number - at_close) + at_close
    on_the_day = off & (links.elapsed | (links.lag == 0))
    instant = np.where(on_the_day, planned + at_end, instant)
    instant -= np.where(links.elapsed, links.lag, 0)
    need = calendars.to_number(calendar, instant + by_start) - by_start
    start = calendars.to_number(calendar, forecast.early_start[tail])
    finish = calendars.to_number(calendar, forecast.early_finish[tail] + known)
    needed_by = calendars.to_day(calendar, need - ~by_start)
    return HandoverNeeds(needed_by, np.where(by_start, start, finish) - need, known)


def _rows_of(links: Links, rows: Index) -> Links:
    return Links(**{field.name: getattr(links, field.name)[rows] for field in fields(Links)})


def _wanted(items: Items, links: Links, head: Index, calendars: Calendars) -> tuple[Days, Flags]:
    """The successor's planned day that the link is about, and whether its end counts."""
    start, finish = items.planned_start[head], items.planned_finish[head]
    length, calendar = items.duration[head], items.calendar[head]
    by_estimate = (start == NO_DATE) & (finish != NO_DATE) & (length >= 0)
    counted = calendars.to_number(calendar, finish + by_estimate) - length
    start = np.where(by_estimate, calendars.to_day(calendar, counted), start)
    point = items.milestone[head] | ((start == NO_DATE) & (finish != NO_DATE))
    at_end = point | (links.type >= DependencyType.FINISH_TO_FINISH)
    end = np.where(point & (finish == NO_DATE), start, finish)
    return np.where(at_end, end, start).astype(np.int32), at_end


def _number(
    day: Days, at_end: Flags, links: Links, calendar: NDArray[np.int16], calendars: Calendars
) -> Days:
    """The working-day number to which the predecessor must have come, without the working lag."""
    shift = at_end & (day != NO_DATE)
    return calendars.to_number(calendar, day + shift) - np.where(links.elapsed, 0, links.lag)
