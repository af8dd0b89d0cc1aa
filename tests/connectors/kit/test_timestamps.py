"""Points in time and days as Jira writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from connectors.kit.timestamps import epoch_milliseconds, parse_day, parse_instant


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-02T10:00:00.000+0100",
        "2026-03-02T09:00:00",
        1_772_442_000,
        1_772_442_000_000,
        "1772442000000",
    ],
)
def test_all_formats_of_an_instant_are_read(value: str | int) -> None:
    assert parse_instant(value) == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_an_instant_keeps_the_day_in_the_zone_of_the_tool() -> None:
    assert parse_instant("2026-03-02T01:00:00.000+0800").date() == date(2026, 3, 2)


def test_an_instant_is_counted_in_milliseconds_of_utc() -> None:
    assert epoch_milliseconds("2026-03-02T10:00:00.250+0100") == 1_772_442_000_250


@pytest.mark.parametrize(
    "value", ["yesterday", "", None, True, 1.5, [], 10**30, "9" * 30, "0001-01-01", "9999-12-31"]
)
def test_an_unreadable_instant_is_a_value_error(value: object) -> None:
    with pytest.raises(
        ValueError, match=r"Invalid isoformat string|no point in time|not plausible"
    ):
        parse_instant(value)


@pytest.mark.parametrize("value", ["2026-03-02", "2026-03-02T01:00:00.000+0800"])
def test_a_day_is_read_from_a_date_and_from_a_date_time(value: str) -> None:
    assert parse_day(value) == date(2026, 3, 2)


@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_field_has_no_day(value: str | None) -> None:
    assert parse_day(value) is None


@pytest.mark.parametrize("value", ["2026-02-30", "0026-03-02", "soon"])
def test_an_impossible_day_is_a_value_error(value: str) -> None:
    with pytest.raises(ValueError, match=r"not plausible|Invalid isoformat|out of range"):
        parse_day(value)
