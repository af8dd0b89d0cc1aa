"""How old the data are on which a finding rests, and what follows from that.

A connection is fresh for some time after it was last read to its end. Beyond that its data say how
things stood, and nothing may open, worsen or escalate because of the time that has passed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from model.operating_model.calendar import calendar_with_id, local_day
from model.operating_model.schema import OperatingModel
from model.rules.words import format_day, format_list


@dataclass(frozen=True, slots=True)
class OldReading:
    """A connection whose data are older than its freshness time.

    `read_on` is the day of its last complete reading in the operating model's time zone, `read_at`
    the instant in UTC; both are None where there was none. A connection that `is_removed` from the
    settings is never read again.
    """

    connection: str
    read_at: datetime | None
    read_on: date | None
    is_removed: bool = False

    def __str__(self) -> str:
        if self.read_on is None:
            return f"{self.connection}, which was never read to its end"
        removed = " (no longer connected)" if self.is_removed else ""
        return f"{self.connection} as last read on {format_day(self.read_on)}{removed}"


@dataclass(frozen=True, slots=True)
class ReadingGap:
    """Two complete readings of a connection that follow each other, instants in UTC."""

    connection: str
    last_read_at: datetime
    read_again_at: datetime


@dataclass(frozen=True, slots=True)
class Freshness:
    """How each connection was read, as of `now`.

    `fresh_for` is the freshness time of each connection in the settings; `read_at` has each
    connection of the settings and of the warehouse. The last pull of those `not_read_to_end` failed
    or was killed; their data may be fresh all the same.
    """

    model: OperatingModel
    now: datetime
    fresh_for: Mapping[str, timedelta]
    read_at: Mapping[str, datetime | None]
    gaps: Sequence[ReadingGap] = ()
    not_read_to_end: frozenset[str] = frozenset()

    @property
    def never_read(self) -> tuple[str, ...]:
        """The connections of the settings that were never read to their end."""
        return tuple(name for name in self.fresh_for if self.read_at.get(name) is None)

    def old_readings(
        self, connections: Iterable[str], *, read_to_end: bool = False
    ) -> tuple[OldReading, ...]:
        """Those of the connections that are not fresh, in alphabetical order.

        With `read_to_end` also those whose last pull did not reach its end.
        """
        return tuple(
            OldReading(name, self.read_at.get(name), self._read_on(name), self._is_removed(name))
            for name in sorted(set(connections))
            if not self._is_fresh(name) or (read_to_end and name in self.not_read_to_end)
        )

    def data_dates(self) -> dict[str, date]:
        """The day up to which progress is known, for each connection that is not fresh.

        A connection that was never read to its end has none.
        """
        days = {name: self._read_on(name) for name in self.read_at if not self._is_fresh(name)}
        return {name: day for name, day in days.items() if day is not None}

    def unseen_days(self, connections: Iterable[str], since: datetime) -> set[date]:
        """Working days after the day of `since` throughout which one of them was not fresh.

        Only days whose gap has ended; days and working days are those of the operating model.
        """
        names, first = set(connections), self._day(since)
        calendar = calendar_with_id(self.model, self.model.calendar)
        return {
            day
            for gap in self.gaps
            if gap.connection in names and gap.connection in self.fresh_for
            for day in _days_between(
                max(first, self._day(gap.last_read_at + self.fresh_for[gap.connection])),
                self._day(gap.read_again_at),
            )
            if calendar.is_working(day)
        }

    def working_days_since(self, instant: datetime) -> int:
        """Working days after the day of `instant`, today included, in the model's calendar."""
        calendar = calendar_with_id(self.model, self.model.calendar)
        return calendar.working_days_between(self._day(instant), self._day(self.now))

    def resume(self, start: datetime, unseen: int) -> datetime:
        """The instant from which deadlines count, so many working days later than `start`."""
        first = self._day(start)
        calendar = calendar_with_id(self.model, self.model.calendar)
        return start + (calendar.add_working_days(first, unseen) - first)

    def _is_fresh(self, name: str) -> bool:
        read_at = self.read_at.get(name)
        if read_at is None or name not in self.fresh_for:
            return False
        return self.now - read_at <= self.fresh_for[name]

    def _is_removed(self, name: str) -> bool:
        return name not in self.fresh_for

    def _read_on(self, name: str) -> date | None:
        read_at = self.read_at.get(name)
        return None if read_at is None else self._day(read_at)

    def _day(self, instant: datetime) -> date:
        return local_day(self.model, instant)


def readings_text(readings: Iterable[OldReading]) -> str:
    """`it-jira as last read on 9 Nov 2026`."""
    return format_list(str(reading) for reading in readings)


def _days_between(first: date, last: date) -> Iterable[date]:
    """The days after `first` and before `last`."""
    return (first + timedelta(days=count) for count in range(1, (last - first).days))
