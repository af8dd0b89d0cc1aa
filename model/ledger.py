"""The life of a conflict: opened, changed, escalated, decided, resolved, reopened.

`update_ledger` is a pure function: from the conflicts in the ledger and the present findings to
the changed conflicts and their events. It is idempotent: the same findings give no events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from model.agreement import with_turn
from model.conflicts import Conflict, Decision, EscalationStatus, Status
from model.findings import Finding, Wording

WhyEnded = Callable[[Decision, Finding], str | None]
"""Why a decision does not hold for a finding, as a clause; None if it does."""

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
class DecisionGrounds:
    """On what grounds a decision counted.

    `role` and `right` are ids of the operating model whose fingerprint is `model_version`.
    `channel` is the connection in which it was made, `cli` or `dagster`, and `identity` how it
    named the person. `bounds` are the conflict's size at the decision and the right's limit.
    """

    role: str
    right: str
    channel: str
    identity: str
    bounds: Mapping[str, Any]
    model_version: str


@dataclass(frozen=True, slots=True)
class WordedFinding:
    """A finding and its words."""

    finding: Finding
    wording: Wording


@dataclass(frozen=True, slots=True)
class LedgerUpdate:
    """What a run changes: conflicts that differ from before, and their events."""

    conflicts: tuple[Conflict, ...] = ()
    events: tuple[Event, ...] = ()


def update_ledger(
    ledger: Mapping[str, Conflict],
    findings: Sequence[WordedFinding],
    escalation_of: EscalationOf,
    why_ended: WhyEnded,
    now: datetime,
) -> LedgerUpdate:
    """Compare the ledger with the present findings; a conflict without a finding is resolved.

    `ledger` are all conflicts ever opened, by id. Of each matter there is one finding at most.
    """
    conflicts: list[Conflict] = []
    events: list[Event] = []
    for worded in findings:
        before = ledger.get(worded.finding.conflict_id)
        after, new_events = _follow_finding(before, worded, escalation_of, why_ended, now)
        events += new_events
        if before is None or _without_day(after) != _without_day(before):
            conflicts.append(after)
    successors = _successors(findings)
    for before in _unfound(ledger, findings):
        merged_into = successors.get(before.id, "")
        conflicts.append(_resolve(before, merged_into, now))
        details = {"merged into": merged_into} if merged_into else {}
        events.append(Event(before.id, "resolved", now, details))
    return LedgerUpdate(tuple(conflicts), tuple(events))


def decide(conflict: Conflict, decision: Decision) -> LedgerUpdate:
    """Put a decision into force. The caller has made sure that the person has the right to it."""
    after = conflict.model_copy(
        update={
            "status": Status.DECIDED,
            "decision": decision,
            "proposals": (),
            "changed_at": decision.decided_at,
            "former_decision": None,
            "reopened_because": "",
        }
    )
    details = {
        "verdict": decision.verdict,
        "meaning": decision.meaning,
        "person": decision.person,
        "right": decision.right,
        "until": decision.until.isoformat() if decision.until else None,
        "replaces": decision.replaces,
        "agreed_by": [agreement.person for agreement in decision.agreed_by] or None,
    }
    event = Event(conflict.id, "decided", decision.decided_at, details)
    return LedgerUpdate((after,), (event,))


def _without_day(conflict: Conflict) -> Conflict:
    # The day for which its rule looked is another one every day, and is shown nowhere.
    finding = replace(conflict.finding, found_on=None)
    return conflict.model_copy(update={"finding": finding})


def _unfound(
    ledger: Mapping[str, Conflict], findings: Sequence[WordedFinding]
) -> Iterator[Conflict]:
    """The conflicts in force that no finding confirms any more."""
    ids = {worded.finding.conflict_id for worded in findings}
    for conflict in ledger.values():
        if conflict.id not in ids and conflict.status is not Status.RESOLVED:
            yield conflict


def _successors(findings: Sequence[WordedFinding]) -> dict[str, str]:
    """The conflicts that take over those of an earlier version, which kept them apart."""
    return {
        former: worded.finding.conflict_id
        for worded in findings
        for former in worded.finding.former_ids - {worded.finding.conflict_id}
    }


def _resolve(before: Conflict, merged_into: str, now: datetime) -> Conflict:
    update = {"status": Status.RESOLVED, "changed_at": now, "resolved_at": now}
    return before.model_copy(update={**update, "merged_into": merged_into, "proposals": ()})


def _follow_finding(
    before: Conflict | None,
    worded: WordedFinding,
    escalation_of: EscalationOf,
    why_ended: WhyEnded,
    now: datetime,
) -> tuple[Conflict, list[Event]]:
    """The conflict after its present finding, and what happened to it."""
    if before is None:
        return _open(before, worded, escalation_of, now)
    if before.status is Status.OPEN:
        return _refresh(before, worded, escalation_of, why_ended, now)
    if before.decision is None:
        return _open(before, worded, escalation_of, now)
    if ended := _why_over(before, before.decision, worded.finding, why_ended):
        return _open(before, worded, escalation_of, now, ended=ended)
    return _keep_decision(before, worded, why_ended, now)


def _open(
    before: Conflict | None,
    worded: WordedFinding,
    escalation_of: EscalationOf,
    now: datetime,
    ended: str = "",
) -> tuple[Conflict, list[Event]]:
    """A conflict that comes back keeps its identity, and its deadlines start again.

    `ended` is why its decision no longer holds, where it had one.
    """
    conflict = Conflict(
        id=worded.finding.conflict_id,
        status=Status.OPEN,
        finding=worded.finding,
        wording=worded.wording,
        escalation=escalation_of(worded.finding, now),
        opened_at=now,
        changed_at=now,
        former_decision=before.decision if before and ended else None,
        reopened_because=ended,
    )
    name, because = "opened" if before is None else "reopened", {"because": ended} if ended else {}
    return conflict, [Event(conflict.id, name, now, {**_event_details(conflict), **because})]


def _why_over(
    before: Conflict, decision: Decision, finding: Finding, why_ended: WhyEnded
) -> str | None:
    # A promise is kept once its conflict is resolved. What was accepted or dismissed stays so,
    # also when the finding was away for some days.
    if before.status is Status.RESOLVED and decision.awaits:
        return f"{decision.awaits} was there, and it is a conflict again"
    return why_ended(decision, finding)


def _keep_decision(
    before: Conflict, worded: WordedFinding, why_ended: WhyEnded, now: datetime
) -> tuple[Conflict, list[Event]]:
    """The decided conflict with its present finding; back among those in force if it was away."""
    update: dict[str, Any] = {"finding": worded.finding, "wording": worded.wording}
    if before.status is Status.DECIDED:
        update["proposals"], lapsed = _proposals_in_force(before, worded, why_ended, now)
        return before.model_copy(update=update), lapsed
    update |= {"status": Status.DECIDED, "resolved_at": None, "merged_into": "", "changed_at": now}
    after = before.model_copy(update=update)
    return after, [Event(after.id, "returned", now, _event_details(after))]


def _proposals_in_force(
    before: Conflict, worded: WordedFinding, why_ended: WhyEnded, now: datetime
) -> tuple[tuple[Decision, ...], list[Event]]:
    """The proposals that would still hold if all agreed to them now, and the end of the others."""
    kept: list[Decision] = []
    events: list[Event] = []
    for proposal in before.proposals:
        if because := why_ended(proposal, worded.finding):
            details = {"role": proposal.role, "because": because}
            events.append(Event(before.id, "lapsed", now, details))
        else:
            kept.append(proposal)
    return tuple(kept), events


def _refresh(
    before: Conflict,
    worded: WordedFinding,
    escalation_of: EscalationOf,
    why_ended: WhyEnded,
    now: datetime,
) -> tuple[Conflict, list[Event]]:
    """An open conflict with its present finding; it changes for its readers only by an event."""
    proposals, lapsed = _proposals_in_force(before, worded, why_ended, now)
    due_from, escalation = _escalate(before, worded.finding, escalation_of, now)
    after = before.model_copy(
        update={
            "finding": worded.finding,
            "wording": worded.wording,
            "escalation": with_turn(escalation, proposals),
            "proposals": proposals,
            "due_from": due_from,
        }
    )
    names = list(_event_names(before, after))
    # Comments notify their readers of what changed since they were written; new dates alone do not.
    if names or lapsed:
        after = after.model_copy(update={"changed_at": now})
    return after, [*lapsed, *(Event(after.id, name, now, _event_details(after)) for name in names)]


def _escalate(
    before: Conflict, finding: Finding, escalation_of: EscalationOf, now: datetime
) -> tuple[datetime | None, EscalationStatus]:
    """From when deadlines count, and where that leaves the conflict.

    A more severe conflict has shorter deadlines. Where these would have passed before anybody
    could know of them, they count from as late as they can: whoever has it keeps it, and never
    gets more time than before.
    """
    start = before.counts_from
    escalation = escalation_of(finding, start)
    is_worse = finding.severity > before.severity
    if is_worse and _progress(escalation) > _progress(before.escalation):
        for days in range((now - start).days + 1):
            later = now - timedelta(days=days)
            status = escalation_of(finding, later)
            if _keeps_up(status, before.escalation):
                return later, status
    return before.due_from, escalation


def _keeps_up(status: EscalationStatus, before: EscalationStatus) -> bool:
    """Whether a conflict stands at least as high as before, and waits no longer."""
    # On another path, that of a larger conflict, the same person may have another level.
    is_same = status.level == before.level or status.authority_id == before.authority_id
    return status.level > before.level or (is_same and status.decide_by <= before.decide_by)


def _progress(escalation: EscalationStatus) -> tuple[int, bool]:
    """How far up the path a conflict is; compares as a tuple."""
    return escalation.level, escalation.overdue


def _event_names(before: Conflict, after: Conflict) -> Iterator[str]:
    """What readers are notified of: a new level, severity or authority, the end of the last."""
    then, now = before.escalation, after.escalation
    if now.level > then.level:
        yield "escalated"
    elif now.overdue and not then.overdue:
        yield "undecided"
    if after.severity != before.severity:
        yield "changed"
    elif now.level <= then.level and now.authority_id != then.authority_id:
        yield "handed on"


def _event_details(conflict: Conflict) -> dict[str, Any]:
    escalation = conflict.escalation
    return {
        "severity": conflict.severity.name.lower(),
        "title": conflict.wording.title,
        "level": escalation.level,
        "authority": escalation.authority_id,
        "decide_by": escalation.decide_by.isoformat(),
        "came_from": escalation.came_from or None,
    }
