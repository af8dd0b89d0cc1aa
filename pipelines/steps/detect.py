"""Detect: run the rules over the plan and update the ledger, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from model.conflicts import Conflict, Decision, Status
from model.decisions import why_ended
from model.escalation_status import escalation_status_at
from model.findings import Finding, complete_evidence
from model.freshness import Freshness
from model.holding import HeldFinding, update_fresh_part
from model.ledger import WordedFinding
from model.matters import merge_matters
from model.plugin_errors import PLUGIN_ERRORS, describe_error
from model.rules import BrokenPlugin, RuleContext, RuleFailure
from model.warehouse.held_findings import replace_held_findings
from model.warehouse.ledger import read_conflicts, write_ledger_update
from model.warehouse.locks import exclusive_lock
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.model_versions import record_model_version
from model.warehouse.plan import read_plan
from model.warehouse.watched_findings import read_watched_findings, replace_watched_findings
from pipelines.freshness import read_freshness
from pipelines.instance import Instance
from pipelines.steps.link import MODEL_STEP
from pipelines.steps.page_names import with_page_names


@dataclass(frozen=True, slots=True)
class DetectResult:
    """The open and decided conflicts after a run, and how often each event happened.

    The conflicts of rules in `broken_plugins`, and of rules that failed, stay as they were. `held`
    are the findings that open nothing, because they rest on data that are too old.
    """

    in_force: tuple[Conflict, ...]
    events: Mapping[str, int]
    broken_plugins: tuple[BrokenPlugin | RuleFailure, ...]
    held: tuple[HeldFinding, ...] = ()


def detect(instance: Instance, now: datetime) -> DetectResult:
    """Run all rules over the plan of today and record what changed in the ledger."""
    with exclusive_lock(instance.engine, MODEL_STEP), instance.engine.begin() as connection:
        record_model_version(connection, instance.model, now)
        freshness = read_freshness(instance, connection, now)
        plan = read_plan(
            connection, instance.model, instance.today(now), data_dates=freshness.data_dates()
        )
        lookup = WarehouseLookup(connection)
        rules = instance.rules
        context = RuleContext(plan, instance.model, lookup)
        all_findings, failures = rules.find_each(context)
        worded, word_failures = _word_findings(instance, all_findings, lookup, freshness)
        failures += word_failures
        failed = {failure.rule for failure in failures}
        ledger = read_conflicts(connection)
        # Conflicts of a rule that is not installed or failed stay as they are: its silence proves
        # nothing.
        known_conflicts = {
            conflict_id: conflict
            for conflict_id, conflict in ledger.items()
            if all(rules.can_judge(rule) and rule not in failed for rule in conflict.finding.rules)
        }
        matters = merge_matters(
            [each for each in worded if each.finding.rule not in failed],
            ledger,
            lambda finding: not freshness.old_readings(finding.rests_on),
        )
        unjudged = ledger.keys() - known_conflicts.keys()
        credible = [each for each in matters if each.finding.conflict_id not in unjudged]
        escalation = escalation_status_at(instance.model, now)

        def why_over(decision: Decision, finding: Finding) -> str | None:
            return why_ended(decision, finding, instance.model, instance.today(now))

        update = update_fresh_part(
            known_conflicts,
            credible,
            escalation,
            why_over,
            freshness,
            rules.concludes_from_absence,
            read_watched_findings(connection),
        )
        named = with_page_names(update.ledger, known_conflicts, lookup)
        write_ledger_update(connection, named, now)
        replace_held_findings(connection, update.held)
        replace_watched_findings(connection, update.watched)
        in_force = read_conflicts(connection, Status.OPEN, Status.DECIDED)
    events = Counter(event.event for event in update.ledger.events)
    return DetectResult(tuple(in_force.values()), events, (*rules.broken, *failures), update.held)


def mentioned_ids(findings: Iterable[Finding]) -> set[int]:
    """Ids of all records that findings mention."""
    return {record_id for finding in findings for record_id in finding.mentioned_ids}


def _word_findings(
    instance: Instance, findings: list[Finding], lookup: WarehouseLookup, freshness: Freshness
) -> tuple[list[WordedFinding], list[RuleFailure]]:
    labels, names = lookup.read_labels(mentioned_ids(findings)), instance.model.function_names
    worded: list[WordedFinding] = []
    failures: dict[str, RuleFailure] = {}
    for finding in findings:
        try:
            wording = instance.rules.word(finding, labels, names)
        # As for `find`: the other rules go on.
        except PLUGIN_ERRORS as error:
            failures[finding.rule] = RuleFailure(finding.rule, describe_error(error))
            continue
        # What a rule misses may be in a tool of which nothing is known yet.
        unknown = freshness.never_read if instance.rules.concludes_from_absence(finding) else ()
        worded.append(WordedFinding(complete_evidence(finding, labels, unknown), wording))
    return worded, list(failures.values())
