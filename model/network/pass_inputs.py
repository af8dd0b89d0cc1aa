"""From what the tools state about an item to what the passes need: start bounds and duration.

Every gap in a plan has one treatment (`model.network.treatment`). The rules:

- Nothing unfinished is forecast before the data date: unstarted work begins on the data date at
  the earliest and work under way continues from it (data date and retained logic as in the GAO
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

from model.network.arrays import Index
from model.network.calendars import HORIZON, MAX_DURATION, Calendars
from model.network.columns import NO_DATE, Constraint, Days, Flags, Items
from model.network.pass_inputs_draft import NO_LIMIT, PassInputsDraft, start_draft
from model.network.treatment import Treatment
from model.records import State

_OBSOLETE_ONCE_STARTED: Final = (
    Treatment.NO_ESTIMATE
    | Treatment.NO_DATES
    | Treatment.START_ONLY
    | Treatment.DUE_ONLY
    | Treatment.OVERDUE
)
"""Treatments of a plan that no longer matter once the work is under way."""


@dataclass(frozen=True, slots=True)
class PassInputs:
    """What the passes read; n rows, one per item, times as working-day numbers of its calendar."""

    min_start: Days
    """Earliest start of the work that is left. Of a done item: its start."""
    duration: Days
    """Working days from there to the finish; 0 for a point in time."""
    max_start: Days
    """Latest start by deadline and constraints, or `NO_LIMIT`."""
    planned_end: Days
    """The first working day after the planned finish; meaningless where there is none."""
    is_done: Flags
    is_cancelled: Flags
    started_on: Days
    """Day (since 1970-01-01) on which a started or done item began; `NO_DATE` for the others."""
    finished_on: Days
    """Day (since 1970-01-01) on which a done item finished; `NO_DATE` for the others."""
    is_summary: Flags
    """Open parents whose dates follow from their children."""
    ends_on_day_off: Flags
    """Planned to end on a day off, between two working days."""
    treatment: Days
    """`Treatment` flags."""


def derive_pass_inputs(
    items: Items, calendars: Calendars, data_date: Days, has_children: Flags
) -> PassInputs:
    """The inputs of every item for its data date (days since 1970-01-01).

    `has_children` marks parents with children that still count: they are points that wait for
    their children, whatever duration they state.
    """
    # In this order: progress replaces the plan of started work, limits need its duration, and
    # actual dates replace everything.
    draft = start_draft(items, calendars, data_date, has_children)
    _apply_plan(draft)
    _apply_progress(draft)
    is_done, is_cancelled = items.state == State.DONE, items.state == State.CANCELLED
    is_open = ~(is_done | is_cancelled)
    is_constrained = (items.constraint != Constraint.NONE) & (items.constraint_date != NO_DATE)
    _apply_constraints(draft, np.flatnonzero(is_open & is_constrained))
    _apply_deadlines(draft, np.flatnonzero(is_open & (items.deadline != NO_DATE)))
    _apply_actual_dates(draft, np.flatnonzero(is_done))
    # Assigned, not added: no other treatment says anything about what is cancelled.
    draft.treatment[is_cancelled] = Treatment.CANCELLED
    return PassInputs(
        draft.min_start, draft.duration, draft.max_start, draft.planned_end,
        is_done, is_cancelled, draft.started_on, draft.finished_on,
        has_children & is_open, draft.ends_on_day_off, draft.treatment,
    )  # fmt: skip


def _apply_plan(draft: PassInputsDraft) -> None:
    """Duration and earliest start as if nothing had begun."""
    items, is_point = draft.items, draft.items.milestone | draft.has_children
    # The start of a parent is that of its children, whatever it states itself.
    has_start = (items.planned_start != NO_DATE) & ~draft.has_children
    has_finish = items.planned_finish != NO_DATE
    is_reversed = has_start & has_finish & (items.planned_start > items.planned_finish)
    has_both = has_start & has_finish & ~is_reversed
    # A point lies at the end of its day, so its number is that of the day after.
    first = draft.to_number(items.planned_start + (is_point & has_start))
    has_estimate = items.duration >= 0
    # Without an estimate one day: nothing unfinished takes no time, and more would be invented.
    estimate = np.where(has_estimate, items.duration, 1)
    length = np.where(has_both, draft.planned_end - first, estimate)
    length[is_point] = 0
    draft.duration = np.minimum(length, MAX_DURATION).astype(np.int32)
    # 0 is the first day of the tables, earlier than any bound.
    by_start = np.where(has_start, first, 0)
    by_finish = np.where(has_finish & ~is_reversed, draft.planned_end - draft.duration, 0)
    wanted = np.maximum(by_start, by_finish)
    # Work can begin on the data date; a point at its end at the earliest.
    earliest = draft.now + ((draft.duration == 0) & ~draft.still_due)
    draft.min_start = np.maximum(wanted, earliest).astype(np.int32)
    mark = draft.add_treatment_where
    mark(has_start & ~has_finish & ~is_point, Treatment.START_ONLY)
    mark(has_finish & ~has_start & ~is_point, Treatment.DUE_ONLY)
    mark(~has_finish & ~has_start & ~draft.has_children, Treatment.NO_DATES)
    mark(~has_both & ~has_estimate & ~is_point, Treatment.NO_ESTIMATE)
    mark(is_reversed, Treatment.REVERSED)
    mark((has_start | has_finish) & (wanted < earliest), Treatment.OVERDUE)
    mark(draft.has_children, Treatment.SPANS_CHILDREN)
    mark((length > MAX_DURATION) | _has_date_out_of_range(items), Treatment.OUT_OF_RANGE)


def _apply_progress(draft: PassInputsDraft) -> None:
    """What has begun keeps its start; what remains of it continues from the data date."""
    items = draft.items
    has_actual = items.actual_start != NO_DATE
    is_started = (items.state < State.DONE) & (has_actual | (items.state == State.IN_PROGRESS))
    rows = np.flatnonzero(is_started & ~items.milestone & ~draft.has_children)
    if not len(rows):
        return
    has_actual, actual = has_actual[rows], items.actual_start[rows]
    data_date = draft.data_date[rows]
    start = np.where(has_actual, actual, items.planned_start[rows])
    # Work under way cannot have begun in the future; what is stated so is reported as
    # FUTURE_ACTUAL.
    start = np.where((start == NO_DATE) | (start > data_date), data_date, start).astype(np.int32)
    draft.started_on[rows] = start
    _apply_remaining_duration(draft, rows, start)
    draft.add_treatment(rows[~has_actual], Treatment.START_UNKNOWN)
    draft.add_treatment(rows[has_actual & (actual > data_date)], Treatment.FUTURE_ACTUAL)


def _apply_remaining_duration(draft: PassInputsDraft, rows: Index, started_on: Days) -> None:
    """The stated remaining duration, else what the percentage leaves, else the time until the
    planned finish."""
    items, now, duration = draft.items, draft.now[rows], draft.duration[rows]
    has_finish, percent = items.planned_finish[rows] != NO_DATE, items.percent[rows]
    is_guessed = (draft.treatment[rows] & Treatment.NO_ESTIMATE) > 0
    is_reversed = (draft.treatment[rows] & Treatment.REVERSED) > 0
    planned_end = np.where(has_finish & ~is_reversed, draft.planned_end[rows], 0)
    # Minus twice: floor division rounds down, and a part of a day is still a day's work. The
    # percentage is an int8, in which the product would overflow.
    by_percent = -(-duration * (100 - percent.astype(np.int32)) // 100)
    by_length = np.where(is_guessed, 0, draft.to_number(started_on, rows) + duration)
    by_plan = np.where(planned_end > 0, planned_end, by_length) - now
    is_stated, is_partial = items.remaining[rows] >= 0, (percent >= 0) & ~is_guessed
    left = np.where(is_stated, items.remaining[rows], np.where(is_partial, by_percent, by_plan))
    still_due = draft.still_due[rows]
    # Unfinished work takes at least one more day, unless it may still end on a day off.
    left = np.clip(left, ~still_due, MAX_DURATION)
    draft.duration[rows], draft.min_start[rows] = left, np.maximum(now, planned_end - left)
    # Before the treatments of progress are added, one of which this would clear again.
    draft.treatment[rows] &= ~_OBSOLETE_ONCE_STARTED
    is_unknown = ~is_stated & ~is_partial
    draft.add_treatment(rows[is_unknown], Treatment.REMAINING_UNKNOWN)
    draft.add_treatment(rows[is_unknown & (by_plan < 1) & ~still_due], Treatment.NO_ESTIMATE)
    draft.add_treatment(rows[has_finish & (planned_end <= now) & ~still_due], Treatment.OVERDUE)


def _apply_actual_dates(draft: PassInputsDraft, rows: Index) -> None:
    """Done items stand where they were; no limit and no predecessor moves them."""
    items, data_date = draft.items, draft.data_date[rows]
    actual, milestone = items.actual_finish[rows], items.milestone[rows]
    has_actual = actual != NO_DATE
    ended = np.where(has_actual, actual, items.planned_finish[rows])
    # Done is a fact today, whenever the plan or a mistyped date says it will be.
    ended = np.where((ended == NO_DATE) | (ended > data_date), data_date, ended).astype(np.int32)
    actual_start = items.actual_start[rows]
    begun = np.where(actual_start != NO_DATE, actual_start, items.planned_start[rows])
    begun = np.where((begun == NO_DATE) | (begun > ended) | milestone, ended, begun)
    after = draft.to_number(ended + 1, rows)
    first = np.where(milestone, after, np.minimum(draft.to_number(begun, rows), after))
    draft.min_start[rows], draft.duration[rows] = first, after - first
    # A limit would give finished work negative slack.
    draft.max_start[rows] = NO_LIMIT
    draft.started_on[rows], draft.finished_on[rows] = begun, ended
    draft.treatment[rows] = 0
    draft.add_treatment(rows[~has_actual], Treatment.DONE_UNDATED)
    draft.add_treatment(rows[has_actual & (actual > data_date)], Treatment.FUTURE_ACTUAL)


def _apply_constraints(draft: PassInputsDraft, rows: Index) -> None:
    """A constraint date raises the earliest start, lowers the latest start, or both."""
    items = draft.items
    kind, day = items.constraint[rows], items.constraint_date[rows]
    length, is_unstarted = draft.duration[rows], draft.started_on[rows] == NO_DATE
    at, after = draft.to_number(day, rows), draft.to_number(day + 1, rows)
    # A point lies at the end of its day, one working day after the number of that day.
    is_point = length == 0
    on_start = is_unstarted & np.isin(kind, (Constraint.START_NO_EARLIER, Constraint.START_ON))
    on_finish = np.isin(kind, (Constraint.FINISH_NO_EARLIER, Constraint.FINISH_ON))
    _raise_to(draft.min_start, rows[on_start], (at + is_point)[on_start])
    _raise_to(draft.min_start, rows[on_finish], (at + 1 - length)[on_finish])
    by_start = is_unstarted & np.isin(kind, (Constraint.START_NO_LATER, Constraint.START_ON))
    by_finish = np.isin(kind, (Constraint.FINISH_NO_LATER, Constraint.FINISH_ON))
    _lower_to(draft.max_start, rows[by_start], (after - 1 + is_point)[by_start])
    _lower_to(draft.max_start, rows[by_finish], (after - length)[by_finish])


def _apply_deadlines(draft: PassInputsDraft, rows: Index) -> None:
    after = draft.to_number(draft.items.deadline[rows] + 1, rows)
    _lower_to(draft.max_start, rows, after - draft.duration[rows])


def _raise_to(column: Days, rows: Index, bound: Days) -> None:
    column[rows] = np.maximum(column[rows], bound)


def _lower_to(column: Days, rows: Index, bound: Days) -> None:
    column[rows] = np.minimum(column[rows], bound)


def _has_date_out_of_range(items: Items) -> Flags:
    """Whether a planned date or deadline lies outside the calendars' tables."""
    is_outside = np.zeros(len(items), dtype=np.bool_)
    for day in (items.planned_start, items.planned_finish, items.deadline):
        is_outside |= (day != NO_DATE) & ((day < 0) | (day >= HORIZON))
    return is_outside
