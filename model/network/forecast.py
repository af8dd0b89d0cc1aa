"""The forecast as columns, read from the finished passes."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np

from model.network.arrays import ALL, Index, Selection, expand_runs, nonempty_runs, run_offsets
from model.network.columns import NO_DATE, Codes, Days, Flags, day_of
from model.network.critical_path import (
    CriticalPathState,
    calculate_critical_path,
    latest_starts_for_plan_end,
    roll_up_starts,
)
from model.network.network import Network
from model.network.topology import degrees, entries_of, select_entries
from model.network.treatment import ASSUMPTIONS, Certainty, Treatment

# Below every working-day number, and far enough from the end of int32 that sums do not overflow.
_BEFORE_ALL_STARTS: Final = -(2**30)
_NEVER_AS_PLANNED: Final = (
    Treatment.IN_CYCLE | Treatment.OUT_OF_RANGE | Treatment.DONE_UNDATED | Treatment.FUTURE_ACTUAL
)


@dataclass(frozen=True, slots=True)
class Forecast:
    """n rows, one per item, in the order of `Items`. Dates as there; slack in working days.

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
    """Total float: how far it may slip before one of those is missed."""
    free_slack: Days
    """Free float: how far it may slip before any successor moves; never negative."""
    driver: Index
    """Row of the driving predecessor (or last child), which sets its date; -1 where its own plan
    does, or a fact such as the start of work under way. Of several, the one with the lowest id."""
    certainty: Codes
    """`Certainty` of the early finish."""
    treatment: Days
    """`Treatment` flags."""
    cpm: CriticalPathState = field(repr=False)
    """The calculation from which the columns are read."""


def schedule(network: Network, data_date: date | int | Days) -> Forecast:
    """Forward and backward pass for a data date (a date, or days since 1970-01-01).

    An array has a data date per item: what is left of an item counts from the day up to which
    its progress is known.
    """
    number = day_of(data_date) if isinstance(data_date, date) else data_date
    by_item = np.broadcast_to(np.asarray(number, dtype=np.int32), len(network.items))
    return _read_forecast(calculate_critical_path(network, by_item))


def _read_forecast(cpm: CriticalPathState) -> Forecast:
    """The forecast of every item; fills drivers and certainties of the calculation."""
    rows = len(cpm.network.items)
    # One allocation for six columns; each is contiguous.
    day = np.empty((6, rows), dtype=np.int32)
    driver, certainty = np.empty(rows, dtype=np.int64), np.empty(rows, dtype=np.int8)
    forecast = Forecast(
        day[0], day[1], day[2], day[3], day[4], day[5],
        driver, certainty, cpm.inputs.treatment, cpm,
    )  # fmt: skip
    write_early_dates(forecast, ALL)
    write_late_dates(forecast, ALL)
    write_free_slack(forecast, ALL)
    # After the rows are written: the start of a parent is that of its children.
    write_summary_starts(forecast)
    cpm.driver = _choose_drivers(cpm, ALL, cpm.link_bound)
    # The driver hands its certainty on; what has none is its own source.
    cpm.certainty_source = np.where(cpm.driver >= 0, cpm.driver, cpm.certainty_source)
    forecast.driver[:] = find_driver_rows(cpm, ALL)
    # Before the certainties, which depend on the treatments.
    mark_network_treatments(forecast, ALL)
    assess_own_certainty(forecast, ALL)
    propagate_certainty(forecast)
    return forecast


def write_early_dates(forecast: Forecast, rows: Selection) -> None:
    """Early dates of these rows; those of parents still without their children."""
    cpm, inputs = forecast.cpm, forecast.cpm.inputs
    first, last = _start_and_finish(cpm, cpm.early, rows)
    is_closed, is_started = _is_closed(cpm, rows), inputs.started_on[rows] != NO_DATE
    # What ends on a day off lies, as a number, at the end of the working day before. Where the
    # data date is that day off, this would be a date in the past for unfinished work.
    open_start = np.maximum(first, cpm.data_date[rows])
    forecast.early_start[rows] = np.where(is_closed | is_started, first, open_start)
    forecast.early_finish[rows] = np.where(is_closed, last, np.maximum(last, cpm.data_date[rows]))


