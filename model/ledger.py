"""The life of a conflict: opened, changed, escalated, decided, resolved, reopened.

`settle` is a pure function from what the ledger holds and what the rules find now to what the
ledger holds next, with the events in between. The same findings twice give no events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from model.conflicts import Conflict, Decided, Standing, Status
from model.findings import Finding, Wording

StandingOf = Callable[[Finding, datetime], Standing]
"""Where a conflict that opened at this instant stands now on the escalation path."""


@dataclass(frozen=True, slots=True)
class Event:
    """One step in a conflict's life, as the append-only record keeps it."""

    conflict_id: str
    event: str
    at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding and its words."""

    finding: Finding
    wording: Wording


@dataclass(frozen=True, slots=True)
class Settled:
    """What a run changes: conflicts that differ from before, and what happened to them."""

    conflicts: tuple[Conflict, ...] = ()
    events: tuple[Event, ...] = ()


def settle(
    held: Mapping[str, Conflict],
    found: Sequence[Found],
    standing_of: StandingOf,
    now: datetime,
) -> Settled:
    """Compare what the ledger holds with what is found now; what is not found is resolved.

    `held` are all conflicts ever opened, by id.
    """
    conflicts: list[Conflict] = []
    events: list[Event] = []
    for one in found:
        before = held.get(one.finding.conflict_id)
        after, happened = _next(before, one, standing_of, now)
        events += happened
        if after != before:
            conflicts.append(after)
    gone = _gone(held.values(), {one.finding.conflict_id for one in found})
    conflicts += [_resolve(before, now) for before in gone]
    events += [Event(before.id, "resolved", now) for before in gone]
    return Settled(tuple(conflicts), tuple(events))


def decide(conflict: Conflict, decision: Decided) -> Settled:
    """Put a decision into force. The caller has made sure that the person had the right."""
    after = conflict.model_copy(
        update={
            "status": Status.DECIDED,
            "decision": decision,
            "changed_at": decision.decided_at,
        }
    )
    details = {"verdict": decision.verdict.value, "person": decision.person}
    event = Event(conflict.id, "decided", decision.decided_at, details)
    return Settled((after,), (event,))


def _gone(held: Iterable[Conflict], seen: set[str]) -> list[Conflict]:
    return [c for c in held if c.id not in seen and c.status is not Status.RESOLVED]


def _resolve(before: Conflict, now: datetime) -> Conflict:
    return before.model_copy(
        update={"status": Status.RESOLVED, "changed_at": now, "resolved_at": now}
    )


def _next(
    before: Conflict | None, one: Found, standing_of: StandingOf, now: datetime
) -> tuple[Conflict, list[Event]]:
    if before is None or before.status is Status.RESOLVED:
        return _opened(before, one, standing_of(one.finding, now), now)
    standing = standing_of(one.finding, before.opened_at)
    if before.status is Status.DECIDED:
        return _decided(before, one, standing, now)
    return _open(before, one, standing, now)


def _opened(
    before: Conflict | None, one: Found, standing: Standing, now: datetime
) -> tuple[Conflict, list[Event]]:
    """A conflict that comes back is the same one, and its deadlines start anew."""
    conflict = Conflict(
        id=one.finding.conflict_id,
        status=Status.OPEN,
        finding=one.finding,
        wording=one.wording,
        standing=standing,
        opened_at=now,
        changed_at=now,
    )
    name = "opened" if before is None else "reopened"
    return conflict, [Event(conflict.id, name, now, _facts(conflict))]


def _decided(
    before: Conflict, one: Found, standing: Standing, now: datetime
) -> tuple[Conflict, list[Event]]:
    """A decision holds until the matter gets worse than what was decided on."""
    assert before.decision is not None
    if one.finding.severity > before.decision.severity:
        conflict, events = _opened(before, one, standing, now)
        return conflict.model_copy(update={"decision": None}), events
    kept = before.model_copy(update={"finding": one.finding, "wording": one.wording})
    return kept, []


def _open(
    before: Conflict, one: Found, standing: Standing, now: datetime
) -> tuple[Conflict, list[Event]]:
    after = before.model_copy(
        update={"finding": one.finding, "wording": one.wording, "standing": standing}
    )
    events = []
    if after.severity != before.severity:
        events.append(Event(after.id, "changed", now, _facts(after)))
    if standing.level != before.standing.level:
        events.append(Event(after.id, "escalated", now, _facts(after)))
    if events:
        after = after.model_copy(update={"changed_at": now})
    return after, events


def _facts(conflict: Conflict) -> dict[str, Any]:
    return {
        "severity": conflict.severity.name.lower(),
        "title": conflict.wording.title,
        "level": conflict.standing.level,
        "authority": conflict.standing.authority and conflict.standing.authority.person,
        "decide_by": conflict.standing.decide_by.isoformat(),
    }
