"""A forecast that follows changes to items, recomputing only what they can move.

For what-if questions (`interlock whatif`), which change a few items of a large plan and compare.
After a change every column equals that of a network built and scheduled from the start. When the
plan's end moves, every late date does: the whole backward pass then runs once, when they are
next read.
"""

from dataclasses import fields, replace

import numpy as np

from model.network.arrays import ALL, Index, inverse_permutation, sorted_unique
from model.network.columns import Days, Flags, Ids, Items
from model.network.critical_path import (
    find_inactive_links,
    latest_starts,
    own_start_days,
    raise_by_known_starts,
    roll_up_starts,
)
from model.network.forecast import (
    Forecast,
    assess_own_certainty,
    find_driver_rows,
    find_drivers,
    mark_network_treatments,
    write_early_dates,
    write_free_slack,
    write_late_dates,
)
from model.network.hierarchy import HierarchyIndex
from model.network.incremental_passes import propagate, update_early_starts, update_late_starts
from model.network.link_constraints import update_link_constraints
from model.network.pass_inputs import PassInputs, derive_pass_inputs
from model.network.pass_inputs_draft import NO_LIMIT
from model.network.passes import backward_pass
from model.network.topology import entries_of, neighbours
from model.records import State


class IncrementalForecast:
    """Owns a forecast and edits its columns in place."""

    def __init__(self, forecast: Forecast) -> None:
        """The forecast must not be used elsewhere any more; the items it was made from stay as
        they are."""
        cpm = forecast.cpm
        graph, topology = cpm.network.graph, cpm.network.topology
        # A copy, because `update` writes into it.
        items = cpm.network.items.take(np.arange(len(cpm.network.items)))
        cpm.network = replace(cpm.network, items=items)
        self._forecast = forecast
        self._cpm = cpm
        self._has_stale_late_dates = False
        self._incoming_entry = inverse_permutation(topology.incoming.link)
        self._outgoing_entry = inverse_permutation(topology.outgoing.link)
        self._hierarchy = HierarchyIndex(graph.parent_row)
        self._has_links_from_starts = not graph.from_finish.all()

    @property
    def forecast(self) -> Forecast:
        """The forecast after the last change. Reading it costs a backward pass if the plan's end
        has moved since it was last read, however many changes that took."""
        if self._has_stale_late_dates:
            self._recompute_late_dates()
            self._has_stale_late_dates = False
        return self._forecast

    def update(self, changed: Items) -> Ids:
        """Puts in new values for some items; the ids of those whose early dates moved, ascending.

        Raises KeyError for an id that is no item, ValueError where a parent or a calendar
        differs: the network itself then is another, which `Network.build` gives.
        """
        cpm, topology = self._cpm, self._cpm.network.topology
        rows = self._update_inputs(self._store(changed))
        positions = self._update_nodes_and_links(rows)
        rebounded = self._update_min_starts(rows, positions)
        followers = neighbours(topology.outgoing, positions)
        seeds = np.concatenate([positions, rebounded, followers])
        moved = update_early_starts(cpm, cpm.early, seeds, cpm.min_start)
        return self._update_columns(sorted_unique(moved, positions, rebounded), positions)

    def _store(self, changed: Items) -> Index:
        """Writes the columns of the items; their rows."""
        network = self._cpm.network
        rows = network.row_index.find_known(changed.id)
        for name in ("parent", "calendar"):
            if (getattr(network.items, name)[rows] != getattr(changed, name)).any():
                raise ValueError(f"the {name} of an item changed: build a new network")
        for field in fields(Items):
            getattr(network.items, field.name)[rows] = getattr(changed, field.name)
        return sorted_unique(rows)

    def _update_inputs(self, changed: Index) -> Index:
        """Derives the inputs of these rows and their parents; these rows, and the parents whose
        inputs that changes."""
        cpm = self._cpm
        network = cpm.network
        # A child that is cancelled or comes back changes whether its parent has active children.
        parents = network.graph.parent_row[changed]
        rows = sorted_unique(changed, parents[parents >= 0])
        items = network.items.take(rows)
        inputs = derive_pass_inputs(
            items, network.calendars, cpm.data_date, self._has_active_children(rows)
        )
        is_different = np.isin(rows, changed)
        for column in fields(PassInputs):
            stored, derived = getattr(cpm.inputs, column.name), getattr(inputs, column.name)
            is_different |= stored[rows] != derived
            stored[rows] = derived
        return rows[is_different]

    def _update_nodes_and_links(self, rows: Index) -> Index:
        """Brings node columns and link constraints of these rows up to date; the positions of
        their nodes."""
        cpm = self._cpm
        network, inputs, nodes = cpm.network, cpm.inputs, cpm.nodes
        topology, graph = network.topology, network.graph
        nodes.duration[rows] = inputs.duration[rows]
        nodes.is_point[rows] = inputs.duration[rows] == 0
        nodes.ends_on_day_off[rows] = inputs.ends_on_day_off[rows]
        positions = sorted_unique(topology.position[np.concatenate([rows, graph.start_node[rows]])])
        cpm.max_start[topology.position[rows]] = inputs.max_start[rows]
        links = sorted_unique(
            topology.incoming.link[entries_of(topology.incoming, positions)],
            topology.outgoing.link[entries_of(topology.outgoing, positions)],
        )
        cpm.is_inactive[links] = is_inactive = find_inactive_links(graph, inputs, links)
        update_link_constraints(
            cpm.link_constraints, graph, nodes, links, is_inactive,
            self._incoming_entry[links], self._outgoing_entry[links],
        )  # fmt: skip
        return positions

    def _update_min_starts(self, rows: Index, positions: Index) -> Index:
        """Earliest starts of these positions, and of what hangs on their starts or on that of
        anything that they are part of; the positions whose earliest start that changes."""
        cpm = self._cpm
        topology, graph, inputs = cpm.network.topology, cpm.network.graph, cpm.inputs
        affected = positions
        if self._has_links_from_starts:
            with_parents = sorted_unique(rows, self._hierarchy.parents_above(rows))
            before = cpm.start_days[with_parents]
            cpm.start_days[rows] = own_start_days(cpm, rows)
            self._roll_up(cpm.start_days, with_parents)
            has_moved = cpm.start_days[with_parents] != before
            start_nodes = graph.start_node[with_parents[has_moved]]
            sources = sorted_unique(positions, topology.position[start_nodes])
            affected = sorted_unique(positions, neighbours(topology.outgoing, sources))
        node = topology.node[affected]
        min_start = np.zeros(topology.node_count, dtype=np.int32)
        item_nodes = node[node < len(inputs.min_start)]
        min_start[item_nodes] = inputs.min_start[item_nodes]
        if self._has_links_from_starts:
            entries = entries_of(topology.incoming, affected)
            raise_by_known_starts(cpm, min_start, topology.incoming.link[entries])
        changed: Index = affected[cpm.min_start[affected] != min_start[node]]
        cpm.min_start[affected] = min_start[node]
        return changed

    def _update_columns(self, moved: Index, positions: Index) -> Ids:
        """Brings all columns of the forecast up to date; the ids of the items whose early dates
        changed."""
        forecast = self._forecast
        rows = self._item_rows(moved)
        rows = sorted_unique(rows, self._hierarchy.parents_above(rows))
        before = forecast.early_start[rows], forecast.early_finish[rows]
        write_early_dates(forecast, rows)
        self._roll_up(forecast.early_start, rows)
        self._update_late_dates(moved, positions)
        self._update_drivers(moved)
        has_changed = before[0] != forecast.early_start[rows]
        has_changed |= before[1] != forecast.early_finish[rows]
        return np.sort(self._cpm.network.items.id[rows[has_changed]])

    def _update_late_dates(self, moved: Index, positions: Index) -> None:
        """Late dates and slack of what can move, unless the plan's end did."""
        forecast, cpm = self._forecast, self._cpm
        topology, former_end = cpm.network.topology, cpm.plan_end
        cpm.plan_end = int(forecast.early_finish.max()) + 1
        self._has_stale_late_dates |= cpm.plan_end != former_end
        if self._has_stale_late_dates:
            return
        seeds = sorted_unique(positions, neighbours(topology.incoming, positions))
        moved_late = update_late_starts(cpm, cpm.late, seeds)
        rows = self._item_rows(sorted_unique(moved_late, moved))
        rows = sorted_unique(rows, self._hierarchy.parents_above(rows))
        write_late_dates(forecast, rows)
        self._roll_up(forecast.late_start, rows)
        # Free slack runs to the successors' early starts, so it is that of the predecessors.
        with_predecessors = sorted_unique(moved, neighbours(topology.incoming, moved))
        write_free_slack(forecast, self._item_rows(with_predecessors))

    def _recompute_late_dates(self) -> None:
        """Late dates and slack of everything, from the plan's end as it is now."""
        forecast, cpm = self._forecast, self._cpm
        max_start = latest_starts(cpm, ALL)
        cpm.late = backward_pass(cpm.network.topology, cpm.link_constraints, max_start)
        write_late_dates(forecast, ALL)
        write_free_slack(forecast, ALL)
        parent_row = cpm.network.graph.parent_row
        forecast.late_start[:] = roll_up_starts(parent_row, forecast.late_start, cpm.inputs)

    def _update_drivers(self, moved: Index) -> None:
        """Drivers and certainties; what drives an item may change where it or a predecessor
        moved."""
        forecast, cpm = self._forecast, self._cpm
        topology = cpm.network.topology
        with_followers = sorted_unique(moved, neighbours(topology.outgoing, moved))
        positions = self._with_followers_of_start_nodes(with_followers)
        cpm.driver[positions] = driver = find_drivers(cpm, positions)
        cpm.certainty_source[positions] = np.where(driver >= 0, driver, positions)
        rows = self._item_rows(positions)
        forecast.driver[rows] = find_driver_rows(cpm, rows)
        mark_network_treatments(forecast, rows)
        assess_own_certainty(forecast, rows)
        carried = propagate(topology, positions, self._carry_certainty, topology.outgoing, 1)
        rows = self._item_rows(carried)
        forecast.certainty[rows] = cpm.certainty[topology.position[rows]]

    def _carry_certainty(self, positions: Index) -> Index:
        """Certainties of these positions; those that changed."""
        cpm = self._cpm
        source = cpm.certainty_source[positions]
        certainty = np.where(source == positions, 0, cpm.certainty[source])
        certainty = np.maximum(certainty, cpm.own_certainty[positions])
        changed = np.flatnonzero(certainty != cpm.certainty[positions])
        cpm.certainty[positions] = certainty
        return positions.take(changed)

    def _with_followers_of_start_nodes(self, positions: Index) -> Index:
        """These positions and what follows each start node among them, for what drives a start
        node is shown as the driver of its followers."""
        topology, item_count = self._cpm.network.topology, len(self._forecast.driver)
        start_nodes = positions[topology.node[positions] >= item_count]
        while len(start_nodes):
            more = np.setdiff1d(neighbours(topology.outgoing, start_nodes), positions)
            positions = sorted_unique(positions, more)
            start_nodes = more[topology.node[more] >= item_count]
        return positions

    def _item_rows(self, positions: Index) -> Index:
        node = self._cpm.network.topology.node[positions]
        return sorted_unique(node[node < len(self._forecast.driver)])

    def _has_active_children(self, rows: Index) -> Flags:
        """As `critical_path.has_active_children`, for these rows (ascending)."""
        parent, child = self._hierarchy.pairs_of(rows)
        is_active = self._cpm.network.items.state[child] != State.CANCELLED
        has_children = np.zeros(len(rows), dtype=np.bool_)
        has_children[np.searchsorted(rows, parent[is_active])] = True
        return has_children

    def _roll_up(self, column: Days, rows: Index) -> None:
        """As `critical_path.roll_up_starts`, in place, for the parents among these rows."""
        parents = rows[self._cpm.inputs.is_summary[rows]]
        if not len(parents):
            return
        parent, child = self._hierarchy.pairs_of(parents)
        is_counting = ~self._cpm.inputs.is_cancelled[child]
        parent, child = parent[is_counting], child[is_counting]
        column[parents] = NO_LIMIT
        before = column[parents]
        while True:
            np.minimum.at(column, parent, column[child])
            if (column[parents] == before).all():
                return
            before = column[parents]
