"""Converts the story's working days to dates in the calendar of the operating model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from model.operating_model.calendar import WorkingCalendar, calendar_with_id
from model.operating_model.schema import OperatingModel

_QUARTER = 3
# Three years: every lateness that the story states lies within them.
_QUARTERS_AHEAD = 12


@dataclass(frozen=True, slots=True)
class Days:
    """Working days counted from day 0: today, or the next working day if today is none."""

    today: date
    first: date
    calendar: WorkingCalendar
    zone: ZoneInfo
    year_starts_in: int

    @classmethod
    def for_model(cls, model: OperatingModel, today: date) -> Days:
        calendar = calendar_with_id(model, model.calendar)
        zone = ZoneInfo(model.time_zone)
        # Two offsets are equally far apart on every day, also on a weekend or holiday.
        first = calendar.next_working_day(today)
        return cls(today, first, calendar, zone, model.fiscal_year.starts_in_month)

    def day(self, offset: int) -> date:
        """The date of a working day of the story; negative offsets are past days."""
        return self.calendar.add_working_days(self.first, offset)

    def at(self, offset: int, hour: int, minute: int = 0) -> datetime:
        """An instant on a working day of the story, in the operating model's time zone."""
        return datetime.combine(self.day(offset), time(hour, minute), tzinfo=self.zone)

    def fiscal_year_start(self, years: int) -> date:
        """First day of a fiscal year: 0 is the current one, -1 the previous one, 1 the next one."""
        return self._quarter_start(self._quarter(self.today) // 4 * 4 + 4 * years)

    def late_quarter_start(self, after: int, at_least: int) -> date:
        """First day of the first fiscal quarter after a working day by `at_least` working days."""
        start_of_work = self.day(after)
        quarter = self._quarter(start_of_work)
        starts = (self._quarter_start(quarter + ahead) for ahead in range(1, _QUARTERS_AHEAD))
        return next(
            start
            for start in starts
            if self.calendar.working_days_between(start_of_work, start) >= at_least
        )

    def _quarter(self, day: date) -> int:
        """Number of fiscal quarters since the fiscal year 0."""
        # Quarters are numbered through, so the next one needs no care at the end of a year.
        months = day.year * 12 + day.month - self.year_starts_in
        return months // _QUARTER

    def _quarter_start(self, quarter: int) -> date:
        year, month = divmod(quarter * _QUARTER + self.year_starts_in - 1, 12)
        return date(year, month + 1, 1)
