"""From what the tools say about an item to what the passes need: earliest start, duration, limit.

Every gap in a plan has one treatment (`model.network.treatment`). The rules:

- Nothing unfinished is forecast before the data date: unstarted work begins today at the
  earliest and work under way continues from today (data date and retained logic as in the GAO
  Schedule Assessment Guide, GAO-16-89G, best practice 9).
- A stated date stands until its team moves it: a planned start and a planned finish are lower
  bounds ("as planned, unless pushed"). Two planned dates give the duration, because an estimate
  is effort and the dates are the plan; otherwise the estimate does.
- Constraint dates are soft (see `Constraint`).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from model.network.calendars import HORIZON, LONGEST, Calendars
from model.network.columns import NO_DATE, Constraint, Days, Flags, Items
from model.network.treatment import Treatment
from model.records import State

NO_LIMIT: Final = 2**29
"""A late limit that limits nothing; far beyond every working-day number."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the passes read; one row an item, times as working-day numbers of its calendar."""

    floor: Days
    """Earliest start of the work that is left. Of a done item: its start."""
    duration: Days
    """Working days from there to the finish; 0 for a point in time."""
    limit: Days
    """Latest start by deadline and constraints, or `NO_LIMIT`."""
    done: Flags
    cancelled: Flags
    begun: Days
    """Day on which a started or done item began; `NO_DATE` for the others."""
    ended: Days
    """Day on which a done item finished; `NO_DATE` for the others."""
    spans: Flags
    """Open parents whose dates follow from their children."""
    treatment: Days


@dataclass(slots=True)
class _Draft:
    """The columns under work; each step below fills the rows it is about."""

    items: Items
    calendars: Calendars
    today: int
    spans: Flags
    floor: Days
    duration: Days
    limit: Days
    begun: Days
    ended: Days
    treatment: Days

    def number(self, day: Days) -> Days:
        return self.calendars.number(self.items.calendar, day)

    def mark(self, rows: Flags, flag: Treatment) -> None:
        self.treatment[rows] |= flag


def estimate(items: Items, calendars: Calendars, today: int, spans: Flags) -> Estimate:
    """The estimate of every item.

    `spans` marks parents with children that still count: they are points that wait for their
    children, whatever duration they state.
    """
    draft = _draft(items, calendars, today, spans)
    _planned(draft)
    _under_way(draft)
    done, cancelled = items.state == State.DONE, items.state == State.CANCELLED
    _constrained(draft, ~(done | cancelled))
    _finished(draft, done)
    draft.treatment[cancelled] = Treatment.CANCELLED
    return Estimate(
        draft.floor, draft.duration, draft.limit, done, cancelled,
        draft.begun, draft.ended, spans & ~(done | cancelled), draft.treatment,
    )  # fmt: skip


def _draft(items: Items, calendars: Calendars, today: int, spans: Flags) -> _Draft:
    rows = len(items)
    none = np.full(rows, NO_DATE, dtype=np.int32)
    return _Draft(
        items, calendars, today, spans,
        floor=np.zeros(rows, dtype=np.int32),
        duration=np.ones(rows, dtype=np.int32),
        limit=np.full(rows, NO_LIMIT, dtype=np.int32),
        begun=none, ended=none.copy(),
        treatment=np.zeros(rows, dtype=np.int32),
    )  # fmt: skip


def _planned(draft: _Draft) -> None:
    """Duration and earliest start as if nothing had begun."""
    items, point = draft.items, draft.items.milestone | draft.spans
    starts = (items.planned_start != NO_DATE) & ~draft.spans
    ends = items.planned_finish != NO_DATE
    reversed_ = starts & ends & (items.planned_start > items.planned_finish)
    both = starts & ends & ~reversed_
    first = draft.number(items.planned_start + (point & starts))
    after = draft.number(items.planned_finish + 1)
    stated = items.duration >= 0
    length = np.where(both, np.maximum(after - first, 1), np.where(stated, items.duration, 1))
    length[point] = 0
    draft.duration = np.minimum(length, LONGEST).astype(np.int32)
    by_start = np.where(starts, first, 0)
    by_finish = np.where(ends & ~reversed_, after - draft.duration, 0)
    wanted = np.maximum(by_start, by_finish)
    earliest = _today(draft) + (draft.duration == 0)
    draft.floor = np.maximum(wanted, earliest).astype(np.int32)
    draft.mark(starts & ~ends & ~point, Treatment.START_ONLY)
    draft.mark(ends & ~starts & ~point, Treatment.DUE_ONLY)
    draft.mark(~ends & ~starts & ~draft.spans, Treatment.NO_DATES)
    draft.mark(~both & ~stated & ~point, Treatment.NO_ESTIMATE)
    draft.mark(reversed_, Treatment.REVERSED)
    draft.mark((starts | ends) & (wanted < earliest), Treatment.OVERDUE)
    draft.mark(draft.spans, Treatment.SPANS_CHILDREN)
    draft.mark((length > LONGEST) | _outside(items), Treatment.OUT_OF_RANGE)


