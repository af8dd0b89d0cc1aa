"""Jira's ways to write a point in time and a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from connectors.plausible import plausible_day

_MILLISECONDS = 100_000_000_000
"""From here on an epoch number counts milliseconds; in seconds it would be the year 5138."""


def parse_instant(value: Any) -> datetime:
    """Read `2026-03-02T10:00:00.000+0100`, or epoch seconds or milliseconds as in bulk changelogs.

    The zone stays the tool's, so that `.date()` is the day as its users saw it. Raises ValueError.
    """
    if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
        number = int(value)
        return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS else number, UTC)
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def epoch_milliseconds(value: Any) -> int:
    return int(parse_instant(value).timestamp() * 1000)


def parse_day(value: Any) -> date | None:
    """The day of a date or date-time field; raises ValueError for one that cannot be meant."""
    if value in (None, ""):
        return None
    found = date.fromisoformat(str(value)[:10])
    if not plausible_day(found):
        raise ValueError(f"the year {found.year} cannot be meant")
    return found
