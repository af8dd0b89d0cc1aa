"""Working calendars: numbers of working days, holidays, own exceptions, the horizon."""

import numpy as np
import pytest

from model.network import NO_DATE, Calendar, Calendars, Items, Links, Network, Treatment
from tests.model.network.days import day, finishes, forecast_of

FRIDAY, SATURDAY, MONDAY = day(11, 20), day(11, 21), day(11, 23)
FIVE_DAYS = np.zeros(1, dtype=np.int16)


def column(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def test_the_number_of_a_day_off_is_that_of_the_next_working_day() -> None:
    calendars = Calendars.of()
    friday, saturday, monday = (
        int(calendars.to_number(FIVE_DAYS, column(value))[0])
        for value in (FRIDAY, SATURDAY, MONDAY)
    )
    assert saturday == monday == friday + 1
    assert calendars.to_day(FIVE_DAYS, column(monday)).tolist() == [MONDAY]


def test_the_first_of_january_1970_was_a_thursday_and_has_number_0() -> None:
    calendars = Calendars.of([Calendar((False, False, False, True, False, False, False))])
    assert calendars.to_number(FIVE_DAYS, column(0, 1)).tolist() == [0, 1]
    assert calendars.to_day(FIVE_DAYS, column(0, 1)).tolist() == [0, 7]


def test_working_days_between_two_days_are_signed_and_0_without_a_date() -> None:
    between = Calendars.of().working_days_between
    first, second = column(FRIDAY, MONDAY, NO_DATE, FRIDAY), column(MONDAY, FRIDAY, FRIDAY, NO_DATE)
    assert between(np.zeros(4, dtype=np.int16), first, second).tolist() == [1, -1, 0, 0]


def test_working_days_between_run_from_the_end_of_a_day_to_the_end_of_another() -> None:
    between = Calendars.of().working_days_between
    assert between(FIVE_DAYS, column(SATURDAY), column(MONDAY)).tolist() == [1]
    assert between(FIVE_DAYS, column(FRIDAY), column(SATURDAY)).tolist() == [0]


def test_dates_outside_the_horizon_are_moved_to_its_edge() -> None:
    calendars = Calendars.of()
    last = calendars.to_number(FIVE_DAYS, column(146_097))
    assert calendars.to_number(FIVE_DAYS, column(-5)).tolist() == [0]
    assert calendars.to_number(FIVE_DAYS, column(2**30)).tolist() == last.tolist()
    assert calendars.to_day(FIVE_DAYS, column(2**30)) < 146_097


def test_holidays_are_off_and_own_exceptions_are_worked() -> None:
    calendars = Calendars.of([Calendar(holidays=[MONDAY], extra_days=[SATURDAY])])
    assert finishes(forecast_of(Items.of([1], duration=[3]), calendars=calendars)) == ["24 Nov"]


def test_a_day_that_is_both_a_holiday_and_an_own_exception_is_worked() -> None:
    calendars = Calendars.of([Calendar(holidays=[MONDAY], extra_days=[MONDAY])])
    assert finishes(forecast_of(Items.of([1], duration=[2]), calendars=calendars)) == ["23 Nov"]


def test_equal_calendars_share_a_table() -> None:
    calendars = Calendars.of([Calendar(holidays=[5, 3]), Calendar(), Calendar(holidays=[3, 5, 3])])
    assert calendars.table_offset[0] == calendars.table_offset[2] != calendars.table_offset[1]
    assert len(calendars) == 3


def test_each_calendar_keeps_its_own_days_behind_equal_ones() -> None:
    sundays = Calendar((False,) * 6 + (True,))
    calendars = Calendars.of([Calendar(), Calendar(), sundays])
    calendar = np.array([0, 1, 2], dtype=np.int16)
    number = calendars.to_number(calendar, column(FRIDAY, FRIDAY, FRIDAY))
    assert calendars.to_day(calendar, number).tolist() == [FRIDAY, FRIDAY, day(11, 22)]


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="works at least one"):
        Calendars.of([Calendar((False,) * 7)])


def test_a_calendar_that_is_not_there_is_refused() -> None:
    for calendar in (1, -1):
        with pytest.raises(ValueError, match="outside the 1 given"):
            Network.build(Items.of([1], calendar=[calendar]), Links.of([], []))


def test_a_function_that_works_one_day_a_week_does_not_shorten_the_others_horizon() -> None:
    rare = Calendar((True,) + (False,) * 6)
    items = Items.of([1, 2, 3], calendar=[0, 0, 1], duration=[9_000, 9_000, 1])
    links = Links.of([1], [2])
    beside_rare = forecast_of(items, links, Calendars.of([Calendar(), rare]))
    alone = forecast_of(items, links, Calendars.of([Calendar(), Calendar()]))
    assert beside_rare.early_finish[:2].tolist() == alone.early_finish[:2].tolist()


def test_a_plan_that_runs_past_the_calendars_ends_with_them_and_says_so() -> None:
    items = Items.of(range(20), duration=[10_000] * 20)
    forecast = forecast_of(items, Links.of(range(19), range(1, 20)))
    assert (forecast.early_finish[1:] >= forecast.early_finish[:-1]).all()
    assert Treatment(int(forecast.treatment[19])) & Treatment.OUT_OF_RANGE
    assert not Treatment(int(forecast.treatment[0])) & Treatment.OUT_OF_RANGE
