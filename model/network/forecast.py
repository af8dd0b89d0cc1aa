"""The forecast as columns, read off the finished passes."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np

from model.network.columns import NO_DATE, Codes, Days, Flags, day_of
from model.network.critical_path import CriticalPathState, plan_limits, run, spanned
from model.network.network import Network
from model.network.topology import (
    ALL,
    Index,
    Positions,
    cells_in,
    cells_of,
    counts_of,
    offsets,
    run_starts,
    runs,
)
from model.network.treatment import GUESSES, Certainty, Treatment

_NOTHING: Final = -(2**30)
_NEVER_SURE: Final = (
    Treatment.IN_CYCLE | Treatment.OUT_OF_RANGE | Treatment.DONE_UNDATED | Treatment.FUTURE_ACTUAL
)


@dataclass(frozen=True, slots=True)
class Forecast:
    """One row an item, in the order of `Items`. Dates as there; slack in working days.

    A cancelled item has no dates. A done item has its actual dates, early and late, and no
    slack. Only a deadline or a constraint makes slack negative.
    """

    early_start: Days
    early_finish: Days
    """The forecast finish: when it will be done as things stand."""
    late_start: Days
    late_finish: Days
    """When it must be done for the plan's end, every deadline and every constraint to hold."""
    total_slack: Days
    """How far it may slip before one of those breaks."""
    free_slack: Days
    """How far it may slip before any successor moves; never negative."""
    driver: Index
    """Row of the predecessor (or last child) that sets its date; -1 where its own plan does, or
    a fact such as the start of work under way. Of several, the one with the lowest id."""
    certainty: Codes
    """`Certainty` of the early finish."""
    treatment: Days
    """`Treatment` flags."""
    passes: CriticalPathState = field(repr=False)
    """What it was read off; for `compute_delay_impact` and `simulate`."""


def schedule(network: Network, today: date | int) -> Forecast:
    """Forward and backward pass with the data date `today`."""
    return _read_off(run(network, today if isinstance(today, int) else day_of(today)))


def _read_off(passes: CriticalPathState) -> Forecast:
    """The forecast of every item."""
    rows = len(passes.network.items)
    day = np.empty((6, rows), dtype=np.int32)
    driver, certainty = np.empty(rows, dtype=np.int64), np.empty(rows, dtype=np.int8)
    treatment = passes.estimate.treatment
    forecast = Forecast(
        day[0], day[1], day[2], day[3], day[4], day[5], driver, certainty, treatment, passes
    )
    early_columns(forecast, ALL)
    late_columns(forecast, ALL)
    free_slack(forecast, ALL)
    span_parents(forecast)
    passes.driver = _drivers(passes, ALL, passes.demand)
    passes.source = np.where(passes.driver >= 0, passes.driver, passes.source)
    forecast.driver[:] = driving_rows(passes, ALL)
    mark(forecast, ALL)
    own_certainty(forecast, ALL)
    carry_certainty(forecast)
    return forecast


def early_columns(forecast: Forecast, rows: Positions) -> None:
    """Early dates of these rows; those of parents still without their children.

    What is planned for the day off that is today lies at the end of the working day before.
    """
    passes, found = forecast.passes, forecast.passes.estimate
    first, last = _dates(passes, passes.early, rows)
    closed, begun = _closed(passes, rows), found.begun[rows] != NO_DATE
    forecast.early_start[rows] = np.where(closed | begun, first, np.maximum(first, passes.today))
    forecast.early_finish[rows] = np.where(closed, last, np.maximum(last, passes.today))


def late_columns(forecast: Forecast, rows: Positions) -> None:
    """Late dates and total slack of these rows."""
    passes = forecast.passes
    first, last = _dates(passes, passes.late, rows)
    forecast.late_start[rows], forecast.late_finish[rows] = first, last
    places = passes.network.topology.place[: len(forecast.driver)][rows]
    slack = passes.late[places] - passes.early[places]
    forecast.total_slack[rows] = np.where(_closed(passes, rows), 0, slack)


def free_slack(forecast: Forecast, rows: Positions) -> None:
    """How far each may slip before the first of its successors, or the plan's end, moves."""
    passes = forecast.passes
    topology = passes.network.topology
    places = ALL if rows is ALL else topology.place[: len(forecast.driver)][rows]
    free = plan_limits(passes, places) - passes.early[places]
    begins, fed = run_starts(counts_of(topology.outs, places))
    if len(fed):
        cells = cells_in(topology.outs, places)
        latest = passes.reach.back(passes.early[topology.outs.other[cells]], cells)
        room = np.minimum.reduceat(latest, begins) - passes.early[places][fed]
        free[fed] = np.minimum(free[fed], room)
    if rows is ALL:
        free = free[topology.place[: len(forecast.driver)]]
    forecast.free_slack[rows] = np.where(_closed(passes, rows), 0, free)


def span_parents(forecast: Forecast) -> None:
    """Parents start with the first of their children that count."""
    above, found = forecast.passes.network.graph.above, forecast.passes.estimate
    for column in (forecast.early_start, forecast.late_start):
        column[:] = spanned(above, column, found)


