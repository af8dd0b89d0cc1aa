from datetime import date

import pytest

from connectors.spreadsheets.cell_values import (
    UnclearValue,
    is_in_whole_percents,
    parse_date,
    parse_days,
    parse_flag,
    parse_labels,
    parse_links,
    parse_percent,
    parse_priority,
)
from model.keys import ReferenceFormats
from model.records import DependencyType, Priority


@pytest.mark.parametrize(
    "text",
    ["2026-03-31", "2026-03-31T17:30:00", "2026-03-31 00:00", "31.3.2026", "31.03.2026", "46112"],
)
def test_a_date_is_parsed_in_every_form_that_means_one_day(text: str) -> None:
    assert parse_date(text) == date(2026, 3, 31)


def test_day_numbers_count_from_1904_where_the_workbook_says_so() -> None:
    assert parse_date("44650", date1904=True) == date(2026, 3, 31)


@pytest.mark.parametrize(
    "text", ["3/4/2026", "31.3.26", "31.02.2026", "2026", "Q3 2026", "3026-01-01", "20260331"]
)
def test_a_date_that_is_impossible_or_means_two_days_is_refused(text: str) -> None:
    with pytest.raises(UnclearValue, match=text):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "percent"),
    [("40 %", 40), ("40", 40), ("0.4", 40), ("0,4", 40), ("1", 100), ("1 %", 1), ("0", 0)],
)
def test_a_percentage_is_parsed_as_it_is_written(text: str, percent: int) -> None:
    assert parse_percent(text) == percent


@pytest.mark.parametrize(("text", "percent"), [("1", 1), ("40", 40), ("0", 0), ("1 %", 1)])
def test_in_a_column_that_counts_up_to_100_one_is_one_percent(text: str, percent: int) -> None:
    assert parse_percent(text, whole=True) == percent


@pytest.mark.parametrize(
    ("texts", "whole"),
    [(["0", "1", "2"], True), (["1", "40"], True), (["0.4", "1"], False), (["40 %", "1"], False)],
)
def test_a_bare_number_from_2_on_shows_a_column_of_whole_percents(
    texts: list[str], whole: bool
) -> None:
    assert is_in_whole_percents(texts) is whole


@pytest.mark.parametrize(("text", "whole"), [("0.4", True), ("1.2", False)])
def test_a_number_that_may_be_a_fraction_or_a_percentage_is_refused(text: str, whole: bool) -> None:
    with pytest.raises(UnclearValue, match="may be a fraction or a percentage"):
        parse_percent(text, whole)


@pytest.mark.parametrize("text", ["140", "-5", "half"])
def test_an_impossible_percentage_is_refused(text: str) -> None:
    with pytest.raises(UnclearValue):
        parse_percent(text)


@pytest.mark.parametrize(
    ("text", "days"), [("5", 5), ("2.5", 3), ("2,5 d", 3), ("5 days", 5), ("3 Tage", 3)]
)
def test_working_days_are_rounded_up(text: str, days: int) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["2 weeks", "-1", "1,000", "99999999999"])
def test_a_number_of_days_that_is_not_clear_is_refused(text: str) -> None:
    with pytest.raises(UnclearValue):
        parse_days(text)


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        ("Critical", Priority.CRITICAL),
        ("P1 - urgent", Priority.CRITICAL),
        ("hoch", Priority.HIGH),
        ("Normal", Priority.MEDIUM),
        ("(low)", Priority.LOW),
    ],
)
def test_priorities_are_recognised_by_their_words(text: str, priority: Priority) -> None:
    assert parse_priority(text) is priority


def test_a_bare_number_is_refused_as_a_priority() -> None:
    with pytest.raises(UnclearValue):
        parse_priority("1")


def test_a_flag_is_yes_or_no_and_anything_else_is_refused() -> None:
    assert parse_flag("x") and parse_flag("Ja") and not parse_flag("no")
    with pytest.raises(UnclearValue):
        parse_flag("maybe")


def test_a_lag_longer_than_any_plan_is_refused() -> None:
    with pytest.raises(UnclearValue, match="more than 10,000 working days"):
        parse_links("CDP-12 FS+99999999999d", ReferenceFormats())


def test_labels_are_split_and_keep_their_spelling() -> None:
    assert parse_labels("Go-Live; cdp\ncdp, ") == ("Go-Live", "cdp")


def test_a_predecessor_may_carry_its_type_and_lag() -> None:
    assert parse_links("CDP-12; cdp-14 FF+3d, M-1 SS - 2", ReferenceFormats()) == [
        ("CDP-12", DependencyType.FINISH_TO_START, 0, "CDP-12"),
        ("CDP-14", DependencyType.FINISH_TO_FINISH, 3, "cdp-14"),
        ("M-1", DependencyType.START_TO_START, -2, "M-1"),
    ]
