"""Limits beyond which a value is taken for a mistake.

Tools accept the year 206 or a hundred million days without complaint, and a file that is cut off
between two lines looks whole. A plan computed from them would raise a false alarm, or hide a true
one.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from model.records import Problem

# Work older than issue trackers, or planned beyond this century, is a typing error.
_YEARS = range(1990, 2101)
LONGEST = 10_000
"""Working days, about forty years."""
_MOST_DIGITS = 18
"""Of an amount before its decimal point; in no currency does one company have more."""
_FEW = 10
"""A file of fewer lines than this can lose most of them in one correction."""


def plausible_day(day: date) -> bool:
    """Whether a plan can contain this day: from 1990 to 2100."""
    return day.year in _YEARS


def plausible_days(days: float) -> bool:
    """Whether an estimate, or a lag of either sign, is short enough to be meant."""
    return abs(days) <= LONGEST


def plausible_amount(amount: Decimal) -> bool:
    """Whether an amount is a number, and small enough to be meant."""
    return amount.is_finite() and (not amount or amount.adjusted() < _MOST_DIGITS)


def is_from_future(instant: datetime, now: datetime) -> bool:
    """Whether something claims to be of an instant over a day after `now`.

    The day is left for clocks and time zones that differ.
    """
    return instant > now + timedelta(days=1)


def report_future_change(
    native_id: str, changed_at: datetime, now: datetime
) -> tuple[Problem, ...]:
    """A problem if a record claims to have changed over a day after `now`; it is read even so."""
    if not is_from_future(changed_at, now):
        return ()
    return (
        Problem(
            native_id,
            f"its last change is dated {changed_at:%Y-%m-%d %H:%M}, which is in the future",
            "Correct the clock of whatever wrote it, then change the record once more.",
            held=False,
        ),
    )


def may_be_cut_off(before: int, now: int) -> bool:
    """Whether a file lost so many of its lines that it was probably cut off (0 before: unknown)."""
    return before > 0 and (now == 0 or (before >= _FEW and now * 2 < before))
