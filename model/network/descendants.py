"""Descendants and ancestors of items in the network, and how many descendants each item has.

`find_descendants` serves `interlock explain`, `with_descendants` the rules. `find_ancestors`
(what stands behind a target) and `count_descendants` (a milestone that everything depends on)
are for the rules and the premortem of the operating model.

Only what is open counts, except in `with_descendants`: what is done or cancelled neither moves
nor hands a delay on. Dependencies set aside because of a cycle are not followed.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from model.network.arrays import Index, sorted_unique
from model.network.columns import Flags, Ids
from model.network.network import Network
from model.network.topology import Adjacency, Topology, neighbours
from model.records import State

# The exact count needs a bit per pair of items, so its time grows with the square of the plan.
EXACT_UP_TO: Final = 50_000
"""Up to so many items the counts are exact."""
SKETCHES: Final = 64
"""Random ranks per item beyond that; the relative standard error is 1 / sqrt(SKETCHES - 2)."""
_COLUMNS: Final = 16
"""Words of bits, or ranks, per node that go through the levels together."""


def find_descendants(network: Network, ids: Ids) -> Ids:
    """The ids of all open items that a delay of these may move, ascending, without these.

    Raises KeyError for an id that is no item.
    """
    return _find_reachable(network, ids, network.topology.outgoing)


def find_ancestors(network: Network, ids: Ids) -> Ids:
    """The ids of all open items whose delay may move these, as `find_descendants`."""
    return _find_reachable(network, ids, network.topology.incoming)


def with_descendants(network: Network, rows: Index) -> Flags:
    """For each item: is it one of these rows or a descendant of one, in whatever state?"""
    topology = network.topology
    is_reached = np.zeros(topology.node_count, dtype=np.bool_)
    front = topology.position[np.concatenate([rows, network.graph.start_node[rows]])]
    while len(front):
        is_reached[front] = True
        reached = neighbours(topology.outgoing, front)
        front = sorted_unique(reached[~is_reached.take(reached)])
    return is_reached.take(topology.position[: len(network.items)])


def count_descendants(network: Network) -> Index:
    """How many open descendants every item has, all at once; n rows, one per item.

    Up to `EXACT_UP_TO` items by sets of bits, handed from heads to tails level by level. Beyond
    that by Cohen's estimator ("Size-estimation framework with applications to transitive closure
    and reachability", J. Comput. Syst. Sci. 55, 1997): the smallest of random ranks among the
    descendants tells how many there are. An item without descendants always counts 0.
    """
    is_exact = len(network.items) <= EXACT_UP_TO
    return _count(network) if is_exact else _estimate(network)


def _find_reachable(network: Network, ids: Ids, adjacency: Adjacency) -> Ids:
    rows = network.row_index.find_known(ids)
    topology, item_count = network.topology, len(network.items)
    is_seen = np.zeros(topology.node_count, dtype=np.bool_)
    last_at = np.empty(topology.node_count, dtype=np.int64)
    front = topology.position[np.concatenate([rows, network.graph.start_node[rows]])]
    fronts = [front[:0]]
    while len(front):
        # Closed items are reached but not passed through: what is done hands no delay on.
        node = topology.node[front]
        front = front[network.items.state[network.graph.owner[node]] < State.DONE]
        reached = neighbours(adjacency, front)
        reached = reached[~is_seen[reached]]
        # Each occurrence of a position writes its index and the last one stays: those that find
        # their own index again are unique, without sorting.
        index = np.arange(len(reached))
        last_at[reached] = index
        front = reached[last_at[reached] == index]
        is_seen[front] = True
        fronts.append(front)
    node = topology.node[np.concatenate(fronts)]
    item_rows = node[node < item_count]
    open_ids = network.items.id[item_rows[network.items.state[item_rows] < State.DONE]]
    return np.setdiff1d(open_ids, network.items.id[rows])


def _closed_by_position(network: Network) -> Flags:
    """By position: is the node's item done or cancelled?"""
    is_closed = network.items.state >= State.DONE
    return is_closed[network.graph.owner][network.topology.node]


