"""What became of a decision: whether what was decided happened, told from the record alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from model.ledger import Event
from model.rules.words import format_day


class Outcome(StrEnum):
    """What became of a decision."""

    KEPT = "kept"
    """Its conflict is over: what was decided happened, or the cause went away."""
    IN_FORCE = "in force"
    """It promises nothing, and holds: a risk that was accepted, a finding that was dismissed."""
    AWAITED = "awaited"
    """What it promised is still to come, and its day is not over."""
    OVERDUE = "overdue"
    """What it promised was not there by its day."""
    REOPENED = "reopened"
    """It ended for another reason, and its conflict is open again."""
    REPLACED = "replaced"
    """A later decision took its place."""


@dataclass(frozen=True, slots=True)
class TakenDecision:
    """A decision as it is on record.

    `person`, `role` and `right` are ids of the operating model. `until` is the last day for which
    it holds, or by which `awaits` has to stand in the tools. `agreed_by` are the ids of the people
    who had agreed to it for other functions.
    """

    conflict_id: str
    verdict: str
    meaning: str
    person: str
    role: str
    right: str
    channel: str
    reason: str
    decided_at: datetime
    until: date | None = None
    awaits: str = ""
    replaces: str = ""
    agreed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedOutcome:
    """What became of a decision, since when, and why as a clause where there is more to say."""

    outcome: Outcome
    since: datetime
    because: str = ""


def judge(decision: TakenDecision, events: Sequence[Event], today: date) -> JudgedOutcome:
    """What had become of a decision by a day, by the events of its conflict in their order."""
    standing = JudgedOutcome(
        Outcome.AWAITED if decision.awaits else Outcome.IN_FORCE, decision.decided_at
    )
    now = standing
    for event in _after(decision, events):
        match event.event:
            case "decided":
                return JudgedOutcome(Outcome.REPLACED, event.at)
            case "reopened":
                return _reopened(decision, event)
            case "resolved":
                now = JudgedOutcome(Outcome.KEPT, event.at)
            case "returned":
                now = standing
    # The next sync opens the conflict again; until then nothing on record says so.
    if now.outcome is Outcome.AWAITED and decision.until and decision.until < today:
        return JudgedOutcome(Outcome.OVERDUE, now.since, _missing(decision))
    return now


def _after(decision: TakenDecision, events: Sequence[Event]) -> Sequence[Event]:
    """The events that follow the decision's own."""
    own = [
        index
        for index, event in enumerate(events)
        if event.event == "decided" and event.at == decision.decided_at
    ]
    if own:
        return events[own[-1] + 1 :]
    return [event for event in events if event.at > decision.decided_at]


def _reopened(decision: TakenDecision, event: Event) -> JudgedOutcome:
    because = str(event.details.get("because", ""))
    if decision.awaits and because == _missing(decision):
        return JudgedOutcome(Outcome.OVERDUE, event.at, because)
    return JudgedOutcome(Outcome.REOPENED, event.at, because)


def _missing(decision: TakenDecision) -> str:
    # As `model.decisions.why_ended` words it in the event.
    return f"{decision.awaits} was to be there by {format_day(decision.until)} and is not"
