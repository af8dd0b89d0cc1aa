"""`late_handover`: work is forecast to arrive later than another function's plan needs it.

One conflict a predecessor and receiving function. A handover that is late only because of
another late one upstream is part of that one's downstream, not a conflict of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

import numpy as np
from pydantic import Field

from model.findings import Finding, Label, Wording
from model.network import NO_DATE, date_of
from model.plan import NONE, Int64, Plan
from model.rules import words
from model.rules.chain import driving_rows
from model.rules.columns import functions_of, groups
from model.rules.context import RuleContext
from model.rules.dependencies import Dependencies
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.impact import carried, impact, named, pushed
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters, SeverityScale

NAME = "late_handover"
_COMMENTED = 3


class Parameters(RuleParameters):
    """From how many working days on a handover counts as late, and how bad it is."""

    min_days: int = Field(default=1, ge=1)
    severity: SeverityScale = SeverityScale()


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding a predecessor and receiving function, the successors by when they need it.

    Besides them, a comment goes to where the delay begins: there it can be mended.
    """
    plan = context.plan
    late = _late(context, parameters.min_days)
    receiver = plan.attributes.function[late.successor]
    cases = [late.where(at) for at in groups(late.predecessor, receiver, within=late.needed)]
    moved = _moved(plan, cases)
    drafts = [
        _draft(plan, parameters.severity, case, rows)
        for case, rows in zip(cases, moved, strict=True)
    ]
    return complete_drafts(context, drafts)


def _late(context: RuleContext, min_days: int) -> Dependencies:
    """Late handovers whose predecessor is not itself driven by another late handover."""
    plan, every = context.plan, context.handovers
    work = ~plan.attributes.is_deal[every.successor]
    late = every.where(work & (every.needed != NO_DATE) & (every.late >= min_days))
    return late.where(carried(plan, _marks(plan, [late]))[late.predecessor] == NONE)


def _marks(plan: Plan, cases: Sequence[Dependencies]) -> Int64:
    """The number of the case on each row that a predecessor of that case drives."""
    mark = np.full(len(plan.items), NONE, dtype=np.int64)
    for number, case in enumerate(cases):
        driven = plan.forecast.driver[case.successor] == case.predecessor
        mark[case.successor[driven]] = number
    return mark


def _moved(plan: Plan, cases: Sequence[Dependencies]) -> list[Int64]:
    """For each case the rows that move: its successors, and what they go on to drive."""
    moves = pushed(plan)
    mark = np.where(moves, carried(plan, _marks(plan, cases)), NONE)
    below = np.flatnonzero(mark != NONE)
    below = below[np.argsort(mark[below], kind="stable")]
    ends = np.searchsorted(mark[below], np.arange(len(cases) + 1))
    return [
        np.union1d(case.successor[moves[case.successor]], below[first:last])
        for case, (first, last) in zip(cases, pairwise(ends), strict=True)
    ]


def _draft(plan: Plan, scale: SeverityScale, case: Dependencies, moved: Int64) -> FindingDraft:
    giver, takers = int(case.predecessor[0]), np.array(list(dict.fromkeys(case.successor.tolist())))
    record_id, waiting = int(plan.items.id[giver]), plan.items.id[takers]
    stake = impact(plan, int(case.late.max()), moved)
    functions = functions_of(plan, np.array([giver, takers[0]]))
    held = plan.forecast.early_start if case.begins[0] else plan.forecast.early_finish
    driving = driving_rows(plan, giver)
    source = int(plan.items.id[driving[0]])
    finding = Finding(
        rule=NAME,
        about=functions[1:],
        severity=scale.grade(stake, int(plan.attributes.priority[takers].max())),
        functions=functions,
        subjects=(record_id, *waiting.tolist()),
        comment_on=tuple(dict.fromkeys((record_id, source, *waiting[:_COMMENTED].tolist()))),
        impact=stake,
        needed_by=date_of(int(case.needed[0])),
        downstream=named(plan, moved),
        facts=(
            ("needed is", "its start" if case.begins[0] else "its finish"),
            ("forecast for", str(date_of(int(held[giver])))),
        ),
    )
    return FindingDraft(finding, about=(record_id,), chain=[*driving, int(takers[0])])


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """What slips, why, who waits for it and what that moves."""
    giver, taker = words.functions(finding, names)
    first, *waiting = finding.subjects
    step = next(step for step in finding.chain if step.record_id == first)
    key, late = words.key(labels, first), words.working_days(finding.impact.days)
    (_, held), (_, iso) = finding.facts
    verb, needed = "start" if held == "its start" else "finish", words.day(finding.needed_by)
    needs, soon = words.needs(finding, [taker]), "sooner" if finding.is_past else f"by {needed}"
    forecast, stated = words.day(date.fromisoformat(iso)), words.stated(step.why)
    return Wording(
        title=f"{key} of {giver} is forecast to {verb} {late} later than {needs}",
        explanation=(
            f"{words.item(labels, first)} ({giver}) {words.dates(step)}.",
            *words.origin(finding, labels, first),
            f"{needs} it {verb}ed by {needed} for {words.items(labels, waiting)}{stated}.",
            *words.at_stake(finding.impact),
        ),
        question=f"Can {giver} {verb} {key} {soon}, or does {taker} plan for {forecast}?",
    )


RULE = Rule(
    name=NAME,
    title="Late handover",
    parameters=Parameters,
    find=find,
    word=word,
)
