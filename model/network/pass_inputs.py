"""From what the tools say about an item to what the passes need: earliest start, duration, limit.

Every gap in a plan has one treatment (`model.network.treatment`). The rules:

- Nothing unfinished is forecast before the data date: unstarted work begins today at the
  earliest and work under way continues from today (data date and retained logic as in the GAO
  Schedule Assessment Guide, GAO-16-89G, best practice 9).
- A stated date stands until its team moves it: a planned start and a planned finish are lower
  bounds ("as planned, unless pushed"). Two planned dates give the duration, because an estimate
  is effort and the dates are the plan; otherwise the estimate does. Work planned for days off
  alone (a go-live at the weekend) takes no working day and is over before the next one.
- A day off still to come can be met, though no working day is left before it: what ends on it
  is behind its plan only once it has passed, and a predecessor that ends on it is in time.
- Constraint dates are soft (see `Constraint`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from model.network.calendars import HORIZON, LONGEST, Calendars
from model.network.columns import NO_DATE, Constraint, Days, Flags, Items
from model.network.topology import ALL, Index, Positions
from model.network.treatment import Treatment
from model.records import State

NO_LIMIT: Final = 2**29
"""A late limit that limits nothing; far beyond every working-day number."""


_REPLACED: Final = (
    Treatment.NO_ESTIMATE
    | Treatment.NO_DATES
    | Treatment.START_ONLY
    | Treatment.DUE_ONLY
    | Treatment.OVERDUE
)
"""What is said of a plan and no longer matters once the work is under way."""


@dataclass(frozen=True, slots=True)
class PassInputs:
    """What the passes read; one row an item, times as working-day numbers of its calendar."""

    floor: Days
    """Earliest start of the work that is left. Of a done item: its start."""
    duration: Days
    """Working days from there to the finish; 0 for a point in time."""
    limit: Days
    """Latest start by deadline and constraints, or `NO_LIMIT`."""
    due: Days
    """The working day after the planned finish; meaningless where there is none."""
    done: Flags
    cancelled: Flags
    begun: Days
    """Day on which a started or done item began; `NO_DATE` for the others."""
    ended: Days
    """Day on which a done item finished; `NO_DATE` for the others."""
    spans: Flags
    """Open parents whose dates follow from their children."""
    ends_off: Flags
    """Planned to end on a day off, between two working days."""
    treatment: Days


@dataclass(slots=True)
class _Draft:
    """The columns under work; each step below fills the rows it is about."""

    items: Items
    calendars: Calendars
    today: int
    spans: Flags
    now: Days
    """The first working day from today on, for each item."""
    due: Days
    """The working day after the planned finish."""
    ends_off: Flags
    still_due: Flags
    """Planned to end on a day off from today on, when no working day is left before it."""
    floor: Days
    duration: Days
    limit: Days
    begun: Days
    ended: Days
    treatment: Days

    def number(self, day: Days, rows: Positions = ALL) -> Days:
        return self.calendars.to_number(self.items.calendar[rows], day)

    def mark(self, rows: Index, flag: Treatment) -> None:
        self.treatment[rows] |= flag

    def mark_all(self, rows: Flags, flag: Treatment) -> None:
        self.treatment |= rows * np.int32(flag)


def estimate(items: Items, calendars: Calendars, today: int, spans: Flags) -> PassInputs:
    """The estimate of every item.

    `spans` marks parents with children that still count: they are points that wait for their
    children, whatever duration they state.
    """
    draft = _draft(items, calendars, today, spans)
    _planned(draft)
    _under_way(draft)
    done, cancelled = items.state == State.DONE, items.state == State.CANCELLED
    open_ = ~(done | cancelled)
    fixed = (items.constraint != Constraint.NONE) & (items.constraint_date != NO_DATE)
    _constrained(draft, np.flatnonzero(open_ & fixed))
    _due_by_deadline(draft, np.flatnonzero(open_ & (items.deadline != NO_DATE)))
    _finished(draft, np.flatnonzero(done))
    draft.treatment[cancelled] = Treatment.CANCELLED
    return PassInputs(
        draft.floor, draft.duration, draft.limit, draft.due, done, cancelled,
        draft.begun, draft.ended, spans & ~(done | cancelled), draft.ends_off, draft.treatment,
    )  # fmt: skip


def _draft(items: Items, calendars: Calendars, today: int, spans: Flags) -> _Draft:
    rows = len(items)
    none = np.full(rows, NO_DATE, dtype=np.int32)
    now = calendars.to_number(items.calendar, np.full(rows, today, dtype=np.int32))
    due = calendars.to_number(items.calendar, items.planned_finish + 1)
    ends_off, end = _ends_off(items, calendars, spans)
    return _Draft(
        items, calendars, today, spans, now, due, ends_off,
        still_due=ends_off & (end >= today) & (calendars.to_number(items.calendar, end) <= now),
        floor=np.zeros(rows, dtype=np.int32),
        duration=np.ones(rows, dtype=np.int32),
        limit=np.full(rows, NO_LIMIT, dtype=np.int32),
        begun=none, ended=none.copy(),
        treatment=np.zeros(rows, dtype=np.int32),
    )  # fmt: skip


def _ends_off(items: Items, calendars: Calendars, spans: Flags) -> tuple[Flags, Days]:
    """Whether each item is planned to end on a day off, and on which day: of a point with a
    start alone that is its end."""
    start, finish = items.planned_start, items.planned_finish
    point = items.milestone & ~spans & (finish == NO_DATE)
    end = np.where(point, start, finish)
    off = calendars.to_number(items.calendar, end) == calendars.to_number(items.calendar, end + 1)
    reversed_ = (start != NO_DATE) & (start > end) & ~spans
    return off & (end != NO_DATE) & ~reversed_, end


def _planned(draft: _Draft) -> None:
    """Duration and earliest start as if nothing had begun."""
    items, point = draft.items, draft.items.milestone | draft.spans
    starts = (items.planned_start != NO_DATE) & ~draft.spans
    ends = items.planned_finish != NO_DATE
    reversed_ = starts & ends & (items.planned_start > items.planned_finish)
    both = starts & ends & ~reversed_
    first = draft.number(items.planned_start + (point & starts))
    after = draft.due
    stated = items.duration >= 0
    length = np.where(both, after - first, np.where(stated, items.duration, 1))
    length[point] = 0
    draft.duration = np.minimum(length, LONGEST).astype(np.int32)
    by_start = np.where(starts, first, 0)
    by_finish = np.where(ends & ~reversed_, after - draft.duration, 0)
    wanted = np.maximum(by_start, by_finish)
    earliest = draft.now + ((draft.duration == 0) & ~draft.still_due)
    draft.floor = np.maximum(wanted, earliest).astype(np.int32)
    draft.mark_all(starts & ~ends & ~point, Treatment.START_ONLY)
    draft.mark_all(ends & ~starts & ~point, Treatment.DUE_ONLY)
    draft.mark_all(~ends & ~starts & ~draft.spans, Treatment.NO_DATES)
    draft.mark_all(~both & ~stated & ~point, Treatment.NO_ESTIMATE)
    draft.mark_all(reversed_, Treatment.REVERSED)
    draft.mark_all((starts | ends) & (wanted < earliest), Treatment.OVERDUE)
    draft.mark_all(draft.spans, Treatment.SPANS_CHILDREN)
    draft.mark_all((length > LONGEST) | _outside(items), Treatment.OUT_OF_RANGE)


def _under_way(draft: _Draft) -> None:
    """What has begun keeps its start; what remains of it continues from today."""
    items, today = draft.items, draft.today
    dated = items.actual_start != NO_DATE
    begun = (items.state < State.DONE) & (dated | (items.state == State.IN_PROGRESS))
    rows = np.flatnonzero(begun & ~items.milestone & ~draft.spans)
    if not len(rows):
        return
    dated, actual = dated[rows], items.actual_start[rows]
    start = np.where(dated, actual, items.planned_start[rows])
    start = np.where((start == NO_DATE) | (start > today), today, start).astype(np.int32)
    draft.begun[rows] = start
    _remaining(draft, rows, start)
    draft.mark(rows[~dated], Treatment.START_UNKNOWN)
    draft.mark(rows[dated & (actual > today)], Treatment.FUTURE_ACTUAL)


def _remaining(draft: _Draft, rows: Index, begun: Days) -> None:
    """What is told to remain, else what the percentage leaves, else the time until it is due."""
    items, now, duration = draft.items, draft.now[rows], draft.duration[rows]
    planned, percent = items.planned_finish[rows] != NO_DATE, items.percent[rows]
    guessed = (draft.treatment[rows] & Treatment.NO_ESTIMATE) > 0
    reversed_ = (draft.treatment[rows] & Treatment.REVERSED) > 0
    due = np.where(planned & ~reversed_, draft.due[rows], 0)
    by_percent = -(-duration * (100 - percent.astype(np.int32)) // 100)
    by_length = np.where(guessed, 0, draft.number(begun, rows) + duration)
    by_plan = np.where(due > 0, due, by_length) - now
    told, partly = items.remaining[rows] >= 0, (percent >= 0) & ~guessed
    left = np.where(told, items.remaining[rows], np.where(partly, by_percent, by_plan))
    still_due = draft.still_due[rows]
    left = np.clip(left, ~still_due, LONGEST)
    draft.duration[rows], draft.floor[rows] = left, np.maximum(now, due - left)
    draft.treatment[rows] &= ~_REPLACED
    unknown = ~told & ~partly
    draft.mark(rows[unknown], Treatment.REMAINING_UNKNOWN)
    draft.mark(rows[unknown & (by_plan < 1) & ~still_due], Treatment.NO_ESTIMATE)
    draft.mark(rows[planned & (due <= now) & ~still_due], Treatment.OVERDUE)


def _finished(draft: _Draft, rows: Index) -> None:
    """Done items stand where they were; no limit and no predecessor moves them."""
    items, today = draft.items, draft.today
    actual, milestone = items.actual_finish[rows], items.milestone[rows]
    dated = actual != NO_DATE
    ended = np.where(dated, actual, items.planned_finish[rows])
    ended = np.where((ended == NO_DATE) | (ended > today), today, ended).astype(np.int32)
    actual_start = items.actual_start[rows]
    begun = np.where(actual_start != NO_DATE, actual_start, items.planned_start[rows])
    begun = np.where((begun == NO_DATE) | (begun > ended) | milestone, ended, begun)
    after = draft.number(ended + 1, rows)
    first = np.where(milestone, after, np.minimum(draft.number(begun, rows), after))
    draft.floor[rows], draft.duration[rows], draft.limit[rows] = first, after - first, NO_LIMIT
    draft.begun[rows], draft.ended[rows], draft.treatment[rows] = begun, ended, 0
    draft.mark(rows[~dated], Treatment.DONE_UNDATED)
    draft.mark(rows[dated & (actual > today)], Treatment.FUTURE_ACTUAL)


def _constrained(draft: _Draft, rows: Index) -> None:
    """A constraint date raises the floor, sets the limit, or both."""
    items = draft.items
    kind, day = items.constraint[rows], items.constraint_date[rows]
    length, unstarted = draft.duration[rows], draft.begun[rows] == NO_DATE
    at, after = draft.number(day, rows), draft.number(day + 1, rows)
    point = length == 0
    on_start = unstarted & np.isin(kind, (Constraint.START_NO_EARLIER, Constraint.START_ON))
    on_finish = np.isin(kind, (Constraint.FINISH_NO_EARLIER, Constraint.FINISH_ON))
    _raise(draft.floor, rows[on_start], (at + point)[on_start])
    _raise(draft.floor, rows[on_finish], (at + 1 - length)[on_finish])
    by_start = unstarted & np.isin(kind, (Constraint.START_NO_LATER, Constraint.START_ON))
    by_finish = np.isin(kind, (Constraint.FINISH_NO_LATER, Constraint.FINISH_ON))
    _lower(draft.limit, rows[by_start], (after - 1 + point)[by_start])
    _lower(draft.limit, rows[by_finish], (after - length)[by_finish])


def _due_by_deadline(draft: _Draft, rows: Index) -> None:
    after = draft.number(draft.items.deadline[rows] + 1, rows)
    _lower(draft.limit, rows, after - draft.duration[rows])


def _raise(column: Days, rows: Index, bound: Days) -> None:
    column[rows] = np.maximum(column[rows], bound)


def _lower(column: Days, rows: Index, bound: Days) -> None:
    column[rows] = np.minimum(column[rows], bound)


def _outside(items: Items) -> Flags:
    outside = np.zeros(len(items), dtype=np.bool_)
    for day in (items.planned_start, items.planned_finish, items.deadline):
        outside |= (day != NO_DATE) & ((day < 0) | (day >= HORIZON))
    return outside
