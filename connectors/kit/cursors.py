"""Incremental reading by a "changed since" filter, safe against late and missed changes.

Tools show changes late, with stamps that are not unique, and some changes move no stamp at all.
So every reading begins some time before the newest change seen (the overlap; landing the same
record twice changes nothing), and everything is read again from time to time, which also finds
what was deleted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from connectors.base import Cursor, JsonValue


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a stream: from which instant (None: everything), and how far it came."""

    since: datetime | None
    full_at: datetime
    """When the last reading of everything began."""
    newest: datetime | None = None
    now: datetime | None = None
    """When this reading began; a record that claims to have changed later does not count."""

    @property
    def is_full(self) -> bool:
        return self.since is None

    def seen(self, changed_at: datetime) -> Reading:
        """After a record that was changed then; instants without a zone are UTC."""
        changed_at = changed_at if changed_at.tzinfo else changed_at.replace(tzinfo=UTC)
        # A stamp from the future would hide every change until then.
        changed_at = min(changed_at, self.now or changed_at)
        return replace(self, newest=max(changed_at, self.newest or changed_at))

    def to_cursor(self) -> Cursor:
        """Where the next reading goes on; only once this one has come to its end, unless the tool
        gives records in the order of their changes."""
        newest = self.newest.astimezone(UTC).isoformat() if self.newest else None
        return {"newest": newest, "full_at": self.full_at.isoformat()}


def begin_reading(
    cursor: Cursor | None, now: datetime, overlap: timedelta, full_every: timedelta
) -> Reading:
    """The next reading after a cursor; of everything without one, and again after `full_every`."""
    # A cursor of an older version of the connector lacks these: everything is read again then.
    newest = _parse((cursor or {}).get("newest"))
    full_at = _parse((cursor or {}).get("full_at"))
    if newest is None or full_at is None or now - full_at >= full_every:
        return Reading(None, now, _not_after(newest, now), now)
    # Saved by a version that followed stamps from the future: what they hid is read again.
    if newest > now or full_at > now:
        return Reading(None, now, None, now)
    # `full_at` is carried along unchanged: it counts from the last reading of everything.
    return Reading(newest - overlap, full_at, newest, now)


def _not_after(newest: datetime | None, now: datetime) -> datetime | None:
    return min(newest, now) if newest else None


def _parse(value: JsonValue) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None
