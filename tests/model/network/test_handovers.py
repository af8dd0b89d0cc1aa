"""By when a dependency needs its predecessor, and how late that is forecast to be."""

import numpy as np
from hypothesis import given, settings

from model.network import (
    NO_DATE,
    UNKNOWN,
    HandoverNeeds,
    Items,
    Links,
    Network,
    compute_handover_needs,
    schedule,
)
from model.records import DependencyType, State
from tests.model.network.days import TODAY, day, format_day
from tests.model.network.plan_strategies import RandomPlan, plans
from tests.model.network.reference_scheduler import (
    Edge,
    Node,
    earliest_head_start,
    reference_schedule,
)


def measure(items: Items, links: Links) -> HandoverNeeds:
    network = Network.build(items, links)
    return compute_handover_needs(network, schedule(network, TODAY))


def need_of(items: Items, **link: object) -> tuple[str | None, int]:
    """The day needed and the lateness of a link from item 1 to item 2."""
    columns = {name: [value] for name, value in link.items()}
    needs = measure(items, Links.of([1], [2], **columns))
    return format_day(int(needs.needed_by[0])), int(needs.lateness[0])


def pair(**second: int) -> Items:
    """Item 1, due on 2 December, and item 2 with these columns."""
    defaults = {"duration": UNKNOWN, "milestone": False, "state": State.PLANNED}
    columns = {name: [defaults.get(name, NO_DATE), value] for name, value in second.items()}
    columns["planned_finish"] = [day(12, 2), second.get("planned_finish", NO_DATE)]
    return Items.of([1, 2], **columns)


def test_the_predecessor_must_finish_the_working_day_before_the_start() -> None:
    assert need_of(pair(planned_start=day(11, 30), planned_finish=day(12, 9))) == ("27 Nov", 3)


def test_an_early_predecessor_counts_negative() -> None:
    assert need_of(pair(planned_start=day(12, 7), planned_finish=day(12, 9))) == ("04 Dec", -2)


def test_a_lag_asks_for_the_predecessor_that_much_earlier() -> None:
    items = pair(planned_start=day(12, 7))
    assert need_of(items, lag=2) == ("02 Dec", 0)
    assert need_of(items, lag=3, elapsed=True) == ("03 Dec", -1)


def test_a_milestone_may_fall_on_the_day_its_predecessor_finishes() -> None:
    assert need_of(pair(planned_finish=day(12, 2), milestone=1)) == ("02 Dec", 0)


def test_a_successor_with_only_a_due_date_needs_it_by_then() -> None:
    assert need_of(pair(planned_finish=day(12, 1))) == ("01 Dec", 1)


def test_a_start_to_start_link_asks_for_the_start() -> None:
    assert need_of(pair(planned_start=day(11, 30)), type=1) == ("30 Nov", 2)


def test_work_without_length_starts_when_it_is_over() -> None:
    items = Items.of(
        [1, 2], duration=[0, -1], milestone=[False, True], planned_finish=[NO_DATE, day(11, 19)]
    )
    assert need_of(items, type=1) == ("19 Nov", 1)


def test_a_successor_with_due_date_and_estimate_needs_it_before_it_has_to_start() -> None:
    assert need_of(pair(planned_finish=day(12, 4), duration=3)) == ("01 Dec", 1)


def test_a_milestone_on_a_day_off_needs_it_by_then_and_a_working_lag_earlier() -> None:
    items = pair(planned_finish=day(11, 28), milestone=1)
    assert need_of(items) == ("27 Nov", 3)
    assert need_of(items, lag=1) == ("26 Nov", 4)


def test_of_a_parent_the_start_is_measured_where_the_link_leaves_from_its_start() -> None:
    items = Items.of(
        [1, 2, 3],
        parent=[-1, -1, 1],
        planned_start=[NO_DATE, day(11, 30), day(11, 23)],
        planned_finish=[NO_DATE, NO_DATE, day(12, 2)],
    )
    assert need_of(items, type=1) == ("30 Nov", -5)


def test_a_done_successor_needs_nothing_any_more() -> None:
    assert need_of(pair(planned_start=day(11, 23), state=State.DONE)) == (None, 0)


def test_nothing_is_needed_without_a_planned_date_or_once_it_is_done() -> None:
    assert need_of(pair()) == (None, 0)
    is_done = Items.of([1, 2], state=[3, 0], planned_start=[NO_DATE, day(11, 23)])
    assert need_of(is_done) == (None, 0)


def test_links_that_are_not_used_are_not_measured() -> None:
    items = pair(planned_start=day(11, 30))
    needs = measure(items, Links.of([1, 1, 1], [2, 2, 9]))
    assert needs.is_measured.tolist() == [True, False, False]


def test_links_without_any_items_need_nothing() -> None:
    assert measure(Items.of([]), Links.of([1], [2])).is_measured.tolist() == [False]


@settings(deadline=None, max_examples=60)
@given(plans(parents=False, limits=False))
def test_a_handover_is_late_exactly_when_it_pushes_its_successor(plan: RandomPlan) -> None:
    """Or when it is later than the day off on which the successor ends, which no start shows."""
    items, links = plan.items, plan.links
    network = Network.build(items, links, plan.tables)
    needs = compute_handover_needs(network, schedule(network, plan.today))
    nodes, _, _ = reference_schedule(items, links, plan.working_days, plan.today)
    row_of = {item: index for index, item in enumerate(items.id.tolist())}
    for row in np.flatnonzero(needs.is_measured):
        tail, head = row_of[int(links.predecessor[row])], row_of[int(links.successor[row])]
        link_type = DependencyType(int(links.type[row])).name
        edge = Edge(
            tail, head, link_type.startswith("FINISH"), link_type.endswith("FINISH"),
            int(links.lag[row]), bool(links.elapsed[row]),
        )  # fmt: skip
        started = nodes[head].started_on != NO_DATE or nodes[tail].started_on != NO_DATE
        planned = planned_start(items, nodes[head], head, edge.to_finish)
        if planned is not None and not started:
            pushed = earliest_head_start(nodes, edge, nodes[tail].early) > planned
            late = needs.lateness[row] > 0
            assert late == pushed or (late and nodes[head].ends_on_day_off)


def planned_start(items: Items, node: Node, row: int, to_finish: bool) -> int | None:
    """The working-day number of the successor's start as planned, if it states one."""
    start, finish = int(items.planned_start[row]), int(items.planned_finish[row])
    if items.milestone[row]:
        return node.number((start if finish == NO_DATE else finish) + 1)
    if start == NO_DATE or node.duration == 0:
        return None
    return node.number(finish + 1) - node.duration if to_finish else node.number(start)
