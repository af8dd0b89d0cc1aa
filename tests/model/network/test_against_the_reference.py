"""The network against the slow and plain reference, and the laws every schedule obeys."""

from unittest.mock import patch

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model.network import NO_DATE, Forecast, Items, Links, Network, Treatment, schedule, topology
from tests.model.network.plans import Plan, links_among, plans
from tests.model.network.reference import demand, first_start, reference

settings.register_profile("network", deadline=None, max_examples=60)
settings.load_profile("network")

DATES = ("early_start", "early_finish", "late_start", "late_finish")


def forecast(plan: Plan) -> Forecast:
    network = Network.build(plan.items, plan.links, plan.tables)
    assume(not network.cycles)
    return schedule(network, plan.today)


def agrees(plan: Plan) -> None:
    found = forecast(plan)
    nodes, _, _ = reference(plan.items, plan.links, plan.worked, plan.today)
    for row in range(len(plan.items)):
        node = nodes[row]
        if node.cancelled:
            assert all(getattr(found, name)[row] == NO_DATE for name in DATES)
            continue
        begins = first_start(nodes, row, lambda n: max(n.first(n.early), plan.today))
        must_begin = first_start(nodes, row, lambda n: n.first(n.late))
        assert found.early_start[row] == begins
        assert found.late_start[row] == must_begin
        ends = node.ended if node.done else max(node.last(node.early), plan.today)
        assert found.early_finish[row] == ends
        assert found.late_finish[row] == (node.ended if node.done else node.last(node.late))
        assert found.total_slack[row] == (0 if node.done else node.late - node.early)


@given(plans(calendars=1))
def test_dates_and_slack_in_one_calendar_are_those_of_the_reference(plan: Plan) -> None:
    agrees(plan)


@given(plans(calendars=3))
def test_dates_and_slack_between_calendars_are_those_of_the_reference(plan: Plan) -> None:
    agrees(plan)


@given(plans(calendars=3))
def test_wide_levels_give_the_dates_that_narrow_ones_give(plan: Plan) -> None:
    with patch.object(topology, "NARROW", 0):
        agrees(plan)


@given(plans(calendars=3))
def test_free_slack_is_how_far_an_item_slips_before_the_next_one_moves(plan: Plan) -> None:
    found = forecast(plan)
    nodes, edges, end = reference(plan.items, plan.links, plan.worked, plan.today)
    for row, node in enumerate(nodes[: len(plan.items)]):
        if node.done or node.cancelled:
            continue
        room = node.number(end) - node.duration - node.early
        for edge in (e for e in edges if e.tail == row):
            while demand(nodes, edge, node.early + room) > nodes[edge.head].early:
                room -= 1
        assert found.free_slack[row] == room


@given(plans(calendars=3, parents=False))
def test_the_driver_is_the_predecessor_that_sets_the_date(plan: Plan) -> None:
    found = forecast(plan)
    nodes, edges, _ = reference(plan.items, plan.links, plan.worked, plan.today)
    for row, node in enumerate(nodes):
        setting = [
            int(plan.items.id[edge.tail])
            for edge in edges
            if edge.head == row and demand(nodes, edge, nodes[edge.tail].early) == node.early
        ]
        driver = found.driver[row]
        if node.early > node.floor:
            assert plan.items.id[driver] == min(setting)
        else:
            assert driver == -1


@given(plans(), st.randoms(use_true_random=False))
def test_an_equal_plan_in_another_order_gives_equal_dates(plan: Plan, random) -> None:
    rows, cells = list(range(len(plan.items))), list(range(len(plan.links)))
    random.shuffle(rows)
    random.shuffle(cells)
    items = Items(**{name: getattr(plan.items, name)[rows] for name in Items.__slots__})
    links = Links(**{name: getattr(plan.links, name)[cells] for name in Links.__slots__})
    one, other = forecast(plan), forecast(Plan(items, links, plan.calendars, plan.today))
    for name in (*DATES, "total_slack", "free_slack", "certainty", "treatment"):
        assert (getattr(one, name)[rows] == getattr(other, name)).all(), name
    drivers = [None if row < 0 else plan.items.id[row] for row in one.driver[rows]]
    assert drivers == [None if row < 0 else items.id[row] for row in other.driver]


@given(st.data())
def test_another_dependency_never_makes_a_date_earlier(data: st.DataObject) -> None:
    plan = data.draw(plans())
    more = data.draw(links_among(plan.items.id.tolist()))
    both = Links(
        **{
            name: np.concatenate([getattr(plan.links, name), getattr(more, name)])
            for name in Links.__slots__
        }
    )
    before, after = forecast(plan), forecast(Plan(plan.items, both, plan.calendars, plan.today))
    assert (after.early_start >= before.early_start).all()
    assert (after.early_finish >= before.early_finish).all()


@given(plans(limits=False))
def test_slack_is_never_negative_without_a_deadline(plan: Plan) -> None:
    found = forecast(plan)
    assert (found.total_slack >= 0).all()
    assert (found.free_slack >= 0).all()


@given(plans())
def test_nothing_unfinished_is_forecast_before_today(plan: Plan) -> None:
    found = forecast(plan)
    open_ = plan.items.state < 3
    assert (found.early_finish[open_] >= plan.today).all()


@given(plans())
def test_every_assumed_date_has_its_reason_somewhere_up_the_chain(plan: Plan) -> None:
    found = forecast(plan)
    for row in np.flatnonzero(found.certainty == 2):
        while found.driver[row] >= 0 and not found.treatment[row]:
            row = found.driver[row]
        assert Treatment(int(found.treatment[row])).reasons()
