"""The present instant and sleeping, as a value that tests replace; and the clock of a tool."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` returns the present instant in UTC, `sleep` waits for a number of seconds."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep


_TIME_OF_AN_ANSWER = timedelta(minutes=1)
"""A smaller difference is how long an answer took; `Date` has whole seconds."""


def read_clock_difference(date: str | None, now: datetime) -> timedelta | None:
    """How far a tool's clock is ahead of ours by the `Date` of its answer; None where it has none.

    https://www.rfc-editor.org/rfc/rfc9110#name-date
    """
    try:
        difference = parsedate_to_datetime(date or "").astimezone(UTC) - now
    except (ValueError, OverflowError):
        return None
    return difference if abs(difference) > _TIME_OF_AN_ANSWER else timedelta()
