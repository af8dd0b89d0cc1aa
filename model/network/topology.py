"""The node graph in level order, kept between passes: nodes in levels, links by either end.

Nodes (see `node_graph`) are renumbered by level: a level holds the nodes whose predecessors all
lie in earlier levels (Kahn, "Topological sorting of large networks", CACM 5, 1962). A node's
*position* is its number in that order. A pass over a level so reads and writes neighbouring
memory, and within a level the nodes with successors come first.
"""

from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.network.arrays import ALL, Index, Selection, expand_runs, run_offsets, stable_order

NARROW: Final = 24
"""Up to so many nodes in a level, plain Python per node is faster than numpy per level."""


@dataclass(frozen=True, slots=True)
class Adjacency:
    """All links sorted by the position of one of their ends; compressed sparse row layout.

    An *entry* is one link as it is stored here.
    """

    link: Index
    """For each entry the number of its link in the node graph."""
    neighbour: Index
    """For each entry the position of the node at the link's other end."""
    first_entry: Index
    """For each position its first entry; one more value, the number of entries, at the end."""


@dataclass(frozen=True, slots=True)
class Topology:
    """Nodes by position, links by either end."""

    position: Index
    """For each node its position."""
    node: Index
    """For each position its node."""
    levels: tuple[tuple[int, int, int], ...]
    """For each level its first position, the first without successors, and the end."""
    level_starts: Index
    """The first positions of the levels."""
    incoming: Adjacency
    """By head: the entries of a position are the links from its predecessors."""
    outgoing: Adjacency
    """By tail: the entries of a position are the links to its successors."""

    @property
    def node_count(self) -> int:
        return len(self.node)


def build_topology(node_count: int, tail: Index, head: Index) -> Topology | Index:
    """Levels and adjacency of the links from `tail` to `head` (node numbers).

    With a cycle there are no levels: returns the nodes on cycles and behind them instead.
    """
    order = stable_order(tail)
    heads = head[order]
    out_degree = np.bincount(tail, minlength=node_count)
    in_degree = np.bincount(head, minlength=node_count)
    search = _search_levels(out_degree, heads, in_degree.astype(np.int32))
    if len(search.nodes) < node_count:
        is_stuck = np.ones(node_count, dtype=np.bool_)
        is_stuck[search.nodes] = False
        return np.flatnonzero(is_stuck)
    node, levels = _order_sinks_last(search.nodes, search.widths, out_degree)
    position = np.empty(node_count, dtype=np.int64)
    position[node] = np.arange(node_count)
    outgoing = Adjacency(
        order[search.entries], position[search.heads], run_offsets(out_degree[node])
    )
    # By `searchsorted` these give the level of a position, for incremental passes.
    level_starts = np.array([first for first, _, _ in levels], dtype=np.int64)
    incoming = _reverse(outgoing, in_degree[node])
    return Topology(position, node, levels, level_starts, incoming, outgoing)


def degrees(adjacency: Adjacency, positions: Selection) -> Index:
    """How many links each of these positions has on this side."""
    return adjacency.first_entry[1:][positions] - adjacency.first_entry[:-1][positions]


def entries_of(adjacency: Adjacency, positions: Index) -> Index:
    """The entries of these positions, one position after the other."""
    return expand_runs(adjacency.first_entry[positions], degrees(adjacency, positions))


def select_entries(adjacency: Adjacency, positions: Selection) -> Selection:
    """As `entries_of`, and `ALL` for `ALL`: a slice spares the copies that an index makes."""
    return ALL if isinstance(positions, slice) else entries_of(adjacency, positions)


def neighbours(adjacency: Adjacency, positions: Index) -> Index:
    """The positions at the other end of all links of these; one that several reach repeats."""
    return adjacency.neighbour[entries_of(adjacency, positions)]


class _LevelBatch(NamedTuple):
    """Some consecutive levels."""

    nodes: Index
    widths: list[int]
    """How many nodes each level has."""
    entries: Index
    """The entries (sorted by tail) of the links that led to these levels."""
    heads: Index
    """The nodes to which those links lead."""


