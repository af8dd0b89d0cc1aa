"""The life of a conflict: opened, changed, escalated, decided, resolved, reopened.

`update_ledger` is a pure function: from the conflicts in the ledger and the present findings to
the changed conflicts and their events. It is idempotent: the same findings give no events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from model.conflicts import Conflict, Decision, EscalationStatus, Status
from model.findings import Finding, Wording

EscalationOf = Callable[[Finding, datetime], EscalationStatus]
"""Where a conflict that opened at this instant stands now on the escalation path."""


@dataclass(frozen=True, slots=True)
class Event:
    """One step in a conflict's life, as the append-only record keeps it."""

    conflict_id: str
    event: str
    at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WordedFinding:
    """A finding and its words."""

    finding: Finding
    wording: Wording


@dataclass(frozen=True, slots=True)
class LedgerUpdate:
    """What a run changes: conflicts that differ from before, and what happened to them."""

    conflicts: tuple[Conflict, ...] = ()
    events: tuple[Event, ...] = ()


def update_ledger(
    held: Mapping[str, Conflict],
    found: Sequence[WordedFinding],
    escalation_of: EscalationOf,
    now: datetime,
) -> LedgerUpdate:
    """Compare what the ledger holds with what is found now; what is not found is resolved.

    `held` are all conflicts ever opened, by id.
    """
    conflicts: list[Conflict] = []
    events: list[Event] = []
    for one in found:
        before = held.get(one.finding.conflict_id)
        after, happened = _next(before, one, escalation_of, now)
        events += happened
        if after != before:
            conflicts.append(after)
    gone = _gone(held.values(), {one.finding.conflict_id for one in found})
    conflicts += [_resolve(before, now) for before in gone]
    events += [Event(before.id, "resolved", now) for before in gone]
    return LedgerUpdate(tuple(conflicts), tuple(events))


def decide(conflict: Conflict, decision: Decision) -> LedgerUpdate:
    """Put a decision into force. The caller has made sure that the person had the right."""
    after = conflict.model_copy(
        update={
            "status": Status.DECIDED,
            "decision": decision,
            "changed_at": decision.decided_at,
        }
    )
    details = {"verdict": decision.verdict, "person": decision.person}
    event = Event(conflict.id, "decided", decision.decided_at, details)
    return LedgerUpdate((after,), (event,))


def _gone(held: Iterable[Conflict], seen: set[str]) -> list[Conflict]:
    return [c for c in held if c.id not in seen and c.status is not Status.RESOLVED]


def _resolve(before: Conflict, now: datetime) -> Conflict:
    return before.model_copy(
        update={"status": Status.RESOLVED, "changed_at": now, "resolved_at": now}
    )


def _next(
    before: Conflict | None, one: WordedFinding, escalation_of: EscalationOf, now: datetime
) -> tuple[Conflict, list[Event]]:
    if before is None or before.status is Status.RESOLVED:
        return _opened(before, one, escalation_of(one.finding, now), now)
    if before.status is Status.DECIDED:
        return _decided(before, one, escalation_of, now)
    return _open(before, one, escalation_of, now)


def _opened(
    before: Conflict | None, one: WordedFinding, escalation: EscalationStatus, now: datetime
) -> tuple[Conflict, list[Event]]:
    """A conflict that comes back is the same one, and its deadlines start anew."""
    conflict = Conflict(
        id=one.finding.conflict_id,
        status=Status.OPEN,
        finding=one.finding,
        wording=one.wording,
        escalation=escalation,
        opened_at=now,
        changed_at=now,
    )
    name = "opened" if before is None else "reopened"
    return conflict, [Event(conflict.id, name, now, _facts(conflict))]


def _decided(
    before: Conflict, one: WordedFinding, escalation_of: EscalationOf, now: datetime
) -> tuple[Conflict, list[Event]]:
    """A decision holds until the matter gets worse than what was decided on."""
    assert before.decision is not None
    if one.finding.severity > before.decision.severity:
        return _opened(before, one, escalation_of(one.finding, now), now)
    kept = before.model_copy(update={"finding": one.finding, "wording": one.wording})
    return kept, []


def _open(
    before: Conflict, one: WordedFinding, escalation_of: EscalationOf, now: datetime
) -> tuple[Conflict, list[Event]]:
    since, escalation = _turn(before, one, escalation_of, now)
    after = before.model_copy(
        update={
            "finding": one.finding,
            "wording": one.wording,
            "escalation": escalation,
            "due_from": since,
        }
    )
    events = [Event(after.id, name, now, _facts(after)) for name in _happened(before, after)]
    if events:
        after = after.model_copy(update={"changed_at": now})
    return after, events


def _turn(
    before: Conflict, one: WordedFinding, escalation_of: EscalationOf, now: datetime
) -> tuple[datetime | None, EscalationStatus]:
    """Since when deadlines count, and where that leaves the conflict.

    A worse matter has shorter deadlines. Where these would have passed before anybody was told
    of them, they start anew.
    """
    escalation = escalation_of(one.finding, before.due_from or before.opened_at)
    worse = one.finding.severity > before.severity
    if worse and _stage(escalation) > _stage(before.escalation):
        return now, escalation_of(one.finding, now)
    return before.due_from, escalation


def _stage(escalation: EscalationStatus) -> tuple[int, bool]:
    return escalation.level, escalation.overdue


def _happened(before: Conflict, after: Conflict) -> Iterator[str]:
    """What readers are told of: a new severity, level or authority, the end of the last turn."""
    then, now = before.escalation, after.escalation
    if now.level > then.level:
        yield "escalated"
    elif now.overdue and not then.overdue:
        yield "undecided"
    if after.severity != before.severity:
        yield "changed"
    elif now.level <= then.level and _person(now) != _person(then):
        yield "handed on"


def _person(escalation: EscalationStatus) -> str | None:
    return escalation.authority.person if escalation.authority else None


def _facts(conflict: Conflict) -> dict[str, Any]:
    return {
        "severity": conflict.severity.name.lower(),
        "title": conflict.wording.title,
        "level": conflict.escalation.level,
        "authority": _person(conflict.escalation),
        "decide_by": conflict.escalation.decide_by.isoformat(),
    }
