"""The critical path method as slow and plain as it can be written: one item at a time, whole
days counted one by one, repeated until nothing moves. The tests hold the network against it."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from model.network import NO_DATE, Constraint, Items, Links
from model.records import DependencyType, State

FIRST = 20_000
"""The first day that the reference knows (2024-10-04)."""
DAYS = 2_000
FREE = 10**6

Works = Callable[[int], bool]


@dataclass
class Node:
    """An item, or the gate of a parent (`gate`)."""

    works: list[int]
    floor: int = 0
    duration: int = 0
    limit: int = FREE
    gate: bool = False
    owner: int = -1
    """The row of the item."""
    done: bool = False
    cancelled: bool = False
    begun: int = NO_DATE
    ended: int = NO_DATE
    ends_off: bool = False
    """Planned to end on a day off."""
    children: list[int] = field(default_factory=list)
    early: int = 0
    late: int = 0

    @property
    def point(self) -> bool:
        return self.duration == 0 and not self.gate

    def number(self, day: int) -> int:
        """Working days before a day."""
        return bisect_left(self.works, day)

    def first(self, start: int) -> int:
        return self.works[start - self.point]

    def from_day(self, start: int) -> int:
        """The day that begins when the item does; a point in time lies at the end of one."""
        return self.first(start) + self.point

    def last(self, start: int) -> int:
        return self.works[start + self.duration - 1]


@dataclass(frozen=True)
class Edge:
    tail: int
    head: int
    from_finish: bool
    to_finish: bool
    lag: int
    elapsed: bool
    stated: bool = True


def working_days(works: Works) -> list[int]:
    return [day for day in range(FIRST, FIRST + DAYS) if works(day)]


def reference(
    items: Items, links: Links, calendars: list[list[int]], today: int
) -> tuple[list[Node], list[Edge], int]:
    """Nodes with early and late starts, the edges between them, and the day after the end."""
    nodes = _items(items, calendars, today)
    gates = _gates(nodes, items)
    edges = _edges(items, links, nodes, gates)
    _raise_by_starts(nodes, edges)
    live = [edge for edge in edges if _moves(nodes, edge)]
    _settle_early(nodes, live)
    counting = [node for node in nodes if not node.gate and not node.cancelled]
    finishes = [node.ended if node.done else max(node.last(node.early), today) for node in counting]
    end = max(finishes, default=FIRST) + 1
    _settle_late(nodes, live, end)
    return nodes, live, end


def demand(nodes: list[Node], edge: Edge, start: int) -> int:
    """The earliest start of the head if the tail starts at `start`."""
    tail, head = nodes[edge.tail], nodes[edge.head]
    at_end = edge.from_finish or tail.point
    time = tail.last(start) + 1 if at_end else tail.works[start]
    time += edge.lag if edge.elapsed else 0
    if at_end and (edge.to_finish or head.point) and not head.ends_off:
        number = head.number(time - 1) + 1
    else:
        number = head.number(time)
    number += 0 if edge.elapsed else edge.lag
    return number - (head.duration if edge.to_finish else 0)


def _items(items: Items, calendars: list[list[int]], today: int) -> list[Node]:
    rows = {item: row for row, item in enumerate(items.id.tolist())}
    nodes = []
    for row in range(len(items)):
        node = Node(calendars[items.calendar[row]], owner=row)
        node.done = items.state[row] == State.DONE
        node.cancelled = items.state[row] == State.CANCELLED
        nodes.append(node)
    for row, parent in enumerate(items.parent.tolist()):
        if parent in rows:
            nodes[rows[parent]].children.append(row)
    for row, node in enumerate(nodes):
        spans = any(not nodes[child].cancelled for child in node.children)
        _estimate(node, {name: int(getattr(items, name)[row]) for name in _READ}, today, spans)
    return nodes


_READ = (
    "planned_start", "planned_finish", "actual_start", "actual_finish", "duration", "remaining",
    "percent", "state", "milestone", "constraint", "constraint_date", "deadline",
)  # fmt: skip


def _estimate(node: Node, item: dict[str, int], today: int, spans: bool) -> None:
    start, finish = item["planned_start"], item["planned_finish"]
    point = bool(item["milestone"]) or spans
    if node.done:
        _done(node, item, today)
        return
    if spans:
        start = NO_DATE
    backwards = NO_DATE not in (start, finish) and start > finish
    both = NO_DATE not in (start, finish) and not backwards
    end = start if item["milestone"] and finish == NO_DATE else finish
    node.ends_off = end != NO_DATE and not backwards and node.number(end) == node.number(end + 1)
    still_due = node.ends_off and end >= today and node.number(end) == node.number(today)
    estimate = item["duration"] if item["duration"] >= 0 else None
    if point:
        node.duration = 0
    elif both:
        node.duration = node.number(finish + 1) - node.number(start)
    else:
        node.duration = 1 if estimate is None else estimate
    floors = [node.number(today) + (node.duration == 0 and not still_due)]
    if start != NO_DATE:
        floors.append(node.number(start + 1) if point else node.number(start))
    if finish != NO_DATE and not backwards:
        floors.append(node.number(finish + 1) - node.duration)
    under_way = item["actual_start"] != NO_DATE or item["state"] == State.IN_PROGRESS
    if under_way and not point and not node.cancelled:
        sized = both or estimate is not None
        _under_way(node, item, today, sized, backwards, 0 if still_due else 1)
    else:
        node.floor = max(floors)
    if not node.cancelled:
        _constrain(node, item)


def _under_way(
    node: Node, item: dict[str, int], today: int, sized: bool, backwards: bool, least: int
) -> None:
    begun = item["actual_start"] if item["actual_start"] != NO_DATE else item["planned_start"]
    node.begun = today if begun == NO_DATE or begun > today else begun
    now = node.number(today)
    due = item["planned_finish"]
    ends = 0 if due == NO_DATE or backwards else node.number(due + 1)
    if item["remaining"] >= 0:
        left = item["remaining"]
    elif item["percent"] >= 0 and sized:
        left = -(-node.duration * (100 - item["percent"]) // 100)
    else:
        left = (ends or (node.number(node.begun) + node.duration if sized else 0)) - now
    node.duration = max(left, least)
    node.floor = max(now, ends - node.duration)


def _done(node: Node, item: dict[str, int], today: int) -> None:
    ended = item["actual_finish"] if item["actual_finish"] != NO_DATE else item["planned_finish"]
    node.ended = today if ended == NO_DATE or ended > today else ended
    begun = item["actual_start"] if item["actual_start"] != NO_DATE else item["planned_start"]
    if begun == NO_DATE or begun > node.ended or item["milestone"]:
        begun = node.ended
    node.begun = begun
    after = node.number(node.ended + 1)
    node.floor = after if item["milestone"] else min(node.number(begun), after)
    node.duration = after - node.floor


def _constrain(node: Node, item: dict[str, int]) -> None:
    kind, day = item["constraint"], item["constraint_date"]
    if day != NO_DATE:
        reached, after = node.number(day) + 1, node.number(day + 1)
        if node.begun == NO_DATE:
            if kind in (Constraint.START_NO_EARLIER, Constraint.START_ON):
                node.floor = max(node.floor, reached - (not node.point))
            if kind in (Constraint.START_NO_LATER, Constraint.START_ON):
                node.limit = min(node.limit, after - (not node.point))
        if kind in (Constraint.FINISH_NO_EARLIER, Constraint.FINISH_ON):
            node.floor = max(node.floor, reached - node.duration)
        if kind in (Constraint.FINISH_NO_LATER, Constraint.FINISH_ON):
            node.limit = min(node.limit, after - node.duration)
    if item["deadline"] != NO_DATE:
        node.limit = min(node.limit, node.number(item["deadline"] + 1) - node.duration)


def _gates(nodes: list[Node], items: Items) -> dict[int, int]:
    gates = {}
    for row in range(len(items)):
        node = nodes[row]
        if node.children:
            gates[row] = len(nodes)
            nodes.append(
                Node(node.works, gate=True, owner=row, done=node.done, cancelled=node.cancelled)
            )
    return gates


def _edges(items: Items, links: Links, nodes: list[Node], gates: dict[int, int]) -> list[Edge]:
    rows = {item: row for row, item in enumerate(items.id.tolist())}
    edges = []
    for row in range(len(links)):
        tail, head = rows[int(links.predecessor[row])], rows[int(links.successor[row])]
        kind = DependencyType(int(links.type[row]))
        from_finish = kind.name.startswith("FINISH")
        to_finish = kind.name.endswith("FINISH")
        if tail != head and not _related(nodes, tail, head):
            edges.append(
                Edge(
                    tail if from_finish else gates.get(tail, tail),
                    head if to_finish else gates.get(head, head),
                    from_finish,
                    to_finish,
                    int(links.lag[row]),
                    bool(links.elapsed[row]),
                )
            )
    for row, gate in gates.items():
        edges.append(Edge(gate, row, False, False, 0, False, stated=False))
        for child in nodes[row].children:
            edges.append(Edge(gate, gates.get(child, child), False, False, 0, False, stated=False))
            edges.append(Edge(child, row, True, True, 0, False, stated=False))
    return edges


def _related(nodes: list[Node], one: int, other: int) -> bool:
    return _below(nodes, one, other) or _below(nodes, other, one)


def _below(nodes: list[Node], outer: int, inner: int) -> bool:
    return any(child == inner or _below(nodes, child, inner) for child in nodes[outer].children)


def first_start(nodes: list[Node], row: int, start: Callable[[Node], int]) -> int:
    """The day an item begins; an open parent begins with the first child that counts."""
    node = nodes[row]
    counting = [child for child in node.children if not nodes[child].cancelled]
    if counting and not node.done and not node.cancelled:
        return min(first_start(nodes, child, start) for child in counting)
    return node.begun if node.begun != NO_DATE else start(node)


def _raise_by_starts(nodes: list[Node], edges: list[Edge]) -> None:
    """What hangs on the start of work under way, or of a parent, is bound by that day."""
    bounds = []
    for edge in edges:
        tail, head = nodes[edge.tail], nodes[edge.head]
        known = tail.gate or tail.begun != NO_DATE
        if edge.from_finish or not edge.stated or not known or tail.done:
            continue
        if tail.cancelled or head.done or head.cancelled:
            continue
        day = first_start(nodes, tail.owner, lambda node: node.from_day(node.floor))
        day += edge.lag if edge.elapsed else 0
        bound = head.number(day) + (0 if edge.elapsed else edge.lag)
        bounds.append((head, bound - (head.duration if edge.to_finish else 0)))
    for head, bound in bounds:
        head.floor = max(head.floor, bound)


def _moves(nodes: list[Node], edge: Edge) -> bool:
    tail, head = nodes[edge.tail], nodes[edge.head]
    if tail.cancelled or head.cancelled or head.done or (tail.gate and tail.done):
        return False
    begun = nodes[tail.owner].begun != NO_DATE
    on_known_start = edge.stated and not edge.from_finish and begun
    return tail.done or not on_known_start


def _settle_early(nodes: list[Node], edges: list[Edge]) -> None:
    for node in nodes:
        node.early = node.floor
    moved = True
    while moved:
        moved = False
        for edge in edges:
            bound = demand(nodes, edge, nodes[edge.tail].early)
            if bound > nodes[edge.head].early:
                nodes[edge.head].early = bound
                moved = True


def _settle_late(nodes: list[Node], edges: list[Edge], end: int) -> None:
    for node in nodes:
        node.late = min(node.limit, node.number(end) - node.duration)
    moved = True
    while moved:
        moved = False
        for edge in edges:
            while demand(nodes, edge, nodes[edge.tail].late) > nodes[edge.head].late:
                nodes[edge.tail].late -= 1
                moved = True
