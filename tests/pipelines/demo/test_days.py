from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from model.operating_model.load import load
from pipelines.demo.days import Days

MODEL = load(Path(__file__).parents[3] / "dagster_home" / "operating_model")


def test_today_is_day_zero_if_it_is_a_working_day() -> None:
    days = Days.for_model(MODEL, date(2026, 11, 20))
    assert days.day(0) == date(2026, 11, 20)
    assert days.day(1) == date(2026, 11, 23)


def test_on_a_weekend_the_next_working_day_is_day_zero() -> None:
    days = Days.for_model(MODEL, date(2026, 11, 21))
    assert days.day(0) == date(2026, 11, 23)
    assert days.day(-1) == date(2026, 11, 20)


def test_holidays_and_company_closures_are_skipped() -> None:
    days = Days.for_model(MODEL, date(2026, 12, 23))
    assert days.day(1) == date(2026, 12, 28)
    assert days.day(4) == date(2027, 1, 4)


def test_an_instant_is_local_time() -> None:
    assert (
        Days.for_model(MODEL, date(2026, 11, 20)).at(-1, 9).isoformat()
        == "2026-11-19T09:00:00+01:00"
    )


@pytest.mark.parametrize(
    ("today", "start"),
    [
        (date(2026, 11, 20), date(2027, 1, 1)),
        (date(2026, 12, 30), date(2027, 4, 1)),
        (date(2027, 3, 31), date(2027, 7, 1)),
        (date(2027, 4, 1), date(2027, 7, 1)),
    ],
)
def test_a_late_budget_is_released_with_a_quarter_long_after_the_start_of_the_work(
    today: date, start: date
) -> None:
    assert Days.for_model(MODEL, today).late_quarter_start(after=4, at_least=15) == start


def test_the_current_fiscal_year_is_that_of_today_not_of_the_next_working_day() -> None:
    days = Days.for_model(MODEL, date(2026, 12, 31))
    assert days.day(0) == date(2027, 1, 4)
    assert days.fiscal_year_start(0) == date(2026, 1, 1)
    assert days.fiscal_year_start(1) == date(2027, 1, 1)


def test_a_fiscal_year_may_start_in_any_month() -> None:
    april = MODEL.model_copy(
        update={"fiscal_year": MODEL.fiscal_year.model_copy(update={"starts_in_month": 4})}
    )
    days = Days.for_model(april, date(2027, 2, 1))
    assert days.fiscal_year_start(0) == date(2026, 4, 1)
    assert days.late_quarter_start(after=4, at_least=15) == date(2027, 4, 1)
