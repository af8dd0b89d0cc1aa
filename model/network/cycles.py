"""Dependency cycles: strongly connected components, each named once with its shortest cycle."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from model.network.arrays import Index
from model.network.columns import Ids

SuccessorLists = Mapping[int, Sequence[int]]
"""For each node its successors; several links to one repeat it."""
NeighbourSets = Mapping[int, set[int]]

# A ring of thousands is an error in a tool; people need one short cycle to begin with, not the
# proof that it is the shortest.
SEARCH_LIMIT: Final = 1_000_000
"""So many nodes are visited at most for the shortest cycle of a component."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """Items that wait for each other."""

    members: tuple[int, ...]
    """Ids of all items that are on some cycle together, ascending."""
    shortest: tuple[int, ...]
    """Ids around the shortest cycle among them, the smallest id first, each before its
    successor; the last leads back to the first."""


def strongly_connected_components(successors: SuccessorLists) -> list[list[int]]:
    """The strongly connected components with more than one node (Tarjan, "Depth-first search
    and linear graph algorithms", SIAM J. Comput. 1, 1972)."""
    index: dict[int, int] = {}
    lowest: dict[int, int] = {}
    # A dict is Tarjan's stack with a test for membership that takes constant time.
    stack: dict[int, None] = {}
    components: list[list[int]] = []
    for root in successors:
        if root in index:
            continue
        # An explicit path instead of recursion: a ring of 20,000 items is deeper than Python's
        # own stack.
        path = [(root, iter(successors[root]))]
        index[root] = lowest[root] = len(index)
        stack[root] = None
        while path:
            node, remaining = path[-1]
            successor = next(remaining, None)
            if successor is None:
                path.pop()
                if path:
                    parent = path[-1][0]
                    lowest[parent] = min(lowest[parent], lowest[node])
                if lowest[node] == index[node]:
                    members = _pop_down_to(stack, node)
                    if len(members) > 1:
                        components.append(members)
            elif successor not in index:
                index[successor] = lowest[successor] = len(index)
                stack[successor] = None
                path.append((successor, iter(successors.get(successor, ()))))
            elif successor in stack:
                lowest[node] = min(lowest[node], index[successor])
    return components


def _pop_down_to(stack: dict[int, None], node: int) -> list[int]:
    """Removes everything from the top of the stack down to the node; returns it."""
    members = []
    while True:
        member, _ = stack.popitem()
        members.append(member)
        if member == node:
            return members


def shortest_cycle(members: Iterable[int], successors: SuccessorLists) -> list[int]:
    """A shortest cycle among nodes that are strongly connected, each before its successor.

    In a component of many thousands the search ends after `SEARCH_LIMIT` nodes: the cycle is
    then short, but a shorter one may exist.
    """
    # Sorted, so that of several shortest cycles the same one is named in every run.
    inside = set(members)
    after = {node: {n for n in successors[node] if n in inside} for node in sorted(inside)}
    before: dict[int, set[int]] = {node: set() for node in after}
    for node, heads in after.items():
        for head in heads:
            before[head].add(node)
    shortest: list[int] = []
    visited = 0
    for root in list(after):
        # Two nodes are the shortest cycle there is: nothing links to itself.
        if root in after and len(shortest) != 2 and visited < SEARCH_LIMIT:
            cycle, count = _shortest_cycle_through(root, after, before, len(shortest))
            shortest, visited = cycle or shortest, visited + count
            # Every cycle through the root is known now, so later searches can do without it.
            _remove_node(root, after, before)
    return shortest


def _shortest_cycle_through(
    root: int, after: NeighbourSets, before: NeighbourSets, limit: int
) -> tuple[list[int], int]:
    """The shortest cycle through the root if it has fewer than `limit` nodes (0: any number),
    else an empty list; and how many nodes were visited.

    Breadth-first along the links and against them, the narrower front first, until both meet
    (Pohl, "Bi-directional search", Machine Intelligence 6, 1971).
    """
    came_from, leads_to = dict.fromkeys(sorted(after[root]), root), {root: root}
    front, back, length = list(came_from), [root], 1
    met: list[int] = []
    while not met:
        length += 1
        if not front or not back or length == limit:
            return [], len(came_from) + len(leads_to)
        # The narrower front grows: the number of visited nodes is about the root of that of a
        # search from one side.
        if len(front) <= len(back):
            front = _expand(front, after, came_from)
            met = [node for node in front if node in leads_to]
        else:
            back = _expand(back, before, leads_to)
            met = [node for node in back if node in came_from]
    way_out = _follow(came_from[met[0]], root, came_from)[::-1]
    way_back = _follow(met[0], root, leads_to)
    return [root, *way_out, *way_back], len(came_from) + len(leads_to)


def _expand(front: list[int], neighbours: NeighbourSets, reached_from: dict[int, int]) -> list[int]:
    """The nodes one link further; notes in `reached_from` from where each was reached."""
    following = []
    for node in front:
        # Sorted, because the order of a set depends on the order in which it was filled.
        for neighbour in sorted(neighbours[node]):
            if neighbour not in reached_from:
                reached_from[neighbour] = node
                following.append(neighbour)
    return following


def _follow(node: int, root: int, onward: Mapping[int, int]) -> list[int]:
    """The nodes from this one on, up to the root and without it."""
    path = []
    while node != root:
        path.append(node)
        node = onward[node]
    return path


def _remove_node(node: int, after: dict[int, set[int]], before: dict[int, set[int]]) -> None:
    """Removes a node, then every node that is left without a predecessor or a successor."""
    removed = [node]
    while removed:
        node = removed.pop()
        if node not in after:
            continue
        heads, tails = after.pop(node), before.pop(node)
        for head in heads & before.keys():
            before[head].discard(node)
            if not before[head]:
                removed.append(head)
        for tail in tails & after.keys():
            after[tail].discard(node)
            if not after[tail]:
                removed.append(tail)


def cycle_of_items(members: list[int], shortest: list[int], owner: Index, ids: Ids) -> Cycle:
    """A component and its shortest cycle, both as nodes, as a cycle of items; the start node of
    a parent counts as the parent."""
    # A cycle through both nodes of a parent would name the parent twice.
    rows = _cut_at_repetition([int(owner[node]) for node in shortest])
    shortest_ids = [int(ids[row]) for row in rows]
    start = shortest_ids.index(min(shortest_ids))
    member_ids = {int(ids[owner[node]]) for node in members}
    return Cycle(tuple(sorted(member_ids)), tuple(shortest_ids[start:] + shortest_ids[:start]))


def _cut_at_repetition(rows: list[int]) -> list[int]:
    """Where an item (as parent and as its start node) comes twice, what lies between is a cycle
    already."""
    seen_at: dict[int, int] = {}
    for at, row in enumerate(rows):
        if row in seen_at:
            return rows[seen_at[row] : at]
        seen_at[row] = at
    return rows
