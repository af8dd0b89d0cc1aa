"""What a plan can mean. A day or a duration beyond it is a slip of the pen.

Tools take the year 206 or a hundred million days without a word; a plan computed from them would
raise a false alarm, or hide a true one.
"""

from __future__ import annotations

from datetime import date

_YEARS = range(1990, 2101)
LONGEST = 10_000
"""Working days, about forty years."""


def plausible_day(day: date) -> bool:
    return day.year in _YEARS


def plausible_days(days: float) -> bool:
    """Whether an estimate, or a lag of either sign, can be meant."""
    return abs(days) <= LONGEST
