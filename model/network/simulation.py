"""How likely the forecast is: the forward pass repeated with durations drawn at random.

Schedule risk analysis as in the GAO Schedule Assessment Guide (GAO-16-89G, best practice 8):
each open duration follows a triangular distribution around its estimate, independent of the
others; dates, dependencies and calendars stay as they are.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from model.network.columns import NO_DATE, Days, Flags, Ids
from model.network.critical_path import CriticalPathState
from model.network.forecast import Forecast
from model.network.link_constraints import NEVER, SingleCalendarConstraints, bridged, straight
from model.network.topology import ALL, Index

BATCH: Final = 8
"""Draws that go through the levels together: neighbours in memory, one look-up for all."""
_CHANCES: Final = 2**16
_BLOCK: Final = 2**15
"""Rows drawn at a time, so that what is between stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class DurationFactors:
    """Optimistic, likely and pessimistic duration as multiples of the estimate."""

    low: float = 0.8
    likely: float = 1.0
    high: float = 1.6


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """What the draws gave."""

    ids: Ids
    finish: Days
    """Finish dates of the watched items: a row a draw, a column an item."""
    late: NDArray[np.float64]
    """For every item row the share of draws in which it misses its deadline, or where it has
    none its planned finish; 0 where it has neither."""

    def by(self, share: float) -> Days:
        """The date by which each watched item is finished in that share of the draws."""
        ordered = np.sort(self.finish, axis=0)
        day: Days = ordered[min(int(np.ceil(share * len(ordered))), len(ordered)) - 1]
        return day


def simulate(
    forecast: Forecast,
    draws: int,
    seed: int,
    watch: Ids,
    spread: DurationFactors = DurationFactors(),
) -> SimulationResult:
    """Draws durations and forecasts anew; equal arguments give equal results.

    Raises KeyError for a watched id that is no item.
    """
    passes = forecast.passes
    network = passes.network
    rows = network.row_index.find(watch)
    if (rows < 0).any():
        raise KeyError(f"no item has the id {watch[rows < 0][0]}")
    lags, factors = _lags(passes), _factors(spread)
    random = np.random.default_rng(seed)
    due = _due(passes)
    late = np.zeros(len(network.items), dtype=np.int64)
    finish = np.empty((draws, len(rows)), dtype=np.int32)
    place = network.topology.place[: len(network.items)]
    for first in range(0, draws, BATCH):
        count = min(BATCH, draws - first)
        ends = _finishes(passes, lags, _durations(passes, random, factors, count))
        late += (ends > due[:, None]).sum(axis=1)[place]
        finish[first : first + count] = ends[place[rows]].T
    return SimulationResult(watch, _days(passes, rows, finish), late / draws)


@dataclass(frozen=True, slots=True)
class _Lags:
    """Links without their durations, in the order of `Topology.ins`. A link reads the start of
    its tail or, `nodes` rows further down, its finish."""

    source: Index
    out: Days
    over: Days
    on: Days
    to_finish: Flags
    one_calendar: bool


def _lags(passes: CriticalPathState) -> _Lags:
    """What of each link stays the same in every draw."""
    network, ins = passes.network, passes.network.topology.ins
    wiring, work = network.graph, passes.work
    at_finish = wiring.from_finish.take(ins.link)
    source = ins.other + at_finish * network.topology.nodes
    tails = work.duration.take(wiring.tail)
    heads = np.where(wiring.to_finish, work.duration.take(wiring.head), 0)
    lasting = np.where(wiring.from_finish, tails, 0)
    if isinstance(passes.reach, SingleCalendarConstraints):
        on = straight(wiring, work, ALL, passes.dead) - lasting + heads
        out = over = np.zeros(0, dtype=np.int32)
        on = np.where(passes.dead, NEVER, on).take(ins.link)
    else:
        there, _ = bridged(wiring, work, ALL, passes.dead)
        out, over = (there.out - lasting).take(ins.link), there.over.take(ins.link)
        on = np.where(passes.dead, NEVER, there.on + heads).take(ins.link)
    to_finish = wiring.to_finish.take(ins.link)
    return _Lags(
        source, out, over, on, to_finish, isinstance(passes.reach, SingleCalendarConstraints)
    )


