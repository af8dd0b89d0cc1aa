"""The forecast as columns, read off the finished passes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from model.network.columns import NO_DATE, Codes, Days, Flags
from model.network.passes import Passes, plan_limits, spanned
from model.network.topology import Index
from model.network.treatment import GUESSES, Certainty, Treatment

_NOTHING: Final = -(2**30)
_NEVER_SURE: Final = Treatment.IN_CYCLE | Treatment.OUT_OF_RANGE | Treatment.DONE_UNDATED


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
    """Row of the predecessor (or last child) that sets its date, -1 where its own plan does.
    Of several that do, the one with the lowest id."""
    certainty: Codes
    """`Certainty` of the early finish."""
    treatment: Days
    """`Treatment` flags."""
    passes: Passes = field(repr=False)
    """What it was read off; for `impact` and `simulate`."""


def read_off(passes: Passes) -> Forecast:
    """The forecast of every item."""
    network, found = passes.network, passes.estimate
    place = network.topology.place[: len(network.items)]
    early, late = passes.early[place], passes.late[place]
    slack = np.where(found.done | found.cancelled, 0, late - early).astype(np.int32)
    begins, ends = _dates(passes, early, found.begun)
    late_begins, late_ends = _dates(passes, late, found.begun)
    driver = _driving_places(passes)
    rows = _driving_rows(passes, driver)
    treatment = _treatment(passes, early)
    return Forecast(
        begins, ends, late_begins, late_ends, slack, _free_slack(passes)[place], rows,
        _certainty(passes, treatment, ends, driver, rows), treatment, passes,
    )  # fmt: skip


def _dates(passes: Passes, start: Days, begun: Days) -> tuple[Days, Days]:
    """First and last day of items that start at these working-day numbers."""
    found, calendar = passes.estimate, passes.network.items.calendar
    point = found.duration == 0
    day = passes.network.calendars.day
    first = day(calendar, start - point)
    last = day(calendar, start + found.duration - 1)
    first = np.where(begun != NO_DATE, begun, first)
    first = spanned(passes.network.wiring.above, first, found)
    last = np.where(found.done, found.ended, last)
    return _unless(found.cancelled, first), _unless(found.cancelled, last)


def _unless(cancelled: Flags, day: Days) -> Days:
    return np.where(cancelled, NO_DATE, day).astype(np.int32)


def _free_slack(passes: Passes) -> Days:
    """By place: how far each node may slip before the first of its successors, or the end."""
    outs = passes.network.topology.outs
    free = plan_limits(passes) - passes.early
    feeds = np.flatnonzero(np.diff(outs.first))
    if len(feeds):
        latest = passes.reach.back(passes.early.take(outs.other), slice(None))
        room = np.minimum.reduceat(latest, outs.first[feeds]) - passes.early[feeds]
        free[feeds] = np.minimum(free[feeds], room)
    still = (passes.estimate.done | passes.estimate.cancelled)[passes.network.wiring.owner]
    free[still.take(passes.network.topology.node)] = 0
    return free


def _driving_places(passes: Passes) -> Index:
    """By place: the place of the predecessor that sets the start, or -1."""
    topology, ins = passes.network.topology, passes.network.topology.ins
    driver = np.full(topology.nodes, -1, dtype=np.int64)
    bound = passes.reach.ahead(passes.early.take(ins.other), slice(None))
    set_by = np.where(passes.early > passes.floor, passes.early, _NOTHING)
    cells = np.flatnonzero(bound == set_by.repeat(np.diff(ins.first)))
    if not len(cells):
        return driver
    heads = np.searchsorted(ins.first, cells, side="right") - 1
    first = np.flatnonzero(np.append(True, heads[1:] != heads[:-1]))
    if len(first) < len(cells):
        cells = lowest_ids(passes, cells, first)
    driver[heads[first]] = ins.other[cells]
    return driver


def lowest_ids(passes: Passes, cells: Index, first: Index) -> Index:
    """Of each run of cells the one whose tail has the lowest id, so that the order of rows
    does not matter; an item before its own gate."""
    network = passes.network
    node = network.topology.node.take(network.topology.ins.other.take(cells))
    key = network.items.id.take(network.wiring.owner.take(node))
    key = 2 * key + (node >= len(network.items))
    lowest = np.minimum.reduceat(key, first).repeat(np.diff(np.append(first, len(cells))))
    hits = np.flatnonzero(key == lowest)
    return cells[hits[np.searchsorted(hits, first)]]


def _driving_rows(passes: Passes, driver: Index) -> Index:
    """By item row: the row of the driver. A gate stands for whatever drives the gate."""
    topology, items = passes.network.topology, len(passes.network.items)
    by_node = driver.take(topology.place)
    nodes = np.where(by_node >= 0, topology.node.take(by_node), -1)
    rows = nodes[:items].copy()
    while (gates := np.flatnonzero(rows >= items)).size:
        rows[gates] = nodes[rows[gates]]
    return rows


def _certainty(passes: Passes, treatment: Days, ends: Days, driver: Index, rows: Index) -> Codes:
    """The item's own certainty, and that of what drives it where its plan does not stand."""
    items, found = passes.network.items, passes.estimate
    number, calendar = passes.network.calendars.number, items.calendar
    kept = (items.planned_finish != NO_DATE) & ~found.cancelled
    kept &= number(calendar, ends + 1) == number(calendar, items.planned_finish + kept)
    kept |= found.done
    kept &= (treatment & _NEVER_SURE) == 0
    guessed = (treatment & GUESSES) > 0
    guessed |= ((treatment & Treatment.NO_DATES) > 0) & (rows < 0)
    own = np.where(kept, Certainty.PLANNED, np.where(guessed, Certainty.ASSUMED, Certainty.DERIVED))
    return _carried(passes, own.astype(np.int8), kept, driver)


def _carried(passes: Passes, own: Codes, kept: Flags, driver: Index) -> Codes:
    """Assumptions handed on from driver to driven, level by level."""
    topology, items = passes.network.topology, len(passes.network.items)
    gates = np.zeros(topology.nodes - items, dtype=np.int8)
    worst = np.append(own, gates).take(topology.node)
    stays = np.append(kept, gates > 0).take(topology.node) | (driver < 0)
    source = np.where(stays, np.arange(topology.nodes), driver)
    for low, _, high in topology.levels[1:]:
        here = worst[low:high]
        np.maximum(here, worst.take(source[low:high]), out=here)
    return worst.take(topology.place[:items])


def _treatment(passes: Passes, early: Days) -> Days:
    treatment = passes.estimate.treatment.copy()
    treatment[passes.network.in_cycle & ~passes.estimate.cancelled] |= Treatment.IN_CYCLE
    treatment[early >= passes.network.calendars.last] |= Treatment.OUT_OF_RANGE
    return treatment
