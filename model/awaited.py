"""What a decision promised: until it is in the tools it is awaited, and after its day overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from model.conflicts import Conflict, Decision, Status
from model.rules.words import format_day


@dataclass(frozen=True, slots=True)
class Awaited:
    """What has to be in the tools by which day, and whether that day is over."""

    what: str
    by: date
    is_overdue: bool

    def __str__(self) -> str:
        return f"{self.what} by {format_day(self.by)}"


def find_awaited(conflict: Conflict, today: date) -> Awaited | None:
    """What the decision in force awaits, or what the last one did whose promise was not kept."""
    decision, former = conflict.decision, conflict.former_decision
    if conflict.status is Status.DECIDED and decision:
        return _awaited(decision, today)
    if former and conflict.reopened_because == unkept_text(former):
        return _awaited(former, today)
    return None


def unkept_text(decision: Decision) -> str:
    """The clause that says why a decision ended whose promise was not kept."""
    return f"{decision.awaits} was to be there by {format_day(decision.until)} and is not"


def _awaited(decision: Decision, today: date) -> Awaited | None:
    if not decision.awaits or decision.until is None:
        return None
    return Awaited(decision.awaits, decision.until, is_overdue=today > decision.until)
