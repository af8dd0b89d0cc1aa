"""`missing_gate`: a gate that the workflow requires and no plan contains.

The gate of an item exists when an item that is recognised as the gate, and not cancelled, belongs
to the same initiative or is an ancestor of the item in the network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from model.findings import Briefing, Finding, Label, Severity, Wording
from model.network import NO_DATE, date_of, with_descendants
from model.operating_model.schema import Gate, GateSign, Workflow
from model.plan import NONE, Bool, Int64, Plan
from model.records import State
from model.rules import words
from model.rules.chain import all_driving_rows
from model.rules.columns import find_rows, function_ids_of, group_positions
from model.rules.context import RuleContext
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

NAME = "missing_gate"


class Parameters(RuleParameters):
    """How severe it is that nobody planned a gate."""

    severity: SeverityName = Severity.HIGH


@dataclass(frozen=True, slots=True)
class _MissingGate:
    """A gate and the rows that lack it, all of one initiative or a single row; first due first."""

    gate: Gate
    rows: Int64
    initiative: str | None


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    """One finding per gate and initiative, or per gate and item where there is no initiative."""
    names = {initiative.id: initiative.name for initiative in context.model.initiatives}
    # A gate that is missing here could be planned wherever there is work.
    searched = _connections_with_work(context.plan)
    drafts = [
        _draft(context.plan, parameters, missing, names, searched)
        for workflow in context.model.workflows
        for gate in workflow.gates
        for missing in _missing_gates(context, workflow, gate)
    ]
    return complete_drafts(context, drafts)


def _missing_gates(context: RuleContext, workflow: Workflow, gate: Gate) -> Iterator[_MissingGate]:
    plan = context.plan
    gate_rows = _recognised_rows(context, gate.recognised_by)
    # A cancelled gate validates nothing; a gate that is done does.
    gate_rows = gate_rows[plan.items.state[gate_rows] != State.CANCELLED]
    rows = _recognised_rows(context, gate.before)
    rows = rows[plan.attributes.is_open[rows] & _follows_workflow(plan, workflow, rows)]
    rows = rows[~_has_gate(plan, rows, gate_rows)]
    initiative = plan.attributes.initiative[rows]
    # Rows of an initiative form one group; of the others each row is a group of its own.
    single_row = np.where(initiative == NONE, rows, NONE)
    for positions in group_positions(initiative, single_row, within=_due(plan, rows)):
        code = int(initiative[positions[0]])
        yield _MissingGate(gate, rows[positions], None if code == NONE else plan.initiatives[code])


def _recognised_rows(context: RuleContext, sign: GateSign) -> Int64:
    rows = find_rows(context.plan, np.unique(context.lookup.find_gate_items(sign)))
    # Gate items are looked up by text, also of records that are not in this plan.
    return rows[rows >= 0]


def _follows_workflow(plan: Plan, workflow: Workflow, rows: Int64) -> Bool:
    """Whether the gates of the workflow hold for each row; without initiatives for all rows."""
    codes = [code for code, name in enumerate(plan.initiatives) if name in workflow.initiatives]
    return np.isin(plan.attributes.initiative[rows], codes) | (not workflow.initiatives)


def _has_gate(plan: Plan, rows: Int64, gate_rows: Int64) -> Bool:
    initiatives = plan.attributes.initiative[gate_rows]
    shares_initiative = np.isin(plan.attributes.initiative[rows], initiatives[initiatives != NONE])
    return shares_initiative | with_descendants(plan.network, gate_rows)[rows]


def _due(plan: Plan, rows: Int64) -> Int64:
    """The planned finish of each row, or its forecast where nothing is planned."""
    planned = plan.items.planned_finish[rows]
    return np.where(planned == NO_DATE, plan.forecast.early_finish[rows], planned).astype(np.int64)


def _draft(
    plan: Plan,
    parameters: Parameters,
    missing: _MissingGate,
    names: Mapping[str, str],
    searched: tuple[str, ...],
) -> FindingDraft:
    gate, first = missing.gate, missing.rows[:1]
    ids = plan.items.id[missing.rows].tolist()
    initiatives = () if missing.initiative is None else (missing.initiative,)
    finding = Finding(
        rule=NAME,
        about=(gate.id, *initiatives),
        severity=parameters.severity,
        functions=tuple(dict.fromkeys((*function_ids_of(plan, first), gate.function))),
        subjects=tuple(ids),
        # The first due one: where the gate has to be asked for first.
        comment_on=(ids[0],),
        needed_by=date_of(_request_by(plan, first, gate.sla_days)),
        facts=(
            ("gate", gate.name),
            ("working days it takes", str(gate.sla_days)),
            (
                "initiative",
                ", ".join(names.get(initiative, initiative) for initiative in initiatives),
            ),
            ("recognised by", _sign_text(gate.recognised_by)),
        ),
        rests_on=searched,
    )
    return FindingDraft(
        finding,
        about=() if initiatives else (ids[0],),
        chain=first.tolist(),
        rows=all_driving_rows(plan, int(first[0])),
    )


def _connections_with_work(plan: Plan) -> tuple[str, ...]:
    codes = np.unique(plan.attributes.connection[~plan.attributes.is_deal])
    return tuple(plan.connections[code] for code in codes.tolist())


def _request_by(plan: Plan, first: Int64, sla_days: int) -> int:
    """The day `sla_days` working days before the work is due, in the calendar of the work."""
    calendar = plan.items.calendar[first]
    due = _due(plan, first).astype(np.int32)
    # Day + 1, less one working day: a due day that is not worked counts as the one before it.
    last = plan.calendars.to_number(calendar, due + 1) - 1
    return int(plan.calendars.to_day(calendar, last - sla_days)[0])


def _sign_text(sign: GateSign) -> str:
    """What makes work count as the gate, in words."""
    ways = []
    if sign.labels:
        ways.append(f"the label {' or '.join(f'“{label}”' for label in sign.labels)}")
    if sign.title_words:
        ways.append(f"{words.format_list(f'“{word}”' for word in sign.title_words)} in its title")
    return " or ".join(ways)


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    """Which gate nobody planned, for which work, and by when it has to be requested."""
    gate, takes, initiative, sign = (value for _, value in finding.facts)
    involved = words.name_functions(finding, names)
    owner, gatekeeper = involved[0], involved[-1]
    days, ask_by = words.format_working_days(int(takes)), words.format_day(finding.needed_by)
    key, step = words.format_key(labels, finding.subjects[0]), finding.chain[0]
    due = step.planned or step.forecast
    dates = words.format_dates(replace(step, source=""))
    where = f"No work of {initiative}" if initiative else f"Nothing before {key}"
    ask = "should have been" if finding.is_past else "has to be"
    return Wording(
        title=f"{key} must not finish without “{gate}”, and no plan holds it",
        explanation=(
            f"{words.format_item(labels, step.record_id)} ({owner}) {words.format_dates(step)}.",
            f"{where} is a “{gate}”, planned or done.",
            f"What counts as one has {sign}.",
            f"{gatekeeper} takes {days} for it, so it {ask} asked for by {ask_by}.",
        ),
        question=f"Who plans “{gate}” with {gatekeeper}, and for which day?",
        terms=(
            ("owner", owner),
            ("gatekeeper", gatekeeper),
            ("gate", gate),
            ("item", key),
            *((("due", due.isoformat()),) if due else ()),
            *words.needed_terms(finding),
        ),
        briefings=(
            Briefing(
                (step.record_id,),
                _news(finding, gate, gatekeeper, words.brief_key(labels, step.record_id)),
                reasons=(
                    f"{gatekeeper} takes {days} for it, and {key} {dates}.",
                    f"{where} is one yet; what counts has {sign}.",
                ),
            ),
        ),
    )


def _news(finding: Finding, gate: str, gatekeeper: str, key: str) -> str:
    ask_by = words.format_day(finding.needed_by)
    if finding.is_past:
        return f"Ask {gatekeeper} now for “{gate}”, which your {key} needed asked for by {ask_by}"
    return f"Ask {gatekeeper} for “{gate}” by {ask_by}: your {key} must not finish without it"


_OPTIONS = (
    Option(
        id="plan",
        label="“{gate}” is planned",
        meaning="{person} plans “{gate}” before {item} for {on}",
        fields=(
            OptionField("person", FieldKind.PERSON, "Who plans it."),
            date_field("on", "The day for which it is planned.", "needed", latest="due"),
        ),
        within=PROMPT_DAYS,
        awaits="“{gate}” in a plan",
    ),
    Option(
        id="waive",
        label="“{gate}” is waived",
        meaning="“{gate}” is waived for {item}",
        needs_reason=True,
    ),
    ACCEPT,
    DISMISS,
)


RULE = Rule(
    name=NAME,
    title="Missing gate",
    parameters=Parameters,
    find=find,
    word=word,
    options=_OPTIONS,
    concludes_from_absence=True,
)
