"""Incremental reading by a "changed since" filter, safe against late and missed changes.

Tools show changes late, with stamps that are not unique, and some changes move no stamp at all.
So every reading begins some time before the newest change seen (the overlap; landing the same
record twice changes nothing), and everything is read again from time to time, which also finds
what was deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from connectors.base import Cursor, JsonValue
from connectors.kit.plausible import is_from_future


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a stream: from which instant (None: everything), and how far it came."""

    since: datetime | None
    full_at: datetime
    """When the last reading of everything began."""
    newest: datetime | None = None
    latest: Callable[[], datetime] | None = None
    """What the tool's clock showed when this reading began; a later change is no true one."""

    @property
    def is_full(self) -> bool:
        return self.since is None

    def seen(self, changed_at: datetime) -> Reading:
        """After a record that was changed then; instants without a zone are UTC."""
        changed_at = changed_at if changed_at.tzinfo else changed_at.replace(tzinfo=UTC)
        # A stamp from the future would hide every change until then; and records that were read
        # before this one may have changed since the beginning.
        changed_at = min(changed_at, self.latest() if self.latest else changed_at)
        return replace(self, newest=max(changed_at, self.newest or changed_at))

    def to_cursor(self) -> Cursor:
        """Where the next reading goes on; only once this one has come to its end, unless the tool
        gives records in the order of their changes."""
        newest = self.newest.astimezone(UTC).isoformat() if self.newest else None
        return {"newest": newest, "full_at": self.full_at.isoformat()}


def begin_reading(
    cursor: Cursor | None,
    now: datetime,
    overlap: timedelta,
    full_every: timedelta,
    tool_time: Callable[[datetime], datetime] = lambda instant: instant,
) -> Reading:
    """The next reading after a cursor; of everything without one, and again after `full_every`.

    `tool_time` is what the tool's clock shows at an instant of ours (`HttpClient.tool_time`).
    """

    def latest() -> datetime:
        return tool_time(now)

    # A cursor of an older version of the connector lacks these: everything is read again then.
    newest = _parse((cursor or {}).get("newest"))
    full_at = _parse((cursor or {}).get("full_at"))
    if newest is None or full_at is None or now - full_at >= full_every:
        return Reading(None, now, _not_after(newest, latest()), latest)
    # Saved by a version that followed stamps from the future: what they hid is read again. The
    # tool's clock may be unknown before its first answer, so that hours prove nothing.
    if is_from_future(newest, latest()) or full_at > now:
        return Reading(None, now, None, latest)
    # `full_at` is carried along unchanged: it counts from the last reading of everything.
    return Reading(newest - overlap, full_at, newest, latest)


def _not_after(newest: datetime | None, now: datetime) -> datetime | None:
    return min(newest, now) if newest else None


def _parse(value: JsonValue) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None