def _factors(spread: DurationFactors) -> NDArray[np.float32]:
    """Equally likely multiples of an estimate: the inverse of the triangular distribution.

    Looking one up is several times faster than taking a root for every duration of every draw.
    """
    low, width = spread.low, spread.high - spread.low
    split = (spread.likely - low) / width
    chance = (np.arange(_CHANCES) + 0.5) / _CHANCES
    rising = low + width * np.sqrt(split * chance)
    falling = low + width - width * np.sqrt((1 - split) * (1 - chance))
    return np.where(chance < split, rising, falling).astype(np.float32)


def _durations(
    passes: CriticalPathState, random: np.random.Generator, factors: NDArray[np.float32], count: int
) -> Days:
    """Durations by place, a column a draw; what has a duration keeps at least a day of it."""
    node = passes.network.topology.node
    estimate = passes.work.duration[node][:, None]
    drawn = np.empty((len(node), count), dtype=np.int32)
    for first in range(0, len(node), _BLOCK):
        here = estimate[first : first + _BLOCK]
        pick = random.integers(0, _CHANCES, (len(here), count), dtype=np.uint16)
        length = np.rint(factors[pick] * here).astype(np.int32)
        np.maximum(length, np.minimum(here, 1), out=drawn[first : first + _BLOCK])
    closed = np.flatnonzero(passes.estimate.done[passes.network.graph.owner][node])
    drawn[closed] = estimate[closed]
    return drawn


def _finishes(passes: CriticalPathState, lags: _Lags, duration: Days) -> Days:
    """Early finishes by place, a column a draw."""
    topology, first = passes.network.topology, passes.network.topology.ins.first
    nodes, ceiling = topology.nodes, passes.ceiling[:, None]
    times = np.empty((2 * nodes, duration.shape[1]), dtype=np.int32)
    start, finish = times[:nodes], times[nodes:]
    start[:] = passes.floor[:, None]
    finish[:] = start
    finish += duration
    for low, _, high in topology.levels[1:]:
        cells = slice(int(first[low]), int(first[high]))
        bound = times.take(lags.source[cells], axis=0)
        bound = _demanded(passes, lags, bound, cells)
        if lags.to_finish[cells].any():
            counts = first[low + 1 : high + 1] - first[low:high]
            own = duration[low:high].repeat(counts, axis=0)
            bound -= own * lags.to_finish[cells, None]
        latest = np.maximum.reduceat(bound, first[low:high] - first[low], axis=0)
        np.maximum(latest, start[low:high], out=latest)
        np.minimum(latest, ceiling[low:high], out=start[low:high])
        np.add(start[low:high], duration[low:high], out=finish[low:high])
    return finish


def _demanded(passes: CriticalPathState, lags: _Lags, time: Days, cells: slice) -> Days:
    if not lags.one_calendar:
        calendars = passes.network.calendars
        time = calendars.days[time + lags.out[cells, None]]
        time = calendars.before[time + lags.over[cells, None]]
    time += lags.on[cells, None]
    return time


def _due(passes: CriticalPathState) -> Days:
    """By place the finish, as a number, after which an item is late; never for gates."""
    items, topology = passes.network.items, passes.network.topology
    day = np.where(items.deadline != NO_DATE, items.deadline, items.planned_finish)
    known = (day != NO_DATE) & ~passes.estimate.cancelled & ~passes.estimate.done
    number = passes.network.calendars.to_number(items.calendar, day + known)
    due = np.full(topology.nodes, -NEVER, dtype=np.int32)
    due[topology.place[: len(items)]] = np.where(known, number, -NEVER)
    return due


def _days(passes: CriticalPathState, rows: Index, finish: Days) -> Days:
    """Finish numbers as dates; what is done or cancelled keeps its own."""
    items, found = passes.network.items, passes.estimate
    day = passes.network.calendars.to_day(items.calendar[rows], finish - 1)
    day = np.where(found.done[rows], found.ended[rows], day)
    return np.where(found.cancelled[rows], NO_DATE, day).astype(np.int32)
