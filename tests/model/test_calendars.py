"""The calendars of the functions, as the network computes with them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from model.calendars import function_calendars
from model.network import day_of
from model.operating_model.load import load
from tests.model.operating_model.small_model import SMALL, with_passage, write_model

TODAY = date(2026, 11, 20)


def test_each_function_has_its_own_calendar_and_the_last_one_is_the_default(
    tmp_path: Path,
) -> None:
    text = with_passage("    calendar: hamburg\n", "    calendar: fridays\n").replace(
        "functions:\n",
        "  - id: fridays\n    name: Fridays\n    country: DE\n"
        "    weekend: [monday, tuesday, wednesday, thursday, saturday, sunday]\nfunctions:\n",
        1,
    )
    calendars = function_calendars(load(write_model(tmp_path, text)), TODAY)

    it, marketing, default = np.arange(3)
    monday, next_monday = day_of(date(2026, 11, 23)), day_of(date(2026, 11, 30))
    days = [
        int(
            calendars.working_days_between(np.array([row]), *map(_column, (monday, next_monday)))[0]
        )
        for row in (it, marketing, default)
    ]
    assert days == [5, 1, 5]


def test_public_holidays_are_known_for_fifteen_years(tmp_path: Path) -> None:
    model = load(write_model(tmp_path, SMALL))
    calendars = function_calendars(model, TODAY)

    # Christmas Day 2040 is a Tuesday, the day after it a public holiday too.
    before, after = day_of(date(2040, 12, 24)), day_of(date(2040, 12, 28))
    count = calendars.working_days_between(np.array([0]), _column(before), _column(after))
    assert count.tolist() == [2]


def _column(day: int) -> np.ndarray:
    return np.array([day], dtype=np.int32)
