"""Detect: run the rules over the plan and update_ledger the ledger, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from model.conflicts import Conflict, Status
from model.escalation_status import escalation_status_at
from model.findings import Finding, Label
from model.ledger import WordedFinding, update_ledger
from model.rules import BrokenPlugin, RuleContext
from model.warehouse.landing import unread
from model.warehouse.ledger import read_conflicts, write_update
from model.warehouse.locks import exclusive_lock
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.model_versions import record_model_version
from model.warehouse.plan import read_plan
from pipelines.instance import Instance
from pipelines.steps.link import MODEL_STEP


@dataclass(frozen=True, slots=True)
class DetectResult:
    """The conflicts in force after a run, how often each event happened, and what was left out.

    The conflicts of `broken_plugins` stay as they were.
    """

    in_force: tuple[Conflict, ...]
    events: Mapping[str, int]
    broken_plugins: tuple[BrokenPlugin, ...]


def detect(instance: Instance, now: datetime) -> DetectResult:
    """Find conflicts and let the ledger follow."""
    with exclusive_lock(instance.engine, MODEL_STEP), instance.engine.begin() as connection:
        record_model_version(connection, instance.model, now)
        plan = read_plan(connection, instance.model, instance.today(now))
        lookup = WarehouseLookup(connection)
        rules = instance.rules
        held = {
            conflict_id: conflict
            for conflict_id, conflict in read_conflicts(connection).items()
            if rules.can_judge(conflict.finding.rule)
        }
        unsure = bool(unread(connection, instance.deployment.connection_names))
        findings = [
            finding
            for finding in rules.find_all(RuleContext(plan, instance.model, lookup))
            if not (unsure and rules.concludes_from_absence(finding) and _is_new(finding, held))
        ]
        found = _worded(instance, findings, lookup.labels(mentioned_ids(findings)))
        settled = update_ledger(held, found, escalation_status_at(instance.model, now), now)
        write_update(connection, settled)
        in_force = read_conflicts(connection, Status.OPEN, Status.DECIDED)
    events = Counter(event.event for event in settled.events)
    return DetectResult(tuple(in_force.values()), events, rules.broken)


def _is_new(finding: Finding, held: Mapping[str, Conflict]) -> bool:
    """Whether the finding would open or reopen a conflict."""
    before = held.get(finding.conflict_id)
    return before is None or before.status is Status.RESOLVED


def mentioned_ids(findings: Iterable[Finding]) -> set[int]:
    """Ids of all records that findings mention."""
    return {
        record_id
        for one in findings
        for record_id in (
            *one.subjects,
            *one.comment_on,
            *one.downstream,
            *(step.record_id for step in one.chain),
        )
    }


def _worded(
    instance: Instance, findings: Iterable[Finding], labels: Mapping[int, Label]
) -> list[WordedFinding]:
    names = instance.model.function_names
    return [
        WordedFinding(finding, instance.rules.word(finding, labels, names)) for finding in findings
    ]
