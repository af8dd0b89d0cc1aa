"""Working days across weekends, holidays, own exceptions and the ends of years."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from model.operating_model.calendar import WorkingCalendar
from model.operating_model.schema import CalendarSpec

HAMBURG = WorkingCalendar(
    CalendarSpec(
        id="hamburg",
        name="Hamburg",
        country="DE",
        subdivision="HH",
        closed=(date(2026, 12, 24),),
        open=(date(2026, 12, 5), date(2026, 5, 1)),
    )
)
MUNICH = WorkingCalendar(CalendarSpec(id="munich", name="Munich", country="DE", subdivision="BY"))
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def test_weekends_and_public_holidays_are_not_worked() -> None:
    assert not HAMBURG.is_working(date(2026, 11, 21))
    assert not HAMBURG.is_working(date(2026, 12, 25))
    assert HAMBURG.is_working(date(2026, 11, 20))


def test_a_region_keeps_its_own_holidays() -> None:
    epiphany, reformation_day = date(2026, 1, 6), date(2028, 10, 31)
    assert (HAMBURG.is_working(epiphany), MUNICH.is_working(epiphany)) == (True, False)
    assert (HAMBURG.is_working(reformation_day), MUNICH.is_working(reformation_day)) == (
        False,
        True,
    )


def test_own_days_off_are_not_worked() -> None:
    assert not HAMBURG.is_working(date(2026, 12, 24))
    assert MUNICH.is_working(date(2026, 12, 24))


def test_an_open_day_is_worked_on_a_weekend_and_on_a_holiday() -> None:
    saturday, labour_day = date(2026, 12, 5), date(2026, 5, 1)
    assert (HAMBURG.is_working(saturday), MUNICH.is_working(saturday)) == (True, False)
    assert (HAMBURG.is_working(labour_day), MUNICH.is_working(labour_day)) == (True, False)


def test_the_day_from_which_is_counted_does_not_count() -> None:
    friday, saturday, monday = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 23)
    assert HAMBURG.add_working_days(friday, 1) == monday
    assert HAMBURG.add_working_days(saturday, 1) == monday
    assert HAMBURG.add_working_days(saturday, 0) == saturday


def test_counting_back_from_a_weekend_reaches_the_friday() -> None:
    assert HAMBURG.add_working_days(date(2026, 11, 22), -1) == date(2026, 11, 20)
    assert HAMBURG.add_working_days(date(2026, 11, 23), -1) == date(2026, 11, 20)


def test_an_open_saturday_counts_as_a_day() -> None:
    assert HAMBURG.add_working_days(date(2026, 12, 4), 1) == date(2026, 12, 5)
    assert HAMBURG.add_working_days(date(2026, 12, 4), 2) == date(2026, 12, 7)


def test_counting_passes_christmas_and_the_new_year() -> None:
    assert HAMBURG.add_working_days(date(2026, 12, 23), 1) == date(2026, 12, 28)
    assert HAMBURG.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)
    assert HAMBURG.add_working_days(date(2027, 1, 4), -1) == date(2026, 12, 31)


def test_a_day_that_is_worked_is_its_own_next_working_day() -> None:
    assert HAMBURG.next_working_day(date(2026, 11, 20)) == date(2026, 11, 20)
    assert HAMBURG.next_working_day(date(2026, 12, 24)) == date(2026, 12, 28)


def test_years_far_ahead_and_long_ago_are_known_as_well() -> None:
    assert not MUNICH.is_working(date(2061, 12, 26))
    assert not MUNICH.is_working(date(1995, 5, 1))
    assert MUNICH.add_working_days(date(2026, 1, 1), 2500) > date(2035, 1, 1)


def test_a_calendar_of_one_weekday_counts_in_weeks() -> None:
    weekend = ("monday", "tuesday", "wednesday", "thursday", "saturday", "sunday")
    spec = CalendarSpec(id="fridays", name="Fridays", country="DE", weekend=weekend)
    fridays = WorkingCalendar(spec)
    assert fridays.add_working_days(date(2026, 11, 20), 2) == date(2026, 12, 4)
    assert fridays.working_days_between(date(2026, 11, 20), date(2028, 11, 17)) == sum(
        fridays.is_working(date(2026, 11, 20) + timedelta(weeks=week)) for week in range(1, 105)
    )


@given(DAYS, st.integers(-400, 400))
@settings(max_examples=60, deadline=None)
def test_adding_days_and_counting_them_agree(day: date, days: int) -> None:
    moved = HAMBURG.add_working_days(day, days)
    assert days == 0 or HAMBURG.is_working(moved)
    if days >= 0 or HAMBURG.is_working(day):
        assert HAMBURG.working_days_between(day, moved) == days


@given(DAYS, st.integers(0, 800))
@settings(max_examples=40, deadline=None)
def test_counting_equals_looking_at_each_day(start: date, length: int) -> None:
    days = [start + timedelta(days=ahead) for ahead in range(1, length + 1)]
    end = start + timedelta(days=length)
    worked = sum(map(HAMBURG.is_working, days))
    assert HAMBURG.working_days_between(start, end) == worked
    assert HAMBURG.working_days_between(end, start) == -worked


def test_the_columns_for_the_plan_mean_the_same_days() -> None:
    """The network builds its tables from the week, the days off and the extra days."""
    off, extra = HAMBURG.days_off(2026, 2027), HAMBURG.extra_days
    for day in np.arange("2026-01-01", "2028-01-01", dtype="datetime64[D]"):
        number, weekday = int(day.astype(np.int64)), day.item().weekday()
        worked = number in extra or (HAMBURG.week[weekday] and number not in off)
        assert worked == HAMBURG.is_working(day.item())
