"""`priority_mismatch`: work that is urgent where it is needed has low priority where it is done."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import Field

from model.findings import Briefing, Finding, Label, Severity, Wording
from model.network import date_of
from model.plan import NONE, Plan
from model.records import Priority
from model.rules import words
from model.rules.columns import function_ids_of, group_positions
from model.rules.context import RuleContext
from model.rules.dependencies import HANDOVER, Dependencies
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.options import ACCEPT, DISMISS, PROMPT_DAYS, Option
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import PriorityName, RuleParameters, SeverityName

NAME = "priority_mismatch"


class Parameters(RuleParameters):
    """From which priority waiting work counts, and how many levels lower its predecessor is."""

    waiting: PriorityName = Priority.HIGH
    levels: int = Field(default=2, ge=1)
    severity: SeverityName = Severity.MEDIUM


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding per predecessor and receiving function, the most urgent successor first."""
    plan, handovers = context.plan, context.handovers
    priority = plan.attributes.priority
    given, needed = priority[handovers.predecessor], priority[handovers.successor]
    # Without a stated priority nothing is ranked low, only not ranked.
    is_stated = (given != NONE) & (needed >= parameters.waiting)
    unequal = handovers.select(is_stated & (needed - given >= parameters.levels))
    receiver = plan.attributes.function[unequal.successor]
    cases = group_positions(unequal.predecessor, receiver, within=-priority[unequal.successor])
    return complete_drafts(
        context, [_draft(plan, parameters, unequal.select(case)) for case in cases]
    )


def _draft(plan: Plan, parameters: Parameters, case: Dependencies) -> FindingDraft:
    rows = (int(case.predecessor[0]), int(case.successor[0]))
    functions = function_ids_of(plan, np.array(rows))
    record_id, waiting = int(plan.items.id[rows[0]]), plan.items.id[case.successor].tolist()
    priorities = [Priority(int(plan.attributes.priority[row])).name.lower() for row in rows]
    finding = Finding(
        rule=NAME,
        # The receiving function is part of the identity: each receiver settles its case by itself.
        about=functions[1:],
        severity=parameters.severity,
        functions=functions,
        subjects=tuple(dict.fromkeys((record_id, *waiting))),
        comment_on=(record_id, waiting[0]),
        needed_by=date_of(int(case.needed[0])),
        facts=(
            ("priority of the work", priorities[0]),
            ("priority where it is needed", priorities[1]),
        ),
        matter=HANDOVER,
    )
    return FindingDraft(finding, about=(record_id,), chain=rows)


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """Which priority each side gives it, and who waits for what."""
    giver, receiver = words.name_functions(finding, names)
    record_id, *waiting = finding.subjects
    given, needed = (value for _, value in finding.facts)
    key, why = words.format_key(labels, record_id), words.format_source(finding.chain[0].why)
    return Wording(
        title=f"{key} has {given} priority in {giver} and holds up {needed} work of {receiver}",
        explanation=(
            f"{giver} ranks {words.format_item(labels, record_id)} as {given}.",
            f"{receiver} ranks {words.format_items(labels, waiting)} as {needed} and waits{why}.",
        ),
        question=f"Does {giver} raise the priority of {key}, or does {receiver} plan without it?",
        terms=(
            ("giver", giver),
            ("receiver", receiver),
            ("item", key),
            ("waiting", words.format_keys(labels, waiting)),
        ),
        briefings=_briefings(finding, labels, giver, receiver),
    )


def _briefings(
    finding: Finding, labels: Mapping[int, Label], giver: str, receiver: str
) -> tuple[Briefing, ...]:
    """For the item that is ranked low, and for the one that waits for it."""
    record_id, waiting, *_ = finding.subjects
    given, needed = (value for _, value in finding.facts)
    own, item = words.brief_key(labels, record_id), words.brief_item(labels, record_id)
    need, needs = words.format_need(finding, [receiver]), "needed" if finding.is_past else "needs"
    by = f" by {words.format_day(finding.needed_by)}" if finding.needed_by else ""
    return (
        Briefing(
            (record_id,),
            f"{need} your {own}{by} for {needed} work, and {giver} ranks it as {given}",
            reasons=(f"{words.brief_item(labels, waiting)} waits for it.",),
        ),
        Briefing(
            (waiting,),
            f"Your {needed} {words.brief_key(labels, waiting)} {needs} {item}{by}, which {giver} "
            f"ranks as {given}",
        ),
    )


_OPTIONS = (
    Option(
        id="raise",
        label="{giver} raises the priority of {item}",
        meaning="{giver} raises the priority of {item}",
        within=PROMPT_DAYS,
        awaits="a higher priority of {item}",
    ),
    Option(
        id="detach",
        label="{receiver} plans without {item}",
        meaning="{receiver} plans {waiting} without {item}",
        within=PROMPT_DAYS,
        awaits="{waiting} without a dependency on {item}",
    ),
    ACCEPT,
    DISMISS,
)


RULE = Rule(
    name=NAME,
    title="Priority mismatch",
    parameters=Parameters,
    find=find,
    word=word,
    options=_OPTIONS,
)
