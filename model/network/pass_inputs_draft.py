"""The columns of `PassInputs` while they are computed from the items."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from model.network.arrays import ALL, Index, Selection
from model.network.calendars import Calendars
from model.network.columns import NO_DATE, Days, Flags, Items
from model.network.treatment import Treatment

# 2**29 leaves room for a duration to be taken off or added within int32.
NO_LIMIT: Final = 2**29
"""A latest start that limits nothing; far beyond every working-day number."""


@dataclass(slots=True)
class PassInputsDraft:
    """n rows, one per item; each step of `pass_inputs` fills the rows it is about."""

    items: Items
    calendars: Calendars
    data_date: Days
    has_children: Flags
    now: Days
    """The first working day from the data date on, for each item."""
    planned_end: Days
    ends_on_day_off: Flags
    still_due: Flags
    """Planned to end on a day off from the data date on, when no working day is left before it."""
    min_start: Days
    duration: Days
    max_start: Days
    started_on: Days
    finished_on: Days
    treatment: Days

    def to_number(self, day: Days, rows: Selection = ALL) -> Days:
        return self.calendars.to_number(self.items.calendar[rows], day)

    def add_treatment(self, rows: Index, flag: Treatment) -> None:
        self.treatment[rows] |= flag

    def add_treatment_where(self, mask: Flags, flag: Treatment) -> None:
        self.treatment |= mask * np.int32(flag)


def start_draft(
    items: Items, calendars: Calendars, data_date: Days, has_children: Flags
) -> PassInputsDraft:
    """A draft of what does not depend on progress, constraints or deadlines."""
    rows = len(items)
    no_dates = np.full(rows, NO_DATE, dtype=np.int32)
    now = calendars.to_number(items.calendar, data_date)
    planned_end = calendars.to_number(items.calendar, items.planned_finish + 1)
    ends_on_day_off, end = _find_ends_on_days_off(items, calendars, has_children)
    still_due = ends_on_day_off & (end >= data_date)
    still_due &= calendars.to_number(items.calendar, end) <= now
    return PassInputsDraft(
        items, calendars, data_date, has_children, now, planned_end, ends_on_day_off, still_due,
        min_start=np.zeros(rows, dtype=np.int32),
        duration=np.ones(rows, dtype=np.int32),
        max_start=np.full(rows, NO_LIMIT, dtype=np.int32),
        started_on=no_dates, finished_on=no_dates.copy(),
        treatment=np.zeros(rows, dtype=np.int32),
    )  # fmt: skip


def _find_ends_on_days_off(
    items: Items, calendars: Calendars, has_children: Flags
) -> tuple[Flags, Days]:
    """Whether each item is planned to end on a day off, and on which day: of a milestone with a
    start alone that is its end."""
    start, finish = items.planned_start, items.planned_finish
    ends_with_start = items.milestone & ~has_children & (finish == NO_DATE)
    end = np.where(ends_with_start, start, finish)
    # No working day lies between a day off and the day after it.
    is_off = calendars.to_number(items.calendar, end)
    is_off = is_off == calendars.to_number(items.calendar, end + 1)
    is_reversed = (start != NO_DATE) & (start > end) & ~has_children
    return is_off & (end != NO_DATE) & ~is_reversed, end
