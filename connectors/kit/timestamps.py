"""The formats in which tools write points in time and days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from connectors.kit.plausible import plausible_day

_SMALLEST_MILLISECONDS = 100_000_000_000
"""From here on an epoch number counts milliseconds; in seconds it would be the year 5138."""


def parse_instant(value: Any) -> datetime:
    """Read `2026-03-02T10:00:00.000+0100`, or epoch seconds or milliseconds as in bulk changelogs.

    The zone stays the tool's, so that `.date()` is the day as its users saw it; a time without a
    zone counts as UTC. Raises ValueError.
    """
    if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
        number = int(value)
        seconds = number / 1000 if number >= _SMALLEST_MILLISECONDS else number
        return datetime.fromtimestamp(seconds, UTC)
    instant = datetime.fromisoformat(str(value))
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def epoch_milliseconds(value: Any) -> int:
    """What `parse_instant` reads, as milliseconds since 1970 UTC. Raises ValueError."""
    return int(parse_instant(value).timestamp() * 1000)


def parse_day(value: Any) -> date | None:
    """The day of a date or date-time field, None for an empty one.

    Raises ValueError for text that is no date, and for a day that is not plausible.
    """
    if value in (None, ""):
        return None
    day = date.fromisoformat(str(value)[:10])
    if not plausible_day(day):
        raise ValueError(f"the year {day.year} is not plausible")
    return day
