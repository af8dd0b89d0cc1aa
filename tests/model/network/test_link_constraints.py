"""How a link binds the dates of its successor: lags, leads, elapsed days."""

from model.network import Calendar, Calendars, Items, Links
from tests.model.network.days import day, forecast_of, starts


def test_a_working_lag_counts_the_working_days_of_the_successor() -> None:
    calendars = Calendars.of([Calendar(), Calendar((True,) * 7)])
    items = Items.of([1, 2, 3], calendar=[0, 0, 1], duration=[1, 1, 1])
    forecast = forecast_of(items, Links.of([1, 1], [2, 3], lag=[2, 2]), calendars)
    assert starts(forecast) == ["20 Nov", "25 Nov", "23 Nov"]


def test_an_elapsed_lag_counts_every_day() -> None:
    items = Items.of([1, 2], duration=[1, 1])
    forecast = forecast_of(items, Links.of([1], [2], lag=[4], elapsed=[True]))
    assert starts(forecast)[1] == "25 Nov"


def test_a_lead_lets_the_successor_start_before_its_predecessor_finishes() -> None:
    items = Items.of([1, 2], duration=[5, 5])
    assert starts(forecast_of(items, Links.of([1], [2], lag=[-2])))[1] == "25 Nov"


def test_finish_to_finish_binds_the_finish_of_the_successor() -> None:
    items = Items.of([1, 2], duration=[5, 2])
    assert starts(forecast_of(items, Links.of([1], [2], type=[2])))[1] == "25 Nov"


def test_start_to_finish_binds_the_finish_of_the_successor_to_the_start() -> None:
    items = Items.of([1, 2], planned_start=[day(11, 27), -(2**31)], duration=[5, 2])
    assert starts(forecast_of(items, Links.of([1], [2], type=[3])))[1] == "25 Nov"
