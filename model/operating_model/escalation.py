"""Who has to decide by when: a function of time, so that any run at any time agrees.

A conflict passes along the escalation path: each level has some working days, counted in the
operating model's calendar from the day the conflict opened or the level before ran out. Days
are those of the operating model's time zone, and a level has its last day until midnight.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from model.findings import Severity
from model.operating_model.calendar import calendar_named
from model.operating_model.rights import Decidable, DecisionAuthority, authorities
from model.operating_model.schema import OperatingModel


@dataclass(frozen=True, slots=True)
class Turn:
    """One level's time to decide: its number in the path from 1, its name, who, and until when.

    `decide_by` is the last day, in the operating model's time zone. `authority` is None where no
    decision right fits the conflict.
    """

    level: int
    name: str
    authority: DecisionAuthority | None
    decide_by: date


@dataclass(frozen=True, slots=True)
class Escalation:
    """Whose turn it is, whose it becomes otherwise, and whether all turns have passed."""

    turn: Turn
    otherwise: Turn | None
    undecided: bool


def escalation(
    model: OperatingModel,
    conflict: Decidable,
    severity: Severity,
    opened_at: datetime,
    now: datetime,
) -> Escalation:
    """Where an open conflict stands; raises ValueError for an instant without a time zone."""
    today = _day(model, now)
    turns = _turns(model, conflict, severity, _day(model, opened_at))
    reached = next((i for i, turn in enumerate(turns) if today <= turn.decide_by), len(turns))
    current = min(reached, len(turns) - 1)
    otherwise = turns[current + 1] if current + 1 < len(turns) else None
    return Escalation(turns[current], otherwise, undecided=reached == len(turns))


def _turns(
    model: OperatingModel, conflict: Decidable, severity: Severity, opened_on: date
) -> list[Turn]:
    calendar = calendar_named(model, model.calendar)
    start, turns = opened_on, list[Turn]()
    for number, who in _path(model, authorities(model, conflict)):
        level = model.escalation_path[number]
        start = calendar.add_working_days(start, level.within[severity.name.lower()])
        turns.append(Turn(number + 1, level.name, who, start))
    return turns


def _path(
    model: OperatingModel, who_may: list[DecisionAuthority]
) -> Iterator[tuple[int, DecisionAuthority | None]]:
    """The levels that a conflict passes: its first authority, then upwards who may decide it.

    A large conflict starts with somebody who stands higher in the path and goes on above them.
    """
    first = next(iter(who_may), None)
    by_role = {who.role.id: who for who in reversed(who_may)}
    roles = enumerate(level.role for level in model.escalation_path)
    later = [(i, by_role[role]) for i, role in roles if role in by_role]
    passed = [i for i, who in later if first and who.person == first.person]
    yield 0, first
    yield from ((i, who) for i, who in later if i > max(passed, default=0))


def _day(model: OperatingModel, moment: datetime) -> date:
    if moment.utcoffset() is None:
        raise ValueError(f"{moment} needs its time zone")
    return moment.astimezone(ZoneInfo(model.time_zone)).date()
