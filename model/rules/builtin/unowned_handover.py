"""`unowned_handover`: another function waits for work without an owner or a promised date."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import Field

from model.findings import Briefing, Finding, Label, Severity, Wording
from model.network import NO_DATE, date_of, day_of
from model.plan import Bool, Plan
from model.rules import words
from model.rules.columns import count_working_days, function_ids_of, group_positions
from model.rules.context import RuleContext
from model.rules.dependencies import Dependencies
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.options import (
    ACCEPT,
    DISMISS,
    PROMPT_DAYS,
    FieldKind,
    Option,
    OptionField,
    date_field,
)
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters, SeverityName

NAME = "unowned_handover"
_NO_OWNER, _NO_DATE = "no owner", "no promised date"


class Parameters(RuleParameters):
    """How many working days before the need a handover must be owned, and how severe a gap is."""

    horizon_days: int = Field(default=20, ge=0)
    severity: SeverityName = Severity.MEDIUM


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding per predecessor that is needed soon and has no owner or no promised finish."""
    plan, handovers = context.plan, context.handovers
    is_open_ended = ~(_has_owner(plan) & _has_promise(plan))[handovers.predecessor]
    today = np.full(len(handovers.needed), day_of(plan.today), dtype=np.int32)
    ahead = count_working_days(plan, handovers.predecessor, today, handovers.needed)
    # Overdue needs count too: `ahead` is negative then.
    is_soon = (handovers.needed != NO_DATE) & (ahead <= parameters.horizon_days)
    loose = handovers.select(is_open_ended & is_soon)
    cases = group_positions(loose.predecessor, within=loose.needed)
    return complete_drafts(
        context, [_draft(plan, parameters, loose.select(case)) for case in cases]
    )


def _has_owner(plan: Plan) -> Bool:
    """Whether each row has an owner; no tool has one for a milestone, so it needs none."""
    has_owner: Bool = plan.attributes.has_owner | plan.items.milestone
    return has_owner


def _has_promise(plan: Plan) -> Bool:
    """Whether each row, or one of its children, has a planned finish."""
    has_date: Bool = plan.items.planned_finish != NO_DATE
    # An epic is promised by the dates of its stories.
    return has_date | np.isin(plan.items.id, plan.items.parent[has_date])


def _draft(plan: Plan, parameters: Parameters, case: Dependencies) -> FindingDraft:
    giver = int(case.predecessor[0])
    record_id, waiting = int(plan.items.id[giver]), plan.items.id[case.successor].tolist()
    missing = [
        name
        for name, is_there in ((_NO_OWNER, _has_owner(plan)), (_NO_DATE, _has_promise(plan)))
        if not is_there[giver]
    ]
    finding = Finding(
        rule=NAME,
        about=(),
        severity=parameters.severity,
        functions=function_ids_of(plan, np.array([giver, *case.successor])),
        subjects=tuple(dict.fromkeys((record_id, *waiting))),
        # The first who needs it learns that nobody works on it; the others are named in the text.
        comment_on=(record_id, waiting[0]),
        needed_by=date_of(int(case.needed[0])),
        facts=(("missing", " and ".join(missing)),),
    )
    return FindingDraft(finding, about=(record_id,), chain=(giver, int(case.successor[0])))


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """What is missing, who waits for it, and by when it is needed."""
    giver, *receivers = words.name_functions(finding, names)
    record_id, *waiting = finding.subjects
    missing, needs = dict(finding.facts)["missing"], words.format_need(finding, receivers)
    key, needed = words.format_key(labels, record_id), words.format_day(finding.needed_by)
    stated = words.format_source(finding.chain[0].why)
    return Wording(
        title=f"{key} of {giver} has {missing}, and {needs} it by {needed}",
        explanation=(
            f"{words.format_item(labels, record_id)} ({giver}) has {missing}.",
            f"{needs} it by {needed} for {words.format_items(labels, waiting)}{stated}.",
        ),
        question=_QUESTIONS[missing].format(giver=giver, key=key),
        terms=(("giver", giver), ("item", key), *words.needed_terms(finding)),
        briefings=_briefings(finding, labels, giver, needs),
    )


def _briefings(
    finding: Finding, labels: Mapping[int, Label], giver: str, needs: str
) -> tuple[Briefing, ...]:
    """For the item that nobody owns or promises, and for the first that waits for it."""
    record_id, waiting, *_ = finding.subjects
    missing, day = dict(finding.facts)["missing"], words.format_day(finding.needed_by)
    need = "needed" if finding.is_past else "needs"
    return (
        Briefing(
            (record_id,),
            f"{needs} your {words.brief_key(labels, record_id)} by {day}, and it has {missing}",
            request=_REQUESTS[missing],
            reasons=(f"{words.brief_item(labels, waiting)} waits for it.",),
        ),
        Briefing(
            (waiting,),
            f"{words.brief_item(labels, record_id)}, which your "
            f"{words.brief_key(labels, waiting)} {need} by {day}, has {missing} in {giver}",
        ),
    )


_OPTIONS = (
    Option(
        id="own",
        label="somebody takes {item}",
        meaning="{person} owns {item} and promises it by {on}",
        fields=(
            OptionField("person", FieldKind.PERSON, "Who takes it."),
            date_field("on", "The day that is promised.", "needed"),
        ),
        within=PROMPT_DAYS,
        awaits="{item} with {person} as its owner, and its date",
    ),
    ACCEPT,
    DISMISS,
)


_QUESTIONS = {
    _NO_OWNER: "Who in {giver} takes {key}?",
    _NO_DATE: "By which day does {giver} promise {key}?",
    f"{_NO_OWNER} and {_NO_DATE}": "Who in {giver} takes {key}, and by which day?",
}


_REQUESTS = {
    _NO_OWNER: "name its owner {by}",
    _NO_DATE: "promise its date {by}",
    f"{_NO_OWNER} and {_NO_DATE}": "name its owner and promise its date {by}",
}


RULE = Rule(
    name=NAME,
    title="Unowned handover",
    parameters=Parameters,
    find=find,
    word=word,
    options=_OPTIONS,
)
