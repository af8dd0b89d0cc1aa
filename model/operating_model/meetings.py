"""When a forum meets: the days of its rhythm over the working calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from model.operating_model.calendar import calendar_with_id
from model.operating_model.forums import Forum, Rhythm, WeekOfMonth
from model.operating_model.parts import Weekday
from model.operating_model.schema import OperatingModel

_WEEK = timedelta(weeks=1)
_LOOKED_AT = timedelta(days=366)
"""Further than any two meetings lie apart, also where a calendar closes for some months."""


def next_meeting(model: OperatingModel, forum: Forum, day: date) -> datetime:
    """The first meeting on this day or later, as an instant with the model's time zone."""
    # A forum may begin in the future, so its first meeting may lie further away than a year.
    start = max(day, forum.rhythm.starting or day)
    held = (each for each in _held_days(model, forum, start) if each >= day)
    return _instant(model, forum, next(held))


def last_meeting(model: OperatingModel, forum: Forum, before: date) -> datetime | None:
    """The last meeting before a day; None where the forum has not met by then."""
    held = [each for each in _held_days(model, forum, before) if each < before]
    return _instant(model, forum, held[-1]) if held else None


def is_day_before_meeting(model: OperatingModel, forum: Forum, day: date) -> bool:
    """Whether the forum meets on the working day that follows this one."""
    meeting = next_meeting(model, forum, day + timedelta(days=1)).date()
    return calendar_with_id(model, model.calendar).add_working_days(meeting, -1) == day


def forum_with_id(model: OperatingModel, forum_id: str) -> Forum:
    """Raises KeyError for an id that no forum of the model has."""
    return {forum.id: forum for forum in model.forums}[forum_id]


def _instant(model: OperatingModel, forum: Forum, day: date) -> datetime:
    return datetime.combine(day, forum.rhythm.at, tzinfo=ZoneInfo(model.time_zone))


def _held_days(model: OperatingModel, forum: Forum, near: date) -> list[date]:
    """The days on which the forum meets, a year around a day, in order and each only once."""
    calendar = calendar_with_id(model, model.calendar)
    planned = _planned_days(forum.rhythm, near - _LOOKED_AT, near + _LOOKED_AT)
    return sorted({calendar.next_working_day(day) for day in planned})


def _planned_days(rhythm: Rhythm, first: date, last: date) -> Iterator[date]:
    """The days of the rhythm from the first to the last one, whether they are worked or not."""
    day = first + timedelta(days=(get_args(Weekday).index(rhythm.on) - first.weekday()) % 7)
    while day <= last:
        if _is_planned(rhythm, day):
            yield day
        day += _WEEK


def _is_planned(rhythm: Rhythm, day: date) -> bool:
    """Whether the forum meets on this day, which is of its weekday."""
    if rhythm.starting and day < rhythm.starting:
        return False
    if rhythm.every == "two weeks":
        assert rhythm.starting is not None
        return (day - rhythm.starting).days % 14 == 0
    if rhythm.week == "last":
        return (day + _WEEK).month != day.month
    if rhythm.week:
        return get_args(WeekOfMonth).index(rhythm.week) == (day.day - 1) // 7
    return True
