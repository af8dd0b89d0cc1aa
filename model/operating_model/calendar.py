"""Working days: weekends, public holidays and own exceptions, on numpy's business day functions.

Public holidays come from the `holidays` package, one year at a time, when they are first needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from holidays import country_holidays

from model.operating_model.parts import Weekday
from model.operating_model.schema import CalendarSpec, OperatingModel

Dates = npt.NDArray[np.datetime64]

_FEWEST_WORKING_DAYS_PER_YEAR = 40
"""One day per week less holidays; limits how many years a count of working days looks at."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Counts working days by the days a calendar of the operating model works."""

    spec: CalendarSpec

    def is_working(self, day: date) -> bool:
        return bool(np.is_busday(day, busdaycal=self._busdays_near(day, 0)))

    def next_working_day(self, day: date) -> date:
        """The day itself if it is worked, else the first one after it that is."""
        return day if self.is_working(day) else self.add_working_days(day, 1)

    def add_working_days(self, day: date, days: int) -> date:
        """The nth working day after `day`, before it for a negative n, `day` itself for 0.

        As in German law (BGB section 187) the day from which one counts does not count itself, so
        one working day after a Saturday is the Monday.
        """
        if days == 0:
            return day
        from_day, calendar = np.datetime64(day), self._busdays_near(day, days)
        # A day off is left in the direction one came from, so that it counts as no day of the sum.
        roll: Literal["backward", "forward"] = "backward" if days > 0 else "forward"
        return date.fromisoformat(str(np.busday_offset(from_day, days, roll, busdaycal=calendar)))

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative if `end` is earlier."""
        # numpy counts from the first day inclusive to the last exclusive; a day later is the other
        # way round.
        first, last = (np.datetime64(day) + 1 for day in sorted((start, end)))
        years = sorted((start.year, end.year))
        count = int(np.busday_count(first, last, busdaycal=_busdays(self.spec, *years)))
        return count if start <= end else -count

    @property
    def week(self) -> tuple[bool, ...]:
        """Monday to Sunday: whether it is worked, holidays and exceptions aside."""
        return tuple(weekday not in self.spec.weekend for weekday in get_args(Weekday))

    def days_off(self, first_year: int, last_year: int) -> list[int]:
        """Days since 1970-01-01, in these years, that are not worked although their weekday is."""
        off = _days_off(self.spec, first_year, last_year)
        # Weekends are in the week already; the network takes holidays only.
        weekdays = np.is_busday(off, weekmask=list(self.week))
        return [int(day) for day in off[weekdays].astype(np.int64)]

    @property
    def extra_days(self) -> list[int]:
        """Days since 1970-01-01 that are worked whatever weekend and holidays say."""
        return [int(np.datetime64(day).astype(np.int64)) for day in self.spec.open]

    def _busdays_near(self, day: date, days: int) -> np.busdaycalendar:
        years = abs(days) // _FEWEST_WORKING_DAYS_PER_YEAR + 1
        return _busdays(self.spec, day.year - years, day.year + years)


def calendar_with_id(model: OperatingModel, calendar_id: str) -> WorkingCalendar:
    """A calendar of the model; raises KeyError for an id that a validated model cannot refer to."""
    return WorkingCalendar({spec.id: spec for spec in model.calendars}[calendar_id])


def local_day(model: OperatingModel, instant: datetime) -> date:
    """The day of an instant where people work: at 23:30 UTC it is tomorrow in Berlin.

    Raises ValueError for an instant without a time zone.
    """
    if instant.utcoffset() is None:
        raise ValueError(f"{instant} needs its time zone")
    return instant.astimezone(ZoneInfo(model.time_zone)).date()


@lru_cache(maxsize=256)
def _busdays(spec: CalendarSpec, first_year: int, last_year: int) -> np.busdaycalendar:
    """The days of these years that are not worked, weekends too, as numpy's holidays."""
    # numpy's own weekends know no exceptions, such as a Saturday that is worked.
    return np.busdaycalendar([True] * 7, _days_off(spec, first_year, last_year))


def _days_off(spec: CalendarSpec, first_year: int, last_year: int) -> Dates:
    # numpy knows no year before 1, and `date` none after 9999.
    years = range(max(first_year, date.min.year), min(last_year, date.max.year) + 1)
    return np.concatenate([_days_off_in(spec, year) for year in years])


@lru_cache(maxsize=1024)
def _days_off_in(spec: CalendarSpec, year: int) -> Dates:
    days = np.arange(f"{year:04}-01-01", f"{year + 1:04}-01-01", dtype="datetime64[D]")
    public = list(country_holidays(spec.country, subdiv=spec.subdivision, years=year))
    week = [weekday not in spec.weekend for weekday in get_args(Weekday)]
    # `open` comes last: an own exception counts against the weekend and the holidays.
    worked = np.is_busday(days, weekmask=week, holidays=[*public, *spec.closed])
    return days[~worked & ~np.isin(days, np.array(spec.open, dtype="datetime64[D]"))]
