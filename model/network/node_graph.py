"""From links between item ids to links between nodes: which are used, which are not, and why.

Every item is a node. A parent has a second one, its *start node*: none of its children may start
before it. A dependency on a parent's start leads to that node and so applies to every child (as
for summary activities in the PMI Practice Standard for Scheduling); the parent's own node is its
finish, which waits for all children (a hammock).
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from model.network.arrays import ALL, Index
from model.network.calendars import MAX_DURATION
from model.network.columns import Codes, Days, Flags, Items, Links
from model.network.hierarchy import find_parent_rows, is_inside
from model.network.row_index import RowIndex
from model.records import DependencyType


class LinkUse(IntEnum):
    """Whether a row of `Links` counts, or why it does not."""

    USED = 0
    DUPLICATE = 1
    """Same items and type as another row: the same link from its other end, or another tool. The
    one with the longest lag counts."""
    UNKNOWN = 2
    """Predecessor or successor is no known item."""
    SELF = 3
    OWN_PARENT = 4
    """Between an item and its own parent, grandparent, …: the parent spans it already."""
    CYCLE = 5
    """Within a dependency cycle: set aside so that the rest of the plan gets dates."""


@dataclass(frozen=True, slots=True)
class NodeGraph:
    """Links between nodes. Nodes 0..n-1 are the items, the others start nodes of parents."""

    parent_row: Index
    """For each item the row of its parent, or -1."""
    start_node: Index
    """For each item the node to which links to its start lead: that of a parent, or itself."""
    owner: Index
    """For each node the row of its item."""
    tail: Index
    """For each link the node that it leaves; of the predecessor."""
    head: Index
    """For each link the node to which it leads; of the successor."""
    link_row: Index
    """For each link its row in `Links`, or -1 between parent and child."""
    from_finish: Flags
    to_finish: Flags
    lag: Days
    elapsed: Flags

    def without(self, is_removed: Flags) -> "NodeGraph":
        """The same graph less the links for which the flag is set."""
        keep = np.flatnonzero(~is_removed)
        return NodeGraph(
            self.parent_row, self.start_node, self.owner,
            self.tail[keep], self.head[keep], self.link_row[keep],
            self.from_finish[keep], self.to_finish[keep], self.lag[keep], self.elapsed[keep],
        )  # fmt: skip


def build_node_graph(items: Items, links: Links, row_index: RowIndex) -> tuple[NodeGraph, Codes]:
    """The graph of the usable links, and the `LinkUse` of every row of `links`.

    Cycles and duplicates are not known yet: their links are in the graph and marked as used.
    """
    parent_row = find_parent_rows(row_index, items.parent)
    tail, head = row_index.find(links.predecessor), row_index.find(links.successor)
    link_use = _classify_links(parent_row, tail, head)
    used = np.flatnonzero(link_use == LinkUse.USED)
    # A slice spares the copies where, as in most plans, every link is usable.
    chosen = used if len(used) < len(links) else ALL
    tail, head = tail[chosen], head[chosen]
    start_node, owner = _number_start_nodes(parent_row)
    link_type = links.type[chosen]
    from_finish = (link_type == DependencyType.FINISH_TO_START) | (
        link_type == DependencyType.FINISH_TO_FINISH
    )
    to_finish = link_type >= DependencyType.FINISH_TO_FINISH
    if len(owner) > len(parent_row):
        tail = _move_to_start_nodes(tail, start_node, ~from_finish)
        head = _move_to_start_nodes(head, start_node, ~to_finish)
    # A longer lag is a typing error; the calendars' padding allows no more (see `PADDING`).
    lag = np.clip(links.lag[chosen], -MAX_DURATION, MAX_DURATION)
    graph = NodeGraph(
        parent_row, start_node, owner, tail, head, used,
        from_finish, to_finish, lag, links.elapsed[chosen],
    )  # fmt: skip
    return _add_hierarchy_links(graph), link_use


def _classify_links(parent_row: Index, tail: Index, head: Index) -> Codes:
    """The `LinkUse` of each link between these item rows (-1: no such item)."""
    link_use = np.zeros(len(tail), dtype=np.int8)
    link_use[tail == head] = LinkUse.SELF
    # After SELF: a link between two unknown items has -1 at both ends.
    link_use[(tail < 0) | (head < 0)] = LinkUse.UNKNOWN
    is_parent = np.zeros(len(parent_row), dtype=np.bool_)
    is_parent[parent_row[parent_row >= 0]] = True
    if not is_parent.any():
        return link_use
    for inner, outer in ((tail, head), (head, tail)):
        rows = np.flatnonzero((link_use == LinkUse.USED) & is_parent[outer])
        link_use[rows[is_inside(parent_row, inner[rows], outer[rows])]] = LinkUse.OWN_PARENT
    return link_use


def _number_start_nodes(parent_row: Index) -> tuple[Index, Index]:
    """For each item its start node, and for each node its item row."""
    item_count = len(parent_row)
    parents = np.unique(parent_row[parent_row >= 0])
    start_node = np.arange(item_count)
    start_node[parents] = item_count + np.arange(len(parents))
    return start_node, np.concatenate([np.arange(item_count), parents])


def _move_to_start_nodes(nodes: Index, start_node: Index, at_start: Flags) -> Index:
    """One end of each link, moved to the parent's start node where the link is about its start."""
    is_parent = start_node != np.arange(len(start_node))
    at_parent_start = np.flatnonzero(is_parent[nodes] & at_start)
    moved = nodes.copy()
    moved[at_parent_start] = start_node[nodes[at_parent_start]]
    return moved


def _add_hierarchy_links(graph: NodeGraph) -> NodeGraph:
    """Adds start node → child, child → parent's finish, and start node → parent's finish."""
    child = np.flatnonzero(graph.parent_row >= 0)
    if not len(child):
        return graph
    parent = graph.parent_row[child]
    parents = graph.owner[len(graph.parent_row) :]
    tail = np.concatenate([graph.start_node[parent], child, graph.start_node[parents]])
    head = np.concatenate([graph.start_node[child], parent, parents])
    is_child_to_parent = np.zeros(len(tail), dtype=np.bool_)
    # Only these join finishes; the other two kinds join starts.
    is_child_to_parent[len(child) : 2 * len(child)] = True
    return NodeGraph(
        graph.parent_row, graph.start_node, graph.owner,
        np.concatenate([graph.tail, tail]), np.concatenate([graph.head, head]),
        np.concatenate([graph.link_row, np.full(len(tail), -1)]),
        np.concatenate([graph.from_finish, is_child_to_parent]),
        np.concatenate([graph.to_finish, is_child_to_parent]),
        np.concatenate([graph.lag, np.zeros(len(tail), dtype=np.int32)]),
        np.concatenate([graph.elapsed, np.zeros(len(tail), dtype=np.bool_)]),
    )  # fmt: skip
