"""Dates, amounts, items and lists as text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from model.findings import ChainStep, Label
from model.records import Money
from model.rules import words

LABELS = {
    1: Label(1, "it:work_item:1", "CDP-12", "Customer data platform", None, "it", None),
    2: Label(2, "sales:deal:2", "Renewal Acme", "Renewal Acme", None, "sales", None),
    3: Label(3, "it:work_item:3", "CDP-13", "x" * 200, None, "it", None),
}


def test_months_are_written_as_words_so_that_no_country_misreads_a_date():
    assert words.format_day(date(2026, 12, 4)) == "4 Dec 2026"
    assert words.format_day(None) == "no date"


@pytest.mark.parametrize(("count", "text"), [(1, "1 working day"), (1200, "1,200 working days")])
def test_one_day_is_singular(count, text):
    assert words.format_working_days(count) == text


@pytest.mark.parametrize(
    ("parts", "total", "text"),
    [
        ([], None, ""),
        (["a"], None, "a"),
        (["a", "b"], None, "a and b"),
        (["a", "b", "c"], None, "a, b and c"),
        (["a", "b", "c", "d", "e"], None, "a, b, c and 2 more"),
        (["a", "b", "c"], 1_500, "a, b, c and 1,497 more"),
        (["a", "a", "b"], None, "a and b"),
    ],
)
def test_lists_name_three_and_count_the_rest(parts, total, text):
    assert words.format_list(parts, total) == text


def test_amounts_keep_their_currency():
    amounts = (Money("EUR", Decimal("250000.00")), Money("USD", Decimal(40_000)))
    assert words.format_money(amounts) == "250,000 EUR and 40,000 USD"


def test_an_item_is_called_by_key_and_title_and_a_deal_by_its_name_once():
    assert words.format_item(LABELS, 1) == "CDP-12 “Customer data platform”"
    assert words.format_item(LABELS, 2) == "“Renewal Acme”"
    assert words.format_item(LABELS, 9) == "record 9"


def test_a_very_long_title_is_cut():
    assert len(words.format_item(LABELS, 3)) < 100
    assert words.format_item(LABELS, 3).endswith("…”")


def test_a_title_of_several_lines_stays_on_one():
    label = Label(4, "it:work_item:4", "CDP-14", "Build\n the  platform", None, "it", None)
    assert words.format_item({4: label}, 4) == "CDP-14 “Build the platform”"


@pytest.mark.parametrize(
    ("planned", "forecast", "text"),
    [
        (None, date(2026, 3, 6), "has no due date and is forecast for 6 Mar 2026"),
        (date(2026, 3, 6), date(2026, 3, 6), 'is due on 6 Mar 2026 (column "End")'),
        (
            date(2026, 3, 6),
            date(2026, 3, 9),
            'is due on 6 Mar 2026 (column "End") and forecast for 9 Mar 2026',
        ),
    ],
)
def test_a_step_shows_plan_and_forecast_and_where_the_plan_is_stated(planned, forecast, text):
    assert words.format_dates(ChainStep(1, planned, forecast, source='column "End"')) == text


def test_a_step_that_is_done_has_no_forecast_any_more():
    step = ChainStep(1, date(2026, 3, 6), date(2026, 3, 9), source='column "End"', done=True)
    assert words.format_dates(step) == "was finished on 9 Mar 2026 (it was due on 6 Mar 2026)"
