"""`late_handover`: work is forecast to arrive later than another function's plan needs it.

One conflict per predecessor and receiving function. A handover that is late only because of
another late handover upstream belongs to the impact of that one and is no conflict of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

import numpy as np
from pydantic import Field

from model.findings import Briefing, Finding, Label, Severity, Wording
from model.network import NO_DATE, date_of
from model.plan import NONE, Int64, Plan
from model.rules import words
from model.rules.chain import all_driving_rows, driving_rows
from model.rules.columns import (
    count_idle_days,
    function_ids_of,
    group_positions,
    stated_finish,
)
from model.rules.context import RuleContext
from model.rules.dependencies import HANDOVER, Dependencies
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.impact import find_pushed, propagate_marks, select_downstream, sum_impact
from model.rules.options import ACCEPT, DISMISS, FINISH, REPLAN
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters, SeverityScale

NAME = "late_handover"
_COMMENTED = 3


class Parameters(RuleParameters):
    """From how many working days a handover counts as late, and how severe that is.

    A delay of fewer than `prompt_days` that is not at least of high severity opens a conflict only
    after `watch_days` working days: plans drift by some days, and people repair most of it. One
    between stated dates that nobody has touched for so long has lasted already.
    """

    min_days: int = Field(default=1, ge=1)
    prompt_days: int = Field(default=5, ge=1)
    watch_days: int = Field(default=5, ge=0)
    severity: SeverityScale = SeverityScale()


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding per predecessor and receiving function, the successors by when they need it."""
    plan = context.plan
    late = _find_late(context, parameters.min_days)
    receiver = plan.attributes.function[late.successor]
    cases = [
        late.select(positions)
        for positions in group_positions(late.predecessor, receiver, within=late.needed)
    ]
    moved_rows = _moved_rows(plan, cases)
    drafts = [
        _draft(plan, parameters, case, rows) for case, rows in zip(cases, moved_rows, strict=True)
    ]
    return complete_drafts(context, drafts)


def _find_late(context: RuleContext, min_days: int) -> Dependencies:
    """Late handovers whose predecessor is not itself driven by another late handover."""
    plan, handovers = context.plan, context.handovers
    # What is sold on late work is the rule `broken_promise`.
    is_work = ~plan.attributes.is_deal[handovers.successor]
    late = handovers.select(is_work & (handovers.needed != NO_DATE) & (handovers.late >= min_days))
    # Rows that a late handover drives carry its mark; a predecessor with a mark is late because
    # of that one.
    return late.select(propagate_marks(plan, _mark_driven(plan, [late]))[late.predecessor] == NONE)


def _mark_driven(plan: Plan, cases: Sequence[Dependencies]) -> Int64:
    """For each row the number of the case whose predecessor drives it, or NONE."""
    marks = np.full(len(plan.items), NONE, dtype=np.int64)
    for number, case in enumerate(cases):
        driven = plan.forecast.driver[case.successor] == case.predecessor
        marks[case.successor[driven]] = number
    return marks


def _moved_rows(plan: Plan, cases: Sequence[Dependencies]) -> list[Int64]:
    """For each case the rows that move: its successors, and what these drive in turn."""
    is_pushed = find_pushed(plan)
    marks = np.where(is_pushed, propagate_marks(plan, _mark_driven(plan, cases)), NONE)
    driven = np.flatnonzero(marks != NONE)
    # Sorted by case, the rows of each are a slice; stable keeps their order within it.
    driven = driven[np.argsort(marks[driven], kind="stable")]
    bounds = np.searchsorted(marks[driven], np.arange(len(cases) + 1))
    return [
        np.union1d(case.successor[is_pushed[case.successor]], driven[first:last])
        for case, (first, last) in zip(cases, pairwise(bounds), strict=True)
    ]


def _draft(plan: Plan, parameters: Parameters, case: Dependencies, moved: Int64) -> FindingDraft:
    giver = int(case.predecessor[0])
    # In the order of need, each once: two links may join the same items.
    receivers = np.array(list(dict.fromkeys(case.successor.tolist())))
    record_id, waiting = int(plan.items.id[giver]), plan.items.id[receivers]
    stake = sum_impact(plan, int(case.late.max()), moved)
    functions = function_ids_of(plan, np.array([giver, receivers[0]]))
    needs_start = bool(case.needs_start[0])
    forecast = plan.forecast.early_start if needs_start else plan.forecast.early_finish
    driving = driving_rows(plan, giver)
    source = int(plan.items.id[driving[0]])
    severity = parameters.severity.grade(stake, int(plan.attributes.priority[receivers].max()))
    untouched = count_idle_days(plan, np.array([driving[0], giver, receivers[0]]))
    is_settled = not _is_behind(plan, driving[0]) and untouched.min() >= parameters.watch_days
    is_prompt = stake.days >= parameters.prompt_days or severity >= Severity.HIGH or is_settled
    finding = Finding(
        rule=NAME,
        about=functions[1:],
        severity=severity,
        functions=functions,
        subjects=(record_id, *waiting.tolist()),
        # Also where the delay begins, because it can be repaired there.
        comment_on=tuple(dict.fromkeys((record_id, source, *waiting[:_COMMENTED].tolist()))),
        impact=stake,
        needed_by=date_of(int(case.needed[0])),
        downstream=select_downstream(plan, moved),
        facts=(
            ("needed is", "its start" if needs_start else "its finish"),
            ("forecast for", str(date_of(int(forecast[giver])))),
        ),
        matter=HANDOVER,
        watch_days=0 if is_prompt else parameters.watch_days,
    )
    return FindingDraft(
        finding,
        about=(record_id,),
        chain=[*driving, int(receivers[0])],
        # Of the items downstream a finding names only some, but all count for its severity.
        rows=[*all_driving_rows(plan, giver), *moved],
    )