def write_late_dates(forecast: Forecast, rows: Selection) -> None:
    """Late dates and total slack of these rows; late starts of parents without their children."""
    cpm = forecast.cpm
    first, last = _start_and_finish(cpm, cpm.late, rows)
    forecast.late_start[rows], forecast.late_finish[rows] = first, last
    positions = cpm.network.topology.position[: len(forecast.driver)][rows]
    slack = cpm.late[positions] - cpm.early[positions]
    forecast.total_slack[rows] = np.where(_is_closed(cpm, rows), 0, slack)


def write_free_slack(forecast: Forecast, rows: Selection) -> None:
    """How far each of these rows may slip before the first of its successors, or the plan's end,
    moves."""
    cpm = forecast.cpm
    topology, item_count = cpm.network.topology, len(forecast.driver)
    positions = ALL if rows is ALL else topology.position[:item_count][rows]
    # Without the item's own deadline: that bounds total slack, and may make it negative.
    free = latest_starts_for_plan_end(cpm, positions) - cpm.early[positions]
    runs, linked = nonempty_runs(degrees(topology.outgoing, positions))
    if len(linked):
        entries = select_entries(topology.outgoing, positions)
        head_start = cpm.early[topology.outgoing.neighbour[entries]]
        latest = cpm.link_constraints.latest_tail_starts(head_start, entries)
        until_successor = np.minimum.reduceat(latest, runs) - cpm.early[positions][linked]
        free[linked] = np.minimum(free[linked], until_successor)
    if rows is ALL:
        free = free[topology.position[:item_count]]
    forecast.free_slack[rows] = np.where(_is_closed(cpm, rows), 0, free)


def write_summary_starts(forecast: Forecast) -> None:
    """Parents start, early and late, with the first of their children that count."""
    parent_row, inputs = forecast.cpm.network.graph.parent_row, forecast.cpm.inputs
    for column in (forecast.early_start, forecast.late_start):
        column[:] = roll_up_starts(parent_row, column, inputs)


def find_drivers(cpm: CriticalPathState, positions: Index) -> Index:
    """For each of these positions that of its driving predecessor, or -1."""
    incoming = cpm.network.topology.incoming
    entries = entries_of(incoming, positions)
    tail_start = cpm.early[incoming.neighbour[entries]]
    bound = cpm.link_constraints.earliest_head_starts(tail_start, entries)
    return _choose_drivers(cpm, positions, bound)


def _choose_drivers(cpm: CriticalPathState, positions: Selection, bound: Days) -> Index:
    """The same, from how early each of their incoming links lets them start."""
    incoming = cpm.network.topology.incoming
    counts = degrees(incoming, positions)
    driver = np.full(len(counts), -1, dtype=np.int64)
    early = cpm.early[positions]
    # No link drives what starts at its own earliest start; no bound equals the stand-in.
    set_by_link = np.where(early > cpm.min_start[positions], early, _BEFORE_ALL_STARTS)
    hits = np.flatnonzero(bound == set_by_link.repeat(counts))
    if len(hits):
        heads = np.arange(len(counts)).repeat(counts)[hits]
        run_starts = np.flatnonzero(np.append(True, heads[1:] != heads[:-1]))
        entries = hits if isinstance(positions, slice) else entries_of(incoming, positions)[hits]
        chosen = choose_lowest_ids(cpm, entries, run_starts)
        driver[heads[run_starts]] = incoming.neighbour[chosen]
    return driver


def choose_lowest_ids(cpm: CriticalPathState, entries: Index, run_starts: Index) -> Index:
    """Of each run of incoming entries the one whose tail has the lowest id, so that the order of
    rows does not matter; an item before its own start node."""
    counts = np.diff(run_starts, append=len(entries))
    contested = np.flatnonzero(counts > 1)
    chosen: Index = entries[run_starts]
    if len(contested):
        network, counts = cpm.network, counts[contested]
        rivals = entries[expand_runs(run_starts[contested], counts)]
        key = network.id_order[network.topology.incoming.neighbour[rivals]]
        runs = run_offsets(counts)[:-1]
        lowest = np.minimum.reduceat(key, runs).repeat(counts)
        hits = np.flatnonzero(key == lowest)
        # Two links of different type may join the same two nodes: the first hit of each run.
        chosen[contested] = rivals[hits[np.searchsorted(hits, runs)]]
    return chosen


