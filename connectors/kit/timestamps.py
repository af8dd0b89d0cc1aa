"""The formats in which tools write points in time and days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from connectors.kit.answers import describe
from connectors.kit.json_path import find_value
from connectors.kit.plausible import plausible_day

_SMALLEST_MILLISECONDS = 100_000_000_000
"""From here on an epoch number counts milliseconds; in seconds it would be the year 5138."""
_LAST_YEAR = 9999


def parse_instant(value: Any) -> datetime:
    """Read `2026-03-02T10:00:00.000+0100`, or epoch seconds or milliseconds as in bulk changelogs.

    The zone stays the tool's, so that `.date()` is the day as its users saw it; a time without a
    zone counts as UTC. Raises ValueError.
    """
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if is_number or (isinstance(value, str) and value.isdecimal()):
        return _from_epoch(int(value))
    if not isinstance(value, str):
        raise ValueError(f"{describe(value)} is no point in time")
    instant = datetime.fromisoformat(value)
    # In the first and the last year a change of the zone leaves the calendar.
    if not 1 < instant.year < _LAST_YEAR:
        raise ValueError(f"the year {instant.year} is not plausible")
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def find_instant(record: Any, path: str) -> datetime | None:
    """The instant at a path, in UTC; None where there is none in a form that can be read."""
    value = find_value(record, path)
    try:
        return parse_instant(value).astimezone(UTC) if value else None
    except ValueError:
        return None


def _from_epoch(number: int) -> datetime:
    # Tools use both, and neither says which.
    seconds = number / 1000 if number >= _SMALLEST_MILLISECONDS else number
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{describe(number)} is no point in time") from error


def epoch_milliseconds(value: Any) -> int:
    """What `parse_instant` reads, as milliseconds since 1970 UTC. Raises ValueError."""
    return int(parse_instant(value).timestamp() * 1000)


def parse_day(value: Any) -> date | None:
    """The day of a date or date-time field, None for an empty one.

    Raises ValueError for text that is no date, and for a day that is not plausible.
    """
    if value in (None, ""):
        return None
    if not isinstance(value, str):
        raise ValueError(f"{describe(value)} is no date")
    # The day as the tool writes it: converted to UTC, an evening would be the next day.
    day = date.fromisoformat(value[:10])
    if not plausible_day(day):
        raise ValueError(f"the year {day.year} is not plausible")
    return day
