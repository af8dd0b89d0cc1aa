"""What a tool says about its limits, and the pauses that all requests of a client keep.

`RateLimit-Reason` is Jira Cloud's: `jira-quota-*` concerns every request, `jira-burst-based` the
endpoint and `jira-per-issue-on-write` the issue, which are both the path that was asked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

_EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Clock:
    """The present instant (UTC) and how to sleep (seconds); tests bring their own."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep


def asked_pause(headers: httpx.Headers, now: datetime) -> float | None:
    """Seconds to wait by `Retry-After`, else by `X-RateLimit-Reset`; None when neither tells."""
    for name in ("Retry-After", "X-RateLimit-Reset"):
        value = headers.get(name, "").strip()
        if name == "Retry-After" and value.isdigit():
            return float(value)
        moment = _moment(value)
        if moment is not None:
            return max(0.0, (moment - now).total_seconds())
    return None


def _moment(value: str) -> datetime | None:
    """Read epoch seconds, ISO 8601 (Jira) or an HTTP date; a zone that is not named is UTC."""
    for read in (_epoch, datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(value)
        except (ValueError, OverflowError, OSError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _epoch(value: str) -> datetime:
    return datetime.fromtimestamp(int(value), UTC)


def scope_of(headers: httpx.Headers, path: str) -> str:
    """What has to pause: everything for a spent quota, else the path that was asked."""
    return _EVERYTHING if headers.get("RateLimit-Reason", "").startswith("jira-quota") else path


class Pauses:
    """Until when each scope rests; shared by all threads of one client."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def hold(self, scope: str, seconds: float) -> None:
        until = self._clock.now() + timedelta(seconds=seconds)
        with self._lock:
            self._until[scope] = max(until, self._until.get(scope, until))

    def wait(self, path: str) -> None:
        """Sleep until neither everything nor this path is held."""
        with self._lock:
            held = [self._until[scope] for scope in (_EVERYTHING, path) if scope in self._until]
        rest = max(held, default=self._clock.now()) - self._clock.now()
        if rest > timedelta(0):
            self._clock.sleep(rest.total_seconds())
