"""From links between ids to links between nodes: what is used, what is not, and why.

A parent has a second node, its *gate*: its children may not start before it. A dependency on a
parent's start leads to the gate and so applies to every child (as for summary tasks in the PMI
Practice Standard for Scheduling); its finish waits for all children (a hammock).
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from model.network.calendars import LONGEST
from model.network.columns import Codes, Days, Flags, Items, Links
from model.network.hierarchy import parents, within
from model.network.row_index import RowIndex
from model.network.topology import ALL, Index
from model.records import DependencyType


class LinkUse(IntEnum):
    """What became of a row of `Links`."""

    USED = 0
    DUPLICATE = 1
    """Same items and type as another row: the same link from its other end, or another tool. The
    one with the longest lag counts."""
    UNKNOWN = 2
    """Predecessor or successor is no known item."""
    SELF = 3
    ANCESTOR = 4
    """Between an item and its own parent, grandparent, …: the parent spans it already."""
    CYCLE = 5
    """Within a dependency cycle: set aside so that the rest of the plan gets dates."""


@dataclass(frozen=True, slots=True)
class NodeGraph:
    """Links between nodes. Nodes 0..n-1 are the items, the rest are gates."""

    above: Index
    """For each item the row of its parent, or -1."""
    gate: Index
    """For each item its gate, or itself if it is no parent."""
    owner: Index
    """For each node the row of its item."""
    tail: Index
    head: Index
    row: Index
    """For each link its row in `Links`, or -1 between parent and child."""
    from_finish: Flags
    to_finish: Flags
    lag: Days
    elapsed: Flags

    def without(self, gone: Flags) -> "NodeGraph":
        """The same with some links taken out."""
        keep = np.flatnonzero(~gone)
        return NodeGraph(
            self.above, self.gate, self.owner,
            self.tail[keep], self.head[keep], self.row[keep],
            self.from_finish[keep], self.to_finish[keep], self.lag[keep], self.elapsed[keep],
        )  # fmt: skip


def build_node_graph(items: Items, links: Links, rows: RowIndex) -> tuple[NodeGraph, Codes]:
    """The wiring of the usable links, and the `LinkUse` of every row (cycles not yet known)."""
    above = parents(rows, items.parent)
    tail, head = rows.find(links.predecessor), rows.find(links.successor)
    use = _uses(above, tail, head)
    used = np.flatnonzero(use == LinkUse.USED)
    kept = used if len(used) < len(links) else ALL
    tail, head = tail[kept], head[kept]
    gate, owner = _gates(above)
    kind = links.type[kept]
    from_finish = (kind == DependencyType.FINISH_TO_START) | (
        kind == DependencyType.FINISH_TO_FINISH
    )
    to_finish = kind >= DependencyType.FINISH_TO_FINISH
    if len(owner) > len(above):
        tail = _at_gates(tail, gate, ~from_finish)
        head = _at_gates(head, gate, ~to_finish)
    lag = np.clip(links.lag[kept], -LONGEST, LONGEST)
    wiring = NodeGraph(
        above, gate, owner, tail, head, used, from_finish, to_finish, lag, links.elapsed[kept]
    )
    return _with_children(wiring), use


def _uses(above: Index, tail: Index, head: Index) -> Codes:
    use = np.zeros(len(tail), dtype=np.int8)
    use[tail == head] = LinkUse.SELF
    use[(tail < 0) | (head < 0)] = LinkUse.UNKNOWN
    spanning = np.zeros(len(above), dtype=np.bool_)
    spanning[above[above >= 0]] = True
    if not spanning.any():
        return use
    for inner, outer in ((tail, head), (head, tail)):
        rows = np.flatnonzero((use == LinkUse.USED) & spanning[outer])
        use[rows[within(above, inner[rows], outer[rows])]] = LinkUse.ANCESTOR
    return use


def _gates(above: Index) -> tuple[Index, Index]:
    rows = len(above)
    spanning = np.unique(above[above >= 0])
    gate = np.arange(rows)
    gate[spanning] = rows + np.arange(len(spanning))
    return gate, np.concatenate([np.arange(rows), spanning])


def _at_gates(nodes: Index, gate: Index, at_start: Flags) -> Index:
    """These nodes, but the gates of parents where a link is about their start."""
    parent = gate != np.arange(len(gate))
    led = np.flatnonzero(parent[nodes] & at_start)
    moved = nodes.copy()
    moved[led] = gate[nodes[led]]
    return moved


def _with_children(wiring: NodeGraph) -> NodeGraph:
    """Adds gate → child, child → parent's finish, and gate → parent's finish."""
    child = np.flatnonzero(wiring.above >= 0)
    if not len(child):
        return wiring
    parent = wiring.above[child]
    spanning = wiring.owner[len(wiring.above) :]
    tail = np.concatenate([wiring.gate[parent], child, wiring.gate[spanning]])
    head = np.concatenate([wiring.gate[child], parent, spanning])
    up = np.zeros(len(tail), dtype=np.bool_)
    up[len(child) : 2 * len(child)] = True
    return NodeGraph(
        wiring.above, wiring.gate, wiring.owner,
        np.concatenate([wiring.tail, tail]), np.concatenate([wiring.head, head]),
        np.concatenate([wiring.row, np.full(len(tail), -1)]),
        np.concatenate([wiring.from_finish, up]), np.concatenate([wiring.to_finish, up]),
        np.concatenate([wiring.lag, np.zeros(len(tail), dtype=np.int32)]),
        np.concatenate([wiring.elapsed, np.zeros(len(tail), dtype=np.bool_)]),
    )  # fmt: skip
