"""A reference implementation of the critical path method, as plain as it can be written and slow:
one item at a time, working days looked up one by one, passes repeated until nothing moves. The
tests compare the network with it."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from model.network import NO_DATE, Constraint, Items, Links
from model.records import DependencyType, State

FIRST = 20_000
"""The first day that the reference knows (2024-10-04)."""
DAYS = 2_000
NO_LIMIT = 10**6

IsWorked = Callable[[int], bool]


@dataclass
class Node:
    """An item, or the start node of a parent (`is_start_node`)."""

    working_days: list[int]
    min_start: int = 0
    duration: int = 0
    max_start: int = NO_LIMIT
    is_start_node: bool = False
    owner: int = -1
    """The row of the item."""
    is_done: bool = False
    is_cancelled: bool = False
    started_on: int = NO_DATE
    finished_on: int = NO_DATE
    ends_on_day_off: bool = False
    """Planned to end on a day off."""
    children: list[int] = field(default_factory=list)
    early: int = 0
    late: int = 0

    @property
    def is_point(self) -> bool:
        return self.duration == 0 and not self.is_start_node

    def number(self, day: int) -> int:
        """Working days before a day."""
        return bisect_left(self.working_days, day)

    def first_day(self, start: int) -> int:
        return self.working_days[start - self.is_point]

    def start_day(self, start: int) -> int:
        """The day that begins when the item does; a point in time lies at the end of one."""
        return self.first_day(start) + self.is_point

    def last_day(self, start: int) -> int:
        return self.working_days[start + self.duration - 1]


@dataclass(frozen=True)
class Edge:
    tail: int
    head: int
    from_finish: bool
    to_finish: bool
    lag: int
    elapsed: bool
    is_stated: bool = True


def list_working_days(working_days: IsWorked) -> list[int]:
    return [day for day in range(FIRST, FIRST + DAYS) if working_days(day)]


def reference_schedule(
    items: Items, links: Links, calendars: list[list[int]], today: int
) -> tuple[list[Node], list[Edge], int]:
    """Nodes with early and late starts, the edges between them, and the day after the end."""
    nodes = _build_nodes(items, calendars, today)
    start_nodes = _add_start_nodes(nodes, items)
    edges = _build_edges(items, links, nodes, start_nodes)
    _raise_by_known_starts(nodes, edges)
    active = [edge for edge in edges if _is_active(nodes, edge)]
    _settle_early(nodes, active)
    counting = [node for node in nodes if not node.is_start_node and not node.is_cancelled]
    finishes = [
        node.finished_on if node.is_done else max(node.last_day(node.early), today)
        for node in counting
    ]
    end = max(finishes, default=FIRST) + 1
    _settle_late(nodes, active, end)
    return nodes, active, end


def earliest_head_start(nodes: list[Node], edge: Edge, start: int) -> int:
    """The earliest start of the head if the tail starts at `start`."""
    tail, head = nodes[edge.tail], nodes[edge.head]
    at_end = edge.from_finish or tail.is_point
    time = tail.last_day(start) + 1 if at_end else tail.working_days[start]
    time += edge.lag if edge.elapsed else 0
    if at_end and (edge.to_finish or head.is_point) and not head.ends_on_day_off:
        number = head.number(time - 1) + 1
    else:
        number = head.number(time)
    number += 0 if edge.elapsed else edge.lag
    return number - (head.duration if edge.to_finish else 0)


def _build_nodes(items: Items, calendars: list[list[int]], today: int) -> list[Node]:
    rows = {item: row for row, item in enumerate(items.id.tolist())}
    nodes = []
    for row in range(len(items)):
        node = Node(calendars[items.calendar[row]], owner=row)
        node.is_done = items.state[row] == State.DONE
        node.is_cancelled = items.state[row] == State.CANCELLED
        nodes.append(node)
    for row, parent in enumerate(items.parent.tolist()):
        if parent in rows:
            nodes[rows[parent]].children.append(row)
    for row, node in enumerate(nodes):
        is_summary = any(not nodes[child].is_cancelled for child in node.children)
        _derive_inputs(
            node, {name: int(getattr(items, name)[row]) for name in _COLUMNS}, today, is_summary
        )
    return nodes


_COLUMNS = (
    "planned_start", "planned_finish", "actual_start", "actual_finish", "duration", "remaining",
    "percent", "state", "milestone", "constraint", "constraint_date", "deadline",
)  # fmt: skip


def _derive_inputs(node: Node, item: dict[str, int], today: int, is_summary: bool) -> None:
    start, finish = item["planned_start"], item["planned_finish"]
    is_point = bool(item["milestone"]) or is_summary
    if node.is_done:
        _apply_actual_dates(node, item, today)
        return
    if is_summary:
        start = NO_DATE
    is_reversed = NO_DATE not in (start, finish) and start > finish
    has_both = NO_DATE not in (start, finish) and not is_reversed
    end = start if item["milestone"] and finish == NO_DATE else finish
    node.ends_on_day_off = (
        end != NO_DATE and not is_reversed and node.number(end) == node.number(end + 1)
    )
    is_still_due = node.ends_on_day_off and end >= today and node.number(end) == node.number(today)
    estimate = item["duration"] if item["duration"] >= 0 else None
    if is_point:
        node.duration = 0
    elif has_both:
        node.duration = node.number(finish + 1) - node.number(start)
    else:
        node.duration = 1 if estimate is None else estimate
    bounds = [node.number(today) + (node.duration == 0 and not is_still_due)]
    if start != NO_DATE:
        bounds.append(node.number(start + 1) if is_point else node.number(start))
    if finish != NO_DATE and not is_reversed:
        bounds.append(node.number(finish + 1) - node.duration)
    is_under_way = item["actual_start"] != NO_DATE or item["state"] == State.IN_PROGRESS
    if is_under_way and not is_point and not node.is_cancelled:
        has_duration = has_both or estimate is not None
        _apply_progress(node, item, today, has_duration, is_reversed, 0 if is_still_due else 1)
    else:
        node.min_start = max(bounds)
    if not node.is_cancelled:
        _apply_constraints(node, item)


def _apply_progress(
    node: Node,
    item: dict[str, int],
    today: int,
    has_duration: bool,
    is_reversed: bool,
    shortest: int,
) -> None:
    started_on = item["actual_start"] if item["actual_start"] != NO_DATE else item["planned_start"]
    node.started_on = today if started_on == NO_DATE or started_on > today else started_on
    now = node.number(today)
    due = item["planned_finish"]
    ends = 0 if due == NO_DATE or is_reversed else node.number(due + 1)
    if item["remaining"] >= 0:
        left = item["remaining"]
    elif item["percent"] >= 0 and has_duration:
        left = -(-node.duration * (100 - item["percent"]) // 100)
    else:
        left = (ends or (node.number(node.started_on) + node.duration if has_duration else 0)) - now
    node.duration = max(left, shortest)
    node.min_start = max(now, ends - node.duration)


def _apply_actual_dates(node: Node, item: dict[str, int], today: int) -> None:
    finished_on = (
        item["actual_finish"] if item["actual_finish"] != NO_DATE else item["planned_finish"]
    )
    node.finished_on = today if finished_on == NO_DATE or finished_on > today else finished_on
    started_on = item["actual_start"] if item["actual_start"] != NO_DATE else item["planned_start"]
    if started_on == NO_DATE or started_on > node.finished_on or item["milestone"]:
        started_on = node.finished_on
    node.started_on = started_on
    after = node.number(node.finished_on + 1)
    node.min_start = after if item["milestone"] else min(node.number(started_on), after)
    node.duration = after - node.min_start


def _apply_constraints(node: Node, item: dict[str, int]) -> None:
    constraint, day = item["constraint"], item["constraint_date"]
    if day != NO_DATE:
        reached, after = node.number(day) + 1, node.number(day + 1)
        if node.started_on == NO_DATE:
            if constraint in (Constraint.START_NO_EARLIER, Constraint.START_ON):
                node.min_start = max(node.min_start, reached - (not node.is_point))
            if constraint in (Constraint.START_NO_LATER, Constraint.START_ON):
                node.max_start = min(node.max_start, after - (not node.is_point))
        if constraint in (Constraint.FINISH_NO_EARLIER, Constraint.FINISH_ON):
            node.min_start = max(node.min_start, reached - node.duration)
        if constraint in (Constraint.FINISH_NO_LATER, Constraint.FINISH_ON):
            node.max_start = min(node.max_start, after - node.duration)
    if item["deadline"] != NO_DATE:
        node.max_start = min(node.max_start, node.number(item["deadline"] + 1) - node.duration)


def _add_start_nodes(nodes: list[Node], items: Items) -> dict[int, int]:
    start_nodes = {}
    for row in range(len(items)):
        node = nodes[row]
        if node.children:
            start_nodes[row] = len(nodes)
            nodes.append(
                Node(
                    node.working_days,
                    is_start_node=True,
                    owner=row,
                    is_done=node.is_done,
                    is_cancelled=node.is_cancelled,
                )
            )
    return start_nodes


def _build_edges(
    items: Items, links: Links, nodes: list[Node], start_nodes: dict[int, int]
) -> list[Edge]:
    rows = {item: row for row, item in enumerate(items.id.tolist())}
    edges = []
    for row in range(len(links)):
        tail, head = rows[int(links.predecessor[row])], rows[int(links.successor[row])]
        link_type = DependencyType(int(links.type[row]))
        from_finish = link_type.name.startswith("FINISH")
        to_finish = link_type.name.endswith("FINISH")
        if tail != head and not _are_related(nodes, tail, head):
            edges.append(
                Edge(
                    tail if from_finish else start_nodes.get(tail, tail),
                    head if to_finish else start_nodes.get(head, head),
                    from_finish,
                    to_finish,
                    int(links.lag[row]),
                    bool(links.elapsed[row]),
                )
            )
    for row, start_node in start_nodes.items():
        edges.append(Edge(start_node, row, False, False, 0, False, is_stated=False))
        for child in nodes[row].children:
            edges.append(
                Edge(
                    start_node,
                    start_nodes.get(child, child),
                    False,
                    False,
                    0,
                    False,
                    is_stated=False,
                )
            )
            edges.append(Edge(child, row, True, True, 0, False, is_stated=False))
    return edges


def _are_related(nodes: list[Node], first: int, second: int) -> bool:
    return _is_inside(nodes, first, second) or _is_inside(nodes, second, first)


def _is_inside(nodes: list[Node], outer: int, inner: int) -> bool:
    return any(child == inner or _is_inside(nodes, child, inner) for child in nodes[outer].children)


def first_start(nodes: list[Node], row: int, start: Callable[[Node], int]) -> int:
    """The day an item begins; an open parent begins with the first child that counts."""
    node = nodes[row]
    counting = [child for child in node.children if not nodes[child].is_cancelled]
    if counting and not node.is_done and not node.is_cancelled:
        return min(first_start(nodes, child, start) for child in counting)
    return node.started_on if node.started_on != NO_DATE else start(node)


def _raise_by_known_starts(nodes: list[Node], edges: list[Edge]) -> None:
    """What depends on the start of work under way, or of a parent, is bound by that day."""
    bounds = []
    for edge in edges:
        tail, head = nodes[edge.tail], nodes[edge.head]
        is_known = tail.is_start_node or tail.started_on != NO_DATE
        if edge.from_finish or not edge.is_stated or not is_known or tail.is_done:
            continue
        if tail.is_cancelled or head.is_done or head.is_cancelled:
            continue
        day = first_start(nodes, tail.owner, lambda node: node.start_day(node.min_start))
        day += edge.lag if edge.elapsed else 0
        bound = head.number(day) + (0 if edge.elapsed else edge.lag)
        bounds.append((head, bound - (head.duration if edge.to_finish else 0)))
    for head, bound in bounds:
        head.min_start = max(head.min_start, bound)


def _is_active(nodes: list[Node], edge: Edge) -> bool:
    tail, head = nodes[edge.tail], nodes[edge.head]
    if (
        tail.is_cancelled
        or head.is_cancelled
        or head.is_done
        or (tail.is_start_node and tail.is_done)
    ):
        return False
    is_started = nodes[tail.owner].started_on != NO_DATE
    on_known_start = edge.is_stated and not edge.from_finish and is_started
    return tail.is_done or not on_known_start


def _settle_early(nodes: list[Node], edges: list[Edge]) -> None:
    for node in nodes:
        node.early = node.min_start
    moved = True
    while moved:
        moved = False
        for edge in edges:
            bound = earliest_head_start(nodes, edge, nodes[edge.tail].early)
            if bound > nodes[edge.head].early:
                nodes[edge.head].early = bound
                moved = True


def _settle_late(nodes: list[Node], edges: list[Edge], end: int) -> None:
    for node in nodes:
        node.late = min(node.max_start, node.number(end) - node.duration)
    moved = True
    while moved:
        moved = False
        for edge in edges:
            while earliest_head_start(nodes, edge, nodes[edge.tail].late) > nodes[edge.head].late:
                nodes[edge.tail].late -= 1
                moved = True
