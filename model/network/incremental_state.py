"""Writes changes to items through inputs, links and early starts of a calculated critical path.

The part of `IncrementalForecast` that comes before its columns.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from model.network.arrays import Index, inverse_permutation, sorted_unique
from model.network.columns import Days, Flags, Items
from model.network.critical_path import (
    CriticalPathState,
    find_inactive_links,
    own_start_days,
    raise_by_known_starts,
)
from model.network.hierarchy import HierarchyIndex
from model.network.incremental_passes import update_early_starts
from model.network.link_constraints import update_link_constraints
from model.network.pass_inputs import PassInputs, derive_pass_inputs
from model.network.pass_inputs_draft import NO_LIMIT
from model.network.topology import entries_of, neighbours
from model.records import State


@dataclass(frozen=True, slots=True)
class ChangedPositions:
    """What a change of items reached, as positions in the topology, ascending."""

    edited: Index
    """Nodes whose inputs or links changed."""
    moved: Index
    """These, and all whose early start moved."""


class IncrementalState:
    """Owns a calculation and keeps it up to date, late dates, drivers and certainties aside."""

    def __init__(self, cpm: CriticalPathState) -> None:
        """The calculation is edited in place; the items it was made from stay as they are."""
        graph, topology = cpm.network.graph, cpm.network.topology
        # A copy, because `apply` writes into it.
        items = cpm.network.items.take(np.arange(len(cpm.network.items)))
        cpm.network = replace(cpm.network, items=items)
        self.cpm = cpm
        self.hierarchy = HierarchyIndex(graph.parent_row)
        # From links to their entries, the other way round than `Adjacency.link`; computed once per
        # network.
        self._incoming_entry = inverse_permutation(topology.incoming.link)
        self._outgoing_entry = inverse_permutation(topology.outgoing.link)
        self._has_links_from_starts = not graph.from_finish.all()

    def apply(self, changed: Items) -> ChangedPositions:
        """Puts in new values for some items and moves early starts.

        Raises KeyError for an id that is no item, ValueError where a parent or a calendar differs.
        """
        cpm, topology = self.cpm, self.cpm.network.topology
        rows = self._update_inputs(self._store(changed))
        positions = self._update_nodes_and_links(rows)
        rebounded = self._update_min_starts(rows, positions)
        # The followers too: their links may have changed though no early start did.
        followers = neighbours(topology.outgoing, positions)
        seeds = np.concatenate([positions, rebounded, followers])
        moved = update_early_starts(cpm, cpm.early, seeds, cpm.min_start)
        return ChangedPositions(positions, sorted_unique(moved, positions, rebounded))

    def roll_up(self, column: Days, rows: Index) -> None:
        """As `critical_path.roll_up_starts`, in place, for the parents among these rows."""
        parents = rows[self.cpm.inputs.is_summary[rows]]
        if not len(parents):
            return
        parent, child = self.hierarchy.pairs_of(parents)
        is_counting = ~self.cpm.inputs.is_cancelled[child]
        parent, child = parent[is_counting], child[is_counting]
        # Above every start, so that only children count in the minimum.
        column[parents] = NO_LIMIT
        before = column[parents]
        while True:
            np.minimum.at(column, parent, column[child])
            if (column[parents] == before).all():
                return
            before = column[parents]

    def _store(self, changed: Items) -> Index:
        """Writes the columns of the items; their rows."""
        network = self.cpm.network
        rows = network.row_index.find_known(changed.id)
        for name in ("parent", "calendar"):
            if (getattr(network.items, name)[rows] != getattr(changed, name)).any():
                # A parent changes the links of the graph, a calendar the unit of every number of
                # the item.
                raise ValueError(f"the {name} of an item changed: build a new network")
        for field in fields(Items):
            getattr(network.items, field.name)[rows] = getattr(changed, field.name)
        return sorted_unique(rows)

    def _update_inputs(self, changed: Index) -> Index:
        """Derives the inputs of these rows and their parents; these rows, and the parents whose
        inputs that changes."""
        cpm = self.cpm
        network = cpm.network
        # A child that is cancelled or comes back changes whether its parent has active children.
        parents = network.graph.parent_row[changed]
        rows = sorted_unique(changed, parents[parents >= 0])
        items = network.items.take(rows)
        inputs = derive_pass_inputs(
            items, network.calendars, cpm.data_date[rows], self._has_active_children(rows)
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
        cpm = self.cpm
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
        """Earliest starts of these positions, and of what depends on their starts or on that of
        anything that they are part of; the positions whose earliest start that changes."""
        cpm = self.cpm
        topology, graph, inputs = cpm.network.topology, cpm.network.graph, cpm.inputs
        affected = positions
        if self._has_links_from_starts:
            with_parents = sorted_unique(rows, self.hierarchy.parents_above(rows))
            before = cpm.start_days[with_parents]
            cpm.start_days[rows] = own_start_days(cpm, rows)
            self.roll_up(cpm.start_days, with_parents)
            has_moved = cpm.start_days[with_parents] != before
            start_nodes = graph.start_node[with_parents[has_moved]]
            sources = sorted_unique(positions, topology.position[start_nodes])
            affected = sorted_unique(positions, neighbours(topology.outgoing, sources))
        node = topology.node[affected]
        # Start nodes stay at 0: nothing but links binds them.
        min_start = np.zeros(topology.node_count, dtype=np.int32)
        item_nodes = node[node < len(inputs.min_start)]
        min_start[item_nodes] = inputs.min_start[item_nodes]
        if self._has_links_from_starts:
            entries = entries_of(topology.incoming, affected)
            raise_by_known_starts(cpm, min_start, topology.incoming.link[entries])
        changed: Index = affected[cpm.min_start[affected] != min_start[node]]
        cpm.min_start[affected] = min_start[node]
        return changed

    def _has_active_children(self, rows: Index) -> Flags:
        """As `critical_path.has_active_children`, for these rows (ascending)."""
        parent, child = self.hierarchy.pairs_of(rows)
        is_active = self.cpm.network.items.state[child] != State.CANCELLED
        has_children = np.zeros(len(rows), dtype=np.bool_)
        has_children[np.searchsorted(rows, parent[is_active])] = True
        return has_children
