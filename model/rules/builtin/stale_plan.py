"""`stale_plan`: work that others wait for should be moving, and nobody has touched it for long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
from pydantic import Field

from model.findings import Finding, Label, Severity, Wording
from model.network import NO_DATE, date_of, day_of
from model.plan import Bool, Int32, Plan
from model.records import State
from model.rules import words
from model.rules.columns import functions_of, groups, working_days
from model.rules.context import RuleContext
from model.rules.dependencies import Dependencies
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters, SeverityName

NAME = "stale_plan"


class Parameters(RuleParameters):
    """After how many untouched working days a plan counts as stale, and how bad it is."""

    cadence_days: int = Field(default=10, ge=1)
    severity: SeverityName = Severity.LOW


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding an item; one whose tool does not tell when it was touched is left alone."""
    plan, every = context.plan, context.handovers
    idle = _idle_days(plan)
    stale = idle > parameters.cadence_days
    waited = every.where(stale[every.predecessor])
    cases = groups(waited.predecessor, within=waited.needed)
    drafts = [_draft(plan, parameters, waited.where(case), idle) for case in cases]
    return complete_drafts(context, drafts)


def _idle_days(plan: Plan) -> Int32:
    """Working days since each row that should be moving was touched; 0 for all others."""
    rows = np.flatnonzero(plan.attributes.is_open & _should_move(plan))
    today = np.full(len(rows), day_of(plan.today), dtype=np.int32)
    idle = np.zeros(len(plan.items), dtype=np.int32)
    idle[rows] = working_days(plan, rows, plan.attributes.touched[rows], today)
    return idle


def _should_move(plan: Plan) -> Bool:
    """In progress, or with a planned date behind it."""
    items, today = plan.items, day_of(plan.today)
    begins = (items.planned_start != NO_DATE) & (items.planned_start < today)
    ends = (items.planned_finish != NO_DATE) & (items.planned_finish < today)
    moving: Bool = items.state == State.IN_PROGRESS
    moving |= begins | ends
    return moving


def _draft(plan: Plan, parameters: Parameters, case: Dependencies, idle: Int32) -> FindingDraft:
    giver = int(case.predecessor[0])
    record_id, waiting = int(plan.items.id[giver]), plan.items.id[case.successor].tolist()
    touched = date_of(int(plan.attributes.touched[giver]))
    finding = Finding(
        rule=NAME,
        about=(),
        severity=parameters.severity,
        functions=functions_of(plan, np.array([giver, *case.successor])),
        subjects=tuple(dict.fromkeys((record_id, *waiting))),
        comment_on=(record_id,),
        needed_by=date_of(int(case.needed[0])),
        facts=(("last touched", str(touched)), ("working days untouched", str(idle[giver]))),
    )
    return FindingDraft(finding, about=(record_id,), chain=(giver, int(case.successor[0])))


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """Since when nobody has touched it, and who waits."""
    giver, *takers = words.functions(finding, names)
    record_id, *waiting = finding.subjects
    step, key, taker = finding.chain[0], words.key(labels, record_id), words.listed(takers)
    touched, idle = (value for _, value in finding.facts)
    waits = f"{taker} {words.verb(takers, 'waits', 'wait')} for"
    return Wording(
        title=f"{key} of {giver}, which {waits}, has not been touched for "
        f"{words.working_days(int(idle))}",
        explanation=(
            f"{words.item(labels, record_id)} ({giver}) {words.dates(step)}.",
            f"It was last touched on {words.day(date.fromisoformat(touched))}.",
            f"{waits} it with {words.items(labels, waiting)}{words.stated(step.why)}.",
        ),
        question=f"Do the dates of {key} still hold?",
    )


RULE = Rule(
    name=NAME,
    title="Stale plan",
    parameters=Parameters,
    find=find,
    word=word,
)
