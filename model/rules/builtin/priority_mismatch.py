"""`priority_mismatch`: critical for the function that waits, minor for the one that delivers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import Field

from model.findings import Finding, Label, Severity, Wording
from model.network import date_of
from model.plan import NONE, Plan
from model.records import Priority
from model.rules import words
from model.rules.columns import functions_of, groups
from model.rules.context import RuleContext
from model.rules.dependencies import Dependencies
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import PriorityName, RuleParameters, SeverityName

NAME = "priority_mismatch"


class Parameters(RuleParameters):
    """How urgent the waiting work must be, and how many levels lower the other is ranked."""

    waiting: PriorityName = Priority.HIGH
    levels: int = Field(default=2, ge=1)
    severity: SeverityName = Severity.MEDIUM


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding a predecessor and receiving function, the most urgent successor first."""
    plan, every = context.plan, context.handovers
    rank = plan.attributes.priority
    here, there = rank[every.predecessor], rank[every.successor]
    stated = (here != NONE) & (there >= parameters.waiting)
    torn = every.where(stated & (there - here >= parameters.levels))
    receiver = plan.attributes.function[torn.successor]
    cases = groups(torn.predecessor, receiver, within=-rank[torn.successor])
    return complete_drafts(context, [_draft(plan, parameters, torn.where(case)) for case in cases])


def _draft(plan: Plan, parameters: Parameters, case: Dependencies) -> FindingDraft:
    rows = (int(case.predecessor[0]), int(case.successor[0]))
    functions = functions_of(plan, np.array(rows))
    record_id, waiting = int(plan.items.id[rows[0]]), plan.items.id[case.successor].tolist()
    ranks = [Priority(int(plan.attributes.priority[row])).name.lower() for row in rows]
    finding = Finding(
        rule=NAME,
        about=functions[1:],
        severity=parameters.severity,
        functions=functions,
        subjects=tuple(dict.fromkeys((record_id, *waiting))),
        comment_on=(record_id, waiting[0]),
        needed_by=date_of(int(case.needed[0])),
        facts=(("priority of the work", ranks[0]), ("priority where it is needed", ranks[1])),
    )
    return FindingDraft(finding, about=(record_id,), chain=rows)


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """How each side ranks it, and who waits for what."""
    giver, taker = words.functions(finding, names)
    record_id, *waiting = finding.subjects
    here, there = (value for _, value in finding.facts)
    key, why = words.key(labels, record_id), words.stated(finding.chain[0].why)
    return Wording(
        title=f"{key} has {here} priority in {giver} and holds up {there} work of {taker}",
        explanation=(
            f"{giver} ranks {words.item(labels, record_id)} as {here}.",
            f"{taker} ranks {words.items(labels, waiting)} as {there} and waits{why}.",
        ),
        question=f"Does {giver} raise the priority of {key}, or does {taker} plan without it?",
    )


RULE = Rule(
    name=NAME,
    title="Priority mismatch",
    parameters=Parameters,
    find=find,
    word=word,
)
