"""A forecast that follows changes to items, recomputing only what they can move.

For what-if questions (`interlock whatif`), which change a few items of a large plan and compare.
After a change every column equals that of a network built and scheduled from the start. When the
plan's end moves, every late date does: the whole backward pass then runs once, when they are
next read.
"""

import numpy as np

from model.network.arrays import ALL, Index, sorted_unique
from model.network.columns import Ids, Items
from model.network.critical_path import latest_starts, roll_up_starts
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
from model.network.incremental_passes import propagate, update_late_starts
from model.network.incremental_state import ChangedPositions, IncrementalState
from model.network.passes import backward_pass
from model.network.topology import neighbours


class IncrementalForecast:
    """Owns a forecast and edits its columns in place."""

    def __init__(self, forecast: Forecast) -> None:
        """The forecast must not be used elsewhere any more; the items it was made from stay as
        they are."""
        self._forecast = forecast
        self._cpm = forecast.cpm
        self._state = IncrementalState(forecast.cpm)
        self._has_stale_late_dates = False

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
        changes = self._state.apply(changed)
        moved_ids = self._update_early_dates(changes.moved)
        self._update_late_dates(changes)
        self._update_drivers(changes.moved)
        return moved_ids

    def _update_early_dates(self, moved: Index) -> Ids:
        """Early dates of what moved and of the parents above; the ids of the items whose early
        dates changed, ascending."""
        forecast = self._forecast
        rows = self._item_rows(moved)
        rows = sorted_unique(rows, self._state.hierarchy.parents_above(rows))
        before = forecast.early_start[rows], forecast.early_finish[rows]
        write_early_dates(forecast, rows)
        self._state.roll_up(forecast.early_start, rows)
        has_changed = before[0] != forecast.early_start[rows]
        has_changed |= before[1] != forecast.early_finish[rows]
        return np.sort(self._cpm.network.items.id[rows[has_changed]])

    def _update_late_dates(self, changes: ChangedPositions) -> None:
        """Late dates and slack of what can move, unless the plan's end did."""
        forecast, cpm, moved = self._forecast, self._cpm, changes.moved
        topology, former_end = cpm.network.topology, cpm.plan_end
        # The plan ends with the end of the last day, which is the start of the next.
        cpm.plan_end = int(forecast.early_finish.max()) + 1
        # Or, not assign: an earlier change may have moved the end without being read since.
        self._has_stale_late_dates |= cpm.plan_end != former_end
        if self._has_stale_late_dates:
            return
        seeds = sorted_unique(changes.edited, neighbours(topology.incoming, changes.edited))
        moved_late = update_late_starts(cpm, cpm.late, seeds)
        rows = self._item_rows(sorted_unique(moved_late, moved))
        rows = sorted_unique(rows, self._state.hierarchy.parents_above(rows))
        write_late_dates(forecast, rows)
        self._state.roll_up(forecast.late_start, rows)
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
        # Only from drivers to what they drive, so as far as certainties change and no further.
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
