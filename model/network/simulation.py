"""How likely the forecast is: the forward pass repeated with durations drawn at random.

Schedule risk analysis as in the GAO Schedule Assessment Guide (GAO-16-89G, best practice 8):
each open duration follows a triangular distribution around its estimate, independent of the
others; dates, dependencies and calendars stay as they are.

For the outlook, which gives milestones and deals their P50 and P85 dates.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from model.network.arrays import ALL, Index
from model.network.columns import NO_DATE, Days, Flags, Ids
from model.network.critical_path import CriticalPathState
from model.network.forecast import Forecast
from model.network.link_constraints import (
    NO_EFFECT,
    SingleCalendarConstraints,
    calendar_conversions,
    single_calendar_weights,
)

BATCH: Final = 8
"""Draws that go through the levels together: neighbours in memory, one look-up for all."""
_QUANTILES: Final = 2**16
_BLOCK: Final = 2**15
"""Rows drawn at a time, so that what is between stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class DurationFactors:
    """Optimistic, likely and pessimistic duration as multiples of the estimate: the three points
    of a triangular distribution, low < high."""

    low: float = 0.8
    likely: float = 1.0
    high: float = 1.6


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """Finish dates over all draws."""

    ids: Ids
    """The watched items, in the order given."""
    finish: Days
    """Finish dates of the watched items: a row per draw, a column per item."""
    late_share: NDArray[np.float64]
    """For every item row the share of draws in which it misses its deadline, or where it has
    none its planned finish; 0 where it has neither, and of what is done or cancelled."""

    def finish_percentile(self, share: float) -> Days:
        """The date by which each watched item is finished in this share (0 to 1) of the draws:
        0.85 gives the P85 date."""
        ordered = np.sort(self.finish, axis=0)
        day: Days = ordered[min(int(np.ceil(share * len(ordered))), len(ordered)) - 1]
        return day


def simulate(
    forecast: Forecast,
    draws: int,
    seed: int,
    watched_ids: Ids,
    factors: DurationFactors = DurationFactors(),
) -> SimulationResult:
    """Forecasts as often as there are draws, each with durations of its own; equal arguments give
    equal results.

    Raises KeyError for a watched id that is no item.
    """
    cpm = forecast.cpm
    network = cpm.network
    rows = network.row_index.find_known(watched_ids)
    links, multiples = _prepare_links(cpm), _triangular_quantiles(factors)
    # A generator of its own: others that draw meanwhile do not change the result.
    random = np.random.default_rng(seed)
    due = _due_numbers(cpm)
    late = np.zeros(len(network.items), dtype=np.int64)
    finish = np.empty((draws, len(rows)), dtype=np.int32)
    position = network.topology.position[: len(network.items)]
    for first in range(0, draws, BATCH):
        # The last batch is smaller; the draws before it are the same whatever their number.
        count = min(BATCH, draws - first)
        ends = _forward_pass(cpm, links, _draw_durations(cpm, random, multiples, count))
        late += (ends > due[:, None]).sum(axis=1)[position]
        finish[first : first + count] = ends[position[rows]].T
    return SimulationResult(watched_ids, _finish_days(cpm, rows, finish), late / draws)


@dataclass(frozen=True, slots=True)
class _DurationFreeLinks:
    """Link constraints with the durations taken out, by entry of `Topology.incoming`.

    They read from one column that holds the starts by position and below them the finishes, so
    that a link from a finish needs no duration of its tail. `to_day` and `to_number` are as in
    `CalendarConversions` and empty where there is one calendar.
    """

    source: Index
    """Row in that column: the tail's position, plus the number of nodes for its finish."""
    to_day: Days
    to_number: Days
    shift: Days
    to_finish: Flags
    has_one_calendar: bool


def _prepare_links(cpm: CriticalPathState) -> _DurationFreeLinks:
    """What of each link stays the same in every draw."""
    graph, nodes, incoming = cpm.network.graph, cpm.nodes, cpm.network.topology.incoming
    from_finish = graph.from_finish.take(incoming.link)
    source = incoming.neighbour + from_finish * cpm.network.topology.node_count
    tail_duration = np.where(graph.from_finish, nodes.duration.take(graph.tail), 0)
    head_duration = np.where(graph.to_finish, nodes.duration.take(graph.head), 0)
    has_one_calendar = isinstance(cpm.link_constraints, SingleCalendarConstraints)
    if has_one_calendar:
        shift = single_calendar_weights(graph, nodes, ALL, cpm.is_inactive)
        shift = shift - tail_duration + head_duration
        to_day = to_number = np.zeros(0, dtype=np.int32)
    else:
        ahead, _ = calendar_conversions(graph, nodes, ALL, cpm.is_inactive)
        shift = ahead.shift + head_duration
        to_day = (ahead.to_day - tail_duration).take(incoming.link)
        to_number = ahead.to_number.take(incoming.link)
    # Again, since durations were taken out of and put into weights that have no effect.
    shift = np.where(cpm.is_inactive, NO_EFFECT, shift).take(incoming.link)
    to_finish = graph.to_finish.take(incoming.link)
    return _DurationFreeLinks(source, to_day, to_number, shift, to_finish, has_one_calendar)


