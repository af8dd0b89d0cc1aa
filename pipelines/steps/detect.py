"""Detect: run the rules over the plan and update the ledger, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from model.conflicts import Conflict, Status
from model.escalation_status import escalation_status_at
from model.findings import Finding
from model.ledger import WordedFinding, update_ledger
from model.rules import BrokenPlugin, RuleContext, RuleFailure
from model.warehouse.landing import find_unread_connections
from model.warehouse.ledger import read_conflicts, write_ledger_update
from model.warehouse.locks import exclusive_lock
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.model_versions import record_model_version
from model.warehouse.plan import read_plan
from pipelines.instance import Instance
from pipelines.steps.link import MODEL_STEP


@dataclass(frozen=True, slots=True)
class DetectResult:
    """The open and decided conflicts after a run, and how often each event happened.

    The conflicts of rules in `broken_plugins`, and of rules that failed, stay as they were.
    """

    in_force: tuple[Conflict, ...]
    events: Mapping[str, int]
    broken_plugins: tuple[BrokenPlugin | RuleFailure, ...]


def detect(instance: Instance, now: datetime) -> DetectResult:
    """Run all rules over the plan of today and record what changed in the ledger."""
    with exclusive_lock(instance.engine, MODEL_STEP), instance.engine.begin() as connection:
        record_model_version(connection, instance.model, now)
        plan = read_plan(connection, instance.model, instance.today(now))
        lookup = WarehouseLookup(connection)
        rules = instance.rules
        context = RuleContext(plan, instance.model, lookup)
        all_findings, failures = rules.find_each(context)
        worded, word_failures = _word_findings(instance, all_findings, lookup)
        failures += word_failures
        failed = {failure.rule for failure in failures}
        # Conflicts of a rule that is not installed or failed stay as they are: its silence proves
        # nothing.
        known_conflicts = {
            conflict_id: conflict
            for conflict_id, conflict in read_conflicts(connection).items()
            if rules.can_judge(conflict.finding.rule) and conflict.finding.rule not in failed
        }
        is_partly_unread = bool(
            find_unread_connections(connection, instance.deployment.connection_names)
        )
        credible = [
            each
            for each in worded
            # What such a rule misses may be in the part of a tool that could not be read.
            if each.finding.rule not in failed
            and not (
                is_partly_unread
                and rules.concludes_from_absence(each.finding)
                and _is_new(each.finding, known_conflicts)
            )
        ]
        escalation = escalation_status_at(instance.model, now)
        update = update_ledger(known_conflicts, credible, escalation, now)
        write_ledger_update(connection, update)
        in_force = read_conflicts(connection, Status.OPEN, Status.DECIDED)
    events = Counter(event.event for event in update.events)
    return DetectResult(tuple(in_force.values()), events, (*rules.broken, *failures))


def _is_new(finding: Finding, known_conflicts: Mapping[str, Conflict]) -> bool:
    """Whether the finding would open or reopen a conflict."""
    before = known_conflicts.get(finding.conflict_id)
    return before is None or before.status is Status.RESOLVED


def mentioned_ids(findings: Iterable[Finding]) -> set[int]:
    """Ids of all records that findings mention."""
    return {
        record_id
        for finding in findings
        for record_id in (
            *finding.subjects,
            *finding.comment_on,
            *finding.downstream,
            *(step.record_id for step in finding.chain),
        )
    }


def _word_findings(
    instance: Instance, findings: list[Finding], lookup: WarehouseLookup
) -> tuple[list[WordedFinding], list[RuleFailure]]:
    labels, names = lookup.read_labels(mentioned_ids(findings)), instance.model.function_names
    worded: list[WordedFinding] = []
    failures: dict[str, RuleFailure] = {}
    for finding in findings:
        try:
            worded.append(WordedFinding(finding, instance.rules.word(finding, labels, names)))
        # As for `find`: the other rules go on.
        except Exception as error:
            failures[finding.rule] = RuleFailure(finding.rule, f"{type(error).__name__}: {error}")
    return worded, list(failures.values())
