"""All rules together: found in one order, worded by name."""

from __future__ import annotations

from datetime import date

from model.records import Priority
from tests.model.rules.plans import NAMES, RULES, Line, Row, build_context, find_all

ROWS = [
    Row("CDP-12", finish=date(2026, 3, 27), priority=Priority.LOW, owned=False, wbs="D-1"),
    Row("MKT-1", "marketing", start=date(2026, 3, 16), priority=Priority.CRITICAL),
    Row("MKT-2", "marketing", start=date(2026, 3, 9)),
    Row("Acme", "sales", close=date(2026, 3, 25), value=2_000_000),
]
LINKS = [("CDP-12", "MKT-1"), ("CDP-12", "MKT-2"), ("CDP-12", "Acme")]
SPEND = [Line("B-1", 0, 1_000, date(2026, 7, 1)), Line("A-1", 2, 900, date(2026, 2, 2))]
DANGLING = [("MKT-2", "CDP-99", "a cell")]


def test_the_worst_finding_comes_first_whatever_the_order_of_the_rows():
    first, second = (
        find_all(build_context(*rows, links=links, spend=SPEND, dangling=DANGLING))
        for rows, links in ((ROWS, LINKS), (ROWS[::-1], LINKS[::-1]))
    )
    ranks = [finding.severity for finding in first]
    assert ranks == sorted(ranks, reverse=True)
    order = [(finding.rule, finding.about) for finding in first]
    assert order == [(finding.rule, finding.about) for finding in second]
    assert {rule for rule, _ in order} == {
        "late_handover",
        "broken_promise",
        "funding_gap",
        "burn_ahead",
        "priority_mismatch",
        "unowned_handover",
        "dangling_dependency",
    }


def test_of_equally_severe_findings_the_soonest_need_comes_first():
    context = build_context(*ROWS, links=LINKS, spend=SPEND, dangling=DANGLING)
    ranks = [(-f.severity, f.needed_by or date.max) for f in find_all(context)]
    assert len(ranks) > len({severity for severity, _ in ranks})
    assert ranks == sorted(ranks)


def test_an_empty_plan_has_no_conflicts():
    assert find_all(build_context()) == []


def test_every_finding_can_be_worded_without_any_label():
    context = build_context(*ROWS, links=LINKS, spend=SPEND, dangling=DANGLING)
    for finding in find_all(context):
        wording = RULES.word(finding, {}, {})
        assert wording.title and wording.question and all(wording.explanation)


def test_functions_are_shown_by_their_names():
    (finding,) = find_all(build_context(*ROWS, dangling=DANGLING))
    assert "Marketing" in RULES.word(finding, {}, NAMES).title


def test_a_rule_refuses_parameters_that_were_not_checked():
    _, (failure,) = RULES.find_each(build_context(rules={"late_handover": {"min_days": 0}}))
    assert failure.rule == "late_handover"
    assert failure.reason.startswith("ValidationError")
