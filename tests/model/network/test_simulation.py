"""The forecast repeated with durations drawn at random."""

import numpy as np
import pytest

from model.network import (
    Calendar,
    Calendars,
    DurationFactors,
    Items,
    Links,
    Network,
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
    still = DurationFactors(low=1.0, likely=1.0, high=1.0 + 1e-9)
    found = simulate(forecast, 9, 1, items.id, still)
    assert (found.finish == forecast.early_finish).all()


def test_a_pessimistic_spread_makes_a_tight_plan_late() -> None:
    items = Items.of([1, 2], planned_start=[day(11, 23)] * 2, planned_finish=[day(12, 11)] * 2,
                     deadline=[-(2**31), day(12, 31)])  # fmt: skip
    forecast = schedule(Network.build(items, Links.of([], [])), TODAY)
    found = simulate(forecast, 400, 7, np.array([1]))
    assert 0.6 < found.late_share[0] < 0.85
    assert found.late_share[1] == 0
    assert (
        found.finish_percentile(0.1)[0]
        < found.finish_percentile(0.5)[0]
        < found.finish_percentile(0.9)[0]
    )


def test_equal_seeds_give_equal_draws() -> None:
    items = Items.of([1], duration=[20])
    forecast = schedule(Network.build(items, Links.of([], [])), TODAY)
    one, other = (simulate(forecast, 20, 3, np.array([1])) for _ in range(2))
    assert one.finish.tolist() == other.finish.tolist()


def test_what_is_done_takes_no_longer_in_any_draw() -> None:
    items = Items.of([1, 2], state=[3, 0], duration=[-1, 1], actual_start=[day(10, 26), -(2**31)],
                     actual_finish=[day(11, 18), -(2**31)])  # fmt: skip
    forecast = schedule(Network.build(items, Links.of([1], [2])), TODAY)
    found = simulate(forecast, 9, 1, np.array([2]))
    assert (found.finish == forecast.early_finish[1]).all()