def _triangular_quantiles(factors: DurationFactors) -> NDArray[np.float32]:
    """Equally likely multiples of an estimate: the inverse of the triangular distribution's
    cumulative function at 2**16 points."""
    # Looking one up is several times faster than taking a root per duration and draw.
    low, width = factors.low, factors.high - factors.low
    mode = (factors.likely - low) / width
    probability = (np.arange(_QUANTILES) + 0.5) / _QUANTILES
    rising = low + width * np.sqrt(mode * probability)
    falling = low + width - width * np.sqrt((1 - mode) * (1 - probability))
    return np.where(probability < mode, rising, falling).astype(np.float32)


def _draw_durations(
    cpm: CriticalPathState,
    random: np.random.Generator,
    multiples: NDArray[np.float32],
    count: int,
) -> Days:
    """Durations by position, a column per draw; what has a duration keeps at least a day of it."""
    node = cpm.network.topology.node
    estimate = cpm.nodes.duration[node][:, None]
    drawn = np.empty((len(node), count), dtype=np.int32)
    for first in range(0, len(node), _BLOCK):
        block = estimate[first : first + _BLOCK]
        # 2**16 quantiles take 16 random bits each, a quarter of those that a float takes.
        pick = random.integers(0, _QUANTILES, (len(block), count), dtype=np.uint16)
        length = np.rint(multiples[pick] * block).astype(np.int32)
        # Rounding may not turn work into a milestone, nor a milestone into work.
        np.maximum(length, np.minimum(block, 1), out=drawn[first : first + _BLOCK])
    done = np.flatnonzero(cpm.inputs.is_done[cpm.network.graph.owner][node])
    # What is done took as long as it took.
    drawn[done] = estimate[done]
    return drawn


def _forward_pass(cpm: CriticalPathState, links: _DurationFreeLinks, duration: Days) -> Days:
    """Early finishes by position, a column per draw."""
    topology = cpm.network.topology
    first_entry, node_count = topology.incoming.first_entry, topology.node_count
    horizon = cpm.horizon[:, None]
    times = np.empty((2 * node_count, duration.shape[1]), dtype=np.int32)
    start, finish = times[:node_count], times[node_count:]
    start[:] = cpm.min_start[:, None]
    finish[:] = start
    finish += duration
    for first, _, end in topology.levels[1:]:
        entries = slice(int(first_entry[first]), int(first_entry[end]))
        bound = times.take(links.source[entries], axis=0)
        bound = _constrain(cpm, links, bound, entries)
        # Repeating durations per link is expensive, and in most levels none leads to a finish.
        if links.to_finish[entries].any():
            counts = first_entry[first + 1 : end + 1] - first_entry[first:end]
            head_duration = duration[first:end].repeat(counts, axis=0)
            bound -= head_duration * links.to_finish[entries, None]
        runs = first_entry[first:end] - first_entry[first]
        latest_bound = np.maximum.reduceat(bound, runs, axis=0)
        np.maximum(latest_bound, start[first:end], out=latest_bound)
        np.minimum(latest_bound, horizon[first:end], out=start[first:end])
        np.add(start[first:end], duration[first:end], out=finish[first:end])
    return finish


def _constrain(
    cpm: CriticalPathState, links: _DurationFreeLinks, time: Days, entries: slice
) -> Days:
    """How early these links let their heads start, heads' durations aside; a column per draw."""
    if not links.has_one_calendar:
        calendars = cpm.network.calendars
        time = calendars.days[time + links.to_day[entries, None]]
        time = calendars.numbers[time + links.to_number[entries, None]]
    time += links.shift[entries, None]
    return time


def _due_numbers(cpm: CriticalPathState) -> Days:
    """By position the finish, as a working-day number, after which an item is late."""
    items, inputs, topology = cpm.network.items, cpm.inputs, cpm.network.topology
    day = np.where(items.deadline != NO_DATE, items.deadline, items.planned_finish)
    is_due = (day != NO_DATE) & ~inputs.is_cancelled & ~inputs.is_done
    number = cpm.network.calendars.to_number(items.calendar, day + is_due)
    # Start nodes and items without a date are never late.
    due = np.full(topology.node_count, -NO_EFFECT, dtype=np.int32)
    due[topology.position[: len(items)]] = np.where(is_due, number, -NO_EFFECT)
    return due


def _finish_days(cpm: CriticalPathState, rows: Index, finish: Days) -> Days:
    """Finish numbers as dates; what is done or cancelled keeps its own."""
    items, inputs = cpm.network.items, cpm.inputs
    day = cpm.network.calendars.to_day(items.calendar[rows], finish - 1)
    day = np.where(inputs.is_done[rows], inputs.finished_on[rows], day)
    return np.where(inputs.is_cancelled[rows], NO_DATE, day).astype(np.int32)
