"""The forecast of random plans equals that of the reference, and obeys the laws of schedules."""

from unittest.mock import patch

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model.network import (
    NO_DATE,
    Certainty,
    Forecast,
    Items,
    Links,
    Network,
    Treatment,
    schedule,
    topology,
)
from model.records import State
from tests.model.network.days import day, forecast_of, starts
from tests.model.network.plan_strategies import RandomPlan, links_among, plans
from tests.model.network.reference_scheduler import (
    earliest_head_start,
    first_start,
    reference_schedule,
)

examples = settings(deadline=None, max_examples=60)

DATES = ("early_start", "early_finish", "late_start", "late_finish")


def forecast_plan(plan: RandomPlan) -> Forecast:
    network = Network.build(plan.items, plan.links, plan.tables)
    assume(not network.cycles)
    return schedule(network, plan.today)


def check_against_reference(plan: RandomPlan) -> None:
    forecast = forecast_plan(plan)
    nodes, _, _ = reference_schedule(plan.items, plan.links, plan.working_days, plan.today)
    for row in range(len(plan.items)):
        node = nodes[row]
        if node.is_cancelled:
            assert all(getattr(forecast, name)[row] == NO_DATE for name in DATES)
            continue
        expected_start = first_start(nodes, row, lambda n: max(n.first_day(n.early), plan.today))
        expected_late_start = first_start(nodes, row, lambda n: n.first_day(n.late))
        assert forecast.early_start[row] == expected_start
        assert forecast.late_start[row] == expected_late_start
        expected_finish = (
            node.finished_on if node.is_done else max(node.last_day(node.early), plan.today)
        )
        assert forecast.early_finish[row] == expected_finish
        assert forecast.late_finish[row] == (
            node.finished_on if node.is_done else node.last_day(node.late)
        )
        assert forecast.total_slack[row] == (0 if node.is_done else node.late - node.early)


@examples
@given(plans(calendars=1))
def test_dates_and_slack_in_one_calendar_are_those_of_the_reference(plan: RandomPlan) -> None:
    check_against_reference(plan)


@examples
@given(plans(calendars=3))
def test_dates_and_slack_between_calendars_are_those_of_the_reference(plan: RandomPlan) -> None:
    check_against_reference(plan)


@examples
@given(plans(calendars=3))
def test_wide_levels_give_the_dates_that_narrow_ones_give(plan: RandomPlan) -> None:
    with patch.object(topology, "NARROW", 0):
        check_against_reference(plan)


@examples
@given(plans(calendars=3))
def test_free_slack_is_how_far_an_item_slips_before_the_next_one_moves(plan: RandomPlan) -> None:
    forecast = forecast_plan(plan)
    nodes, edges, end = reference_schedule(plan.items, plan.links, plan.working_days, plan.today)
    for row, node in enumerate(nodes[: len(plan.items)]):
        if node.is_done or node.is_cancelled:
            continue
        room = node.number(end) - node.duration - node.early
        for edge in (e for e in edges if e.tail == row):
            while earliest_head_start(nodes, edge, node.early + room) > nodes[edge.head].early:
                room -= 1
        assert forecast.free_slack[row] == room


@examples
@given(plans(calendars=3, parents=False))
def test_the_driver_is_the_predecessor_that_sets_the_date(plan: RandomPlan) -> None:
    forecast = forecast_plan(plan)
    nodes, edges, _ = reference_schedule(plan.items, plan.links, plan.working_days, plan.today)
    for row, node in enumerate(nodes):
        candidates = [
            int(plan.items.id[edge.tail])
            for edge in edges
            if edge.head == row
            and earliest_head_start(nodes, edge, nodes[edge.tail].early) == node.early
        ]
        driver = forecast.driver[row]
        if node.early > node.min_start:
            assert plan.items.id[driver] == min(candidates)
        else:
            assert driver == -1


def test_of_two_drivers_the_one_with_the_lowest_id_is_named() -> None:
    for ids in ([7, 5, 9], [5, 7, 9]):
        forecast = forecast_of(Items.of(ids, duration=[2, 2, 2]), Links.of([5, 7], [9, 9]))
        assert ids[forecast.driver[2]] == 5


