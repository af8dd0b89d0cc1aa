"""Who lies below an item, above it, and how many lie below each.

Only what is open counts: what is done or cancelled neither moves nor passes anything on.
Dependencies that a cycle made the network set aside are not followed.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from model.network.columns import Flags, Ids
from model.network.network import Network
from model.network.topology import Adjacency, Index, Topology, beyond, distinct
from model.records import State

EXACT: Final = 50_000
"""Up to so many items the counts are exact."""
SKETCHES: Final = 64
"""Random ranks an item beyond that; the relative standard error is 1/sqrt(SKETCHES - 2)."""
_WORDS: Final = 16


@dataclass(frozen=True, slots=True)
class DescendantCounts:
    """How many items lie below each; one row an item."""

    below: Ids
    error: float
    """Relative standard error: 0 where counted, 0.13 where estimated."""


def find_descendants(network: Network, ids: Ids) -> Ids:
    """The ids of all open items that a slip of these may move, ascending, without these.

    Raises KeyError for an id that is no item.
    """
    return _reached(network, ids, network.topology.outs)


def find_ancestors(network: Network, ids: Ids) -> Ids:
    """The ids of all open items that may move these, as `find_descendants`."""
    return _reached(network, ids, network.topology.ins)


def with_descendants(network: Network, rows: Index) -> Flags:
    """Which item rows are these, or are reached from them through any links, in whatever state."""
    topology = network.topology
    seen = np.zeros(topology.nodes, dtype=np.bool_)
    front = topology.place[np.concatenate([rows, network.graph.gate[rows]])]
    while front.size:
        seen[front] = True
        reached = beyond(topology.outs, front)
        front = distinct(reached[~seen.take(reached)])
    return seen.take(topology.place[: len(network.items)])


def count_descendants(network: Network) -> DescendantCounts:
    """How many open items lie below every item, all at once.

    Up to `EXACT` items by sets of bits handed up level by level. Beyond that by Cohen's
    estimator ("Size-estimation framework with applications to transitive closure and
    reachability", J. Comput. Syst. Sci. 55, 1997): the smallest of random ranks below an item
    tells how many there are. An item with nothing below always counts 0.
    """
    small = len(network.items) <= EXACT
    below = _counted(network) if small else _estimated(network)
    return DescendantCounts(below, 0.0 if small else (SKETCHES - 2) ** -0.5)


def _reached(network: Network, ids: Ids, side: Adjacency) -> Ids:
    rows = network.row_index.find(ids)
    if (rows < 0).any():
        raise KeyError(f"no item has the id {ids[rows < 0][0]}")
    topology, items = network.topology, len(network.items)
    seen, mark = np.zeros(topology.nodes, dtype=np.bool_), np.empty(topology.nodes, dtype=np.int64)
    front = topology.place[np.concatenate([rows, network.graph.gate[rows]])]
    found = [front[:0]]
    while len(front):
        node = topology.node[front]
        front = front[network.items.state[network.graph.owner[node]] < State.DONE]
        reached = beyond(side, front)
        reached = reached[~seen[reached]]
        ramp = np.arange(len(reached))
        mark[reached] = ramp
        front = reached[mark[reached] == ramp]
        seen[front] = True
        found.append(front)
    node = topology.node[np.concatenate(found)]
    node = node[node < items]
    ids = network.items.id[node[network.items.state[node] < State.DONE]]
    return np.setdiff1d(ids, network.items.id[rows])


def _closed(network: Network) -> Flags:
    """By place: what is done or cancelled."""
    closed = network.items.state >= State.DONE
    return closed[network.graph.owner][network.topology.node]


def _counted(network: Network) -> Ids:
    """One bit an item, in blocks of neighbouring places; each block handed from heads to tails."""
    topology, items = network.topology, len(network.items)
    closed = _closed(network)
    total = np.zeros(items, dtype=np.int64)
    own = (topology.node < items) & ~closed
    place, gate = topology.place[:items], topology.place[network.graph.gate]
    width = 64 * _WORDS
    for block in range(0, topology.nodes, width):
        bits = np.zeros((topology.nodes, _WORDS), dtype=np.uint64)
        here = np.arange(block, min(block + width, topology.nodes))
        here = here[own[here]]
        mine = np.uint64(1) << (here % 64).astype(np.uint64)
        bits[here, (here - block) // 64] = mine
        _gather(topology, bits, np.bitwise_or, closed, np.uint64(0), block + width)
        both = bits[place] | bits[gate]
        total += np.bitwise_count(both).sum(axis=1, dtype=np.int64)
    return np.where(closed[place], 0, total - own[place])


def _estimated(network: Network) -> Ids:
    """The smallest ranks below each item, a few at a time."""
    topology, items = network.topology, len(network.items)
    closed = _closed(network)
    random = np.random.default_rng(0)
    silent = closed | (topology.node >= items)
    place, gate = topology.place[:items], topology.place[network.graph.gate]
    total, some = np.zeros(items), np.zeros(items, dtype=np.bool_)
    for _ in range(0, SKETCHES, _WORDS):
        ranks = random.standard_exponential((topology.nodes, _WORDS), dtype=np.float32)
        ranks[silent] = np.inf
        own = ranks[place]
        _gather(topology, ranks, np.minimum, closed, np.float32(np.inf), topology.nodes)
        least = np.minimum(ranks[place], ranks[gate])
        total += least.sum(axis=1, dtype=np.float64)
        some |= (least < own).any(axis=1)
    below = np.rint((SKETCHES - 1) / total) - 1
    return np.where(some & ~closed[place], np.maximum(below, 1), 0).astype(np.int64)


def _gather(
    topology: Topology,
    values: NDArray[np.uint64] | NDArray[np.float32],
    union: np.ufunc,
    closed: Flags,
    nothing: np.uint64 | np.float32,
    until: int,
) -> None:
    """Hands the values of heads to their tails, last level first; closed places hold nothing."""
    outs = topology.outs
    for low, mid, _ in reversed(topology.levels):
        if low >= until or low == mid:
            continue
        begin, end = int(outs.first[low]), int(outs.first[mid])
        below = union.reduceat(values[outs.other[begin:end]], outs.first[low:mid] - begin, axis=0)
        union(values[low:mid], below, out=values[low:mid])
        values[low:mid][closed[low:mid]] = nothing
