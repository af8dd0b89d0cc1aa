"""What a plan can mean. A day or a duration beyond it is a slip of the pen, a loss of most a cut.

Tools take the year 206 or a hundred million days without a word, and a file that is cut off
between two lines looks whole; a plan computed from them would raise a false alarm, or hide a true
one.
"""

from __future__ import annotations

from datetime import date

_YEARS = range(1990, 2101)
LONGEST = 10_000
"""Working days, about forty years."""
_FEW = 10
"""Below this many lines a file is small enough to lose most of them in one correction."""


def plausible_day(day: date) -> bool:
    return day.year in _YEARS


def plausible_days(days: float) -> bool:
    """Whether an estimate, or a lag of either sign, can be meant."""
    return abs(days) <= LONGEST


def may_be_cut_off(before: int, now: int) -> bool:
    """Whether a file of lines lost so many (0 before: unknown) that a cut is likely."""
    return before > 0 and (now == 0 or (before >= _FEW and now * 2 < before))
