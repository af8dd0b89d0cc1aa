"""`unowned_handover`: another function waits for work that nobody owns or nobody has promised."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import Field

from model.findings import Finding, Label, Severity, Wording
from model.network import NO_DATE, date_of, day_of
from model.plan import Bool, Plan
from model.rules import words
from model.rules.columns import functions_of, groups, working_days
from model.rules.context import RuleContext
from model.rules.dependencies import Dependencies
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters, SeverityName

NAME = "unowned_handover"
_NO_OWNER, _NO_DATE = "no owner", "no promised date"


class Parameters(RuleParameters):
    """How many working days before the need a handover must be owned, and how bad a gap is."""

    horizon_days: int = Field(default=20, ge=0)
    severity: SeverityName = Severity.MEDIUM


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding a predecessor that is needed soon and has no owner or no promised finish."""
    plan, every = context.plan, context.handovers
    open_ended = ~(_owned(plan) & _promised(plan))[every.predecessor]
    today = np.full(len(every.needed), day_of(plan.today), dtype=np.int32)
    ahead = working_days(plan, every.predecessor, today, every.needed)
    soon = (every.needed != NO_DATE) & (ahead <= parameters.horizon_days)
    loose = every.where(open_ended & soon)
    cases = groups(loose.predecessor, within=loose.needed)
    return complete_drafts(context, [_draft(plan, parameters, loose.where(case)) for case in cases])


def _owned(plan: Plan) -> Bool:
    """A release has no owner in any tool; what it needs is a promised date."""
    owned: Bool = plan.attributes.has_owner | plan.items.milestone
    return owned


def _promised(plan: Plan) -> Bool:
    """Items with a planned finish, or whose children have one."""
    dated: Bool = plan.items.planned_finish != NO_DATE
    return dated | np.isin(plan.items.id, plan.items.parent[dated])


def _draft(plan: Plan, parameters: Parameters, case: Dependencies) -> FindingDraft:
    giver = int(case.predecessor[0])
    record_id, waiting = int(plan.items.id[giver]), plan.items.id[case.successor].tolist()
    missing = [
        name
        for name, there in ((_NO_OWNER, _owned(plan)), (_NO_DATE, _promised(plan)))
        if not there[giver]
    ]
    finding = Finding(
        rule=NAME,
        about=(),
        severity=parameters.severity,
        functions=functions_of(plan, np.array([giver, *case.successor])),
        subjects=tuple(dict.fromkeys((record_id, *waiting))),
        comment_on=(record_id, waiting[0]),
        needed_by=date_of(int(case.needed[0])),
        facts=(("missing", " and ".join(missing)),),
    )
    return FindingDraft(finding, about=(record_id,), chain=(giver, int(case.successor[0])))


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """What is missing, who waits for it and since when it should have been settled."""
    giver, *takers = words.functions(finding, names)
    record_id, *waiting = finding.subjects
    missing, needs = dict(finding.facts)["missing"], words.needs(finding, takers)
    key, needed = words.key(labels, record_id), words.day(finding.needed_by)
    stated = words.stated(finding.chain[0].why)
    return Wording(
        title=f"{key} of {giver} has {missing}, and {needs} it by {needed}",
        explanation=(
            f"{words.item(labels, record_id)} ({giver}) has {missing}.",
            f"{needs} it by {needed} for {words.items(labels, waiting)}{stated}.",
        ),
        question=_QUESTIONS[missing].format(giver=giver, key=key),
    )


_QUESTIONS = {
    _NO_OWNER: "Who in {giver} takes {key}?",
    _NO_DATE: "By which day does {giver} promise {key}?",
    f"{_NO_OWNER} and {_NO_DATE}": "Who in {giver} takes {key}, and by which day?",
}


RULE = Rule(
    name=NAME,
    title="Unowned handover",
    parameters=Parameters,
    find=find,
    word=word,
)
