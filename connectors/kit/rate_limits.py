"""The pause that a tool asks for, and the pauses that all requests of one client keep."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from connectors.kit.clock import Clock
from connectors.kit.conventions import EVERYTHING

_UNNAMED_PAUSE = 60.0
"""Seconds; the least that GitHub asks for after a secondary limit:
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api"""
_LONGEST_PAUSE = 7 * 86_400.0
"""Seconds; a run ends long before, and no instant beyond the calendar can be named."""
_MOST_DIGITS = 12


def requested_pause(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait by `Retry-After`, else by `X-RateLimit-Reset`; None without either.

    A minute where the limit of `X-RateLimit-Remaining` is not spent, as another one was met then.
    """
    is_other_limit = headers.get("X-RateLimit-Remaining", "0").strip() != "0"
    if is_other_limit and "Retry-After" not in headers:
        return _UNNAMED_PAUSE
    for name in ("Retry-After", "X-RateLimit-Reset"):
        value = headers.get(name, "").strip()
        # Only Retry-After counts in seconds from now; a reset time in digits is an instant.
        if name == "Retry-After" and value.isdecimal():
            return min(float(value[:_MOST_DIGITS]), _LONGEST_PAUSE)
        moment = _parse_moment(value)
        if moment is not None:
            return min(max(0.0, (moment - now).total_seconds()), _LONGEST_PAUSE)
    return None


def _parse_moment(value: str) -> datetime | None:
    """Read epoch seconds, ISO 8601 (Jira) or an HTTP date; without a zone it is UTC."""
    for read in (_parse_epoch, datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(value)
        except (ValueError, OverflowError, OSError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _parse_epoch(value: str) -> datetime:
    return datetime.fromtimestamp(int(value), UTC)


class Pauses:
    """Until when each scope pauses; shared by all threads of one client."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def hold(self, scope: str, seconds: float) -> None:
        """Pause a path, or EVERYTHING, from now on; a longer pause that already holds stays."""
        until = self._clock.now() + timedelta(seconds=seconds)
        with self._lock:
            # A second thread may meet the same limit and be given a shorter pause.
            self._until[scope] = max(until, self._until.get(scope, until))

    def wait(self, path: str) -> None:
        """Sleep until neither everything nor this path is paused."""
        with self._lock:
            ends = [self._until[scope] for scope in (EVERYTHING, path) if scope in self._until]
        # The sleep is outside the lock, so that other threads can extend a pause meanwhile.
        rest = max(ends, default=self._clock.now()) - self._clock.now()
        if rest > timedelta(0):
            self._clock.sleep(rest.total_seconds())
