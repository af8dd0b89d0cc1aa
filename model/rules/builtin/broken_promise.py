"""`broken_promise`: a deal closes before the work that it sells is finished.

One conflict per item that deals directly depend on; whatever delays that item, across any number
of dependencies and tools, is in its forecast.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import Field

from model.findings import Briefing, Finding, Impact, Label, Wording
from model.network import NO_DATE, date_of
from model.plan import Plan
from model.records import State
from model.rules import words
from model.rules.chain import all_driving_rows, driving_rows
from model.rules.columns import function_ids_of, group_positions, sum_money
from model.rules.context import RuleContext
from model.rules.dependencies import Dependencies
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.options import ACCEPT, DISMISS, FINISH, PROMPT_DAYS, Option, date_field
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters, SeverityScale

NAME = "broken_promise"


class Parameters(RuleParameters):
    """From how many working days a promise counts as broken, and how severe that is."""

    min_days: int = Field(default=1, ge=1)
    severity: SeverityScale = SeverityScale()


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding per item, with all deals that close before its forecast finish."""
    plan, dependencies = context.plan, context.dependencies
    is_deal = plan.attributes.is_deal
    # Between two deals nothing is promised to a customer.
    is_sale = is_deal[dependencies.successor] & ~is_deal[dependencies.predecessor]
    is_late = (dependencies.needed != NO_DATE) & (dependencies.late >= parameters.min_days)
    late = dependencies.select(is_sale & is_late)
    cases = group_positions(late.predecessor, within=late.needed)
    drafts = [_draft(plan, parameters.severity, late.select(case)) for case in cases]
    return complete_drafts(context, drafts)


def _draft(plan: Plan, scale: SeverityScale, case: Dependencies) -> FindingDraft:
    feature = int(case.predecessor[0])
    # A deal may depend on one item twice, by field and by text; its value counts once.
    deals = np.array(list(dict.fromkeys(case.successor.tolist())))
    record_id, sold = int(plan.items.id[feature]), tuple(plan.items.id[deals].tolist())
    value = sum_money(plan, plan.attributes.value[deals], plan.attributes.currency[deals])
    stake = Impact(days=int(case.late.max()), items=len(deals), value=value)
    finding = Finding(
        rule=NAME,
        about=(),
        severity=scale.grade(stake),
        functions=function_ids_of(plan, np.array([feature, *deals])),
        subjects=(record_id, *sold),
        comment_on=(record_id, *sold),
        impact=stake,
        needed_by=date_of(int(case.needed[0])),
        downstream=sold,
        # Facts are text: they are stored with the conflict and outlive the rule's code.
        facts=(("won", "yes" if plan.items.state[deals[0]] == State.DONE else "no"),),
    )
    return FindingDraft(
        finding,
        about=(record_id,),
        chain=[*driving_rows(plan, feature), int(deals[0])],
        rows=all_driving_rows(plan, feature),
    )


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """Which deals were sold on work that is not finished when they close."""
    feature, first, *others = finding.subjects
    giver, *sellers = words.name_functions(finding, names)
    step = next(step for step in finding.chain if step.record_id == feature)
    key, close = words.format_key(labels, feature), words.format_day(finding.needed_by)
    deal, stated = words.format_item(labels, first), words.format_source(step.why)
    ((_, won),) = finding.facts
    closes = _CLOSES[won == "yes", finding.is_past]
    also = (f"Also sold on it: {words.format_items(labels, others)}.",) if others else ()
    return Wording(
        title=_title(finding, key, len(others) + 1),
        explanation=(
            f"{words.format_item(labels, feature)} ({giver}) {words.format_dates(step)}.",
            *words.format_origin(finding, labels, feature),
            f"{deal} {closes} {close} and depends on it{stated}.",
            *also,
        ),
        question=_question(finding, giver, key, words.format_list(sellers) or giver),
        terms=(
            ("giver", giver),
            ("seller", words.format_list(sellers) or giver),
            ("item", key),
            ("deal", words.format_keys(labels, (first, *others))),
            *((("forecast", step.forecast.isoformat()),) if step.forecast else ()),
            *words.needed_terms(finding),
        ),
        briefings=_briefings(finding, labels, words.format_day(step.forecast), f"{closes} {close}"),
    )


def _briefings(
    finding: Finding, labels: Mapping[int, Label], forecast: str, closes: str
) -> tuple[Briefing, ...]:
    """For the item that was sold, for the deal that closes first, and for the others."""
    feature, first, *others = finding.subjects
    own, item = words.brief_key(labels, feature), words.brief_item(labels, feature)
    origin = words.brief_origin(finding, labels, feature)
    deals = words.format_count(len(others) + 1, "deal")
    worth = f" worth {words.format_money(finding.impact.value)}" if finding.impact.value else ""
    sold = f"{deals}{worth} sold on it" if others else f"a deal{worth} sold on it"
    soonest = f"; the first one {closes}" if others else f", which {closes}"
    names = words.format_list(words.brief_key(labels, each) for each in (first, *others))
    return (
        Briefing(
            (feature,),
            f"Your {own} is forecast for {forecast}, too late for {sold}{soonest}",
            reasons=(*origin, f"Sold on it: {names}."),
        ),
        Briefing(
            (first,),
            f"Your deal {closes}, but {item}, which it sells, is forecast for {forecast}",
            reasons=origin,
        ),
        Briefing(
            tuple(others),
            f"{item}, which your deal sells, is forecast for {forecast}, after its close date",
            reasons=origin,
        ),
    )


_OPTIONS = (
    FINISH,
    Option(
        id="move",
        label="{seller} agrees a later date with the customer",
        meaning="{seller} agrees {on} with the customer of {deal}",
        fields=(
            date_field(
                "on", "The day that is agreed with the customer.", "forecast", earliest="forecast"
            ),
        ),
        within=PROMPT_DAYS,
        awaits="a new close date of {deal}",
        accepts_size=True,
    ),
    ACCEPT,
    DISMISS,
)


def _title(finding: Finding, key: str, deals: int) -> str:
    late = words.format_working_days(finding.impact.days)
    worth = f" worth {words.format_money(finding.impact.value)}" if finding.impact.value else ""
    if finding.is_past:
        of = "the close date of " if deals == 1 else "the close dates of "
        up_to = "" if deals == 1 else "up to "
        return f"{key} comes {up_to}{late} after {of}{words.format_count(deals, 'deal')}{worth}"
    verb = "closes" if deals == 1 else "close up to"
    return f"{words.format_count(deals, 'deal')}{worth} {verb} {late} before {key} is there"


def _question(finding: Finding, giver: str, key: str, seller: str) -> str:
    if finding.is_past:
        return f"How soon can {giver} finish {key}, and what does {seller} tell the customer?"
    close = words.format_day(finding.needed_by)
    return f"Can {giver} finish {key} by {close}, or does {seller} agree a later date?"


_CLOSES = {
    (False, False): "closes on",
    (False, True): "was to close on",
    (True, False): "is won, closes on",
    (True, True): "closed on",
}
"""By whether the deal is won, and whether its close date has passed."""


RULE = Rule(
    name=NAME,
    title="Broken promise",
    parameters=Parameters,
    find=find,
    word=word,
    options=_OPTIONS,
)
