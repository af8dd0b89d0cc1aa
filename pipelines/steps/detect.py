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
from model.rules import RuleContext, find_all, word
from model.warehouse.landing import unread
from model.warehouse.ledger import read_conflicts, write_update
from model.warehouse.locks import exclusive_lock
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.model_versions import record_model_version
from model.warehouse.plan import read_plan
from pipelines.instance import Instance
from pipelines.steps.link import MODEL_STEP

FROM_ABSENCE = {"missing_gate"}
"""Rules that conclude from something not being there; `dangling_dependency` waits already."""


@dataclass(frozen=True, slots=True)
class DetectResult:
    """The conflicts in force after a run, and how often each thing happened to one."""

    in_force: tuple[Conflict, ...]
    events: Mapping[str, int]


def detect(instance: Instance, now: datetime) -> DetectResult:
    """Find conflicts and let the ledger follow."""
    with exclusive_lock(instance.engine, MODEL_STEP), instance.engine.begin() as connection:
        record_model_version(connection, instance.model, now)
        plan = read_plan(connection, instance.model, instance.today(now))
        lookup = WarehouseLookup(connection)
        held = read_conflicts(connection)
        unsure = bool(unread(connection, instance.deployment.connection_names))
        findings = [
            finding
            for finding in find_all(RuleContext(plan, instance.model, lookup))
            if not (unsure and _may_yet_be_found(finding, held))
        ]
        found = _worded(instance, findings, lookup.labels(mentioned_ids(findings)))
        settled = update_ledger(held, found, escalation_status_at(instance.model, now), now)
        write_update(connection, settled)
        in_force = read_conflicts(connection, Status.OPEN, Status.DECIDED)
    return DetectResult(tuple(in_force.values()), Counter(e.event for e in settled.events))


def _may_yet_be_found(finding: Finding, held: Mapping[str, Conflict]) -> bool:
    """What a rule newly misses may stand in a tool that was not read to its end."""
    before = held.get(finding.conflict_id)
    new = before is None or before.status is Status.RESOLVED
    return new and finding.rule in FROM_ABSENCE


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
    names = {function.id: function.name for function in instance.model.functions}
    return [WordedFinding(finding, word(finding, labels, names)) for finding in findings]
