"""Working calendars as tables: from a day to a working-day number and back.

Working days of a calendar are numbered from 0 at 1970-01-01. An item that starts on working
day k and lasts d of them finishes at the end of working day k + d - 1, so inside one calendar
the network only adds integers. Between two calendars a time goes through the day itself: the
table `days` gives the day of a working-day number, `before` counts the working days before
a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from model.network.columns import NO_DATE, Days

HORIZON: Final = 146_097
"""Days after 1970-01-01 that the tables cover: 400 years. Dates outside are moved to its edge."""
LONGEST: Final = 10_000
"""Working days: the longest duration or lag that is believed (38 years)."""

PAD: Final = 2 * LONGEST + 8
"""Saturated cells at both ends of a table, so that no sum of the above leaves it."""
STRIDE: Final = HORIZON + 2 * PAD

_THURSDAY: Final = 3  # 1970-01-01


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days a function works.

    `week` holds Monday to Sunday, `holidays` the days off within the week, `extra_days` the
    days worked against both (an own exception).
    """

    week: tuple[bool, ...] = (True, True, True, True, True, False, False)
    holidays: Sequence[int] = ()
    extra_days: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendars of all functions; equal ones share a table."""

    table: NDArray[np.int64]
    """For each calendar the offset of its table."""
    before: Days = field(repr=False)
    days: Days = field(repr=False)

    @classmethod
    def of(cls, calendars: Sequence[Calendar] = (Calendar(),)) -> Self:
        """Tables for the calendars, in the order given.

        Raises ValueError for a calendar without working days, which could finish nothing.
        """
        keys = [_key(calendar) for calendar in calendars]
        distinct = list(dict.fromkeys(keys))
        before = np.empty(STRIDE * len(distinct), dtype=np.int32)
        days = np.empty_like(before)
        for row, key in enumerate(distinct):
            here = slice(row * STRIDE, (row + 1) * STRIDE)
            _fill(_working(*key), before[here], days[here])
        offsets = np.array([distinct.index(key) * STRIDE + PAD for key in keys], dtype=np.int64)
        return cls(offsets, before, days)

    def __len__(self) -> int:
        return len(self.table)

    def to_number(self, calendar: NDArray[np.int16], day: Days) -> Days:
        """How many working days lie before each day: the number of the first at or after it."""
        inside = np.clip(day, 0, HORIZON)
        number: Days = self.before[self.table[calendar] + inside]
        return number

    def to_day(self, calendar: NDArray[np.int16], number: Days) -> Days:
        """The day of each working-day number; beyond the horizon its last day."""
        inside = np.clip(number, 0, HORIZON)
        day: Days = self.days[self.table[calendar] + inside]
        return day

    def working_days_between(self, calendar: NDArray[np.int16], first: Days, second: Days) -> Days:
        """Working days from the end of the first day to the end of the second, signed.

        0 where either is `NO_DATE`.
        """
        known = (first != NO_DATE) & (second != NO_DATE)
        span = self.to_number(calendar, second + known) - self.to_number(calendar, first + known)
        return np.where(known, span, 0).astype(np.int32)


def _key(calendar: Calendar) -> tuple[tuple[bool, ...], tuple[int, ...], tuple[int, ...]]:
    off, extra = sorted(set(calendar.holidays)), sorted(set(calendar.extra_days))
    return tuple(calendar.week), tuple(off), tuple(extra)


def _working(
    week: tuple[bool, ...], holidays: tuple[int, ...], extra: tuple[int, ...]
) -> NDArray[np.bool_]:
    """One cell a day of the horizon: is it worked?"""
    if len(week) != 7 or not any(week):
        raise ValueError("a calendar has seven days, Monday first, and works at least one")
    worked = np.resize(np.roll(week, -_THURSDAY), HORIZON)
    for dates, value in ((holidays, False), (extra, True)):
        inside = np.array([day for day in dates if 0 <= day < HORIZON], dtype=np.int64)
        worked[inside] = value
    return worked


def _fill(worked: NDArray[np.bool_], before: Days, days: Days) -> None:
    numbered = np.flatnonzero(worked)
    before[: PAD + 1] = 0
    np.cumsum(worked, out=before[PAD + 1 : PAD + HORIZON + 1])
    before[PAD + HORIZON + 1 :] = len(numbered)
    days[:PAD] = numbered[0]
    days[PAD : PAD + len(numbered)] = numbered
    days[PAD + len(numbered) :] = numbered[-1]
