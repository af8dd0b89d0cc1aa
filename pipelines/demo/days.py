"""The story's working days as dates of the operating model's calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from model.operating_model.calendar import WorkingCalendar, calendar_with_id
from model.operating_model.schema import OperatingModel

_QUARTER = 3
_QUARTERS_AHEAD = 12


@dataclass(frozen=True, slots=True)
class Days:
    """Counts working days from today, or from the next working day if today is none.

    So two offsets lie equally far apart whatever today is, and whatever weekends and holidays
    lie between.
    """

    today: date
    first: date
    calendar: WorkingCalendar
    zone: ZoneInfo
    year_starts_in: int

    @classmethod
    def of(cls, model: OperatingModel, today: date) -> Days:
        calendar = calendar_with_id(model, model.calendar)
        zone = ZoneInfo(model.time_zone)
        first = calendar.next_working_day(today)
        return cls(today, first, calendar, zone, model.fiscal_year.starts_in_month)

    def day(self, offset: int) -> date:
        """The date of a working day of the story."""
        return self.calendar.add_working_days(self.first, offset)

    def at(self, offset: int, hour: int, minute: int = 0) -> datetime:
        """An instant on a working day of the story, local time."""
        return datetime.combine(self.day(offset), time(hour, minute), tzinfo=self.zone)

    def fiscal_year_start(self, years: int) -> date:
        """First day of the present fiscal year (0), of the last one (-1), of the next (1)."""
        return self._quarter_start(self._quarter(self.today) // 4 * 4 + 4 * years)

    def late_quarter_start(self, after: int, at_least: int) -> date:
        """First day of the first fiscal quarter that begins `at_least` working days after a day."""
        work = self.day(after)
        quarter = self._quarter(work)
        starts = (self._quarter_start(quarter + ahead) for ahead in range(1, _QUARTERS_AHEAD))
        long_after = (
            start for start in starts if self.calendar.working_days_between(work, start) >= at_least
        )
        return next(long_after)

    def _quarter(self, day: date) -> int:
        """Fiscal quarters counted from the fiscal year 0."""
        months = day.year * 12 + day.month - self.year_starts_in
        return months // _QUARTER

    def _quarter_start(self, quarter: int) -> date:
        year, month = divmod(quarter * _QUARTER + self.year_starts_in - 1, 12)
        return date(year, month + 1, 1)