def _count(network: Network) -> Index:
    """One bit per item, in blocks of neighbouring positions; each block handed from heads to
    tails."""
    topology, item_count = network.topology, len(network.items)
    is_closed = _closed_by_position(network)
    counts = np.zeros(item_count, dtype=np.int64)
    is_counted = (topology.node < item_count) & ~is_closed
    position = topology.position[:item_count]
    start_position = topology.position[network.graph.start_node]
    # All bits at once would take n * n / 8 bytes; neighbouring positions keep a block's passes
    # short, because levels behind it are skipped.
    width = 64 * _COLUMNS
    for block in range(0, topology.node_count, width):
        bits = np.zeros((topology.node_count, _COLUMNS), dtype=np.uint64)
        members = np.arange(block, min(block + width, topology.node_count))
        members = members[is_counted[members]]
        own_bit = np.uint64(1) << (members % 64).astype(np.uint64)
        bits[members, (members - block) // 64] = own_bit
        _hand_to_tails(topology, bits, np.bitwise_or, is_closed, np.uint64(0), block + width)
        # A parent's descendants are those of its finish and of its start.
        union = bits[position] | bits[start_position]
        counts += np.bitwise_count(union).sum(axis=1, dtype=np.int64)
    return counts - is_counted[position]


def _estimate(network: Network) -> Index:
    """From the smallest rank among each item and its descendants, `_COLUMNS` ranks at a time."""
    topology, item_count = network.topology, len(network.items)
    is_closed = _closed_by_position(network)
    # A fixed seed: the same plan has the same counts in every run.
    random = np.random.default_rng(0)
    # Infinite ranks are never the smallest, so these nodes hand ranks on without being counted.
    is_uncounted = is_closed | (topology.node >= item_count)
    position = topology.position[:item_count]
    start_position = topology.position[network.graph.start_node]
    total, has_descendants = np.zeros(item_count), np.zeros(item_count, dtype=np.bool_)
    for _ in range(0, SKETCHES, _COLUMNS):
        ranks = random.standard_exponential((topology.node_count, _COLUMNS), dtype=np.float32)
        ranks[is_uncounted] = np.inf
        own = ranks[position]
        _hand_to_tails(
            topology, ranks, np.minimum, is_closed, np.float32(np.inf), topology.node_count
        )
        lowest = np.minimum(ranks[position], ranks[start_position])
        total += lowest.sum(axis=1, dtype=np.float64)
        has_descendants |= (lowest < own).any(axis=1)
    # The least of n exponential ranks has mean 1 / n; (k - 1) / sum of k of them is the unbiased
    # estimate of n. The item itself is one of the n.
    counts = np.rint((SKETCHES - 1) / total) - 1
    return np.where(has_descendants, np.maximum(counts, 1), 0).astype(np.int64)


def _hand_to_tails(
    topology: Topology,
    values: NDArray[np.uint64] | NDArray[np.float32],
    union: np.ufunc,
    is_closed: Flags,
    empty: np.uint64 | np.float32,
    until: int,
) -> None:
    """Joins the values (by position) of heads into those of their tails, last level first.

    Closed positions get the empty value. Levels from position `until` on hold nothing to join.
    """
    outgoing = topology.outgoing
    for first, first_sink, _ in reversed(topology.levels):
        if first >= until or first == first_sink:
            continue
        begin, end = int(outgoing.first_entry[first]), int(outgoing.first_entry[first_sink])
        runs = outgoing.first_entry[first:first_sink] - begin
        joined = union.reduceat(values[outgoing.neighbour[begin:end]], runs, axis=0)
        union(values[first:first_sink], joined, out=values[first:first_sink])
        values[first:first_sink][is_closed[first:first_sink]] = empty
