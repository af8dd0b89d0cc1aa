"""`dependency_cycle`: open items that wait for one another, so that none of them can begin."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from model.findings import Briefing, Finding, Impact, Label, Severity, Wording
from model.network import Cycle
from model.plan import Int64, Plan
from model.rules import words
from model.rules.columns import find_rows, function_ids_of
from model.rules.context import RuleContext
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.options import ACCEPT, DISMISS, PROMPT_DAYS, FieldKind, Option, OptionField
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters, SeverityName

NAME = "dependency_cycle"


class Parameters(RuleParameters):
    """How severe a cycle is."""

    severity: SeverityName = Severity.HIGH


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding per cycle, about the members of the shortest loop in it."""
    plan = context.plan
    loops = ((cycle, find_rows(plan, np.array(cycle.shortest))) for cycle in plan.network.cycles)
    # A cycle with a finished member holds nobody up: what waited for that one may begin.
    drafts = [
        _draft(plan, parameters, cycle, rows)
        for cycle, rows in loops
        if plan.attributes.is_open[rows].all()
    ]
    return complete_drafts(context, drafts)


def _draft(plan: Plan, parameters: Parameters, cycle: Cycle, rows: Int64) -> FindingDraft:
    finding = Finding(
        rule=NAME,
        about=(),
        severity=parameters.severity,
        functions=function_ids_of(plan, rows),
        subjects=cycle.shortest,
        comment_on=cycle.shortest,
        impact=Impact(items=len(cycle.members)),
    )
    # The first item once more at the end, so that the chain shows the link that closes the loop.
    return FindingDraft(finding, about=cycle.shortest, chain=[*rows.tolist(), int(rows[0])])


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """Who waits for whom around the loop, and where each dependency is stated."""
    keys = [words.format_key(labels, record_id) for record_id in finding.subjects]
    involved = words.format_list(words.name_functions(finding, names))
    waits = (
        f"{words.format_item(labels, after.record_id)} waits for "
        f"{words.format_item(labels, before.record_id)}{words.format_source(before.why)}."
        for before, after in pairwise(finding.chain)
    )
    others = finding.impact.items - len(keys)
    more = (f"In the same cycle: {words.format_count(others, 'more item')}.",) if others else ()
    return Wording(
        title=f"{words.format_list(keys)} wait for one another",
        explanation=(*waits, *more),
        question=f"Which of these dependencies does not hold, in the view of {involved}?",
        terms=(
            ("items", words.format_list(keys)),
            ("dependency", f"{keys[-1]} on {keys[0]}" if len(keys) > 1 else keys[0]),
        ),
        briefings=tuple(_briefing(finding, labels, record_id) for record_id in finding.subjects),
    )


def _briefing(finding: Finding, labels: Mapping[int, Label], record_id: int) -> Briefing:
    own = words.brief_key(labels, record_id)
    others = [each for each in finding.subjects if each != record_id]
    news = f"Your {own} waits for itself, so it cannot begin"
    if len(others) == 1:
        other = words.brief_item(labels, others[0])
        news = f"Your {own} and {other} wait for each other, so neither can begin"
    elif others:
        through = words.format_list(words.brief_key(labels, each) for each in others)
        news = f"Your {own} waits for itself through {through}, so none of them can begin"
    links = (
        f"{words.brief_key(labels, after.record_id)} waits for "
        f"{words.brief_key(labels, before.record_id)}{words.format_source(before.why)}."
        for before, after in pairwise(finding.chain)
    )
    return Briefing((record_id,), news, "agree {by} which dependency goes", tuple(links))


_OPTIONS = (
    Option(
        id="remove",
        label="one dependency goes",
        meaning="the dependency of {dependency} goes",
        fields=(OptionField("dependency", FieldKind.TEXT, "Which one: KEY on KEY.", "dependency"),),
        within=PROMPT_DAYS,
        awaits="{items} without the dependency of {dependency}",
    ),
    ACCEPT,
    DISMISS,
)


RULE = Rule(
    name=NAME,
    title="Dependency cycle",
    parameters=Parameters,
    find=find,
    word=word,
    options=_OPTIONS,
)
