"""What a dependency needs of its predecessor, and how late that is."""

import numpy as np
from hypothesis import given, settings

from model.network import (
    NO_DATE,
    HandoverNeeds,
    Items,
    Links,
    Network,
    compute_handover_needs,
    schedule,
)
from model.records import DependencyType
from tests.model.network import plans
from tests.model.network.days import TODAY, day, shown
from tests.model.network.reference import Edge, Node, demand, reference


def needed(items: Items, **link: object) -> tuple[str | None, int]:
    network = Network.build(items, Links.of([1], [2], **{k: [v] for k, v in link.items()}))
    found: HandoverNeeds = compute_handover_needs(network, schedule(network, TODAY))
    return shown(int(found.needed_by[0])), int(found.lateness[0])


def pair(**second: int) -> Items:
    columns = {name: [NO_DATE, value] for name, value in second.items() if name != "milestone"}
    columns["planned_finish"] = [day(12, 2), second.get("planned_finish", NO_DATE)]
    return Items.of([1, 2], milestone=[False, bool(second.get("milestone"))], **columns)


def test_the_predecessor_must_finish_the_working_day_before_the_start() -> None:
    assert needed(pair(planned_start=day(11, 30), planned_finish=day(12, 9))) == ("27 Nov", 3)


def test_an_early_predecessor_counts_negative() -> None:
    assert needed(pair(planned_start=day(12, 7), planned_finish=day(12, 9))) == ("04 Dec", -2)


def test_a_lag_asks_for_the_predecessor_that_much_earlier() -> None:
    items = pair(planned_start=day(12, 7))
    assert needed(items, lag=2) == ("02 Dec", 0)
    assert needed(items, lag=3, elapsed=True) == ("03 Dec", -1)


def test_a_milestone_may_fall_on_the_day_its_predecessor_finishes() -> None:
    assert needed(pair(planned_finish=day(12, 2), milestone=1)) == ("02 Dec", 0)


def test_a_successor_with_only_a_due_date_needs_it_by_then() -> None:
    assert needed(pair(planned_finish=day(12, 1))) == ("01 Dec", 1)


def test_a_start_to_start_link_asks_for_the_start() -> None:
    assert needed(pair(planned_start=day(11, 30)), type=1) == ("30 Nov", 2)


def test_work_without_length_starts_when_it_is_over() -> None:
    items = Items.of(
        [1, 2], duration=[0, -1], milestone=[False, True], planned_finish=[NO_DATE, day(11, 19)]
    )
    assert needed(items, type=1) == ("19 Nov", 1)


def test_nothing_is_needed_without_a_planned_date_or_once_it_is_done() -> None:
    assert needed(pair()) == (None, 0)
    done = Items.of([1, 2], state=[3, 0], planned_start=[NO_DATE, day(11, 23)])
    assert needed(done) == (None, 0)


def test_links_that_are_not_used_are_not_measured() -> None:
    items = pair(planned_start=day(11, 30))
    network = Network.build(items, Links.of([1, 1, 1], [2, 2, 9]))
    assert np.array(
        compute_handover_needs(network, schedule(network, TODAY)).is_measured
    ).tolist() == [
        True,
        False,
        False,
    ]


def test_links_among_no_items_at_all_need_nothing() -> None:
    network = Network.build(Items.of([]), Links.of([1], [2]))
    assert compute_handover_needs(network, schedule(network, TODAY)).is_measured.tolist() == [False]


@settings(deadline=None, max_examples=60)
@given(plans.plans(parents=False, limits=False))
def test_a_handover_is_late_exactly_when_it_pushes_its_successor(plan: plans.Plan) -> None:
    """Or passes the day off on which that ends, and so is over before its next working day."""
    items, links = plan.items, plan.links
    network = Network.build(items, links, plan.tables)
    found = compute_handover_needs(network, schedule(network, plan.today))
    nodes, _, _ = reference(items, links, plan.worked, plan.today)
    rows = {item: row for row, item in enumerate(items.id.tolist())}
    for at in np.flatnonzero(found.is_measured):
        tail, head = rows[int(links.predecessor[at])], rows[int(links.successor[at])]
        kind = DependencyType(int(links.type[at])).name
        edge = Edge(
            tail, head, kind.startswith("FINISH"), kind.endswith("FINISH"),
            int(links.lag[at]), bool(links.elapsed[at]),
        )  # fmt: skip
        started = nodes[head].begun != NO_DATE or nodes[tail].begun != NO_DATE
        planned = planned_start(items, nodes[head], head, edge.to_finish)
        if planned is not None and not started:
            pushed = demand(nodes, edge, nodes[tail].early) > planned
            late = found.lateness[at] > 0
            assert late == pushed or (late and nodes[head].ends_off)


def planned_start(items: Items, node: Node, row: int, to_finish: bool) -> int | None:
    """The working-day number of the successor's start as planned, if it states one."""
    start, finish = int(items.planned_start[row]), int(items.planned_finish[row])
    if items.milestone[row]:
        return node.number((start if finish == NO_DATE else finish) + 1)
    if start == NO_DATE or node.duration == 0:
        return None
    return node.number(finish + 1) - node.duration if to_finish else node.number(start)
