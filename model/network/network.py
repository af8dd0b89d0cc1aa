"""The network of all plans: built once, then read by every question about it."""

from dataclasses import dataclass, field
from typing import Self, TypeAlias

import numpy as np

from model.network.arrays import Index
from model.network.calendars import MAX_DURATION, Calendars
from model.network.columns import Codes, Flags, Items, Links
from model.network.cycles import (
    Cycle,
    cycle_of_items,
    shortest_cycle,
    strongly_connected_components,
)
from model.network.node_graph import LinkUse, NodeGraph, build_node_graph
from model.network.row_index import RowIndex
from model.network.topology import Topology, build_topology

NodeCycle: TypeAlias = tuple[list[int], list[int]]
"""The nodes of a strongly connected component, and those around its shortest cycle."""


@dataclass(frozen=True, slots=True)
class Network:
    """Work items of all tools and the links between them."""

    items: Items
    links: Links
    calendars: Calendars
    link_use: Codes
    """For each row of `links` its `LinkUse`."""
    cycles: tuple[Cycle, ...]
    graph: NodeGraph = field(repr=False)
    topology: Topology = field(repr=False)
    row_index: RowIndex = field(repr=False)
    in_cycle: Flags = field(repr=False)
    """For each item: is it a member of a cycle?"""
    id_order: Index = field(repr=False)
    """By position a number in the order of ids, an item before its start node. It breaks ties,
    so that results do not depend on the order of rows."""

    @classmethod
    def build(cls, items: Items, links: Links, calendars: Calendars | None = None) -> Self:
        """Joins the items by the links; Monday to Friday for all where no calendars are given.

        Raises ValueError when an id occurs twice or an item names a calendar that is not there.
        """
        calendars = calendars or Calendars.of()
        if len(items) and not 0 <= items.calendar.min() <= items.calendar.max() < len(calendars):
            raise ValueError(f"an item names a calendar outside the {len(calendars)} given")
        row_index = RowIndex(items.id)
        graph, link_use = build_node_graph(items, links, row_index)
        # Before the duplicates: a duplicate inside a cycle is set aside with the cycle.
        graph, topology, node_cycles = _remove_cycles(graph, link_use)
        _mark_duplicates(graph, topology, links, link_use)
        cycles = (cycle_of_items(*nodes, graph.owner, items.id) for nodes in node_cycles)
        in_cycle = np.zeros(len(items), dtype=np.bool_)
        for members, _ in node_cycles:
            in_cycle[graph.owner[members]] = True
        # Doubled, to make room for a start node right behind its item.
        id_order = 2 * items.id[graph.owner]
        id_order[len(items) :] += 1
        return cls(
            items, links, calendars, link_use, tuple(sorted(cycles, key=_members)),
            graph, topology, row_index, in_cycle, id_order[topology.node],
        )  # fmt: skip


def _remove_cycles(
    graph: NodeGraph, link_use: Codes
) -> tuple[NodeGraph, Topology, list[NodeCycle]]:
    """The graph without the links inside cycles, its topology, and the cycles.

    Marks the rows of those links in `link_use`.
    """
    node_count = len(graph.owner)
    topology = build_topology(node_count, graph.tail, graph.head)
    if isinstance(topology, Topology):
        return graph, topology, []
    successors = _successor_lists(*_cyclic_part(topology, graph))
    components = strongly_connected_components(successors)
    node_cycles = [(members, shortest_cycle(members, successors)) for members in components]
    # -1 for nodes outside of every component; the comparison below needs both ends in the same
    # one.
    component = np.full(node_count, -1)
    for number, members in enumerate(components):
        component[members] = number
    tail, head = component[graph.tail], component[graph.head]
    is_inside_cycle = (tail >= 0) & (tail == head)
    rows = graph.link_row[is_inside_cycle]
    link_use[rows[rows >= 0]] = LinkUse.CYCLE
    graph = graph.without(is_inside_cycle)
    topology = build_topology(node_count, graph.tail, graph.head)
    assert isinstance(topology, Topology), "components leave no cycle"
    return graph, topology, node_cycles


def _cyclic_part(stuck: Index, graph: NodeGraph) -> tuple[Index, Index, Index]:
    """Of the nodes that have no level those on a cycle or on a path from one to another, and
    tails and heads of the links among them."""
    # Nodes behind the last cycle have no level either. Kahn's algorithm on the reversed links
    # gives them one, so that the slower search for components reads only what is left.
    tail, head = _links_among(stuck, graph)
    number = np.empty(len(graph.owner), dtype=np.int64)
    number[stuck] = np.arange(len(stuck))
    left = build_topology(len(stuck), number[head], number[tail])
    assert not isinstance(left, Topology), "a node without a level is on or behind a cycle"
    return stuck[left], *_links_among(stuck[left], graph)


def _links_among(nodes: Index, graph: NodeGraph) -> tuple[Index, Index]:
    """Tails and heads of the links that join two of these nodes."""
    is_chosen = np.zeros(len(graph.owner), dtype=np.bool_)
    is_chosen[nodes] = True
    links = np.flatnonzero(is_chosen[graph.tail] & is_chosen[graph.head])
    return graph.tail[links], graph.head[links]


def _successor_lists(nodes: Index, tail: Index, head: Index) -> dict[int, list[int]]:
    """The successors of each node."""
    successors: dict[int, list[int]] = {node: [] for node in nodes.tolist()}
    for predecessor, successor in zip(tail.tolist(), head.tolist(), strict=True):
        successors[predecessor].append(successor)
    return successors


def _mark_duplicates(graph: NodeGraph, topology: Topology, links: Links, link_use: Codes) -> None:
    """Of links with equal ends and type the one with the longest lag counts (an elapsed day
    taken for a working one), because it sets the dates; of equal ones the first row."""
    incoming = topology.incoming
    head = np.arange(topology.node_count).repeat(np.diff(incoming.first_entry))
    # Entries are sorted by head, then tail, so links with equal ends are neighbours.
    same_ends = (incoming.neighbour[1:] == incoming.neighbour[:-1]) & (head[1:] == head[:-1])
    if not same_ends.any():
        return
    entries = np.flatnonzero(np.append(same_ends, False) | np.append(False, same_ends))
    entries = entries[graph.link_row[incoming.link[entries]] >= 0]
    pair = np.append(0, np.cumsum(~same_ends))[entries]
    link = incoming.link[entries]
    # One integer sorts by pair of ends, then type, then lag descending, working before elapsed:
    # 4 types; 2 * (MAX_DURATION - lag) + 1 stays below 8 * MAX_DURATION.
    pair_and_type = 4 * pair + links.type[graph.link_row[link]]
    lag_descending = 2 * (MAX_DURATION - graph.lag[link]) + graph.elapsed[link]
    order = np.argsort(8 * MAX_DURATION * pair_and_type + lag_descending, kind="stable")
    repeated = np.flatnonzero(pair_and_type[order[1:]] == pair_and_type[order[:-1]]) + 1
    link_use[graph.link_row[link[order[repeated]]]] = LinkUse.DUPLICATE


def _members(cycle: Cycle) -> tuple[int, ...]:
    return cycle.members
