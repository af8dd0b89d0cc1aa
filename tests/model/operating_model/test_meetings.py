"""When a forum meets, over the working calendar."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from model.operating_model.forums import Forum
from model.operating_model.meetings import last_meeting, next_meeting
from model.operating_model.schema import OperatingModel
from tests.model.operating_model.small_model import small_model

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def model(tmp_path: Path) -> OperatingModel:
    return small_model(tmp_path)


def forum(**rhythm: Any) -> Forum:
    return Forum.model_validate(
        {
            "id": "round",
            "name": "Round",
            "chair": "cio",
            "members": ("cio",),
            "rhythm": {"at": "10:00", **rhythm},
        }
    )


def days(model: OperatingModel, forum: Forum, day: date, count: int) -> list[str]:
    """The days of so many meetings from a day on."""
    held = []
    for _ in range(count):
        meeting = next_meeting(model, forum, day)
        held.append(f"{meeting:%a %d %b}")
        day = date.fromordinal(meeting.date().toordinal() + 1)
    return held


def test_a_weekly_forum_meets_on_its_day_in_the_time_zone_of_the_model(
    model: OperatingModel,
) -> None:
    weekly = forum(every="week", on="tuesday")

    assert next_meeting(model, weekly, date(2026, 3, 3)) == datetime(2026, 3, 3, 10, tzinfo=BERLIN)
    assert days(model, weekly, date(2026, 3, 4), 2) == ["Tue 10 Mar", "Tue 17 Mar"]
    # Summer time begins on 29 March: it is still ten o'clock there.
    assert next_meeting(model, weekly, date(2026, 3, 30)).isoformat() == "2026-03-31T10:00:00+02:00"


def test_a_meeting_on_a_day_off_is_held_on_the_next_working_day(model: OperatingModel) -> None:
    # Good Friday, and Easter Monday after the weekend.
    assert days(model, forum(every="week", on="friday"), date(2026, 4, 1), 2) == [
        "Tue 07 Apr",
        "Fri 10 Apr",
    ]
    # A Saturday that is worked stays.
    assert days(model, forum(every="week", on="saturday"), date(2026, 12, 5), 2) == [
        "Sat 05 Dec",
        "Mon 14 Dec",
    ]


def test_every_second_week_is_counted_from_the_first_meeting(model: OperatingModel) -> None:
    second = forum(every="two weeks", on="tuesday", starting=date(2026, 3, 3))

    assert days(model, second, date(2026, 1, 1), 3) == ["Tue 03 Mar", "Tue 17 Mar", "Tue 31 Mar"]
    assert last_meeting(model, second, date(2026, 3, 3)) is None
    assert last_meeting(model, second, date(2026, 3, 4)) == datetime(2026, 3, 3, 10, tzinfo=BERLIN)


def test_a_forum_that_begins_in_two_years_has_its_first_meeting_then(
    model: OperatingModel,
) -> None:
    later = forum(every="week", on="tuesday", starting=date(2028, 3, 7))

    assert next_meeting(model, later, date(2026, 3, 3)).date() == date(2028, 3, 7)


@pytest.mark.parametrize(
    ("week", "expected"),
    [
        ("first", ["Tue 03 Mar", "Tue 07 Apr", "Tue 05 May"]),
        ("third", ["Tue 17 Mar", "Tue 21 Apr", "Tue 19 May"]),
        ("last", ["Tue 31 Mar", "Tue 28 Apr", "Tue 26 May"]),
    ],
)
def test_a_monthly_forum_meets_in_its_week(
    model: OperatingModel, week: str, expected: list[str]
) -> None:
    monthly = forum(every="month", on="tuesday", week=week)

    assert days(model, monthly, date(2026, 3, 1), 3) == expected


def test_meetings_that_a_long_closure_moves_to_one_day_are_one_meeting(
    model: OperatingModel,
) -> None:
    closed = tuple(date(2026, 7, day) for day in range(1, 32))
    spec = model.calendars[0].model_copy(update={"closed": closed})
    summer = model.model_copy(update={"calendars": (spec,)})
    weekly = forum(every="week", on="tuesday")

    assert days(summer, weekly, date(2026, 7, 1), 2) == ["Mon 03 Aug", "Tue 04 Aug"]
    assert last_meeting(summer, weekly, date(2026, 8, 3)) == datetime(
        2026, 6, 30, 10, tzinfo=BERLIN
    )
