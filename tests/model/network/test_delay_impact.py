"""What a delay moves: which items, and how far."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model.network import (
    NO_DATE,
    Items,
    Links,
    Network,
    compute_delay_impact,
    compute_lateness_impact,
    find_descendants,
    schedule,
)
from model.records import State
from tests.model.network.days import TODAY as FRIDAY
from tests.model.network.days import day, forecast_of, format_day
from tests.model.network.plan_strategies import TODAY, RandomPlan, plans

CHAIN = Items.of(
    [1, 2, 3, 4],
    planned_start=[day(11, 23), day(11, 30), day(12, 7), day(12, 14)],
    planned_finish=[day(11, 27), day(12, 4), day(12, 11), day(12, 18)],
    deadline=[NO_DATE, NO_DATE, day(12, 14), NO_DATE],
)
CHAIN_LINKS = Links.of([1, 2, 3], [2, 3, 4])


def days(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def test_a_delay_moves_what_it_pushes() -> None:
    forecast = schedule(Network.build(CHAIN, CHAIN_LINKS), FRIDAY)
    impact = compute_delay_impact(forecast, np.array([1]), days(3))
    assert impact.ids.tolist() == [2, 3, 4]
    assert impact.delay.tolist() == [3, 3, 3]
    assert [format_day(finish) for finish in impact.finish] == ["09 Dec", "16 Dec", "23 Dec"]
    assert impact.path(4) == [1, 2, 3, 4]


def test_an_item_that_does_not_move_has_no_path() -> None:
    impact = compute_delay_impact(forecast_of(CHAIN), np.array([1]), days(3))
    with pytest.raises(KeyError):
        impact.path(4)


def test_slack_absorbs_a_delay() -> None:
    items = Items.of([1, 2], planned_start=[day(11, 23), day(12, 7)], duration=[1, 1])
    forecast = forecast_of(items, Links.of([1], [2]))
    impact = compute_delay_impact(forecast, np.array([1]), days(9))
    assert impact.ids.tolist() == []


def test_what_is_done_is_not_delayed() -> None:
    items = Items.of([1, 2], state=[State.DONE, 0], actual_finish=[day(11, 18), NO_DATE])
    forecast = forecast_of(items, Links.of([1], [2]))
    impact = compute_delay_impact(forecast, np.array([1]), days(9))
    assert impact.ids.tolist() == []
    assert impact.delayed_ids == frozenset()


def test_of_two_predecessors_that_move_an_item_equally_the_one_with_the_lowest_id_is_named() -> (
    None
):
    for ids in ([7, 5, 9], [5, 7, 9]):
        forecast = forecast_of(Items.of(ids, duration=[2, 2, 2]), Links.of([5, 7], [9, 9]))
        impact = compute_delay_impact(forecast, np.array([5, 7]), days(3, 3))
        assert impact.delayed_by.tolist() == [5]


def test_a_delay_of_a_parents_predecessor_reaches_the_child_and_names_the_predecessor() -> None:
    items = Items.of([1, 2, 3], duration=[2, -1, 2], parent=[-1, -1, 2])
    forecast = forecast_of(items, Links.of([1], [2]))
    impact = compute_delay_impact(forecast, np.array([1]), days(4))
    assert impact.ids.tolist() == [2, 3]
    assert impact.delayed_by.tolist() == [3, 1]
    assert impact.path(2) == [1, 3, 2]


def test_lateness_against_the_items_own_plan_has_an_impact_already() -> None:
    items = Items.of([1, 2], planned_finish=[day(11, 10), day(11, 24)], duration=[5, 2])
    forecast = forecast_of(items, Links.of([1], [2]))
    impact = compute_lateness_impact(forecast, np.array([1]))
    assert impact.ids.tolist() == [2]
    assert impact.delay.tolist() == [4]


def test_an_item_on_time_or_without_a_planned_finish_has_no_lateness_impact() -> None:
    items = Items.of([1, 2, 3], planned_finish=[day(11, 27), NO_DATE, NO_DATE], duration=[2, 2, 2])
    forecast = forecast_of(items, Links.of([1, 2], [3, 3]))
    impact = compute_lateness_impact(forecast, np.array([1, 2]))
    assert impact.ids.tolist() == []
    assert impact.delayed_ids == frozenset()


def test_late_items_keep_to_their_plans_in_the_comparison_whatever_their_predecessors_do() -> None:
    """Kept to its plan the second item ends on 19 November, before its predecessor can."""
    items = Items.of(
        [1, 2, 3], planned_finish=[day(11, 18), day(11, 19), NO_DATE], duration=[1] * 3
    )
    forecast = forecast_of(items, Links.of([1, 2], [2, 3]))
    impact = compute_lateness_impact(forecast, np.array([1, 2]))
    assert impact.ids.tolist() == [3]
    assert impact.delay.tolist() == [2]


def test_an_impact_is_ordered_by_id_whatever_the_order_of_rows() -> None:
    forecast = forecast_of(Items.of([9, 3, 7, 5]), Links.of([9, 7, 5], [7, 5, 3]))
    impact = compute_delay_impact(forecast, np.array([9]), days(1))
    assert impact.ids.tolist() == [3, 5, 7]
    assert impact.delayed_by.tolist() == [5, 7, 9]


def test_a_delay_past_the_end_of_the_calendars_still_names_what_hands_it_on() -> None:
    forecast = forecast_of(
        Items.of(range(12), duration=[9_000] * 12), Links.of(range(11), range(1, 12))
    )
    impact = compute_delay_impact(forecast, np.array([0]), days(9_000))
    assert len(impact.ids) > 5
    assert impact.delayed_by.tolist() == [item - 1 for item in impact.ids.tolist()]


def test_an_unknown_id_is_refused() -> None:
    with pytest.raises(KeyError, match="no item has the id 9"):
        compute_delay_impact(forecast_of(CHAIN), np.array([9]), days(1))


@settings(max_examples=50)
@given(plans(), st.data())
def test_a_delay_moves_descendants_only_and_each_by_a_path_of_moved_items(
    plan: RandomPlan, data: st.DataObject
) -> None:
    network = Network.build(plan.items, plan.links, plan.tables)
    assume(not network.cycles)
    forecast = schedule(network, TODAY)
    row = data.draw(st.integers(0, len(plan.items) - 1))
    delay, item = data.draw(st.integers(1, 20)), int(plan.items.id[row])
    impact = compute_delay_impact(forecast, np.array([item]), days(delay))
    moved = {item, *impact.ids.tolist()}
    assert moved - {item} <= set(find_descendants(network, np.array([item])).tolist())
    assert (impact.delay > 0).all()
    for moved_id in impact.ids.tolist():
        assert impact.path(moved_id)[0] == item
        assert set(impact.path(moved_id)) <= moved
