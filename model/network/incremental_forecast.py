"""A forecast that follows changes to items, recomputing only what can move.

After a change every column equals that of a network built and scheduled anew. When the plan's
end moves, every late date does: the whole backward pass then runs once, when they are next read.
"""

from dataclasses import fields, replace

import numpy as np

from model.network.columns import Days, Flags, Ids, Items
from model.network.critical_path import dead_links, limits, own_starts, raise_by_starts, spanned
from model.network.forecast import (
    Forecast,
    driving_places,
    driving_rows,
    early_columns,
    free_slack,
    late_columns,
    mark,
    own_certainty,
)
from model.network.incremental_passes import pulled, pushed, spread
from model.network.link_constraints import change
from model.network.pass_inputs import NO_LIMIT, PassInputs, estimate
from model.network.passes import backward
from model.network.topology import ALL, Index, beyond, by_key, cells_of, distinct, offsets, runs
from model.records import State


class IncrementalForecast:
    """Owns a forecast and edits its columns in place."""

    def __init__(self, forecast: Forecast) -> None:
        """Takes the forecast over; the items it was made from stay as they are."""
        passes = forecast.passes
        items = _rows_of(passes.network.items, np.arange(len(passes.network.items)))
        passes.network = replace(passes.network, items=items)
        topology = passes.network.topology
        self._forecast = forecast
        self._passes = passes
        self._end_moved = False
        self._in_cell = _inverse(topology.ins.link)
        self._out_cell = _inverse(topology.outs.link)
        above = passes.network.graph.above
        self._child = by_key(above + 1)[np.count_nonzero(above < 0) :]
        self._first_child = offsets(np.bincount(above[above >= 0], minlength=len(items)))
        self._starts = not passes.network.graph.from_finish.all()

    @property
    def forecast(self) -> Forecast:
        """The forecast after the last change. Reading it costs a backward pass if the plan's end
        has moved since it was last read, however many changes that took."""
        if self._end_moved:
            self._count_back()
            self._end_moved = False
        return self._forecast

    def update(self, changed: Items) -> Ids:
        """Puts in new values for some items; the ids of those whose forecast dates moved.

        Raises KeyError for an id that is no item, ValueError where a parent or a calendar
        differs: then the network itself is another, to be built anew.
        """
        passes = self._passes
        topology = passes.network.topology
        rows = self._estimated(self._store(changed))
        places = self._weighed(rows)
        hanging = self._floors(rows, places)
        seeds = np.concatenate([places, hanging, beyond(topology.outs, places)])
        moved = pushed(passes, passes.early, seeds, passes.floor)
        return self._read(distinct(moved, places, hanging), places)

    def _store(self, changed: Items) -> Index:
        """Writes the columns; the rows of these items."""
        network = self._passes.network
        rows = network.row_index.find(changed.id)
        if (rows < 0).any():
            raise KeyError(f"no item has the id {changed.id[rows < 0][0]}")
        for name in ("parent", "calendar"):
            if (getattr(network.items, name)[rows] != getattr(changed, name)).any():
                raise ValueError(f"the {name} of an item changed: build the network anew")
        for field in fields(Items):
            getattr(network.items, field.name)[rows] = getattr(changed, field.name)
        return distinct(rows)

    def _estimated(self, changed: Index) -> Index:
        """Estimates these rows and their parents anew; these, and the parents that it changes."""
        passes = self._passes
        network, found = passes.network, passes.estimate
        above = network.graph.above[changed]
        rows = distinct(changed, above[above >= 0])
        some, spans = _rows_of(network.items, rows), self._spans(rows)
        anew = estimate(some, network.calendars, passes.today, spans)
        differs = np.isin(rows, changed)
        for column in fields(PassInputs):
            before, after = getattr(found, column.name), getattr(anew, column.name)
            differs |= before[rows] != after
            before[rows] = after
        return rows[differs]

    def _weighed(self, rows: Index) -> Index:
        """Weighs the links of these rows anew; the places of their nodes."""
        passes = self._passes
        network, found = passes.network, passes.estimate
        topology, wiring = network.topology, network.graph
        duration = found.duration[rows]
        passes.work.duration[rows], passes.work.point[rows] = duration, duration == 0
        passes.work.ends_off[rows] = found.ends_off[rows]
        places = distinct(topology.place[np.concatenate([rows, wiring.gate[rows]])])
        passes.limit[topology.place[rows]] = found.limit[rows]
        cells = cells_of(topology.ins, places), cells_of(topology.outs, places)
        links = distinct(topology.ins.link[cells[0]], topology.outs.link[cells[1]])
        passes.dead[links] = dead = dead_links(wiring, found, links)
        at = self._in_cell[links], self._out_cell[links]
        change(passes.reach, wiring, passes.work, links, dead, *at)
        return places

    def _spans(self, rows: Index) -> Flags:
        spans = np.zeros(len(rows), dtype=np.bool_)
        counts = self._first_child[rows + 1] - self._first_child[rows]
        child = self._child[runs(self._first_child[rows], counts)]
        counting = self._passes.network.items.state[child] != State.CANCELLED
        spans[np.arange(len(rows)).repeat(counts)[counting]] = True
        return spans

    def _floors(self, rows: Index, places: Index) -> Index:
        """Floors of these places, and of what hangs on their starts or on that of anything that
        they are part of; the places whose floor that changes."""
        passes = self._passes
        topology, wiring = passes.network.topology, passes.network.graph
        here = places
        if self._starts:
            kin = distinct(rows, self._ancestors(rows))
            before = passes.starts[kin]
            passes.starts[rows] = own_starts(passes, rows)
            self._span(passes.starts, kin)
            gates = wiring.gate[kin[passes.starts[kin] != before]]
            sources = distinct(places, topology.place[gates])
            here = distinct(places, beyond(topology.outs, sources))
        node = topology.node[here]
        floor = np.zeros(topology.nodes, dtype=np.int32)
        of_items = node[node < len(passes.estimate.floor)]
        floor[of_items] = passes.estimate.floor[of_items]
        if self._starts:
            raise_by_starts(passes, floor, topology.ins.link[cells_of(topology.ins, here)])
        changed: Index = here[passes.floor[here] != floor[node]]
        passes.floor[here] = floor[node]
        return changed

    def _read(self, moved: Index, places: Index) -> Ids:
        """Brings all columns up to date; the ids of the items whose early dates changed."""
        forecast = self._forecast
        rows = self._rows(moved)
        rows = distinct(rows, self._ancestors(rows))
        before = forecast.early_start[rows], forecast.early_finish[rows]
        early_columns(forecast, rows)
        self._span(forecast.early_start, rows)
        self._read_late(moved, places)
        self._read_drivers(moved)
        later = before[0] != forecast.early_start[rows]
        later |= before[1] != forecast.early_finish[rows]
        return np.sort(forecast.passes.network.items.id[rows[later]])

    def _read_late(self, moved: Index, places: Index) -> None:
        """Late dates and slack of what can move, unless the plan's end did."""
        forecast, passes = self._forecast, self._passes
        topology, end = passes.network.topology, passes.end
        passes.end = int(forecast.early_finish.max()) + 1
        self._end_moved |= passes.end != end
        if self._end_moved:
            return
        seeds = distinct(places, beyond(topology.ins, places))
        rows = self._rows(distinct(pulled(passes, passes.late, seeds), moved))
        rows = distinct(rows, self._ancestors(rows))
        late_columns(forecast, rows)
        self._span(forecast.late_start, rows)
        free_slack(forecast, self._rows(distinct(moved, beyond(topology.ins, moved))))

    def _count_back(self) -> None:
        """Late dates and slack of everything, from the plan's end as it is now."""
        forecast, passes = self._forecast, self._passes
        topology, above = passes.network.topology, passes.network.graph.above
        passes.late = backward(topology, passes.reach, limits(passes, ALL))
        late_columns(forecast, ALL)
        free_slack(forecast, ALL)
        forecast.late_start[:] = spanned(above, forecast.late_start, passes.estimate)

    def _read_drivers(self, moved: Index) -> None:
        """What drives whom may change for what moved and for what follows it."""
        forecast, passes = self._forecast, self._passes
        topology = passes.network.topology
        places = self._with_gates(distinct(moved, beyond(topology.outs, moved)))
        passes.driver[places] = driver = driving_places(passes, places)
        passes.source[places] = np.where(driver >= 0, driver, places)
        rows = self._rows(places)
        forecast.driver[rows] = driving_rows(passes, rows)
        mark(forecast, rows)
        own_certainty(forecast, rows)
        rows = self._rows(spread(topology, places, self._carried, topology.outs, 1))
        forecast.certainty[rows] = passes.worst[topology.place[rows]]

    def _carried(self, here: Index) -> Index:
        passes = self._passes
        source = passes.source[here]
        worst = np.where(source == here, 0, passes.worst[source])
        worst = np.maximum(worst, passes.own[here])
        changed = np.flatnonzero(worst != passes.worst[here])
        passes.worst[here] = worst
        return here.take(changed)

    def _with_gates(self, places: Index) -> Index:
        """With what follows each gate: a gate stands for what drives it."""
        topology, items = self._passes.network.topology, len(self._forecast.driver)
        gates = places[topology.node[places] >= items]
        while len(gates):
            more = np.setdiff1d(beyond(topology.outs, gates), places)
            places = distinct(places, more)
            gates = more[topology.node[more] >= items]
        return places

    def _rows(self, places: Index) -> Index:
        node = self._passes.network.topology.node[places]
        return distinct(node[node < len(self._forecast.driver)])

    def _ancestors(self, rows: Index) -> Index:
        above = self._passes.network.graph.above
        found = climb = rows[:0]
        climb = distinct(above[rows])
        while len(climb := climb[climb >= 0]):
            found = distinct(found, climb)
            climb = distinct(above[climb])
        return found

    def _kin(self, rows: Index) -> tuple[Index, Index]:
        """Pairs of parent and child that counts, for the parents among these rows."""
        counts = self._first_child[rows + 1] - self._first_child[rows]
        child = self._child[runs(self._first_child[rows], counts)]
        counting = ~self._passes.estimate.cancelled[child]
        return rows.repeat(counts)[counting], child[counting]

    def _span(self, column: Days, rows: Index) -> None:
        """Parents among these rows start with the first of their children that count."""
        parents = rows[self._passes.estimate.spans[rows]]
        if not len(parents):
            return
        parent, child = self._kin(parents)
        column[parents] = NO_LIMIT
        before = column[parents].copy()
        while True:
            np.minimum.at(column, parent, column[child])
            if (column[parents] == before).all():
                return
            before = column[parents].copy()


def _rows_of(items: Items, rows: Index) -> Items:
    return Items(**{field.name: getattr(items, field.name)[rows] for field in fields(Items)})


def _inverse(order: Index) -> Index:
    inverse = np.empty_like(order)
    inverse[order] = np.arange(len(order))
    return inverse
