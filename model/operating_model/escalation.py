"""Who has to decide by when: a function of time, so that any run at any time agrees.

A conflict passes along the escalation path: each level has some working days, counted in the
calendar of its authority's function from the day the conflict opened or the previous level ran out.
Days are those of the operating model's time zone; a level ends at midnight after its last day.

While somebody is away until the deadline, whoever stands in for them is asked. Where nobody does,
the level ends with the last day on which somebody was there, or is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from model.findings import Severity
from model.operating_model.absences import last_day_there
from model.operating_model.calendar import calendar_with_id, local_day
from model.operating_model.rights import (
    ConflictFacts,
    DecisionAuthority,
    find_authorities,
    find_parties,
)
from model.operating_model.schema import EscalationLevel, OperatingModel, Person


@dataclass(frozen=True, slots=True)
class AssignedLevel:
    """One level of the path for one conflict: its number from 1, its name, who, and until when.

    `decide_by` is the last day, in the operating model's time zone. `authorities` are those who are
    asked: several where functions have to agree, none where no decision right fits the conflict.
    """

    number: int
    name: str
    authorities: tuple[DecisionAuthority, ...]
    first: date
    decide_by: date
    away_from: date | None = None
    """Where its time was cut short: the first day on which nobody is there who could decide."""

    @property
    def authority(self) -> DecisionAuthority | None:
        """The first of those who are asked."""
        return self.authorities[0] if self.authorities else None


@dataclass(frozen=True, slots=True)
class EscalationPosition:
    """Which level has a conflict now, which one gets it next, and whether the last has run out.

    `came_from` are the level that had it before and those that were passed over since then.
    """

    current: AssignedLevel
    following: AssignedLevel | None
    is_overdue: bool
    came_from: tuple[AssignedLevel, ...] = ()


@dataclass(frozen=True, slots=True)
class _Term:
    """The time of one level: its first day and its last, None where the level is passed over.

    `decide_by` is the last day that it would have if nobody were away.
    """

    number: int
    name: str
    authorities: tuple[DecisionAuthority, ...]
    first: date
    decide_by: date
    last: date | None

    def assigned(self, today: date) -> AssignedLevel:
        """The level with those who are asked on a day."""
        last = self.last or self.decide_by
        away_from = None
        if self.last is None:
            away_from = self.first
        elif self.last < self.decide_by:
            away_from = self.last + timedelta(days=1)
        day = max(self.first, min(today, last))
        asked = tuple(each.asks(_asked(each, day, last)) for each in self.authorities)
        return AssignedLevel(self.number, self.name, asked, self.first, last, away_from)


def locate_on_path(
    model: OperatingModel,
    conflict: ConflictFacts,
    severity: Severity,
    opened_at: datetime,
    now: datetime,
) -> EscalationPosition:
    """Where an open conflict stands; raises ValueError for an instant without a time zone."""
    today = local_day(model, now)
    terms = _terms(model, conflict, severity, local_day(model, opened_at))
    held = [i for i, term in enumerate(terms) if term.last is not None]
    reached = next((n for n, i in enumerate(held) if today <= (terms[i].last or today)), len(held))
    # The last level keeps a conflict that nobody decided in time.
    place = min(reached, len(held) - 1)
    current, before = held[place], held[place - 1] if place else 0
    following = terms[held[place + 1]] if place + 1 < len(held) else None
    return EscalationPosition(
        terms[current].assigned(today),
        following.assigned(following.first) if following else None,
        is_overdue=reached == len(held),
        came_from=tuple(term.assigned(term.decide_by) for term in terms[before:current]),
    )


def _terms(
    model: OperatingModel, conflict: ConflictFacts, severity: Severity, opened_on: date
) -> list[_Term]:
    """The terms of all levels that a conflict passes; the last one is never passed over."""
    path = list(_path_of(model, conflict))
    terms: list[_Term] = []
    # Whoever is there on the day on which the conflict opens may decide it on that day.
    first, start = opened_on, opened_on
    for index, authorities in path:
        level = model.escalation_path[index]
        decide_by = _deadline(model, authorities, level, severity, start)
        is_last = index == path[-1][0]
        # The last level keeps its time: nobody stands above it.
        last = decide_by if is_last else _last_day(authorities, first, decide_by)
        term = _Term(index + 1, level.name, authorities, first, decide_by, last)
        if not is_last and _asks_the_same(terms, term):
            continue
        terms.append(term)
        # Each level counts from the end of the one before, so the whole path follows from the
        # first day.
        if last is not None:
            start, first = last, last + timedelta(days=1)
    return terms


def _asks_the_same(terms: Sequence[_Term], term: _Term) -> bool:
    """Whether a level would ask whoever had the conflict already, as a deputy for instance."""
    held = [each for each in terms if each.last is not None]
    if not held:
        return False
    had = {each.person.id for each in held[-1].assigned(held[-1].decide_by).authorities}
    return {each.person.id for each in term.assigned(term.first).authorities} <= had


def _deadline(
    model: OperatingModel,
    authorities: Sequence[DecisionAuthority],
    level: EscalationLevel,
    severity: Severity,
    start: date,
) -> date:
    """The last day of a level, for functions with several calendars the latest of theirs."""
    days = level.within[severity.name.lower()]
    calendars = [each.calendar for each in authorities]
    own = calendars or [calendar_with_id(model, model.calendar)]
    return max(calendar.add_working_days(start, days) for calendar in own)


def _last_day(
    authorities: Sequence[DecisionAuthority], first: date, decide_by: date
) -> date | None:
    """The last day on which somebody is there for each of those who have to decide."""
    ends = [_last_there(each, first, decide_by) for each in authorities]
    there = [end for end in ends if end is not None]
    return min(there, default=decide_by) if len(there) == len(ends) else None


def _last_there(authority: DecisionAuthority, first: date, decide_by: date) -> date | None:
    calendar = authority.calendar
    ends = [last_day_there(each, first, decide_by, calendar) for each in authority.people]
    return max((end for end in ends if end is not None), default=None)


def _asked(authority: DecisionAuthority, today: date, last: date) -> Person:
    """The first of those who act for a role and are there from today to the last day."""
    calendar = authority.calendar
    there = (each for each in authority.people if last_day_there(each, today, last, calendar))
    return next(there, authority.people[0])


def _path_of(
    model: OperatingModel, conflict: ConflictFacts
) -> Iterator[tuple[int, tuple[DecisionAuthority, ...]]]:
    """The levels that a conflict passes: its first authority, then upwards who may decide it.

    A large conflict starts with somebody who stands higher in the path and goes on above them.
    """
    authorities = find_authorities(model, conflict)
    first = find_parties(model, conflict) or tuple(authorities[:1])
    # Reversed, so that of several rights of one role the first in the file remains.
    by_role = {authority.role.id: authority for authority in reversed(authorities)}
    roles = enumerate(level.role for level in model.escalation_path)
    later = [(index, by_role[role]) for index, role in roles if role in by_role]
    asked = {authority.person.id for authority in first}
    passed = [index for index, authority in later if authority.person.id in asked]
    yield 0, first
    yield from (
        (index, (authority,)) for index, authority in later if index > max(passed, default=0)
    )
