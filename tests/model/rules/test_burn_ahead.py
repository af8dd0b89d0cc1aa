"""Burn ahead: money that runs ahead of the work it pays for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from model.findings import Severity
from model.records import Money, State
from tests.model.rules.plans import Line, Row, build_context, keys, run_rule, wording_text

RULE = "burn_ahead"
BEGUN = date(2026, 2, 2)
WORK = Row("CDP-1", state=State.IN_PROGRESS, begun=BEGUN, days=10, percent=30, wbs="D-1")
BUDGET = Line("B-1", 0, 100_000, BEGUN)
PAID = Line("A-1", 2, 40_000, BEGUN)
PROMISED = Line("C-1", 1, 11_000, BEGUN)


def test_paid_and_committed_money_ahead_of_progress_is_found():
    context = build_context(WORK, spend=[BUDGET, PAID, PROMISED])
    (finding,) = run_rule(RULE, context)
    assert finding.about == ("D-1",)
    assert finding.functions == ("it", "finance")
    assert finding.impact.value == (Money("EUR", 21_000),)
    assert keys(context, finding.comment_on) == ["CDP-1", "B-1"]


def test_exactly_the_tolerance_is_quiet():
    level = replace(PROMISED, amount=10_000)
    assert run_rule(RULE, build_context(WORK, spend=[BUDGET, PAID, level])) == []
    rules = {RULE: {"tolerance": 19}}
    assert len(run_rule(RULE, build_context(WORK, spend=[BUDGET, PAID, level], rules=rules))) == 1


def test_progress_is_weighted_by_working_days():
    big = replace(WORK, key="CDP-2", days=90, percent=50)
    assert run_rule(RULE, build_context(WORK, big, spend=[BUDGET, PAID, PROMISED])) == []


def test_an_estimate_counts_before_the_days_between_the_planned_dates():
    dates = {"start": date(2026, 3, 2), "finish": date(2026, 3, 3)}
    big = replace(WORK, key="CDP-2", days=90, percent=50, **dates)
    assert run_rule(RULE, build_context(WORK, big, spend=[BUDGET, PAID, PROMISED])) == []


def test_the_largest_open_work_is_named_first_and_gets_the_comment():
    big = replace(WORK, key="CDP-2", days=90)
    context = build_context(WORK, big, spend=[BUDGET, PAID, PROMISED])
    (finding,) = run_rule(RULE, context)
    assert keys(context, finding.subjects) == ["CDP-2", "CDP-1", "B-1"]
    assert keys(context, finding.comment_on) == ["CDP-2", "B-1"]


@pytest.mark.parametrize(
    ("row", "count"),
    [
        (Row("CDP-2", state=State.DONE, days=10, wbs="D-1"), 0),
        (Row("CDP-2", state=State.CANCELLED, days=90, percent=100, wbs="D-1"), 1),
        (Row("CDP-2", state=State.DONE, milestone=True, wbs="D-1"), 1),
        (Row("CDP-2", days=10, wbs="D-1"), 1),
    ],
    ids=[
        "done counts whole",
        "cancelled does not count",
        "a milestone has no weight",
        "planned counts as nothing done",
    ],
)
def test_work_without_a_percentage_counts_by_its_state(row, count):
    assert len(run_rule(RULE, build_context(WORK, row, spend=[BUDGET, PAID, PROMISED]))) == count


def test_work_under_way_without_a_percentage_counts_by_the_time_that_has_passed():
    half = Row("CDP-1", state=State.IN_PROGRESS, start=BEGUN, finish=date(2026, 3, 27), wbs="D-1")
    level = replace(PROMISED, amount=25_000)
    assert run_rule(RULE, build_context(half, spend=[BUDGET, PAID, level])) == []
    assert (
        len(run_rule(RULE, build_context(half, spend=[BUDGET, replace(PAID, amount=95_000)]))) == 1
    )


def test_a_parent_does_not_count_beside_its_children():
    parent = Row("EPIC", state=State.IN_PROGRESS, days=90, percent=100, wbs="D-1")
    child = replace(WORK, parent="EPIC")
    assert len(run_rule(RULE, build_context(parent, child, spend=[BUDGET, PAID, PROMISED]))) == 1


def test_it_is_quiet_without_a_budget_without_open_work_and_without_any_work():
    spend = [BUDGET, PAID, PROMISED]
    assert run_rule(RULE, build_context(WORK, spend=spend[1:])) == []
    assert run_rule(RULE, build_context(replace(WORK, state=State.DONE), spend=spend)) == []
    assert run_rule(RULE, build_context(replace(WORK, wbs=None), spend=spend)) == []


def test_money_of_two_currencies_is_never_added():
    dollars = replace(PAID, currency="USD", amount=90_000)
    assert run_rule(RULE, build_context(WORK, spend=[BUDGET, dollars])) == []


def test_the_currency_that_is_furthest_ahead_counts():
    euros = [BUDGET, PAID, PROMISED]
    dollars = [
        replace(BUDGET, key="B-2", currency="USD"),
        replace(PAID, key="A-2", currency="USD", amount=90_000),
    ]
    (finding,) = run_rule(RULE, build_context(WORK, spend=[*euros, *dollars]))
    assert finding.impact.value == (Money("USD", 60_000),)


def test_severity_follows_the_money_and_identity_does_not():
    small = run_rule(RULE, build_context(WORK, spend=[BUDGET, PAID, PROMISED]))[0]
    lines = [replace(line, amount=line.amount * 100) for line in (BUDGET, PAID, PROMISED)]
    large = run_rule(RULE, build_context(WORK, spend=lines))[0]
    assert (small.severity, large.severity) == (Severity.LOW, Severity.CRITICAL)
    assert small.conflict_id == large.conflict_id


def test_the_wording_says_how_much_is_used_and_how_much_is_done():
    context = build_context(WORK, spend=[BUDGET, PAID, PROMISED])
    assert wording_text(context, run_rule(RULE, context)[0]).splitlines() == [
        "D-1 has used 51 % of its budget with 30 % of the work done",
        "Finance has paid or committed 51,000 EUR of the budget of 100,000 EUR for D-1: 51 %.",
        "IT has done 30 % of the work; still open: CDP-1 “Title of CDP-1”.",
        "That is 21,000 EUR more than the progress accounts for.",
        "Does the rest of the budget of D-1 pay for the rest of the work?",
    ]