@dataclass(frozen=True, slots=True)
class _LevelSearch:
    """Kahn's algorithm: a level at a time where levels are wide, node by node where narrow."""

    heads: Index
    """For each link, sorted by tail, its head."""
    first_entry: Index
    unmet: NDArray[np.int32]
    """How many predecessors of each node are still to come; counted down in place."""
    ones: NDArray[np.int32]
    ready_marks: NDArray[np.int32]
    """-1, -2, …: written over `unmet` of nodes for which no predecessor is to come."""

    def advance_by_level(self, front: Index) -> list[_LevelBatch]:
        """The levels after this one, up to the first that is narrow."""
        heads, unmet, batches = self.heads, self.unmet, []
        while len(front) > NARROW:
            starts = self.first_entry.take(front)
            entries = expand_runs(starts, self.first_entry.take(front + 1) - starts)
            reached = heads.take(entries)
            np.subtract.at(unmet, reached, self.ones[: len(entries)])
            ready = reached[unmet.take(reached) == 0]
            # A node occurs in `ready` once per link that reached it. Each occurrence writes its
            # own mark, the last one wins, and only the winner is kept: unique without sorting.
            marks = self.ready_marks[: len(ready)]
            unmet[ready] = marks
            front = ready[unmet.take(ready) == marks]
            batches.append(_LevelBatch(front, [len(front)], entries, reached))
        return batches

    def advance_by_node(self, front: Index) -> list[_LevelBatch]:
        """The levels after this one, up to the first that is wide."""
        # Memoryviews: reading one number from them is much faster than from an array.
        first_entry, heads, unmet = self.first_entry.data, self.heads.data, self.unmet.data
        level, visited, widths = front.tolist(), front.tolist(), []
        while 0 < len(level) <= NARROW:
            following = []
            for node in level:
                for head in heads[first_entry[node] : first_entry[node + 1]]:
                    unmet[head] = left = unmet[head] - 1
                    if not left:
                        following.append(head)
            level = following
            visited += level
            widths.append(len(level))
        nodes = np.array(visited, dtype=np.int64)
        done = nodes[: len(nodes) - len(level)]
        starts = self.first_entry[done]
        entries = expand_runs(starts, self.first_entry[done + 1] - starts)
        return [_LevelBatch(nodes[len(front) :], widths, entries, self.heads[entries])]


def _search_levels(out_degree: Index, heads: Index, unmet: NDArray[np.int32]) -> _LevelBatch:
    """All levels that can be reached from the nodes without predecessors, those first."""
    ones = np.ones(len(heads), dtype=np.int32)
    ready_marks = -ones.cumsum(dtype=np.int32)
    search = _LevelSearch(heads, run_offsets(out_degree), unmet, ones, ready_marks)
    sources = np.flatnonzero(unmet == 0)
    batches = [_LevelBatch(sources, [len(sources)], sources[:0], sources[:0])]
    while width := batches[-1].widths[-1]:
        front = batches[-1].nodes[-width:]
        advance = search.advance_by_node if width <= NARROW else search.advance_by_level
        batches += advance(front)
    nodes, widths, entries, reached = zip(*batches, strict=True)
    return _LevelBatch(
        np.concatenate(nodes),
        list(chain(*widths)),
        np.concatenate(entries),
        np.concatenate(reached),
    )


def _order_sinks_last(
    order: Index, widths: list[int], out_degree: Index
) -> tuple[Index, tuple[tuple[int, int, int], ...]]:
    """Each level's nodes without successors moved to its end; and the bounds of the levels."""
    has_successors = out_degree[order] > 0
    level_first = run_offsets(np.array(widths))
    feeding_before = run_offsets(has_successors)
    level = np.arange(len(widths)).repeat(np.diff(level_first))
    first_sink = level_first[:-1] + np.diff(feeding_before.take(level_first))
    # A stable partition of every level at once: the rank among the nodes with successors gives
    # the target of those, and what remains of the rank in the level that of the sinks.
    rank = feeding_before[:-1] - feeding_before.take(level_first[:-1]).take(level)
    start = level_first[:-1].take(level)
    sink = first_sink.take(level) + np.arange(len(order)) - start - rank
    node = np.empty_like(order)
    node[np.where(has_successors, start + rank, sink)] = order
    bounds = zip(
        level_first[:-1].tolist(), first_sink.tolist(), level_first[1:].tolist(), strict=True
    )
    return node, tuple(level for level in bounds if level[0] < level[2])


def _reverse(outgoing: Adjacency, in_degree: Index) -> Adjacency:
    """The same links sorted by head; the links of one head in the order of their tails."""
    order = stable_order(outgoing.neighbour)
    tails = np.arange(len(in_degree)).repeat(np.diff(outgoing.first_entry))
    return Adjacency(outgoing.link[order], tails[order], run_offsets(in_degree))
