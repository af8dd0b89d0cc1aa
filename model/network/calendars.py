"""Working calendars as tables: from a day to a working-day number and back.

A calendar's working days are numbered from 0 at 1970-01-01. An item that starts on working day
k and lasts d of them finishes at the end of working day k + d - 1, so within one calendar the
passes only add integers. Between two calendars a time is converted by way of the day: the table
`days` gives the day of a working-day number, `numbers` the working-day number of a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from model.network.columns import NO_DATE, Days

HORIZON: Final = 146_097
"""Days after 1970-01-01 that the tables cover: 400 years. Dates outside are moved to its edge."""
MAX_DURATION: Final = 10_000
"""Working days: a longer duration or lag is cut to this (38 years)."""

# A time is looked up with at most one duration and one lag added; a few cells more are for the
# day before or after it.
PADDING: Final = 2 * MAX_DURATION + 8
"""Cells at both ends of a table that repeat its edge. An index is a time plus at most a duration
and a lag, so it stays inside the table without a bounds check per look-up."""
TABLE_LENGTH: Final = HORIZON + 2 * PADDING

# The weekday of 1970-01-01, Monday being 0.
_THURSDAY: Final = 3


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days a function works.

    `week` holds Monday to Sunday, `holidays` the days off within the week, `extra_days` the
    days worked against both (an own exception); days since 1970-01-01.
    """

    week: tuple[bool, ...] = (True, True, True, True, True, False, False)
    holidays: Sequence[int] = ()
    extra_days: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendars of all functions; equal ones share a table.

    The tables of all calendars lie one after the other in `numbers` and `days`, so that one
    look-up serves items of different calendars: `days[offset + number]`.
    """

    table_offset: NDArray[np.int64]
    """For each calendar the index of day 0 (and of working-day number 0) in its table."""
    numbers: Days = field(repr=False)
    """By day: how many working days lie before it, the number of the first at or after it."""
    days: Days = field(repr=False)
    """By working-day number: its day."""

    @classmethod
    def of(cls, calendars: Sequence[Calendar] = (Calendar(),)) -> Self:
        """Tables for the calendars, in the order given; Monday to Friday where none is given.

        Raises ValueError for a calendar without working days, which could finish nothing.
        """
        # Order and repetition of holidays do not make another calendar.
        keys = [_canonical(calendar) for calendar in calendars]
        # A calendar's tables take 1.5 MB; most functions of a company work the same days.
        distinct = list(dict.fromkeys(keys))
        numbers = np.empty(TABLE_LENGTH * len(distinct), dtype=np.int32)
        days = np.empty_like(numbers)
        for table, key in enumerate(distinct):
            cells = slice(table * TABLE_LENGTH, (table + 1) * TABLE_LENGTH)
            _fill_tables(_working_days(*key), numbers[cells], days[cells])
        offsets = [distinct.index(key) * TABLE_LENGTH + PADDING for key in keys]
        return cls(np.array(offsets, dtype=np.int64), numbers, days)

    def __len__(self) -> int:
        return len(self.table_offset)

    def to_number(self, calendar: NDArray[np.int16], day: Days) -> Days:
        """How many working days lie before each day: the number of the first at or after it."""
        # `NO_DATE` is clipped too: callers mask the rows without a date afterwards.
        inside = np.clip(day, 0, HORIZON)
        number: Days = self.numbers[self.table_offset[calendar] + inside]
        return number

    def to_day(self, calendar: NDArray[np.int16], number: Days) -> Days:
        """The day of each working-day number; beyond the horizon its last working day."""
        inside = np.clip(number, 0, HORIZON)
        day: Days = self.days[self.table_offset[calendar] + inside]
        return day

    def working_days_between(self, calendar: NDArray[np.int16], first: Days, second: Days) -> Days:
        """Working days from the end of the first day to the end of the second, signed.

        0 where either is `NO_DATE`.
        """
        is_known = (first != NO_DATE) & (second != NO_DATE)
        # The end of a day is the start of the next one, hence day + 1 where the day is known.
        span = self.to_number(calendar, second + is_known)
        span -= self.to_number(calendar, first + is_known)
        return np.where(is_known, span, 0).astype(np.int32)


def _canonical(calendar: Calendar) -> tuple[tuple[bool, ...], tuple[int, ...], tuple[int, ...]]:
    """The same key for calendars that work the same days by the same statement."""
    holidays, extra_days = sorted(set(calendar.holidays)), sorted(set(calendar.extra_days))
    return tuple(calendar.week), tuple(holidays), tuple(extra_days)


def _working_days(
    week: tuple[bool, ...], holidays: tuple[int, ...], extra_days: tuple[int, ...]
) -> NDArray[np.bool_]:
    """For each day of the horizon: is it worked?"""
    if len(week) != 7 or not any(week):
        raise ValueError("a calendar has seven days, Monday first, and works at least one")
    # Not `np.resize`, which joins ten thousand arrays of seven days.
    is_worked = np.tile(np.roll(week, -_THURSDAY), -(-HORIZON // 7))[:HORIZON]
    for exceptions, value in ((holidays, False), (extra_days, True)):
        inside = np.array([day for day in exceptions if 0 <= day < HORIZON], dtype=np.int64)
        # In this order: an extra day is an exception to a holiday, never the other way round.
        is_worked[inside] = value
    return is_worked


def _fill_tables(is_worked: NDArray[np.bool_], numbers: Days, days: Days) -> None:
    """Write both tables of one calendar, their padding included."""
    worked_days = np.flatnonzero(is_worked)
    # numbers[d] counts the days before d, so the running total belongs one cell further on.
    numbers[: PADDING + 1] = 0
    np.cumsum(is_worked, out=numbers[PADDING + 1 : PADDING + HORIZON + 1])
    numbers[PADDING + HORIZON + 1 :] = len(worked_days)
    days[:PADDING] = worked_days[0]
    days[PADDING : PADDING + len(worked_days)] = worked_days
    # A calendar has fewer working days than days; the rest of its table repeats the last one, so
    # that a time past the horizon stays at its edge.
    days[PADDING + len(worked_days) :] = worked_days[-1]
