"""What the network is measured against: a compiled kernel that does as little as possible, and two
graph libraries used as their documentation suggests. All read finish-to-start links on plain
integers and return early starts and late finishes."""

from typing import Any

import networkx
import numba
import numpy as np
import rustworkx
from numpy.typing import NDArray

from tests.benchmarks.plans import PlainPlan

Dates = tuple[NDArray[np.int32], NDArray[np.int32]]


def kernel(plain: PlainPlan) -> Dates:
    """Counting-sort adjacency, Kahn's order with the forward pass in it, then backward."""
    tail, head = plain.tail.astype(np.int32), plain.head.astype(np.int32)
    return _kernel(tail, head, plain.duration)  # type: ignore[no-any-return]


@numba.njit  # type: ignore[untyped-decorator]
def _kernel(tail: Any, head: Any, duration: Any) -> Any:  # noqa: C901
    nodes, links = len(duration), len(tail)
    first = np.zeros(nodes + 1, np.int32)
    waiting = np.zeros(nodes, np.int32)
    for link in range(links):
        first[tail[link] + 1] += 1
        waiting[head[link]] += 1
    for node in range(nodes):
        first[node + 1] += first[node]
    fill, heads = first[:-1].copy(), np.empty(links, np.int32)
    for link in range(links):
        heads[fill[tail[link]]] = head[link]
        fill[tail[link]] += 1
    order, early = np.empty(nodes, np.int32), np.zeros(nodes, np.int32)
    reached = 0
    for node in range(nodes):
        if waiting[node] == 0:
            order[reached] = node
            reached += 1
    end = 0
    for at in range(nodes):
        node = order[at]
        finish = early[node] + duration[node]
        end = max(end, finish)
        for cell in range(first[node], first[node + 1]):
            after = heads[cell]
            early[after] = max(early[after], finish)
            waiting[after] -= 1
            if waiting[after] == 0:
                order[reached] = after
                reached += 1
    late = np.full(nodes, end, np.int32)
    for at in range(nodes - 1, -1, -1):
        node = order[at]
        for cell in range(first[node], first[node + 1]):
            late[node] = min(late[node], late[heads[cell]] - duration[heads[cell]])
    return early, late


def with_networkx(plain: PlainPlan) -> Dates:
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(plain.nodes))
    graph.add_edges_from(zip(plain.tail.tolist(), plain.head.tolist(), strict=True))
    order = list(networkx.topological_sort(graph))
    return _run_both_passes(plain, order, graph.predecessors, graph.successors)


def with_rustworkx(plain: PlainPlan) -> Dates:
    graph: Any = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(plain.nodes))
    graph.add_edges_from_no_data(list(zip(plain.tail.tolist(), plain.head.tolist(), strict=True)))
    order = list(rustworkx.topological_sort(graph))
    return _run_both_passes(plain, order, graph.predecessor_indices, graph.successor_indices)


def _run_both_passes(
    plain: PlainPlan, order: list[int], predecessors: Any, successors: Any
) -> Dates:
    duration = plain.duration.tolist()
    early, late = [0] * plain.nodes, [0] * plain.nodes
    for node in order:
        early[node] = max((early[tail] + duration[tail] for tail in predecessors(node)), default=0)
    end = max(start + length for start, length in zip(early, duration, strict=True))
    for node in reversed(order):
        late[node] = min((late[head] - duration[head] for head in successors(node)), default=end)
    return np.array(early, np.int32), np.array(late, np.int32)
