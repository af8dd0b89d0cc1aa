"""Dependency cycles: whole (strongly connected components), named once, the shortest shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from model.network.columns import Ids
from model.network.topology import Index

Graph = Mapping[int, Sequence[int]]
Joined = Mapping[int, set[int]]

ENOUGH: Final = 1_000_000
"""So many nodes are looked at for the shortest cycle of a component."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """Items that wait for each other."""

    members: tuple[int, ...]
    """Ids of all items that are on some cycle together, ascending."""
    shortest: tuple[int, ...]
    """Ids around the shortest cycle among them, the smallest id first, each before its
    successor; the last leads back to the first."""


def strongly_connected_components(successors: Graph) -> list[list[int]]:
    """Strongly connected components with more than one node (Tarjan, "Depth-first search and
    linear graph algorithms", SIAM J. Comput. 1, 1972; without recursion)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    open_: dict[int, None] = {}
    found: list[list[int]] = []
    for root in successors:
        if root in index:
            continue
        path = [(root, iter(successors[root]))]
        index[root] = low[root] = len(index)
        open_[root] = None
        while path:
            node, rest = path[-1]
            below = next(rest, None)
            if below is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == index[node]:
                    members = _taken(open_, node)
                    if len(members) > 1:
                        found.append(members)
            elif below not in index:
                index[below] = low[below] = len(index)
                open_[below] = None
                path.append((below, iter(successors.get(below, ()))))
            elif below in open_:
                low[node] = min(low[node], index[below])
    return found


def _taken(open_: dict[int, None], node: int) -> list[int]:
    """Takes everything from the top of the stack down to the node."""
    members = []
    while True:
        member, _ = open_.popitem()
        members.append(member)
        if member == node:
            return members


def shortest(members: Iterable[int], successors: Graph) -> list[int]:
    """A shortest cycle among nodes that are strongly connected.

    From each node in turn, no deeper than the best so far. A node that has been a root is taken
    out, and with it every node that then lies on no cycle. In a component of many thousands the
    search ends after `ENOUGH`: the cycle is then short, but a shorter one may exist.
    """
    inside = set(members)
    after = {node: {n for n in successors[node] if n in inside} for node in sorted(inside)}
    before: dict[int, set[int]] = {node: set() for node in after}
    for node, heads in after.items():
        for head in heads:
            before[head].add(node)
    best: list[int] = []
    looked = 0
    for root in list(after):
        if root in after and len(best) != 2 and looked < ENOUGH:
            found, seen = _through(root, after, before, len(best))
            best, looked = found or best, looked + seen
            _take_out(root, after, before)
    return best


def _through(root: int, after: Joined, before: Joined, limit: int) -> tuple[list[int], int]:
    """The shortest cycle through the root if it has fewer than `limit` nodes (0: any number);
    and how many nodes were looked at.

    Breadth-first along the links and against them, the narrower front first, until both meet
    (Pohl, "Bi-directional search", Machine Intelligence 6, 1971).
    """
    came, leads = dict.fromkeys(sorted(after[root]), root), {root: root}
    front, back, length = list(came), [root], 1
    met: list[int] = []
    while not met:
        length += 1
        if not front or not back or length == limit:
            return [], len(came) + len(leads)
        if len(front) <= len(back):
            front = _step(front, after, came)
            met = [node for node in front if node in leads]
        else:
            back = _step(back, before, leads)
            met = [node for node in back if node in came]
    way = _chain(came[met[0]], root, came)[::-1] + _chain(met[0], root, leads)
    return [root, *way], len(came) + len(leads)


def _step(front: list[int], joined: Joined, seen: dict[int, int]) -> list[int]:
    """The nodes one link further; notes in `seen` from where each was reached."""
    reached = []
    for node in front:
        for other in sorted(joined[node]):
            if other not in seen:
                seen[other] = node
                reached.append(other)
    return reached


def _chain(node: int, root: int, onward: Mapping[int, int]) -> list[int]:
    """The nodes from this one on, up to the root."""
    chain = []
    while node != root:
        chain.append(node)
        node = onward[node]
    return chain


def _take_out(node: int, after: dict[int, set[int]], before: dict[int, set[int]]) -> None:
    """Removes a node, then every node left without a way in or out."""
    gone = [node]
    while gone:
        node = gone.pop()
        if node not in after:
            continue
        heads, tails = after.pop(node), before.pop(node)
        for head in heads & before.keys():
            before[head].discard(node)
            if not before[head]:
                gone.append(head)
        for tail in tails & after.keys():
            after[tail].discard(node)
            if not after[tail]:
                gone.append(tail)


def cycle_of_items(nodes: list[int], around: list[int], owner: Index, ids: Ids) -> Cycle:
    """A component as a cycle of items; the gate of a parent counts as the parent."""
    loop = _closed([int(owner[node]) for node in around])
    loop_ids = [int(ids[row]) for row in loop]
    start = loop_ids.index(min(loop_ids))
    members = {int(ids[owner[node]]) for node in nodes}
    return Cycle(tuple(sorted(members)), tuple(loop_ids[start:] + loop_ids[:start]))


def _closed(rows: list[int]) -> list[int]:
    """Where an item (as parent and as gate) comes twice, what lies between is a cycle already."""
    seen: dict[int, int] = {}
    for at, row in enumerate(rows):
        if row in seen:
            return rows[seen[row] : at]
        seen[row] = at
    return rows