def find_driver_rows(cpm: CriticalPathState, rows: Selection) -> Index:
    """For each of these rows that of its driver; what drives a start node stands for that node."""
    topology, item_count = cpm.network.topology, len(cpm.network.items)
    position = cpm.driver[topology.position[:item_count][rows]]
    while True:
        node = np.where(position >= 0, topology.node[position], -1)
        start_nodes = np.flatnonzero(node >= item_count)
        if not len(start_nodes):
            return node
        position[start_nodes] = cpm.driver[position[start_nodes]]


def mark_network_treatments(forecast: Forecast, rows: Selection) -> None:
    """Adds the treatments that follow from the whole network rather than from one item."""
    cpm, treatment = forecast.cpm, forecast.treatment
    network = cpm.network
    position = network.topology.position[: len(treatment)][rows]
    in_cycle = network.in_cycle[rows] & ~cpm.inputs.is_cancelled[rows]
    treatment[rows] |= np.where(in_cycle, Treatment.IN_CYCLE, 0).astype(np.int32)
    beyond_horizon = cpm.early[position] >= cpm.horizon[position]
    treatment[rows] |= np.where(beyond_horizon, Treatment.OUT_OF_RANGE, 0).astype(np.int32)


def assess_own_certainty(forecast: Forecast, rows: Selection) -> None:
    """How certain each of these rows is by itself, and where its certainty comes from besides:
    from its driver, unless its own plan stands whatever drives it."""
    cpm, inputs = forecast.cpm, forecast.cpm.inputs
    network, treatment = cpm.network, forecast.treatment[rows]
    position = network.topology.position[: len(forecast.driver)][rows]
    is_dated = (network.items.planned_finish[rows] != NO_DATE) & ~inputs.is_cancelled[rows]
    end = cpm.early[position] + inputs.duration[rows]
    as_planned = is_dated & (end == inputs.planned_end[rows])
    as_planned = (as_planned | inputs.is_done[rows]) & ((treatment & _NEVER_AS_PLANNED) == 0)
    driver = cpm.driver[position]
    is_assumed = (treatment & ASSUMPTIONS) > 0
    is_assumed |= ((treatment & Treatment.NO_DATES) > 0) & (driver < 0)
    cpm.own_certainty[position] = (is_assumed + np.int8(Certainty.DERIVED)) * ~as_planned
    cpm.certainty_source[position] = np.where(as_planned | (driver < 0), position, driver)


def propagate_certainty(forecast: Forecast) -> None:
    """Hands assumptions on from driver to driven, level by level."""
    cpm, topology = forecast.cpm, forecast.cpm.network.topology
    certainty = cpm.certainty
    certainty[:] = cpm.own_certainty
    # The first level has no predecessors, so nothing is handed to it.
    for first, _, end in topology.levels[1:]:
        in_level = certainty[first:end]
        np.maximum(in_level, certainty[cpm.certainty_source[first:end]], out=in_level)
    forecast.certainty[:] = certainty[topology.position[: len(forecast.driver)]]


def _start_and_finish(cpm: CriticalPathState, start: Days, rows: Selection) -> tuple[Days, Days]:
    """First and last day of these rows, from working-day numbers of starts by position."""
    network, inputs = cpm.network, cpm.inputs
    duration, days = inputs.duration[rows], network.calendars.days
    cell = start[network.topology.position[: len(network.items)][rows]]
    cell += cpm.nodes.calendar_offset[: len(network.items)][rows]
    # A point in time has no first day of its own: it is reached at the end of the day before its
    # start number.
    first = days[cell - (duration == 0)]
    last = days[cell + duration - 1]
    started_on, is_cancelled = inputs.started_on[rows], inputs.is_cancelled[rows]
    first = np.where(started_on != NO_DATE, started_on, first)
    last = np.where(inputs.is_done[rows], inputs.finished_on[rows], last)
    return np.where(is_cancelled, NO_DATE, first), np.where(is_cancelled, NO_DATE, last)


def _is_closed(cpm: CriticalPathState, rows: Selection) -> Flags:
    return cpm.inputs.is_done[rows] | cpm.inputs.is_cancelled[rows]
