"""Who has to decide by when: a function of time, so that any run at any time agrees.

A conflict passes along the escalation path: each level has some working days, counted in the
operating model's calendar from the day the conflict opened or the previous level ran out. Days
are those of the operating model's time zone; a level ends at midnight after its last day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from model.findings import Severity
from model.operating_model.calendar import calendar_with_id, local_day
from model.operating_model.rights import ConflictFacts, DecisionAuthority, find_authorities
from model.operating_model.schema import OperatingModel


@dataclass(frozen=True, slots=True)
class AssignedLevel:
    """One level of the path for one conflict: its number from 1, its name, who, and until when.

    `decide_by` is the last day, in the operating model's time zone. `authority` is None where no
    decision right fits the conflict.
    """

    number: int
    name: str
    authority: DecisionAuthority | None
    decide_by: date


@dataclass(frozen=True, slots=True)
class EscalationPosition:
    """Which level has a conflict now, which one gets it next, and whether the last has run out."""

    current: AssignedLevel
    following: AssignedLevel | None
    is_overdue: bool


def locate_on_path(
    model: OperatingModel,
    conflict: ConflictFacts,
    severity: Severity,
    opened_at: datetime,
    now: datetime,
) -> EscalationPosition:
    """Where an open conflict stands; raises ValueError for an instant without a time zone."""
    today = local_day(model, now)
    levels = _assigned_levels(model, conflict, severity, local_day(model, opened_at))
    reached = next((i for i, level in enumerate(levels) if today <= level.decide_by), len(levels))
    # The last level keeps a conflict that nobody decided in time.
    current = min(reached, len(levels) - 1)
    following = levels[current + 1] if current + 1 < len(levels) else None
    return EscalationPosition(levels[current], following, is_overdue=reached == len(levels))


def _assigned_levels(
    model: OperatingModel, conflict: ConflictFacts, severity: Severity, opened_on: date
) -> list[AssignedLevel]:
    calendar = calendar_with_id(model, model.calendar)
    decide_by, levels = opened_on, list[AssignedLevel]()
    for index, authority in _path_of(model, find_authorities(model, conflict)):
        level = model.escalation_path[index]
        # Each level counts from the end of the one before, so the whole path follows from the
        # first day.
        decide_by = calendar.add_working_days(decide_by, level.within[severity.name.lower()])
        levels.append(AssignedLevel(index + 1, level.name, authority, decide_by))
    return levels


def _path_of(
    model: OperatingModel, authorities: list[DecisionAuthority]
) -> Iterator[tuple[int, DecisionAuthority | None]]:
    """The levels that a conflict passes: its first authority, then upwards who may decide it.

    A large conflict starts with somebody who stands higher in the path and goes on above them.
    """
    first = next(iter(authorities), None)
    # Reversed, so that of several rights of one role the first in the file remains.
    by_role = {authority.role.id: authority for authority in reversed(authorities)}
    roles = enumerate(level.role for level in model.escalation_path)
    later = [(index, by_role[role]) for index, role in roles if role in by_role]
    passed = [index for index, authority in later if first and authority.person == first.person]
    yield 0, first
    yield from ((index, authority) for index, authority in later if index > max(passed, default=0))
