"""Missing gates: work that must not finish without an audit that nobody planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from model.findings import Severity
from model.operating_model.schema import Gate, GateSign, Initiative, Workflow
from model.records import State
from model.rules.context import RuleContext
from tests.model.rules.plans import Row, build_context, keys, run_rule, wording_text

RULE = "missing_gate"
GATE = Gate(
    id="security-audit",
    name="Security audit",
    function="security",
    before=GateSign(labels=("go-live",)),
    recognised_by=GateSign(labels=("audit",)),
    authority="ciso",
    sla_days=5,
)
LAUNCH = Row(
    "CDP-20",
    finish=date(2026, 3, 20),
    labels=("go-live",),
    initiative="cdp",
    start=date(2026, 3, 16),
)
AUDIT = Row("SEC-1", "security", labels=("audit",), initiative="cdp", finish=date(2026, 3, 6))


def gated(*rows: Row, initiatives: tuple[str, ...] = (), **more: Any) -> RuleContext:
    flow = Workflow(
        id="software", name="Software", connections=("it-jira",), statuses={"Done": State.DONE},
        initiatives=initiatives, gates=(GATE,),
    )  # fmt: skip
    names = (Initiative(id="cdp", name="Customer data platform"),)
    return build_context(*rows, workflows=(flow,), initiatives=names, **more)


def test_work_that_needs_a_gate_that_no_plan_contains_is_found():
    context = gated(LAUNCH)
    (finding,) = run_rule(RULE, context)
    assert finding.about == ("security-audit", "cdp")
    assert finding.functions == ("it", "security")
    assert keys(context, finding.comment_on) == ["CDP-20"]
    assert finding.needed_by == date(2026, 3, 13)
    assert finding.severity == Severity.HIGH


@pytest.mark.parametrize("state", [State.PLANNED, State.IN_PROGRESS, State.DONE])
def test_a_gate_of_the_same_initiative_planned_or_done_is_enough(state):
    assert run_rule(RULE, gated(LAUNCH, replace(AUDIT, state=state))) == []


def test_a_cancelled_gate_or_one_of_another_initiative_is_not():
    for audit in (replace(AUDIT, state=State.CANCELLED), replace(AUDIT, initiative="other")):
        assert len(run_rule(RULE, gated(LAUNCH, audit))) == 1


def test_work_without_a_due_date_needs_its_gate_before_its_forecast_finish():
    (finding,) = run_rule(RULE, gated(replace(LAUNCH, finish=None, days=5)))
    assert finding.needed_by == date(2026, 3, 13)


def test_work_without_initiative_shares_no_gate_with_other_work_without_one():
    launch, audit = (replace(row, initiative=None) for row in (LAUNCH, AUDIT))
    assert len(run_rule(RULE, gated(launch, audit))) == 1


@pytest.mark.parametrize("state", [State.DONE, State.CANCELLED])
def test_finished_or_cancelled_work_needs_no_gate(state):
    assert run_rule(RULE, gated(replace(LAUNCH, state=state))) == []


def test_a_gate_anywhere_before_the_work_is_enough_whatever_its_initiative():
    middle, audit = Row("CDP-19"), replace(AUDIT, initiative=None)
    links = [("SEC-1", "CDP-19"), ("CDP-19", "CDP-20")]
    assert run_rule(RULE, gated(LAUNCH, middle, audit, links=links)) == []
    after = [("CDP-20", "CDP-19"), ("CDP-19", "SEC-1")]
    assert len(run_rule(RULE, gated(LAUNCH, middle, audit, links=after))) == 1


def test_one_conflict_per_initiative_and_per_item_without_initiative():
    second = replace(LAUNCH, key="CDP-21", finish=date(2026, 3, 19))
    alone = [replace(LAUNCH, key=key, initiative=None) for key in ("IT-1", "IT-2")]
    context = gated(LAUNCH, second, *alone)
    by_about = {finding.about: finding for finding in run_rule(RULE, context)}
    assert set(by_about) == {
        ("security-audit", "cdp"),
        ("it:work_item:IT-1", "security-audit"),
        ("it:work_item:IT-2", "security-audit"),
    }
    assert keys(context, by_about["security-audit", "cdp"].subjects) == ["CDP-21", "CDP-20"]


def test_a_workflow_for_some_initiatives_asks_nothing_of_the_others():
    other = replace(LAUNCH, key="IT-1", initiative="other")
    (finding,) = run_rule(RULE, gated(LAUNCH, other, initiatives=("cdp",)))
    assert finding.about == ("security-audit", "cdp")


def test_it_is_the_same_conflict_when_the_work_moves():
    first, second = (
        run_rule(RULE, gated(replace(LAUNCH, finish=finish)))[0]
        for finish in (date(2026, 3, 20), date(2026, 6, 26))
    )
    assert first.conflict_id == second.conflict_id
    assert first.needed_by != second.needed_by


def test_the_wording_says_by_when_the_gate_must_be_asked_for():
    context = gated(LAUNCH)
    assert wording_text(context, run_rule(RULE, context)[0]).splitlines() == [
        "CDP-20 must not finish without “Security audit”, and no plan holds it",
        'CDP-20 “Title of CDP-20” (IT) is due on 20 Mar 2026 (field "Due").',
        "No work of Customer data platform is a “Security audit”, planned or done.",
        "What counts as one has the label “audit”.",
        "Security takes 5 working days for it, so it has to be asked for by 13 Mar 2026.",
        "Who plans “Security audit” with Security, and for which day?",
    ]
