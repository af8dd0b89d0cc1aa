"""Why something is later than it was promised: which record took how many days, on which day.

The forecast of a target is known for the end of each day, as the network stood then. From one day
to the next it moves by some working days, and these are attributed along the chain of driving
predecessors: to the records that changed on that day, or else to the one at the source of the
chain, whose date passed while it was open. What one record loses and a later one gains back
by its float counts for neither. Working days are additive, so the slips add up to the whole delay.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Protocol

import numpy as np

from model.network.columns import Ids

_DAY = timedelta(days=1)

WorkingDays = Callable[[date, date], int]
"""Working days from one day to another; negative if the other is earlier."""


class Snapshot(Protocol):
    """The network at the end of a day."""

    @property
    def chain(self) -> Sequence[int]:
        """The ids from the source of the target's forecast to the target, each driving the next."""
        ...

    def finish_of(self, record_id: int) -> date | None:
        """The forecast finish of a record; None if it was not known or had none."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """What changed in a record on a day, as clauses; `is_first` where its history begins."""

    record_id: int
    day: date
    clauses: tuple[str, ...]
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Slip:
    """Working days by which a record moved the target; negative if it was gained.

    It happened on `first_day`, or by the end of `last_day`. `record_id` is None for what had
    happened before the history begins. Without `changes` the record did not change: with
    `is_overdue` it was open while its date passed, else nothing on record explains it. A slip
    `is_before` if it happened before the target's own history begins: it counts if the target had
    the same plan and the same predecessor then.
    """

    record_id: int | None
    first_day: date
    last_day: date
    days: int
    changes: tuple[str, ...] = ()
    is_overdue: bool = False
    is_before: bool = False


def find_slips(
    target: int,
    promised: date,
    since: date,
    today: date,
    changes: Iterable[Change],
    snapshot_on: Callable[[date], Snapshot],
    working_days: WorkingDays,
) -> list[Slip]:
    """The slips of a target that was promised for a day, since the day on which that was known.

    `changes` are those of all records on which it depends. Their days and the promised day are
    local ones. The slips add up to the working days from the promised day to the forecast finish
    today. Empty where the target has no forecast.
    """
    by_day: dict[date, list[Change]] = {}
    for change in changes:
        if since < change.day <= today:
            by_day.setdefault(change.day, []).append(change)
    search = _Search(target, by_day, snapshot_on, working_days)
    # On days without a forecast, as while it was cancelled, nothing can be compared.
    points = [day for day in search.compared(sorted({since, *by_day, today})) if search.finish(day)]
    if not points or points[-1] != today:
        return []
    slips = [slip for slip in search.before(promised, points[0]) if slip.days]
    for first, last in pairwise(points):
        slips += search.between(first, last)
    return _merge(slips)


@dataclass(frozen=True, slots=True)
class _Search:
    target: int
    changes: Mapping[date, Sequence[Change]]
    snapshot_on: Callable[[date], Snapshot]
    working_days: WorkingDays

    def before(self, promised: date, since: date) -> Iterator[Slip]:
        """What had been lost before the history begins."""
        finish = self.finish(since)
        if finish is not None:
            yield Slip(None, since, since, self.working_days(promised, finish))

    def compared(self, days: Sequence[date]) -> Sequence[date]:
        """Of some days in order those at whose ends the plans have to be compared.

        Between two plans with the same forecast and driving chain, whose records did not change,
        no day is looked at: reading a plan takes long.
        """
        if len(days) <= 2 or self._is_quiet(days[0], days[-1]):
            return list(dict.fromkeys((days[0], days[-1])))
        middle = len(days) // 2
        return [*self.compared(days[: middle + 1])[:-1], *self.compared(days[middle:])]

    def _is_quiet(self, first: date, last: date) -> bool:
        finish, chain = self.finish(first), set(self._chain(first))
        if finish is None or self.finish(last) != finish or set(self._chain(last)) != chain:
            return False
        return not any(
            change.record_id in chain
            for day, changes in self.changes.items()
            if first < day <= last
            for change in changes
        )

    def finish(self, day: date) -> date | None:
        """The forecast of the target at the end of a day."""
        return self.snapshot_on(day).finish_of(self.target)

    def between(self, first: date, last: date) -> Iterator[Slip]:
        """The slips after one day up to another, between which no record changed."""
        if self._moved(first, last) == 0:
            return
        middle = self._split(first, last)
        if middle is None or self.finish(middle) is None:
            yield from self._attribute(*self._trim(first, last))
        else:
            yield from self.between(first, middle)
            yield from self.between(middle, last)

    def _split(self, first: date, last: date) -> date | None:
        """A day between two others up to which the time has to be told apart; None for none."""
        if last - first <= _DAY:
            return None
        # What changed on the last day is told from the time that passed before it.
        if last in self.changes:
            return last - _DAY
        if self._chain(first) != self._chain(last):
            return first + (last - first) // 2
        return None

    def _trim(self, first: date, last: date) -> tuple[date, date]:
        """The part of the time between two days in which the forecast moved."""
        if last in self.changes:
            return first, last
        # While only time passes a forecast moves one way, so each end is found by bisection.
        begin, end = self.finish(first), self.finish(last)
        days = [first + _DAY * count for count in range((last - first).days + 1)]
        start = bisect_left(days, 1, key=lambda day: int(self.finish(day) != begin))
        stop = bisect_left(days, 1, key=lambda day: int(self.finish(day) == end))
        return days[start - 1], days[stop]

    def _attribute(self, first: date, last: date) -> Iterator[Slip]:
        changed: dict[int, list[str]] = {}
        for day, changes in self.changes.items():
            for change in changes if first < day <= last else ():
                changed.setdefault(change.record_id, []).extend(change.clauses)
        # What a predecessor lost is seen in the chain after it, what it gained in the one before.
        chain = self._chain(last if self._moved(first, last) > 0 else first)
        shifts = [self._shift(record_id, first, last) for record_id in chain]
        known = _known_shifts(shifts)
        own = [shift - before for before, shift in pairwise((0, *known))]
        carried = 0
        for index in range(len(chain) - 1, -1, -1):
            carried += own[index]
            record_id = chain[index]
            is_cause = index == 0 or record_id in changed or shifts[index] is None
            if is_cause and carried:
                clauses = tuple(changed.get(record_id, ()))
                is_overdue = not clauses and index == 0 and known[0] > 0
                yield Slip(record_id, first + _DAY, last, carried, clauses, is_overdue)
                carried = 0

    def _shift(self, record_id: int, first: date, last: date) -> int | None:
        """By how many working days the finish of a record moved; None if it was not known."""
        before = self.snapshot_on(first).finish_of(record_id)
        after = self.snapshot_on(last).finish_of(record_id)
        return None if before is None or after is None else self.working_days(before, after)

    def _moved(self, first: date, last: date) -> int:
        return self._shift(self.target, first, last) or 0

    def _chain(self, day: date) -> Sequence[int]:
        return self.snapshot_on(day).chain


def _known_shifts(shifts: Sequence[int | None]) -> list[int]:
    """The shifts of a chain without gaps.

    A record that was not known before moved as much as what it drives; what drives that record
    drove nothing before, so its own shift is no cause.
    """
    known: list[int] = []
    following = 0
    is_new = False
    for shift in reversed(shifts):
        value = 0 if is_new else following if shift is None else shift
        is_new = is_new or shift is None
        known.append(value)
        following = value
    return known[::-1]


def tell_unknown(slips: Sequence[Slip], earlier: Sequence[Slip]) -> list[Slip]:
    """The slips, of which the first is unknown, with what its driver lost before in its place.

    `earlier` are the slips of the driver up to that day. Those that slack absorbed do not count;
    what the driver does not explain remains unknown. The sum stays the same.
    """
    unknown, *others = slips
    level = unknown.days - sum(slip.days for slip in earlier)
    told = [replace(unknown, days=level)] if level > 0 else []
    for slip in earlier:
        before = max(level, 0)
        level += slip.days
        if moved := max(level, 0) - before:
            told.append(replace(slip, days=moved, is_before=True))
    return [*told, *others]


def _merge(slips: Sequence[Slip]) -> list[Slip]:
    """Slips of one record that was open day after day as one slip."""
    merged: list[Slip] = []
    for slip in slips:
        last = merged[-1] if merged else None
        if last and slip.is_overdue and last.is_overdue and last.record_id == slip.record_id:
            merged[-1] = replace(last, last_day=slip.last_day, days=last.days + slip.days)
        else:
            merged.append(slip)
    return merged


def find_upstream(target: int, edges: Iterable[tuple[Ids, Ids]]) -> Ids:
    """The target and all that it waits for, ascending, along edges (predecessors, successors)."""
    heads, tails = (np.concatenate(ends) for ends in zip(*edges, strict=True))
    upstream = front = np.array([target])
    # In whatever state, unlike `find_ancestors`: what is done now took its time before.
    while len(front):
        front = np.setdiff1d(heads[np.isin(tails, front)], upstream)
        upstream = np.union1d(upstream, front)
    return upstream
