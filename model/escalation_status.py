"""Where a conflict stands on the escalation path, in the words its comments and cards use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from model.conflicts import Authority, EscalationStatus
from model.findings import Finding
from model.operating_model import rights
from model.operating_model.escalation import Turn, escalation
from model.operating_model.schema import OperatingModel
from model.rules.words import day


def escalation_at(
    model: OperatingModel, now: datetime
) -> Callable[[Finding, datetime], EscalationStatus]:
    """The function from a finding and the opening of its conflict to its standing now."""

    def standing(finding: Finding, opened_at: datetime) -> EscalationStatus:
        reached = escalation(model, finding, finding.severity, opened_at, now)
        turn = reached.turn
        return EscalationStatus(
            level=turn.level,
            level_name=turn.name,
            authority=_authority(turn.authority),
            decide_by=turn.decide_by,
            otherwise=_otherwise(reached.otherwise),
            overdue=reached.undecided,
        )

    return standing


def _authority(who: rights.DecisionAuthority | None) -> Authority | None:
    if who is None:
        return None
    return Authority(
        role=who.role.id,
        role_name=who.role.name,
        person=who.person.id,
        person_name=who.person.name,
    )


def _otherwise(after: Turn | None) -> str:
    if after is None or after.authority is None:
        return "it stays undecided, for nobody stands above them"
    return f"it goes to {after.authority}, who then has until {day(after.decide_by)}"


def turn(standing: EscalationStatus) -> tuple[str, str]:
    """What goes between who decides and the day, and the sentence after it."""
    if standing.overdue:
        return "was to decide by", "It is still undecided."
    return "decides by", f"Otherwise {standing.otherwise}."