def driving_places(passes: CriticalPathState, places: Index) -> Index:
    """For each of these places that of the predecessor that sets its start, or -1."""
    ins = passes.network.topology.ins
    cells = cells_of(ins, places)
    return _drivers(passes, places, passes.reach.ahead(passes.early[ins.other[cells]], cells))


def _drivers(passes: CriticalPathState, places: Positions, demand: Days) -> Index:
    """The same, from what each of their links demands."""
    ins = passes.network.topology.ins
    counts = counts_of(ins, places)
    driver = np.full(len(counts), -1, dtype=np.int64)
    early = passes.early[places]
    set_by = np.where(early > passes.floor[places], early, _NOTHING)
    hits = np.flatnonzero(demand == set_by.repeat(counts))
    if len(hits):
        heads = np.arange(len(counts)).repeat(counts)[hits]
        first = np.flatnonzero(np.append(True, heads[1:] != heads[:-1]))
        found = hits if isinstance(places, slice) else cells_of(ins, places)[hits]
        driver[heads[first]] = ins.other[lowest_ids(passes, found, first)]
    return driver


def lowest_ids(passes: CriticalPathState, cells: Index, first: Index) -> Index:
    """Of each run of cells the one whose tail has the lowest id, so that the order of rows
    does not matter; an item before its own gate."""
    counts = np.diff(first, append=len(cells))
    several = np.flatnonzero(counts > 1)
    lowest: Index = cells[first]
    if len(several):
        network, counts = passes.network, counts[several]
        rival = cells[runs(first[several], counts)]
        key, begins = network.id_order[network.topology.ins.other[rival]], offsets(counts)[:-1]
        least = np.minimum.reduceat(key, begins).repeat(counts)
        hits = np.flatnonzero(key == least)
        lowest[several] = rival[hits[np.searchsorted(hits, begins)]]
    return lowest


def driving_rows(passes: CriticalPathState, rows: Positions) -> Index:
    """For each of these rows that of its driver. A gate stands for whatever drives the gate."""
    topology, items = passes.network.topology, len(passes.network.items)
    place = passes.driver[topology.place[:items][rows]]
    while True:
        node = np.where(place >= 0, topology.node[place], -1)
        gates = np.flatnonzero(node >= items)
        if not len(gates):
            return node
        place[gates] = passes.driver[place[gates]]


def mark(forecast: Forecast, rows: Positions) -> None:
    """The treatments that only the whole network can tell."""
    passes, treatment = forecast.passes, forecast.treatment
    network = passes.network
    place = network.topology.place[: len(treatment)][rows]
    looped = network.in_cycle[rows] & ~passes.estimate.cancelled[rows]
    treatment[rows] |= np.where(looped, Treatment.IN_CYCLE, 0).astype(np.int32)
    beyond_all = passes.early[place] >= passes.ceiling[place]
    treatment[rows] |= np.where(beyond_all, Treatment.OUT_OF_RANGE, 0).astype(np.int32)


def own_certainty(forecast: Forecast, rows: Positions) -> None:
    """How sure each is by itself; and whether its own plan stands, whatever drives it."""
    passes, found = forecast.passes, forecast.passes.estimate
    network, treatment = passes.network, forecast.treatment[rows]
    place = network.topology.place[: len(forecast.driver)][rows]
    dated = (network.items.planned_finish[rows] != NO_DATE) & ~found.cancelled[rows]
    stands = dated & (passes.early[place] + found.duration[rows] == found.due[rows])
    stands = (stands | found.done[rows]) & ((treatment & _NEVER_SURE) == 0)
    driver = passes.driver[place]
    guessed = (treatment & GUESSES) > 0
    guessed |= ((treatment & Treatment.NO_DATES) > 0) & (driver < 0)
    passes.own[place] = (guessed + np.int8(Certainty.DERIVED)) * ~stands
    passes.source[place] = np.where(stands | (driver < 0), place, driver)


def carry_certainty(forecast: Forecast) -> None:
    """Assumptions handed on from driver to driven, level by level."""
    passes, topology = forecast.passes, forecast.passes.network.topology
    worst = passes.worst
    worst[:] = passes.own
    for low, _, high in topology.levels[1:]:
        here = worst[low:high]
        np.maximum(here, worst[passes.source[low:high]], out=here)
    forecast.certainty[:] = worst[topology.place[: len(forecast.driver)]]


def _dates(passes: CriticalPathState, start: Days, rows: Positions) -> tuple[Days, Days]:
    """First and last day of items that start at these working-day numbers."""
    network, found = passes.network, passes.estimate
    duration, days = found.duration[rows], network.calendars.days
    at = start[network.topology.place[: len(network.items)][rows]]
    at += passes.work.calendar[: len(network.items)][rows]
    first = days[at - (duration == 0)]
    last = days[at + duration - 1]
    begun, cancelled = found.begun[rows], found.cancelled[rows]
    first = np.where(begun != NO_DATE, begun, first)
    last = np.where(found.done[rows], found.ended[rows], last)
    return np.where(cancelled, NO_DATE, first), np.where(cancelled, NO_DATE, last)


def _closed(passes: CriticalPathState, rows: Positions) -> Flags:
    return passes.estimate.done[rows] | passes.estimate.cancelled[rows]
