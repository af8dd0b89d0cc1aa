"""All rules together: found in one order, worded by name, parameters checked before use."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from model.records import Priority
from model.rules import RULES, find_all, parameter_problems, word
from tests.model.rules.plans import NAMES, Line, Row, situation

ROWS = [
    Row("CDP-12", finish=date(2026, 3, 27), priority=Priority.LOW, owned=False, wbs="D-1"),
    Row("MKT-1", "marketing", start=date(2026, 3, 16), priority=Priority.CRITICAL),
    Row("MKT-2", "marketing", start=date(2026, 3, 9)),
    Row("Acme", "sales", close=date(2026, 3, 25), value=2_000_000),
]
LINKS = [("CDP-12", "MKT-1"), ("CDP-12", "MKT-2"), ("CDP-12", "Acme")]
SPEND = [Line("B-1", 0, 1_000, date(2026, 7, 1)), Line("A-1", 2, 900, date(2026, 2, 2))]
DANGLING = [("MKT-2", "CDP-99", "a cell")]


def test_the_worst_comes_first_whatever_the_order_of_the_rows():
    first, second = (
        find_all(situation(*rows, links=links, spend=SPEND, dangling=DANGLING))
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


def test_an_empty_plan_has_no_conflicts():
    assert find_all(situation()) == []


def test_every_finding_can_be_worded_without_any_label():
    plan = situation(*ROWS, links=LINKS, spend=SPEND, dangling=DANGLING)
    for finding in find_all(plan):
        wording = word(finding, {}, {})
        assert wording.title and wording.question and all(wording.explanation)


def test_functions_are_called_by_their_names():
    (finding,) = find_all(situation(*ROWS, dangling=DANGLING))
    assert "Marketing" in word(finding, {}, NAMES).title


def test_defaults_and_stated_parameters_are_without_problems():
    assert parameter_problems({}) == []
    assert parameter_problems({name: {} for name in RULES}) == []
    stated = {"severity": {"high": {"days": 5, "value": "50000 EUR", "priority": "critical"}}}
    assert parameter_problems({"late_handover": stated, "stale_plan": {"severity": "high"}}) == []


def test_every_problem_is_told_with_its_place_and_a_remedy():
    problems = parameter_problems(
        {
            "late_handovr": {},
            "late_handover": {"min_days": 0, "mindays": 3},
            "stale_plan": {"severity": "severe"},
            "broken_promise": {"severity": {"high": {"value": "much"}}},
        }
    )
    assert [problem.path for problem in problems] == [
        ("late_handovr",),
        ("late_handover", "min_days"),
        ("late_handover", "mindays"),
        ("stale_plan", "severity"),
        ("broken_promise", "severity", "high", "value"),
    ]
    assert problems[0].remedy == 'Did you mean "late_handover"?'
    assert "takes min_days, severity" in problems[2].remedy
    assert problems[3].message == '"severe" is none of low, medium, high, critical'
    assert '"much" is not an amount with its currency' in problems[4].message


def test_a_rule_refuses_parameters_that_were_not_checked():
    with pytest.raises(ValidationError):
        find_all(situation(rules={"late_handover": {"min_days": 0}}))