def _under_way(draft: _Draft) -> None:
    """What has begun keeps its start; what remains of it continues from today."""
    items, today = draft.items, draft.today
    open_ = items.state < State.DONE
    dated = items.actual_start != NO_DATE
    rows = open_ & (dated | (items.state == State.IN_PROGRESS)) & ~items.milestone & ~draft.spans
    if not rows.any():
        return
    future = rows & dated & (items.actual_start > today)
    begun = np.where(dated, items.actual_start, items.planned_start)
    begun = np.where((begun == NO_DATE) | (begun > today), today, begun)
    draft.begun[rows] = begun[rows]
    _remaining(draft, rows, begun.astype(np.int32))
    draft.mark(rows & ~dated, Treatment.START_UNKNOWN)
    draft.mark(future, Treatment.FUTURE_ACTUAL)


def _remaining(draft: _Draft, rows: Flags, begun: Days) -> None:
    items, now = draft.items, _today(draft)
    gaps = Treatment.NO_ESTIMATE | Treatment.NO_DATES | Treatment.START_ONLY | Treatment.DUE_ONLY
    guessed = (draft.treatment & Treatment.NO_ESTIMATE) > 0
    due = np.where(
        (items.planned_finish != NO_DATE) & ((draft.treatment & Treatment.REVERSED) == 0),
        draft.number(items.planned_finish + 1), 0,
    )  # fmt: skip
    by_percent = -(-draft.duration * (100 - items.percent.astype(np.int32)) // 100)
    by_length = np.where(guessed, 0, draft.number(begun) + draft.duration)
    by_plan = np.where(due > 0, due, by_length) - now
    told, partly = items.remaining >= 0, (items.percent >= 0) & ~guessed
    left = np.where(told, items.remaining, np.where(partly, by_percent, by_plan))
    left = np.clip(left, 1, LONGEST)
    earliest = np.maximum(now, due - left)
    draft.duration[rows] = left[rows]
    draft.floor[rows] = earliest[rows]
    draft.treatment[rows] &= ~(gaps | Treatment.OVERDUE)
    unknown = rows & ~told & ~partly
    draft.mark(unknown, Treatment.REMAINING_UNKNOWN)
    draft.mark(unknown & (by_plan < 1), Treatment.NO_ESTIMATE)
    draft.mark(rows & (items.planned_finish != NO_DATE) & (due <= now), Treatment.OVERDUE)


def _finished(draft: _Draft, rows: Flags) -> None:
    """Done items stand where they were; no limit and no predecessor moves them."""
    if not rows.any():
        return
    items, today = draft.items, draft.today
    dated = items.actual_finish != NO_DATE
    ended = np.where(dated, items.actual_finish, items.planned_finish)
    ended = np.where((ended == NO_DATE) | (ended > today), today, ended)
    begun = np.where(items.actual_start != NO_DATE, items.actual_start, items.planned_start)
    begun = np.where((begun == NO_DATE) | (begun > ended) | items.milestone, ended, begun)
    after = draft.number((ended + 1).astype(np.int32))
    first = np.where(items.milestone, after, draft.number(begun.astype(np.int32)))
    for column, value in (
        (draft.floor, np.minimum(first, after)), (draft.duration, np.maximum(after - first, 0)),
        (draft.begun, begun), (draft.ended, ended),
        (draft.limit, NO_LIMIT + np.zeros_like(ended)), (draft.treatment, np.zeros_like(ended)),
    ):  # fmt: skip
        column[rows] = value[rows]
    draft.mark(rows & ~dated, Treatment.DONE_UNDATED)
    draft.mark(rows & dated & (items.actual_finish > today), Treatment.FUTURE_ACTUAL)


def _constrained(draft: _Draft, rows: Flags) -> None:
    """Constraint dates raise the floor, set the limit, or both; a deadline sets the limit."""
    items = draft.items
    kind = np.where(rows & (items.constraint_date != NO_DATE), items.constraint, Constraint.NONE)
    if kind.any():
        _constraint_dates(draft, kind)
    limited = rows & (items.deadline != NO_DATE)
    if limited.any():
        latest = draft.number(items.deadline + 1) - draft.duration
        draft.limit = np.where(limited, np.minimum(draft.limit, latest), draft.limit)


def _constraint_dates(draft: _Draft, kind: NDArray[np.int8]) -> None:
    day, length, point = draft.items.constraint_date, draft.duration, draft.duration == 0
    at, after = draft.number(day), draft.number(day + 1)
    first, begin_by = np.where(point, at + 1, at), np.where(point, after, after - 1)
    unstarted = draft.begun == NO_DATE
    for kinds, bound, raises in (
        ((Constraint.START_NO_EARLIER, Constraint.START_ON), first, True),
        ((Constraint.FINISH_NO_EARLIER, Constraint.FINISH_ON), at + 1 - length, True),
        ((Constraint.START_NO_LATER, Constraint.START_ON), begin_by, False),
        ((Constraint.FINISH_NO_LATER, Constraint.FINISH_ON), after - length, False),
    ):
        about_start = kinds[1] == Constraint.START_ON
        rows = np.isin(kind, kinds) & (unstarted if about_start else True)
        if raises:
            draft.floor = np.where(rows, np.maximum(draft.floor, bound), draft.floor)
        else:
            draft.limit = np.where(rows, np.minimum(draft.limit, bound), draft.limit)


def _today(draft: _Draft) -> Days:
    """The first working day from today on, for each item."""
    return draft.number(np.full(len(draft.items), draft.today, dtype=np.int32))


def _outside(items: Items) -> Flags:
    outside = np.zeros(len(items), dtype=np.bool_)
    for day in (items.planned_start, items.planned_finish, items.deadline):
        outside |= (day != NO_DATE) & ((day < 0) | (day >= HORIZON))
    return outside
