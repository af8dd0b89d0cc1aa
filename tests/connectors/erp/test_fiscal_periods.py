from datetime import date

import pytest

from connectors.erp.fiscal_periods import parse_fiscal_period


@pytest.mark.parametrize("text", ["2026/003", "003.2026", "2026003", "P03 2026", "2026-03"])
def test_a_period_in_any_notation_is_a_month(text: str) -> None:
    assert parse_fiscal_period(text, 1) == (date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize("text", ["2026 Q2", "Q2/2026", "2026Q2"])
def test_a_quarter_spans_three_months(text: str) -> None:
    assert parse_fiscal_period(text, 1) == (date(2026, 4, 1), date(2026, 6, 30))


def test_a_fiscal_year_that_starts_in_april_ends_in_march() -> None:
    assert parse_fiscal_period("2026/012", 4) == (date(2027, 3, 1), date(2027, 3, 31))


def test_a_fiscal_year_may_be_named_after_its_end() -> None:
    assert parse_fiscal_period("2026/001", 10, "end") == (date(2025, 10, 1), date(2025, 10, 31))
    assert parse_fiscal_period("2026/001", 10, "start") == (date(2026, 10, 1), date(2026, 10, 31))
    assert parse_fiscal_period("2026/001", 1, "end") == (date(2026, 1, 1), date(2026, 1, 31))


def test_special_periods_lie_in_the_twelfth_month() -> None:
    assert parse_fiscal_period("2026/016", 1) == (date(2026, 12, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    "text", ["2026/000", "1899/003", "2200/003", "2026/017", "Q5 2026", "March", "012026", ""]
)
def test_text_that_is_not_a_period_is_none(text: str) -> None:
    assert parse_fiscal_period(text, 1) is None
