"""A forecast that follows changes equals one computed from the start."""

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model.network import (
    NO_DATE,
    Calendar,
    Calendars,
    Forecast,
    IncrementalForecast,
    Items,
    Links,
    Network,
    schedule,
)
from model.records import DependencyType, State
from tests.benchmarks.plans import PlainPlan, build_layered_plan, full_inputs, simple_inputs
from tests.model.network.plan_strategies import TODAY, plans

COLUMNS = [field.name for field in fields(Forecast) if field.name != "cpm"]


def check_equal(incremental: IncrementalForecast, recomputed: Forecast) -> None:
    for name in COLUMNS:
        columns = getattr(incremental.forecast, name), getattr(recomputed, name)
        assert columns[0].tolist() == columns[1].tolist(), name


@settings(deadline=None, max_examples=40)
@given(st.data(), st.booleans())
def test_following_changes_equals_computing_from_the_start(
    data: st.DataObject, several_calendars: bool
) -> None:
    plan = data.draw(plans(calendars=3 if several_calendars else 1))
    network = Network.build(plan.items, plan.links, plan.tables)
    assume(not network.cycles)
    incremental = IncrementalForecast(schedule(network, plan.today))
    items = plan.items
    for _ in range(data.draw(st.integers(1, 3))):
        rows = data.draw(st.lists(st.integers(0, len(items) - 1), min_size=1, unique=True))
        donor = data.draw(plans(calendars=1)).items
        columns = {field.name: getattr(items, field.name).copy() for field in fields(Items)}
        for name in columns.keys() - {"id", "parent", "calendar"}:
            columns[name][rows] = np.resize(getattr(donor, name), len(rows))
        items = Items(**columns)
        incremental.update(items.take(np.array(rows)))
        if data.draw(st.booleans()):
            check_equal(
                incremental, schedule(Network.build(items, plan.links, plan.tables), plan.today)
            )
    check_equal(incremental, schedule(Network.build(items, plan.links, plan.tables), plan.today))


@pytest.mark.parametrize("plan", [simple_inputs, full_inputs], ids=["estimates", "everything"])
def test_a_long_series_of_changes_equals_computing_from_the_start(
    plan: Callable[[PlainPlan], tuple[Items, Links, Calendars]],
) -> None:
    items, links, calendars = plan(build_layered_plan(300, 15))
    random = np.random.default_rng(4)
    incremental = IncrementalForecast(schedule(Network.build(items, links, calendars), TODAY))
    for _ in range(40):
        row, donor = random.integers(0, len(items), 2).tolist()
        items = items.take(np.arange(len(items)))
        items.duration[row] = random.integers(1, 30)
        items.planned_finish[row] = items.planned_finish[donor]
        items.state[row] = items.state[donor]
        incremental.update(items.take(np.array([row])))
        check_equal(incremental, schedule(Network.build(items, links, calendars), TODAY))


def test_a_change_that_keeps_the_end_does_not_hide_one_before_that_moved_it() -> None:
    before = Items.of([1, 2, 3], duration=[10, 2, 2])
    incremental = IncrementalForecast(schedule(Network.build(before, Links.of([2], [3])), TODAY))
    longer = replace(before, duration=np.array([20, 2, 2], dtype=np.int32))
    after = replace(before, duration=np.array([20, 3, 2], dtype=np.int32))
    incremental.update(longer.take(np.array([0])))
    incremental.update(after.take(np.array([1])))
    check_equal(incremental, schedule(Network.build(after, Links.of([2], [3])), TODAY))


def test_a_milestone_moved_to_a_day_off_waits_for_work_of_that_day() -> None:
    columns = {"duration": [2, 0, 1, 1], "milestone": [False, True, False, False]}
    before = Items.of([1, 2, 3, 4], calendar=[1, 0, 0, 0], parent=[-1, -1, -1, 3], **columns)
    saturdays = Calendars.of([Calendar(), Calendar((True,) * 6 + (False,))])
    links = Links.of([1], [2])
    incremental = IncrementalForecast(schedule(Network.build(before, links, saturdays), TODAY))
    finish = np.array([NO_DATE, TODAY + 1, NO_DATE, NO_DATE], dtype=np.int32)
    after = replace(before, planned_finish=finish)
    incremental.update(after.take(np.array([1])))
    check_equal(incremental, schedule(Network.build(after, links, saturdays), TODAY))


def test_a_cancelled_successor_leaves_its_predecessor_more_time() -> None:
    before = Items.of([1, 2, 3], duration=[2, 0, 30], milestone=[False, True, False])
    links = Links.of([1], [2], lag=[5])
    incremental = IncrementalForecast(schedule(Network.build(before, links), TODAY))
    after = replace(before, state=np.array([0, State.CANCELLED, 0], dtype=np.int8))
    incremental.update(after.take(np.array([1])))
    check_equal(incremental, schedule(Network.build(after, links), TODAY))


def test_a_start_to_start_successor_of_a_parent_follows_its_first_child() -> None:
    before = Items.of([1, 2, 3, 4], duration=[2, 2, 2, 2], parent=[-1, 1, 2, -1])
    links = Links.of([1], [4], type=[DependencyType.START_TO_START])
    incremental = IncrementalForecast(schedule(Network.build(before, links), TODAY))
    start = np.array([NO_DATE, NO_DATE, TODAY + 10, NO_DATE], dtype=np.int32)
    after = replace(before, planned_start=start)
    assert incremental.update(after.take(np.array([2]))).tolist() == [1, 2, 3, 4]
    check_equal(incremental, schedule(Network.build(after, links), TODAY))


def test_a_child_follows_a_new_driver_of_its_parents_start_though_no_date_moves() -> None:
    before = Items.of([5, 1, 3, 4], duration=[5, 3, -1, 2], parent=[-1, -1, -1, 3])
    links = Links.of([5, 1], [3, 3])
    incremental = IncrementalForecast(schedule(Network.build(before, links), TODAY))
    assert incremental.forecast.driver[3] == 0
    after = replace(before, duration=np.array([5, 5, -1, 2], dtype=np.int32))
    assert incremental.update(after.take(np.array([1]))).tolist() == [1]
    assert incremental.forecast.driver[3] == 1
    check_equal(incremental, schedule(Network.build(after, links), TODAY))


def test_an_update_returns_the_items_whose_dates_moved() -> None:
    items = Items.of([1, 2, 3], duration=[5, 5, 5])
    incremental = IncrementalForecast(schedule(Network.build(items, Links.of([1], [2])), TODAY))
    assert incremental.update(Items.of([1], duration=[7])).tolist() == [1, 2]
    assert incremental.update(Items.of([1], duration=[7])).tolist() == []


def test_a_change_of_parent_or_calendar_asks_for_a_new_network() -> None:
    items = Items.of([1, 2], duration=[5, 5])
    incremental = IncrementalForecast(schedule(Network.build(items, Links.of([], [])), TODAY))
    with pytest.raises(ValueError, match="parent of an item changed"):
        incremental.update(Items.of([1], parent=[2]))
    with pytest.raises(ValueError, match="calendar of an item changed"):
        incremental.update(Items.of([1], calendar=[1]))
    with pytest.raises(KeyError, match="no item has the id 9"):
        incremental.update(Items.of([9]))


def test_the_items_of_the_original_forecast_stay_as_they_are() -> None:
    items = Items.of([1, 2], duration=[5, 5])
    incremental = IncrementalForecast(schedule(Network.build(items, Links.of([1], [2])), TODAY))
    incremental.update(Items.of([1], duration=[7]))
    assert items.duration.tolist() == [5, 5]
