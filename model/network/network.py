"""The network of all plans: built once, then read by whatever is asked of it."""

from dataclasses import dataclass, field
from typing import Self, TypeAlias

import numpy as np

from model.network.calendars import LONGEST, Calendars
from model.network.columns import Codes, Flags, Items, Links
from model.network.cycles import Cycle, cycle_of_items, shortest, strongly_connected_components
from model.network.node_graph import LinkUse, NodeGraph, build_node_graph
from model.network.row_index import RowIndex
from model.network.topology import Index, Topology, arrange

Loop: TypeAlias = tuple[list[int], list[int]]
"""The nodes of a cycle, and those around its shortest."""


@dataclass(frozen=True, slots=True)
class Network:
    """Work items of all tools and what joins them."""

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
    id_order: Index = field(repr=False)
    """By place a number in the order of ids, an item before its gate: it decides between equals,
    so that the order of rows does not."""

    @classmethod
    def build(cls, items: Items, links: Links, calendars: Calendars | None = None) -> Self:
        """Joins the items; Monday to Friday for all where no calendars are given.

        Raises ValueError when an id occurs twice or an item names a calendar that is not there.
        """
        calendars = calendars or Calendars.of()
        if len(items) and not 0 <= items.calendar.min() <= items.calendar.max() < len(calendars):
            raise ValueError(f"an item names a calendar outside the {len(calendars)} given")
        rows = RowIndex(items.id)
        wiring, use = build_node_graph(items, links, rows)
        wiring, topology, loops = _acyclic(wiring, use)
        _mark_duplicates(wiring, topology, links, use)
        cycles = sorted(
            (cycle_of_items(*loop, wiring.owner, items.id) for loop in loops), key=_members
        )
        in_cycle = np.zeros(len(items), dtype=np.bool_)
        for nodes, _ in loops:
            in_cycle[wiring.owner[nodes]] = True
        id_order = 2 * items.id[wiring.owner]
        id_order[len(items) :] += 1
        return cls(
            items, links, calendars, use, tuple(cycles), wiring, topology, rows,
            in_cycle, id_order[topology.node],
        )  # fmt: skip


def _acyclic(wiring: NodeGraph, use: Codes) -> tuple[NodeGraph, Topology, list[Loop]]:
    """The wiring without links inside cycles, its topology, and the cycles as nodes."""
    nodes = len(wiring.owner)
    topology = arrange(nodes, wiring.tail, wiring.head)
    if isinstance(topology, Topology):
        return wiring, topology, []
    graph = _graph(*_tangled(topology, wiring))
    loops = [(found, shortest(found, graph)) for found in strongly_connected_components(graph)]
    component = np.full(nodes, -1)
    for number, (found, _) in enumerate(loops):
        component[found] = number
    tail, head = component[wiring.tail], component[wiring.head]
    inside = (tail >= 0) & (tail == head)
    rows = wiring.row[inside]
    use[rows[rows >= 0]] = LinkUse.CYCLE
    wiring = wiring.without(inside)
    topology = arrange(nodes, wiring.tail, wiring.head)
    assert isinstance(topology, Topology), "components leave no cycle"
    return wiring, topology, loops


def _tangled(stuck: Index, wiring: NodeGraph) -> tuple[Index, Index, Index]:
    """Of the nodes that have no level those on a cycle or on the way from one to another, and
    the links among them: what lies behind the last cycle is peeled off from its far end."""
    tail, head = _among(stuck, wiring)
    number = np.empty(len(wiring.owner), dtype=np.int64)
    number[stuck] = np.arange(len(stuck))
    left = arrange(len(stuck), number[head], number[tail])
    assert not isinstance(left, Topology), "what has no level hangs on a cycle"
    return stuck[left], *_among(stuck[left], wiring)


def _among(nodes: Index, wiring: NodeGraph) -> tuple[Index, Index]:
    """Both ends of the links between these nodes."""
    among = np.zeros(len(wiring.owner), dtype=np.bool_)
    among[nodes] = True
    cells = np.flatnonzero(among[wiring.tail] & among[wiring.head])
    return wiring.tail[cells], wiring.head[cells]


def _graph(nodes: Index, tail: Index, head: Index) -> dict[int, list[int]]:
    """The successors of each node."""
    graph: dict[int, list[int]] = {node: [] for node in nodes.tolist()}
    for before, after in zip(tail.tolist(), head.tolist(), strict=True):
        graph[before].append(after)
    return graph


def _mark_duplicates(wiring: NodeGraph, topology: Topology, links: Links, use: Codes) -> None:
    """Of links with equal ends and type the one with the longest lag counts (an elapsed day
    taken for a working one), because it sets the dates; of equal ones the first row."""
    ins = topology.ins
    head = np.arange(topology.nodes).repeat(np.diff(ins.first))
    same = (ins.other[1:] == ins.other[:-1]) & (head[1:] == head[:-1])
    if not same.any():
        return
    cells = np.flatnonzero(np.append(same, False) | np.append(False, same))
    cells = cells[wiring.row[ins.link[cells]] >= 0]
    group = np.append(0, np.cumsum(~same))[cells]
    link = ins.link[cells]
    kind = 4 * group + links.type[wiring.row[link]]
    shorter = 2 * (LONGEST - wiring.lag[link]) + wiring.elapsed[link]
    order = np.argsort(8 * LONGEST * kind + shorter, kind="stable")
    repeated = np.flatnonzero(kind[order[1:]] == kind[order[:-1]]) + 1
    use[wiring.row[link[order[repeated]]]] = LinkUse.DUPLICATE


def _members(cycle: Cycle) -> tuple[int, ...]:
    return cycle.members