def test_a_parent_drives_before_what_drives_its_start() -> None:
    """The successor hangs on the parent's finish and, with the same date, on its start."""
    items = Items.of([1, 2, 3, 4], parent=[-1, -1, 2, -1], duration=[2, -1, 3, 1])
    links = Links.of([1, 2, 2], [2, 4, 4], type=[0, 0, 1], lag=[0, 0, 3])
    assert forecast_of(items, links).driver.tolist() == [-1, 2, 0, 1]


def test_an_assumption_is_carried_down_the_driving_chain_and_ends_where_a_plan_stands() -> None:
    items = Items.of(
        [1, 2, 3, 4], duration=[-1, 2, 2, 2], planned_finish=[NO_DATE] * 3 + [day(12, 4)]
    )
    forecast = forecast_of(items, Links.of([1, 2, 3], [2, 3, 4]))
    assert forecast.certainty.tolist() == [Certainty.ASSUMED] * 3 + [Certainty.PLANNED]


def test_a_done_successor_is_not_moved_by_the_start_of_work_under_way() -> None:
    items = Items.of(
        [1, 2, 3],
        state=[State.IN_PROGRESS, State.DONE, State.PLANNED],
        actual_start=[day(11, 16), day(11, 17), NO_DATE],
        actual_finish=[NO_DATE, day(11, 18), NO_DATE],
        remaining=[3, -1, -1],
    )
    links = Links.of([1, 2], [2, 3], type=[1, 0], lag=[30, 0])
    assert starts(forecast_of(items, links)) == ["16 Nov", "17 Nov", "20 Nov"]


def test_no_late_start_lies_before_the_first_day_of_the_calendars() -> None:
    items = Items.of([1, 2], duration=[5, 5], deadline=[NO_DATE, 3])
    forecast = forecast_of(items, Links.of([1], [2]))
    assert forecast.cpm.late.tolist() == [0, 0]
    assert forecast.late_start.tolist() == [0, 0]


@examples
@given(plans(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(plan: RandomPlan, random) -> None:
    rows, links_order = list(range(len(plan.items))), list(range(len(plan.links)))
    random.shuffle(rows)
    random.shuffle(links_order)
    items, links = (
        plan.items.take(np.array(rows)),
        plan.links.take(np.array(links_order, dtype=int)),
    )
    original = forecast_plan(plan)
    shuffled = forecast_plan(RandomPlan(items, links, plan.calendars, plan.today))
    for name in (*DATES, "total_slack", "free_slack", "certainty", "treatment"):
        assert (getattr(original, name)[rows] == getattr(shuffled, name)).all(), name
    drivers = [None if row < 0 else plan.items.id[row] for row in original.driver[rows]]
    assert drivers == [None if row < 0 else items.id[row] for row in shuffled.driver]


@examples
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
    before = forecast_plan(plan)
    after = forecast_plan(RandomPlan(plan.items, both, plan.calendars, plan.today))
    assert (after.early_start >= before.early_start).all()
    assert (after.early_finish >= before.early_finish).all()


@examples
@given(plans(limits=False))
def test_slack_is_never_negative_without_a_deadline(plan: RandomPlan) -> None:
    forecast = forecast_plan(plan)
    assert (forecast.total_slack >= 0).all()
    assert (forecast.free_slack >= 0).all()


@examples
@given(plans())
def test_nothing_unfinished_is_forecast_before_the_data_date(plan: RandomPlan) -> None:
    forecast = forecast_plan(plan)
    is_open = plan.items.state < State.DONE
    assert (forecast.early_finish[is_open] >= plan.today).all()


@examples
@given(plans())
def test_every_assumed_date_has_its_reason_in_the_driving_chain(plan: RandomPlan) -> None:
    forecast = forecast_plan(plan)
    for row in np.flatnonzero(forecast.certainty == Certainty.ASSUMED):
        while forecast.driver[row] >= 0 and not forecast.treatment[row]:
            row = forecast.driver[row]
        assert Treatment(int(forecast.treatment[row])).reasons()
