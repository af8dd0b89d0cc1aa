"""Limits beyond which a value is taken for a mistake.

Tools accept the year 206 or a hundred million days without complaint, and a file that is cut off
between two lines looks whole. A plan computed from them would raise a false alarm, or hide a true
one.
"""

from __future__ import annotations

from datetime import date

_YEARS = range(1990, 2101)
LONGEST = 10_000
"""Working days, about forty years."""
_FEW = 10
"""A file of fewer lines than this can lose most of them in one correction."""


def plausible_day(day: date) -> bool:
    """Whether a plan can contain this day: from 1990 to 2100."""
    return day.year in _YEARS


def plausible_days(days: float) -> bool:
    """Whether an estimate, or a lag of either sign, is short enough to be meant."""
    return abs(days) <= LONGEST


def may_be_cut_off(before: int, now: int) -> bool:
    """Whether a file lost so many of its lines that it was probably cut off (0 before: unknown)."""
    return before > 0 and (now == 0 or (before >= _FEW and now * 2 < before))
