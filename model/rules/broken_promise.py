"""`broken_promise`: a deal closes before the work that it sells is there.

One conflict for each piece of work that deals directly depend on; whatever delays that work,
over any number of hops and tools, is in its forecast.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import Field

from model.findings import Finding, Impact, Label, Wording
from model.network import NO_DATE, date_of
from model.plan import Plan, Situation
from model.rules import words
from model.rules.chain import driving_rows
from model.rules.columns import functions_of, groups, money_of
from model.rules.dependencies import Dependencies, dependencies
from model.rules.drafts import Draft, completed
from model.rules.rule import Names, Rule, RuleParameters, Scale

NAME = "broken_promise"


class Parameters(RuleParameters):
    """From how many working days on a promise counts as broken, and how bad it is."""

    min_days: int = Field(default=1, ge=1)
    severity: Scale = Scale()


def find(situation: Situation, parameters: Parameters) -> list[Finding]:
    """One finding a piece of work, with every deal that closes before its forecast finish."""
    plan, every = situation.plan, dependencies(situation.plan)
    sells = plan.facets.deal[every.successor] & ~plan.facets.deal[every.predecessor]
    late = every.where(sells & (every.needed != NO_DATE) & (every.late >= parameters.min_days))
    cases = groups(late.predecessor, within=late.needed)
    drafts = [_draft(plan, parameters.severity, late.where(case)) for case in cases]
    return completed(situation, drafts)


def _draft(plan: Plan, scale: Scale, case: Dependencies) -> Draft:
    feature, deals = (
        int(case.predecessor[0]),
        np.array(list(dict.fromkeys(case.successor.tolist()))),
    )
    record_id, sold = int(plan.items.id[feature]), tuple(plan.items.id[deals].tolist())
    value = money_of(plan, plan.facets.value[deals], plan.facets.currency[deals])
    stake = Impact(days=int(case.late.max()), items=len(deals), value=value)
    finding = Finding(
        rule=NAME,
        about=(),
        severity=scale.grade(stake),
        functions=functions_of(plan, np.array([feature, *deals])),
        subjects=(record_id, *sold),
        comment_on=(record_id, *sold),
        impact=stake,
        needed_by=date_of(int(case.needed[0])),
        downstream=sold,
    )
    return Draft(finding, about=(record_id,), chain=[*driving_rows(plan, feature), int(deals[0])])


def word(finding: Finding, labels: Mapping[int, Label], names: Names) -> Wording:
    """Which deals were sold on work that is not there when they close."""
    feature, *deals = finding.subjects
    giver, *sellers = words.functions(finding, names)
    seller = words.listed(sellers) or giver
    step = next(step for step in finding.chain if step.record_id == feature)
    key, close = words.key(labels, feature), words.day(finding.needed_by)
    first, late = words.item(labels, deals[0]), words.working_days(finding.impact.days)
    worth = f" worth {words.money(finding.impact.value)}" if finding.impact.value else ""
    sold = f"{words.counted(len(deals), 'deal')}{worth} sold on {key}"
    return Wording(
        title=f"{sold} to close up to {late} before it is there",
        explanation=(
            f"{words.item(labels, feature)} ({giver}) {words.dates(step)}.",
            *words.origin(finding, labels, feature),
            f"{first} closes on {close} and depends on it{words.stated(step.why)}.",
        ),
        question=f"Can {giver} finish {key} by {close}, or does {seller} agree a later date?",
    )


RULE = Rule(NAME, Parameters, find, word)