def _is_behind(plan: Plan, row: int) -> bool:
    """Whether a row is forecast to finish after the day it states; one that states none is."""
    rows = np.array([row])
    stated = int(stated_finish(plan, rows)[0])
    return stated == NO_DATE or int(plan.forecast.early_finish[row]) > stated


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """What is late and why, who waits for it, and what moves because of it."""
    giver, receiver = words.name_functions(finding, names)
    first, *waiting = finding.subjects
    step = next(step for step in finding.chain if step.record_id == first)
    key, late = words.format_key(labels, first), words.format_working_days(finding.impact.days)
    (_, needed_date), (_, forecast_day) = finding.facts
    verb, needed = (
        "start" if needed_date == "its start" else "finish",
        words.format_day(finding.needed_by),
    )
    needs, soon = (
        words.format_need(finding, [receiver]),
        "sooner" if finding.is_past else f"by {needed}",
    )
    forecast, stated = (
        words.format_day(date.fromisoformat(forecast_day)),
        words.format_source(step.why),
    )
    return Wording(
        title=f"{key} of {giver} is forecast to {verb} {late} later than {needs}",
        explanation=(
            f"{words.format_item(labels, first)} ({giver}) {words.format_dates(step)}.",
            *words.format_origin(finding, labels, first),
            f"{needs} it {verb}ed by {needed} for {words.format_items(labels, waiting)}{stated}.",
            *words.format_stake(finding.impact),
        ),
        question=f"Can {giver} {verb} {key} {soon}, or does {receiver} plan for {forecast}?",
        terms=(
            ("giver", giver),
            ("receiver", receiver),
            ("item", key),
            ("waiting", words.format_keys(labels, waiting)),
            ("forecast", forecast_day),
            *words.needed_terms(finding),
        ),
        briefings=_briefings(finding, labels, receiver, f"{verb} on {forecast}"),
    )


def _briefings(
    finding: Finding, labels: Mapping[int, Label], receiver: str, forecast: str
) -> tuple[Briefing, ...]:
    """For the late item, for the one where its delay begins, and for each that waits."""
    first, *waiting = finding.subjects
    source = finding.chain[0]
    key, item = words.brief_key(labels, first), words.brief_item(labels, first)
    started = "started " if forecast.startswith("start") else ""
    needs, needed = words.format_need(finding, [receiver]), words.format_day(finding.needed_by)
    origin = words.brief_origin(finding, labels, first)
    waits = f"{words.brief_item(labels, waiting[0])} waits for it."
    stake = words.format_stake(finding.impact)
    begins = Briefing(
        (source.record_id,),
        f"Your {words.brief_key(labels, source.record_id)}, forecast for "
        f"{words.format_day(source.forecast)}, makes {key} too late for {receiver}, which "
        f"{'needed' if finding.is_past else 'needs'} it by {needed}",
        reasons=stake,
    )
    late = Briefing(
        (first,),
        f"{needs} your {key} {started}by {needed}, but it is forecast to {forecast}",
        reasons=(*origin, waits, *stake),
    )
    return late, begins, *_waiting_briefings(finding, labels, item, forecast, origin)


def _waiting_briefings(
    finding: Finding, labels: Mapping[int, Label], item: str, forecast: str, origin: tuple[str, ...]
) -> Iterator[Briefing]:
    needs = "needed" if finding.is_past else "needs"
    day, stake = words.format_day(finding.needed_by), words.format_stake(finding.impact)
    for position, record_id in enumerate(finding.subjects[1 : 1 + _COMMENTED]):
        own = f"your {words.brief_key(labels, record_id)}"
        # Only of the first one is known by when it needs it.
        news = f"for which {own} waits" if position else f"which {own} {needs} by {day}"
        yield Briefing(
            (record_id,), f"{item}, {news}, is forecast to {forecast}", reasons=(*origin, *stake)
        )


RULE = Rule(
    name=NAME,
    title="Late handover",
    parameters=Parameters,
    find=find,
    word=word,
    options=(FINISH, REPLAN, ACCEPT, DISMISS),
)
