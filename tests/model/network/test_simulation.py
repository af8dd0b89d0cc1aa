"""The forecast repeated with durations drawn at random."""

import numpy as np
import pytest

from model.network import (
    NO_DATE,
    Calendar,
    Calendars,
    DurationFactors,
    Items,
    Links,
    Network,
    SimulationResult,
    schedule,
    simulate,
)
from tests.model.network.days import TODAY, day


@pytest.mark.parametrize("week", [(True,) * 5 + (False,) * 2, (True,) * 7])
def test_without_spread_every_draw_is_the_forecast(week: tuple[bool, ...]) -> None:
    calendars = Calendars.of([Calendar(), Calendar(week)])
    items = Items.of(
        range(6), calendar=[0, 1, 0, 1, 0, 1], duration=[3, 4, 0, 5, 2, 9], state=[0, 0, 0, 1, 3, 4]
    )
    links = Links.of(
        [0, 0, 1, 2, 3, 0], [1, 2, 3, 5, 5, 3], type=[0, 1, 2, 3, 0, 2], lag=[1, 0, -2, 3, 0, 1]
    )
    forecast = schedule(Network.build(items, links, calendars), TODAY)
    no_spread = DurationFactors(low=1.0, likely=1.0, high=1.0 + 1e-9)
    result = simulate(forecast, 9, 1, items.id, no_spread)
    assert (result.finish == forecast.early_finish).all()


def test_a_pessimistic_spread_makes_a_tight_plan_late() -> None:
    items = Items.of([1, 2], planned_start=[day(11, 23)] * 2, planned_finish=[day(12, 11)] * 2,
                     deadline=[NO_DATE, day(12, 31)])  # fmt: skip
    forecast = schedule(Network.build(items, Links.of([], [])), TODAY)
    result = simulate(forecast, 400, 7, np.array([1]))
    assert 0.6 < result.late_share[0] < 0.85
    assert result.late_share[1] == 0
    assert (
        result.finish_percentile(0.1)[0]
        < result.finish_percentile(0.5)[0]
        < result.finish_percentile(0.9)[0]
    )


def test_equal_seeds_give_equal_draws_and_others_do_not() -> None:
    items = Items.of([1], duration=[20])
    forecast = schedule(Network.build(items, Links.of([], [])), TODAY)
    first, second = (simulate(forecast, 20, 3, np.array([1])) for _ in range(2))
    assert first.finish.tolist() == second.finish.tolist()
    assert simulate(forecast, 20, 4, np.array([1])).finish.tolist() != first.finish.tolist()


def test_what_is_done_takes_no_longer_in_any_draw() -> None:
    items = Items.of([1, 2], state=[3, 0], duration=[-1, 1], actual_start=[day(10, 26), NO_DATE],
                     actual_finish=[day(11, 18), NO_DATE])  # fmt: skip
    forecast = schedule(Network.build(items, Links.of([1], [2])), TODAY)
    result = simulate(forecast, 9, 1, np.array([2]))
    assert (result.finish == forecast.early_finish[1]).all()


def test_an_item_without_deadline_is_late_against_its_planned_finish_and_else_never() -> None:
    columns = {"planned_finish": [day(11, 20), NO_DATE], "duration": [10, 10]}
    forecast = schedule(Network.build(Items.of([1, 2], **columns), Links.of([], [])), TODAY)
    assert simulate(forecast, 9, 1, np.array([1])).late_share.tolist() == [1.0, 0.0]


def test_what_is_done_or_cancelled_is_never_late_in_the_draws() -> None:
    items = Items.of([1, 2], state=[3, 4], duration=[30, 30], deadline=[day(11, 2)] * 2)
    result = simulate(schedule(Network.build(items, Links.of([], [])), TODAY), 9, 1, items.id)
    assert result.late_share.tolist() == [0, 0]
    assert (result.finish[:, 1] == NO_DATE).all()


def test_a_percentile_is_the_finish_of_the_draw_at_that_share() -> None:
    finish = np.array([[40], [10], [20], [30]], dtype=np.int32)
    result = SimulationResult(np.array([1]), finish, np.array([0.0]))
    days = [int(result.finish_percentile(share)[0]) for share in (0.25, 0.5, 0.51, 1.0)]
    assert days == [10, 20, 30, 40]


def test_drawn_durations_follow_the_triangular_distribution() -> None:
    """Between 150, 300 and 900 days its mean is 450, and 400 days suffice with a probability of
    1 - (900 - 400)² / ((900 - 150) * (900 - 300)); no draw leaves its bounds."""
    forecast = schedule(Network.build(Items.of([1], duration=[300]), Links.of([], [])), TODAY)
    draws = simulate(forecast, 4_000, 5, np.array([1]), DurationFactors(0.5, 1.0, 3.0)).finish
    calendars = forecast.cpm.network.calendars
    numbers = calendars.to_number(np.zeros(1, dtype=np.int16), draws[:, 0] + 1)
    length = numbers - forecast.cpm.min_start[0]
    assert 150 <= length.min() <= length.max() <= 900
    assert length.mean() == pytest.approx(450, rel=0.02)
    assert (length <= 400).mean() == pytest.approx(4 / 9, abs=0.03)


def test_a_short_duration_is_never_drawn_as_nothing() -> None:
    forecast = schedule(Network.build(Items.of([1], duration=[1]), Links.of([], [])), TODAY)
    shortest = simulate(forecast, 9, 1, np.array([1]), DurationFactors(0.0, 0.05, 0.1))
    assert (shortest.finish == forecast.early_finish[0]).all()


def test_an_unknown_watched_id_is_refused() -> None:
    forecast = schedule(Network.build(Items.of([1]), Links.of([], [])), TODAY)
    with pytest.raises(KeyError, match="no item has the id 9"):
        simulate(forecast, 1, 1, np.array([9]))


def test_done_work_keeps_a_finish_on_a_day_off() -> None:
    items = Items.of([1], state=[3], actual_finish=[day(11, 7)])
    forecast = schedule(Network.build(items, Links.of([], [])), TODAY)
    assert simulate(forecast, 3, 1, items.id).finish.tolist() == [[day(11, 7)]] * 3


def test_draws_end_with_the_calendars_as_the_forecast_does() -> None:
    items = Items.of(range(20), duration=[10_000] * 20)
    network = Network.build(items, Links.of(range(19), range(1, 20)))
    result = simulate(schedule(network, TODAY), 3, 1, items.id, DurationFactors(1.0, 1.0, 1.1))
    assert result.finish.max() < 146_097
    assert (np.diff(result.finish, axis=1) >= 0).all()
