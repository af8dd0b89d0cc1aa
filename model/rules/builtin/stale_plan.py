"""`stale_plan`: nobody has updated for long what should be progressing and others wait for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
from pydantic import Field

from model.findings import Briefing, Finding, Label, Severity, Wording
from model.network import NO_DATE, date_of, day_of
from model.plan import NONE, Bool, Int32, Plan
from model.records import State
from model.rules import words
from model.rules.columns import (
    count_idle_days,
    count_working_days,
    function_ids_of,
    group_positions,
)
from model.rules.context import RuleContext
from model.rules.dependencies import Dependencies
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.options import DISMISS, Option, date_field
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters, SeverityName

NAME = "stale_plan"


class Parameters(RuleParameters):
    """After how many working days without an update a plan is stale, and how severe that is.

    Work that is not under way is stale only if it should have begun or ended more than `grace_days`
    working days ago: few begin on the very day that was planned months before.
    """

    cadence_days: int = Field(default=10, ge=1)
    grace_days: int = Field(default=3, ge=0)
    severity: SeverityName = Severity.LOW


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding per item; an item whose tool does not say when it was updated has none."""
    plan, handovers = context.plan, context.handovers
    idle = _idle_days(plan, parameters.grace_days)
    is_stale = idle > parameters.cadence_days
    stale = handovers.select(is_stale[handovers.predecessor])
    cases = group_positions(stale.predecessor, within=stale.needed)
    drafts = [_draft(plan, parameters, stale.select(case), idle) for case in cases]
    return complete_drafts(context, drafts)


def _idle_days(plan: Plan, grace_days: int) -> Int32:
    """Working days since each row that should be progressing was updated; 0 for all others."""
    rows = np.flatnonzero(plan.attributes.is_open & _should_progress(plan, grace_days))
    idle = np.zeros(len(plan.items), dtype=np.int32)
    idle[rows] = count_idle_days(plan, rows)
    return idle


def _should_progress(plan: Plan, grace_days: int) -> Bool:
    """Whether each row is in progress, or a planned date of it passed that many days ago."""
    items = plan.items
    # Work that should have begun or ended is stale too, though its state says that it is planned,
    # but not while what it waits for keeps it from beginning.
    begins = _has_passed(plan, items.planned_start, grace_days) & ~_is_held(plan)
    ends = _has_passed(plan, items.planned_finish, grace_days)
    progressing: Bool = items.state == State.IN_PROGRESS
    progressing |= begins | ends
    return progressing


def _has_passed(plan: Plan, dates: Int32, grace_days: int) -> Bool:
    """Whether each row's date lies more than so many working days before today."""
    has_passed: Bool = (dates != NO_DATE) & (dates < day_of(plan.today))
    rows = np.flatnonzero(has_passed)
    today = np.full(len(rows), day_of(plan.today), dtype=np.int32)
    has_passed[rows] = count_working_days(plan, rows, dates[rows], today) > grace_days
    return has_passed


def _is_held(plan: Plan) -> Bool:
    """Whether the forecast of each row is driven by work that is still open."""
    driver = plan.forecast.driver
    held: Bool = (driver != NONE) & plan.attributes.is_open[driver]
    return held


def _draft(plan: Plan, parameters: Parameters, case: Dependencies, idle: Int32) -> FindingDraft:
    giver = int(case.predecessor[0])
    record_id, waiting = int(plan.items.id[giver]), plan.items.id[case.successor].tolist()
    touched = date_of(int(plan.attributes.touched[giver]))
    finding = Finding(
        rule=NAME,
        about=(),
        severity=parameters.severity,
        functions=function_ids_of(plan, np.array([giver, *case.successor])),
        subjects=tuple(dict.fromkeys((record_id, *waiting))),
        # Only its owner can update it; those who wait could do nothing with a comment.
        comment_on=(record_id,),
        needed_by=date_of(int(case.needed[0])),
        facts=(("last touched", str(touched)), ("working days untouched", str(idle[giver]))),
    )
    return FindingDraft(finding, about=(record_id,), chain=(giver, int(case.successor[0])))


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """Since when nobody has updated it, and who waits for it."""
    giver, *receivers = words.name_functions(finding, names)
    record_id, *waiting = finding.subjects
    step, key, receiver = (
        finding.chain[0],
        words.format_key(labels, record_id),
        words.format_list(receivers),
    )
    touched, idle = (value for _, value in finding.facts)
    source = words.format_source(step.why)
    waits = f"{receiver} {words.choose_verb(receivers, 'waits', 'wait')} for"
    return Wording(
        title=f"{key} of {giver}, which {waits}, has not been touched for "
        f"{words.format_working_days(int(idle))}",
        explanation=(
            f"{words.format_item(labels, record_id)} ({giver}) {words.format_dates(step)}.",
            f"It was last touched on {words.format_day(date.fromisoformat(touched))}.",
            f"{waits} it with {words.format_items(labels, waiting)}{source}.",
        ),
        question=f"Do the dates of {key} still hold?",
        terms=(("giver", giver), ("item", key), ("receiver", receiver)),
        briefings=(
            Briefing(
                (record_id,),
                f"{waits} your {words.brief_key(labels, record_id)}, which nobody has updated "
                f"since {words.format_day(date.fromisoformat(touched))}",
                request="confirm or correct its dates {by}",
                reasons=(
                    f"It {words.format_dates(replace(step, source=''))}.",
                    f"{words.brief_item(labels, waiting[0])} waits for it.",
                ),
            ),
        ),
    )


_OPTIONS = (
    Option(
        id="confirm",
        label="the dates hold",
        meaning="the dates of {item} hold; {giver} looks again by {until}",
        fields=(date_field("until", "The day by which somebody looks again."),),
        until="until",
    ),
    Option(
        id="replan",
        label="{giver} gives it new dates",
        meaning="{giver} gives {item} new dates by {on}",
        fields=(date_field("on", "The day by which the new dates are there."),),
        until="on",
        awaits="new dates of {item}",
    ),
    DISMISS,
)


RULE = Rule(
    name=NAME,
    title="Stale plan",
    parameters=Parameters,
    find=find,
    word=word,
    options=_OPTIONS,
)
