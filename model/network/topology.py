"""How the items hang together, kept between passes: nodes in levels, links by either end.

A node is an item, or the *gate* of a parent: the point from which its children may start. Nodes
are renumbered by level (a level holds the nodes whose predecessors all lie in earlier levels;
Kahn, "Topological sorting of large networks", CACM 5, 1962), so that a pass over a level reads
and writes neighbouring memory, and within a level the nodes with successors come first.
"""

from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Index: TypeAlias = NDArray[np.int64]
Positions: TypeAlias = Index | slice
"""Some places (or cells, or rows), or with `ALL` every one in its order."""

ALL: Final = slice(None)
NARROW: Final = 24
"""Up to so many nodes in a level, one at a time is faster than arrays."""

_POSITION: Final = np.int64(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Adjacency:
    """All links, sorted by the place of the node at one of their ends."""

    link: Index
    """For each cell the link that it shows."""
    other: Index
    """For each cell the place of the node at the other end."""
    first: Index
    """For each place its first cell; one more entry at the end."""


@dataclass(frozen=True, slots=True)
class Topology:
    """Nodes by place, links by either end. A *place* is a node's position in level order."""

    place: Index
    """For each node its place."""
    node: Index
    """For each place its node."""
    levels: tuple[tuple[int, int, int], ...]
    """For each level its first place, the first without successors, and the end."""
    begins: Index
    """The first places alone."""
    ins: Adjacency
    outs: Adjacency

    @property
    def nodes(self) -> int:
        return len(self.node)


def arrange(nodes: int, tail: Index, head: Index) -> Topology | Index:
    """Levels and adjacency of links from `tail` to `head` (node numbers).

    With a cycle there are no levels: the answer is then the nodes on cycles and behind them.
    """
    cell = by_key(tail)
    heads = head[cell]
    degree = np.bincount(tail, minlength=nodes)
    waiting = np.bincount(head, minlength=nodes)
    waves = _waves(degree, heads, waiting.astype(np.int32))
    if len(waves.nodes) < nodes:
        stuck = np.ones(nodes, dtype=np.bool_)
        stuck[waves.nodes] = False
        return np.flatnonzero(stuck)
    node, levels = _sinks_last(waves.nodes, waves.widths, degree)
    place = np.empty(nodes, dtype=np.int64)
    place[node] = np.arange(nodes)
    outs = Adjacency(cell[waves.cells], place[waves.heads], offsets(degree[node]))
    begins = np.array([low for low, _, _ in levels], dtype=np.int64)
    return Topology(place, node, levels, begins, _turned(outs, waiting[node]), outs)


def by_key(key: Index) -> Index:
    """The positions of the keys in ascending order of key; equal keys keep their order.

    Sorting key and position as one integer is several times faster than `argsort`.
    """
    packed = key << 32
    packed |= np.arange(len(key), dtype=np.int64)
    packed.sort()
    packed &= _POSITION
    return packed


def distinct(*parts: Index) -> Index:
    """The values of all parts, ascending, each once.

    Several times faster than `np.unique`, which hashes them.
    """
    values = np.concatenate(parts)
    values.sort()
    first = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return values[first]


def offsets(counts: Index | NDArray[np.bool_]) -> Index:
    """Where each run of cells begins when the runs lie one after the other, and the end."""
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    return starts


def runs(starts: Index, counts: Index) -> Index:
    """The cells of several runs, one run after the other."""
    ends = counts.cumsum()
    shift = starts - ends
    shift += counts
    cells: Index = shift.repeat(counts)
    cells += np.arange(len(cells))
    return cells


def counts_of(side: Adjacency, places: Positions) -> Index:
    """How many links each of these places has on this side."""
    return side.first[1:][places] - side.first[:-1][places]


def cells_of(side: Adjacency, places: Index) -> Index:
    """The cells of these places, one place after the other."""
    return runs(side.first[places], counts_of(side, places))


def cells_in(side: Adjacency, places: Positions) -> Positions:
    """The same where `places` may be `ALL`."""
    return places if isinstance(places, slice) else cells_of(side, places)


def run_starts(counts: Index) -> tuple[Index, Index]:
    """For `reduceat`: where the runs that are not empty begin, and which those are."""
    filled = np.flatnonzero(counts)
    return (counts.cumsum() - counts)[filled], filled


def beyond(side: Adjacency, places: Index) -> Index:
    """The places at the other end of all links of these."""
    return side.other[cells_of(side, places)]


class _Waves(NamedTuple):
    """Some levels, one after the other."""

    nodes: Index
    widths: list[int]
    """How many nodes each level has."""
    cells: Index
    """The cells of the links that led to these levels."""
    heads: Index
    """Where those links lead."""


@dataclass(frozen=True, slots=True)
class _Kahn:
    """Kahn's algorithm, a level at a time where levels are wide, node by node where narrow."""

    heads: Index
    first: Index
    waiting: NDArray[np.int32]
    """How many links into each node are still to come."""
    ones: NDArray[np.int32]
    below: NDArray[np.int32]
    """-1, -2, …: marks of nodes for which nothing is waiting any more."""

    def wide(self, front: Index) -> list[_Waves]:
        """The levels after this one, up to the first that is narrow."""
        heads, waiting, steps = self.heads, self.waiting, []
        while len(front) > NARROW:
            starts = self.first.take(front)
            cells = runs(starts, self.first.take(front + 1) - starts)
            reached = heads.take(cells)
            np.subtract.at(waiting, reached, self.ones[: len(cells)])
            ready = reached[waiting.take(reached) == 0]
            marks = self.below[: len(ready)]
            waiting[ready] = marks
            front = ready[waiting.take(ready) == marks]
            steps.append(_Waves(front, [len(front)], cells, reached))
        return steps

    def narrow(self, front: Index) -> list[_Waves]:
        """The levels after this one, up to the first that is wide."""
        first, heads, waiting = self.first.data, self.heads.data, self.waiting.data
        level, passed, widths = front.tolist(), front.tolist(), []
        while 0 < len(level) <= NARROW:
            after = []
            for node in level:
                for head in heads[first[node] : first[node + 1]]:
                    waiting[head] = left = waiting[head] - 1
                    if not left:
                        after.append(head)
            level = after
            passed += level
            widths.append(len(level))
        nodes = np.array(passed, dtype=np.int64)
        done = nodes[: len(nodes) - len(level)]
        cells = runs(self.first[done], self.first[done + 1] - self.first[done])
        return [_Waves(nodes[len(front) :], widths, cells, self.heads[cells])]


def _waves(degree: Index, heads: Index, waiting: NDArray[np.int32]) -> _Waves:
    """All levels that can be reached, from the sources on."""
    ones = np.ones(len(heads), dtype=np.int32)
    kahn = _Kahn(heads, offsets(degree), waiting, ones, -ones.cumsum(dtype=np.int32))
    sources = np.flatnonzero(waiting == 0)
    steps = [_Waves(sources, [len(sources)], sources[:0], sources[:0])]
    while width := steps[-1].widths[-1]:
        front = steps[-1].nodes[-width:]
        steps += kahn.narrow(front) if width <= NARROW else kahn.wide(front)
    nodes, widths, cells, reached = zip(*steps, strict=True)
    return _Waves(
        np.concatenate(nodes), list(chain(*widths)), np.concatenate(cells), np.concatenate(reached)
    )


def _sinks_last(
    order: Index, widths: list[int], degree: Index
) -> tuple[Index, tuple[tuple[int, int, int], ...]]:
    """Each level's nodes without successors moved to its end; and where the levels lie."""
    feeds = degree[order] > 0
    level_first = offsets(np.array(widths))
    before = offsets(feeds)
    inside = np.arange(len(widths)).repeat(np.diff(level_first))
    mid = level_first[:-1] + np.diff(before.take(level_first))
    rank = before[:-1] - before.take(level_first[:-1]).take(inside)
    ahead = level_first[:-1].take(inside)
    sink = mid.take(inside) + np.arange(len(order)) - ahead - rank
    node = np.empty_like(order)
    node[np.where(feeds, ahead + rank, sink)] = order
    bounds = zip(level_first[:-1].tolist(), mid.tolist(), level_first[1:].tolist(), strict=True)
    return node, tuple(level for level in bounds if level[0] < level[2])


def _turned(outs: Adjacency, counts: Index) -> Adjacency:
    """The same links seen from their heads; the links of a head in order of their tails."""
    cell = by_key(outs.other)
    tails = np.arange(len(counts)).repeat(np.diff(outs.first))
    return Adjacency(outs.link[cell], tails[cell], offsets(counts))
