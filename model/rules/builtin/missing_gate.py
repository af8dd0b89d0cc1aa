"""`missing_gate`: a gate that the workflow demands and no plan holds.

The gate of some work is there when an item with its sign, not cancelled, belongs to the same
initiative or stands anywhere before the work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from model.findings import Finding, Label, Severity, Wording
from model.network import NO_DATE, date_of
from model.operating_model.schema import Gate, GateSign, Workflow
from model.plan import NONE, Bool, Int64, Plan
from model.records import State
from model.rules import words
from model.rules.columns import functions_of, groups, rows_of
from model.rules.context import RuleContext
from model.rules.dependencies import behind
from model.rules.drafts import FindingDraft, complete_drafts
from model.rules.rule import FunctionNames, Rule
from model.rules.severity import RuleParameters, SeverityName

NAME = "missing_gate"


class Parameters(RuleParameters):
    """How bad a gate is that nobody planned."""

    severity: SeverityName = Severity.HIGH


@dataclass(frozen=True, slots=True)
class _MissingGate:
    """A gate and the rows of one initiative (or the one row) that lack it, first due first."""

    gate: Gate
    rows: Int64
    initiative: str | None


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding a gate and initiative, or a gate and item where there is no initiative."""
    names = {each.id: each.name for each in context.model.initiatives}
    drafts = [
        _draft(context.plan, parameters, missing, names)
        for workflow in context.model.workflows
        for gate in workflow.gates
        for missing in _missing_gates(context, workflow, gate)
    ]
    return complete_drafts(context, drafts)


def _missing_gates(context: RuleContext, workflow: Workflow, gate: Gate) -> Iterator[_MissingGate]:
    plan = context.plan
    held = _recognised(context, gate.recognised_by)
    held = held[plan.items.state[held] != State.CANCELLED]
    rows = _recognised(context, gate.before)
    rows = rows[plan.attributes.is_open[rows] & _followed(plan, workflow, rows)]
    rows = rows[~_covered(plan, rows, held)]
    initiative = plan.attributes.initiative[rows]
    alone = np.where(initiative == NONE, rows, NONE)
    for at in groups(initiative, alone, within=_due(plan, rows)):
        code = int(initiative[at[0]])
        yield _MissingGate(gate, rows[at], None if code == NONE else plan.initiatives[code])


def _recognised(context: RuleContext, sign: GateSign) -> Int64:
    rows = rows_of(context.plan, np.unique(context.lookup.find_gate_items(sign)))
    return rows[rows >= 0]


def _followed(plan: Plan, workflow: Workflow, rows: Int64) -> Bool:
    """Whether the workflow's gates hold for the rows; without initiatives they hold for all."""
    wanted = [code for code, name in enumerate(plan.initiatives) if name in workflow.initiatives]
    return np.isin(plan.attributes.initiative[rows], wanted) | (not workflow.initiatives)


def _covered(plan: Plan, rows: Int64, held: Int64) -> Bool:
    initiatives = plan.attributes.initiative[held]
    same = np.isin(plan.attributes.initiative[rows], initiatives[initiatives != NONE])
    return same | behind(plan, held)[rows]


def _due(plan: Plan, rows: Int64) -> Int64:
    """The planned finish of each row, or its forecast where nothing is planned."""
    planned = plan.items.planned_finish[rows]
    return np.where(planned == NO_DATE, plan.forecast.early_finish[rows], planned).astype(np.int64)


def _draft(
    plan: Plan, parameters: Parameters, missing: _MissingGate, names: Mapping[str, str]
) -> FindingDraft:
    gate, first = missing.gate, missing.rows[:1]
    ids = plan.items.id[missing.rows].tolist()
    of_all = () if missing.initiative is None else (missing.initiative,)
    finding = Finding(
        rule=NAME,
        about=(gate.id, *of_all),
        severity=parameters.severity,
        functions=tuple(dict.fromkeys((*functions_of(plan, first), gate.function))),
        subjects=tuple(ids),
        comment_on=(ids[0],),
        needed_by=date_of(_ask_by(plan, first, gate.sla_days)),
        facts=(
            ("gate", gate.name),
            ("working days it takes", str(gate.sla_days)),
            ("initiative", ", ".join(names.get(each, each) for each in of_all)),
            ("recognised by", _told(gate.recognised_by)),
        ),
    )
    return FindingDraft(finding, about=() if of_all else (ids[0],), chain=first.tolist())


def _ask_by(plan: Plan, first: Int64, sla_days: int) -> int:
    """The working day so many working days before the work is due, in its own calendar."""
    calendar = plan.items.calendar[first]
    due = _due(plan, first).astype(np.int32)
    last = plan.calendars.to_number(calendar, due + 1) - 1
    return int(plan.calendars.to_day(calendar, last - sla_days)[0])


def _told(sign: GateSign) -> str:
    """How a team makes its work count as the gate."""
    ways = []
    if sign.labels:
        ways.append(f"the label {' or '.join(f'“{label}”' for label in sign.labels)}")
    if sign.title_words:
        ways.append(f"{words.listed(f'“{word}”' for word in sign.title_words)} in its title")
    return " or ".join(ways)


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """Which gate nobody planned, for what, and by when it must be asked for."""
    gate, takes, initiative, sign = (value for _, value in finding.facts)
    involved = words.functions(finding, names)
    owner, judge = involved[0], involved[-1]
    days, ask_by = words.working_days(int(takes)), words.day(finding.needed_by)
    key, step = words.key(labels, finding.subjects[0]), finding.chain[0]
    where = f"No work of {initiative}" if initiative else f"Nothing before {key}"
    ask = "should have been" if finding.is_past else "has to be"
    return Wording(
        title=f"{key} must not finish without “{gate}”, and no plan holds it",
        explanation=(
            f"{words.item(labels, step.record_id)} ({owner}) {words.dates(step)}.",
            f"{where} is a “{gate}”, planned or done.",
            f"What counts as one has {sign}.",
            f"{judge} takes {days} for it, so it {ask} asked for by {ask_by}.",
        ),
        question=f"Who plans “{gate}” with {judge}, and for which day?",
    )


RULE = Rule(
    name=NAME,
    title="Missing gate",
    parameters=Parameters,
    find=find,
    word=word,
    concludes_from_absence=True,
)
