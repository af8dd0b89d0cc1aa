"""Where a conflict stands on the escalation path, in the words its comments and cards use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from model.conflicts import EscalationStatus, FollowingLevel, NamedAuthority
from model.findings import Finding
from model.operating_model.escalation import AssignedLevel, locate_on_path
from model.operating_model.rights import DecisionAuthority
from model.operating_model.schema import OperatingModel
from model.rules.words import format_day


def escalation_status_at(
    model: OperatingModel, now: datetime
) -> Callable[[Finding, datetime], EscalationStatus]:
    """The function from a finding and the instant its conflict opened to its status at `now`."""

    def status_of(finding: Finding, opened_at: datetime) -> EscalationStatus:
        position = locate_on_path(model, finding, finding.severity, opened_at, now)
        level = position.current
        return EscalationStatus(
            level=level.number,
            level_name=level.name,
            authority=_named(level.authority),
            decide_by=level.decide_by,
            otherwise=_otherwise_text(position.following),
            overdue=position.is_overdue,
            following=_following(position.following),
        )

    return status_of


def _named(authority: DecisionAuthority | None) -> NamedAuthority | None:
    if authority is None:
        return None
    return NamedAuthority(
        role=authority.role.id,
        role_name=authority.role.name,
        person=authority.person.id,
        person_name=authority.person.name,
    )


def _following(level: AssignedLevel | None) -> FollowingLevel | None:
    if level is None or level.authority is None:
        return None
    return FollowingLevel(person_name=level.authority.person.name, decide_by=level.decide_by)


def _otherwise_text(following: AssignedLevel | None) -> str:
    if following is None or following.authority is None:
        # A level that exists but has no authority helps as little as none.
        return "it stays undecided, for nobody stands above them"
    return f"it goes to {following.authority}, who then has until {format_day(following.decide_by)}"


def deadline_text(status: EscalationStatus) -> tuple[str, str]:
    """The words between who decides and the day, and the sentence after the day."""
    if status.overdue:
        return "was to decide by", "It is still undecided."
    return "decides by", f"Otherwise {status.otherwise}."
