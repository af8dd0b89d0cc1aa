"""The ledger and the findings against the age of the data: what can be judged, and what waits.

A finding that often ends by itself opens nothing at first: it is watched, and opens a conflict once
it has been found for some working days.

A finding that rests on old data opens nothing: it is held. A conflict that does so stays exactly as
it is, and once its data are fresh again its deadlines count on from where they stood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from model.conflicts import Conflict, Status
from model.findings import Finding, Severity
from model.freshness import Freshness, OldReading
from model.ledger import EscalationOf, LedgerUpdate, WhyEnded, WordedFinding, update_ledger


@dataclass(frozen=True, slots=True)
class HeldFinding:
    """A finding that would open or reopen a conflict, and the old readings on which it rests."""

    conflict_id: str
    rule: str
    title: str
    severity: Severity
    readings: tuple[OldReading, ...]


@dataclass(frozen=True, slots=True)
class FreshUpdate:
    """What changes in the ledger, the held findings, worst first, and the watched ones.

    `watched` is since when each has been found (UTC), by the id of the conflict it would open.
    """

    ledger: LedgerUpdate
    held: tuple[HeldFinding, ...]
    watched: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class _Split:
    """The findings and conflicts that can be judged, those that wait, and the held findings."""

    findings: list[WordedFinding]
    ledger: dict[str, Conflict]
    waiting: dict[str, Conflict]
    held: list[HeldFinding]
    watched: dict[str, datetime]


def update_fresh_part(
    ledger: Mapping[str, Conflict],
    findings: Sequence[WordedFinding],
    escalation_of: EscalationOf,
    why_ended: WhyEnded,
    freshness: Freshness,
    concludes_from_absence: Callable[[Finding], bool],
    watched: Mapping[str, datetime],
) -> FreshUpdate:
    """`update_ledger` for what rests on fresh data alone.

    It depends on when connections were read, not on how often this ran meanwhile. `watched` is
    since when the findings of the last run have been watched, by conflict id.
    """
    split = _split(ledger, findings, freshness, concludes_from_absence, watched)
    update = update_ledger(split.ledger, split.findings, escalation_of, why_ended, freshness.now)
    after = {**split.ledger, **split.waiting, **{each.id: each for each in update.conflicts}}
    changed = tuple(each for each in after.values() if each != ledger.get(each.id))
    held = tuple(sorted(split.held, key=lambda each: (-each.severity, each.conflict_id)))
    return FreshUpdate(LedgerUpdate(changed, update.events), held, split.watched)


def _split(
    ledger: Mapping[str, Conflict],
    findings: Sequence[WordedFinding],
    freshness: Freshness,
    concludes_from_absence: Callable[[Finding], bool],
    watched: Mapping[str, datetime],
) -> _Split:
    present = {worded.finding.conflict_id: worded.finding for worded in findings}
    split = _Split([], {}, {}, [], {})
    for conflict in ledger.values():
        finding = present.get(conflict.id, conflict.finding)
        readings = _readings_in_force(conflict, finding, freshness)
        if readings:
            waiting = conflict.model_copy(update={"old_readings": readings})
            split.waiting[conflict.id] = waiting
        else:
            split.ledger[conflict.id] = _resume(conflict, freshness)
    for worded in findings:
        finding = worded.finding
        if finding.conflict_id in split.waiting:
            continue
        before = ledger.get(finding.conflict_id)
        is_new = before is None or before.status is Status.RESOLVED
        if is_new and finding.watch_days:
            since = watched.get(finding.conflict_id, freshness.now)
            split.watched[finding.conflict_id] = since
            if freshness.working_days_since(since) < finding.watch_days:
                continue
        readings = freshness.old_readings(
            finding.rests_on, read_to_end=is_new and concludes_from_absence(finding)
        )
        if is_new and readings:
            split.held.append(_hold(worded, readings))
        else:
            split.findings.append(worded)
    _keep_explained(split, findings)
    return split


def _readings_in_force(
    conflict: Conflict, finding: Finding, freshness: Freshness
) -> tuple[OldReading, ...]:
    if conflict.status is Status.RESOLVED:
        return ()
    # A fact that is gone may only be out of sight: its connections count until they are read.
    is_lacking = not set(conflict.finding.rules) <= set(finding.rules)
    lacking = conflict.finding.rests_on if is_lacking else ()
    return freshness.old_readings((*finding.rests_on, *lacking))


def _hold(worded: WordedFinding, readings: tuple[OldReading, ...]) -> HeldFinding:
    finding = worded.finding
    return HeldFinding(
        finding.conflict_id, finding.rule, worded.wording.title, finding.severity, readings
    )


def _keep_explained(split: _Split, findings: Iterable[WordedFinding]) -> None:
    """Leave conflicts as they are whose finding may only have gone into one that waits.

    A late item counts as the cause of those that it makes late in turn, so a cause that rests on
    old data takes their findings with it.
    """
    judged = {worded.finding.conflict_id for worded in split.findings}
    explained = {
        record_id
        for worded in findings
        if worded.finding.conflict_id not in judged
        for record_id in worded.finding.mentioned_ids
    }
    for conflict in list(split.ledger.values()):
        is_unfound = conflict.status is not Status.RESOLVED and conflict.id not in judged
        if is_unfound and not explained.isdisjoint(conflict.finding.subjects):
            split.waiting[conflict.id] = split.ledger.pop(conflict.id)


def _resume(conflict: Conflict, freshness: Freshness) -> Conflict:
    """The conflict with its deadlines put off by the days on which its data were not fresh."""
    if conflict.status is Status.RESOLVED:
        return conflict
    update: dict[str, object] = {"old_readings": ()}
    start = conflict.counts_from
    # Of a conflict that somebody has escalated, deadlines count from before it opened.
    since = max(start, conflict.opened_at)
    unseen = freshness.unseen_days(conflict.finding.rests_on, since)
    # Remembered, so that no day counts twice however often this runs.
    new_days = unseen.difference(conflict.unseen_days)
    if new_days and conflict.status is Status.OPEN:
        update["due_from"] = freshness.resume(start, len(new_days))
        update["unseen_days"] = tuple(sorted({*conflict.unseen_days, *new_days}))
    return conflict.model_copy(update=update)
