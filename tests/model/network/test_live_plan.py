"""A forecast that follows changes equals one made afresh."""

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
from tests.benchmarks.plans import Plain, everything, layered, simple
from tests.model.network.plans import TODAY, plans

COLUMNS = [field.name for field in fields(Forecast) if field.name != "cpm"]


def taken(items: Items, rows: list[int]) -> Items:
    return Items(**{f.name: getattr(items, f.name)[rows] for f in fields(Items)})


def equals(live: IncrementalForecast, afresh: Forecast) -> None:
    for name in COLUMNS:
        assert getattr(live.forecast, name).tolist() == getattr(afresh, name).tolist(), name


@settings(deadline=None, max_examples=80)
@given(st.data(), st.booleans())
def test_following_changes_equals_computing_afresh(data: st.DataObject, bridged: bool) -> None:
    plan = data.draw(plans(calendars=3 if bridged else 1))
    network = Network.build(plan.items, plan.links, plan.tables)
    assume(not network.cycles)
    live = IncrementalForecast(schedule(network, plan.today))
    items = plan.items
    for _ in range(data.draw(st.integers(1, 3))):
        rows = data.draw(st.lists(st.integers(0, len(items) - 1), min_size=1, unique=True))
        donor = data.draw(plans(calendars=1)).items
        columns = {f.name: getattr(items, f.name).copy() for f in fields(Items)}
        for name in columns.keys() - {"id", "parent", "calendar"}:
            columns[name][rows] = np.resize(getattr(donor, name), len(rows))
        items = Items(**columns)
        live.update(taken(items, rows))
        if data.draw(st.booleans()):
            equals(live, schedule(Network.build(items, plan.links, plan.tables), plan.today))
    equals(live, schedule(Network.build(items, plan.links, plan.tables), plan.today))


@pytest.mark.parametrize("plan", [simple, everything], ids=["estimates", "everything"])
def test_a_long_series_of_changes_equals_computing_afresh(
    plan: Callable[[Plain], tuple[Items, Links, Calendars]],
) -> None:
    items, links, calendars = plan(layered(300, 15))
    random = np.random.default_rng(4)
    live = IncrementalForecast(schedule(Network.build(items, links, calendars), TODAY))
    for _ in range(40):
        row, other = random.integers(0, len(items), 2).tolist()
        items = Items(**{f.name: getattr(items, f.name).copy() for f in fields(Items)})
        items.duration[row] = random.integers(1, 30)
        items.planned_finish[row] = items.planned_finish[other]
        items.state[row] = items.state[other]
        live.update(taken(items, [row]))
        equals(live, schedule(Network.build(items, links, calendars), TODAY))


def test_a_change_that_keeps_the_end_does_not_hide_one_before_that_moved_it() -> None:
    before = Items.of([1, 2, 3], duration=[10, 2, 2])
    live = IncrementalForecast(schedule(Network.build(before, Links.of([2], [3])), TODAY))
    longer = replace(before, duration=np.array([20, 2, 2], dtype=np.int32))
    after = replace(before, duration=np.array([20, 3, 2], dtype=np.int32))
    live.update(taken(longer, [0]))
    live.update(taken(after, [1]))
    equals(live, schedule(Network.build(after, Links.of([2], [3])), TODAY))


def test_a_milestone_moved_to_a_day_off_waits_for_work_of_that_day() -> None:
    columns = {"duration": [2, 0, 1, 1], "milestone": [False, True, False, False]}
    before = Items.of([1, 2, 3, 4], calendar=[1, 0, 0, 0], parent=[-1, -1, -1, 3], **columns)
    saturdays = Calendars.of([Calendar(), Calendar((True,) * 6 + (False,))])
    links = Links.of([1], [2])
    live = IncrementalForecast(schedule(Network.build(before, links, saturdays), TODAY))
    finish = np.array([NO_DATE, TODAY + 1, NO_DATE, NO_DATE], dtype=np.int32)
    after = replace(before, planned_finish=finish)
    live.update(taken(after, [1]))
    equals(live, schedule(Network.build(after, links, saturdays), TODAY))


def test_a_cancelled_successor_leaves_its_predecessor_more_time() -> None:
    before = Items.of([1, 2, 3], duration=[2, 0, 30], milestone=[False, True, False])
    links = Links.of([1], [2], lag=[5])
    live = IncrementalForecast(schedule(Network.build(before, links), TODAY))
    after = replace(before, state=np.array([0, State.CANCELLED, 0], dtype=np.int8))
    live.update(taken(after, [1]))
    equals(live, schedule(Network.build(after, links), TODAY))


def test_what_starts_with_a_parent_follows_its_first_child() -> None:
    before = Items.of([1, 2, 3, 4], duration=[2, 2, 2, 2], parent=[-1, 1, 2, -1])
    links = Links.of([1], [4], type=[DependencyType.START_TO_START])
    live = IncrementalForecast(schedule(Network.build(before, links), TODAY))
    start = np.array([NO_DATE, NO_DATE, TODAY + 10, NO_DATE], dtype=np.int32)
    after = replace(before, planned_start=start)
    assert live.update(taken(after, [2])).tolist() == [1, 2, 3, 4]
    equals(live, schedule(Network.build(after, links), TODAY))


def test_an_update_names_the_items_whose_dates_moved() -> None:
    items = Items.of([1, 2, 3], duration=[5, 5, 5])
    live = IncrementalForecast(schedule(Network.build(items, Links.of([1], [2])), TODAY))
    assert live.update(Items.of([1], duration=[7])).tolist() == [1, 2]
    assert live.update(Items.of([1], duration=[7])).tolist() == []


def test_a_changed_parent_asks_for_a_new_network() -> None:
    items = Items.of([1, 2], duration=[5, 5])
    live = IncrementalForecast(schedule(Network.build(items, Links.of([], [])), TODAY))
    with pytest.raises(ValueError, match="parent of an item changed"):
        live.update(Items.of([1], parent=[2]))
    with pytest.raises(KeyError, match="no item has the id 9"):
        live.update(Items.of([9]))
