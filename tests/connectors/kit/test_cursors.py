"""Incremental reading: an overlap, and everything again from time to time."""

from __future__ import annotations

import json
import operator
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

from connectors.kit.cursors import begin_reading

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OVERLAP, DAY = timedelta(minutes=10), timedelta(days=1)


def test_the_first_reading_is_of_everything() -> None:
    assert begin_reading(None, NOW, OVERLAP, DAY).is_full


def test_the_next_one_begins_before_the_newest_change_seen() -> None:
    first = begin_reading(None, NOW, OVERLAP, DAY).seen(NOW - timedelta(hours=1))
    cursor = json.loads(json.dumps(first.seen(NOW - timedelta(hours=3)).to_cursor()))
    second = begin_reading(cursor, NOW, OVERLAP, DAY)
    assert second.since == NOW - timedelta(hours=1, minutes=10)


def test_a_reading_without_changes_begins_where_it_began() -> None:
    cursor = begin_reading(None, NOW, OVERLAP, DAY).seen(NOW).to_cursor()
    assert begin_reading(cursor, NOW, OVERLAP, DAY).to_cursor() == cursor


def test_everything_is_read_again_after_a_day() -> None:
    cursor = begin_reading(None, NOW, OVERLAP, DAY).seen(NOW).to_cursor()
    assert not begin_reading(cursor, NOW + DAY - timedelta(seconds=1), OVERLAP, DAY).is_full
    again = begin_reading(cursor, NOW + DAY, OVERLAP, DAY)
    assert again.is_full
    assert again.newest == NOW


def test_instants_are_compared_in_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    reading = begin_reading(None, NOW + DAY, OVERLAP, DAY).seen(NOW.astimezone(berlin))
    assert reading.to_cursor()["newest"] == "2026-03-02T09:00:00+00:00"
    assert reading.seen(datetime(2026, 3, 2, 9, 30)).newest == NOW + timedelta(minutes=30)


def test_a_stamp_from_the_future_moves_the_cursor_no_further_than_now() -> None:
    reading = begin_reading(None, NOW, OVERLAP, DAY).seen(NOW + 300 * DAY)
    assert reading.newest == NOW


def test_the_tools_own_clock_says_what_is_the_future() -> None:
    for ahead in (timedelta(hours=2), timedelta(hours=-2)):
        changed_at = NOW + timedelta(hours=1)
        clock = partial(operator.add, ahead)
        reading = begin_reading(None, NOW, OVERLAP, DAY, clock).seen(changed_at)
        assert reading.newest == min(changed_at, NOW + ahead)
        again = begin_reading(reading.to_cursor(), NOW + OVERLAP, OVERLAP, DAY)
        assert again.since == reading.newest - OVERLAP


def test_a_cursor_that_lies_in_the_future_is_repaired_by_reading_everything() -> None:
    ahead = (NOW + 300 * DAY).isoformat()
    for newest, full_at in ((ahead, NOW.isoformat()), (NOW.isoformat(), ahead)):
        assert begin_reading({"newest": newest, "full_at": full_at}, NOW, OVERLAP, DAY).is_full
