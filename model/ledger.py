"""The life of a conflict: opened, changed, escalated, decided, resolved, reopened.

`settle` is a pure function from what the ledger holds and what the rules find now to what the
ledger holds next, with the events in between. The same findings twice give no events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    if before.status is Status.DECIDED:
        return _decided(before, one, standing_of, now)
    return _open(before, one, standing_of, now)


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
    before: Conflict, one: Found, standing_of: StandingOf, now: datetime
) -> tuple[Conflict, list[Event]]:
    """A decision holds until the matter gets worse than what was decided on."""
    assert before.decision is not None
    if one.finding.severity > before.decision.severity:
        return _opened(before, one, standing_of(one.finding, now), now)
    kept = before.model_copy(update={"finding": one.finding, "wording": one.wording})
    return kept, []


def _open(
    before: Conflict, one: Found, standing_of: StandingOf, now: datetime
) -> tuple[Conflict, list[Event]]:
    since, standing = _turn(before, one, standing_of, now)
    after = before.model_copy(
        update={
            "finding": one.finding,
            "wording": one.wording,
            "standing": standing,
            "due_from": since,
        }
    )
    events = [Event(after.id, name, now, _facts(after)) for name in _happened(before, after)]
    if events:
        after = after.model_copy(update={"changed_at": now})
    return after, events


def _turn(
    before: Conflict, one: Found, standing_of: StandingOf, now: datetime
) -> tuple[datetime | None, Standing]:
    """Since when deadlines count, and where that leaves the conflict.

    A worse matter has shorter deadlines. Where these would have passed before anybody was told
    of them, they start anew.
    """
    standing = standing_of(one.finding, before.due_from or before.opened_at)
    worse = one.finding.severity > before.severity
    if worse and _stage(standing) > _stage(before.standing):
        return now, standing_of(one.finding, now)
    return before.due_from, standing


def _stage(standing: Standing) -> tuple[int, bool]:
    return standing.level, standing.overdue


def _happened(before: Conflict, after: Conflict) -> Iterator[str]:
    """What readers are told of: a new severity, level or authority, the end of the last turn."""
    then, now = before.standing, after.standing
    if now.level > then.level:
        yield "escalated"
    elif now.overdue and not then.overdue:
        yield "undecided"
    if after.severity != before.severity:
        yield "changed"
    elif now.level <= then.level and _person(now) != _person(then):
        yield "handed on"


def _person(standing: Standing) -> str | None:
    return standing.authority.person if standing.authority else None


def _facts(conflict: Conflict) -> dict[str, Any]:
    return {
        "severity": conflict.severity.name.lower(),
        "title": conflict.wording.title,
        "level": conflict.standing.level,
        "authority": _person(conflict.standing),
        "decide_by": conflict.standing.decide_by.isoformat(),
    }
