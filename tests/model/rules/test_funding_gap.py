"""Funding gaps: work that starts before its money may be used."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from model.records import Money, State
from tests.model.rules.plans import (
    Line,
    Row,
    build_context,
    change_rows,
    keys,
    run_rule,
    wording_text,
)

RULE = "funding_gap"
WORK = Row("CDP-1", start=date(2026, 3, 16), finish=date(2026, 3, 27), wbs="D-1")
BUDGET = Line("B-1", 0, 250_000, date(2026, 4, 1))
IN_TIME = replace(BUDGET, on=date(2026, 3, 2))


def test_work_that_starts_before_its_budget_is_released_is_found():
    context = build_context(WORK, spend=[BUDGET])
    (finding,) = run_rule(RULE, context)
    assert finding.about == ("D-1",)
    assert finding.functions == ("it", "finance")
    assert keys(context, finding.subjects) == ["CDP-1", "B-1"]
    assert finding.needed_by == date(2026, 3, 16)
    assert finding.impact.days == 12
    assert finding.impact.value == (Money("EUR", 250_000),)


@pytest.mark.parametrize(("release", "count"), [(date(2026, 3, 17), 1), (date(2026, 3, 16), 0)])
def test_a_release_on_the_day_of_the_start_is_in_time(release, count):
    assert len(run_rule(RULE, build_context(WORK, spend=[replace(BUDGET, on=release)]))) == count


@pytest.mark.parametrize(
    "change",
    [
        {"state": State.DONE},
        {"state": State.CANCELLED},
        {"wbs": None},
        {"start": None, "finish": None},
    ],
    ids=["done", "cancelled", "no WBS", "no date of its own"],
)
def test_it_is_quiet_where_no_work_claims_the_money(change):
    assert run_rule(RULE, build_context(replace(WORK, **change), spend=[BUDGET])) == []


def test_work_that_has_begun_without_planned_dates_claims_its_money():
    begun = replace(WORK, state=State.IN_PROGRESS, start=None, finish=None, begun=date(2026, 2, 9))
    assert len(run_rule(RULE, build_context(begun, spend=[BUDGET]))) == 1


def test_a_gap_that_lies_in_the_past_is_quiet_and_one_that_lasts_is_found():
    begun = replace(WORK, state=State.IN_PROGRESS, start=date(2026, 1, 12), begun=date(2026, 1, 12))
    over, lasting = (replace(BUDGET, on=on) for on in (date(2026, 2, 2), date(2026, 4, 1)))
    assert run_rule(RULE, build_context(begun, spend=[over])) == []
    assert len(run_rule(RULE, build_context(begun, spend=[lasting]))) == 1


def test_work_that_a_predecessor_pushes_behind_the_release_has_its_money():
    before = Row("CDP-0", start=date(2026, 3, 2), finish=date(2026, 4, 10))
    assert (
        run_rule(RULE, build_context(before, WORK, spend=[BUDGET], links=[("CDP-0", "CDP-1")]))
        == []
    )


def test_the_first_of_several_releases_counts():
    assert run_rule(RULE, build_context(WORK, spend=[BUDGET, replace(IN_TIME, key="B-0")])) == []


@pytest.mark.parametrize("amount", [0, -250_000])
def test_a_budget_that_was_withdrawn_releases_nothing(amount):
    withdrawn = replace(IN_TIME, key="B-0", amount=amount)
    (finding,) = run_rule(RULE, build_context(WORK, spend=[BUDGET, withdrawn]))
    assert finding.impact.days == 12


def test_the_budget_of_the_next_fiscal_year_is_a_late_release():
    next_year = replace(BUDGET, on=date(2027, 1, 4))
    context = build_context(WORK, spend=[next_year])
    (finding,) = run_rule(RULE, context)
    assert "releases the budget of 250,000 EUR for D-1 on 4 Jan 2027" in wording_text(
        context, finding
    )


def test_a_wbs_with_spend_but_no_budget_is_found_and_one_without_any_line_is_not():
    paid = Line("A-1", 2, 10_000, date(2026, 2, 2))
    context = build_context(WORK, spend=[paid])
    (finding,) = run_rule(RULE, context)
    assert "starts on 16 Mar 2026 without a budget" in wording_text(context, finding)
    assert run_rule(RULE, build_context(WORK, spend=[replace(paid, wbs="D-2")])) == []


def test_a_budget_of_last_fiscal_year_has_lapsed_unless_it_carries_over():
    last_year = replace(BUDGET, on=date(2025, 10, 1))
    context = build_context(WORK, spend=[last_year])
    (finding,) = run_rule(RULE, context)
    assert "belongs to an earlier fiscal year" in wording_text(context, finding)
    assert (
        run_rule(RULE, build_context(WORK, spend=[last_year], rules={RULE: {"lapses": False}}))
        == []
    )


def test_the_fiscal_year_is_that_of_the_operating_model():
    autumn = replace(BUDGET, on=date(2025, 10, 1))
    assert run_rule(RULE, build_context(WORK, spend=[autumn], fiscal_year=10)) == []
    assert len(run_rule(RULE, build_context(WORK, spend=[autumn], fiscal_year=2))) == 1


def test_one_conflict_per_wbs_with_the_first_start_first():
    rows = [replace(WORK, key="CDP-2", start=date(2026, 3, 9)), WORK]
    late = replace(WORK, key="CDP-3", start=date(2026, 4, 6), finish=date(2026, 4, 7))
    context = build_context(*rows, late, spend=[BUDGET])
    (finding,) = run_rule(RULE, context)
    assert keys(context, finding.subjects) == ["CDP-2", "CDP-1", "B-1"]


def test_it_is_the_same_conflict_when_dates_move():
    first = run_rule(RULE, build_context(WORK, spend=[BUDGET]))[0]
    rows = change_rows([WORK], CDP_1={"start": date(2026, 3, 9)})
    second = run_rule(RULE, build_context(*rows, spend=[replace(BUDGET, on=date(2026, 7, 1))]))[0]
    assert first.conflict_id == second.conflict_id


def test_the_wording_says_both_days_both_quarters_and_the_amount():
    context = build_context(WORK, spend=[BUDGET])
    assert wording_text(context, run_rule(RULE, context)[0]).splitlines() == [
        "Work on D-1 starts 12 working days before its budget is released",
        "CDP-1 “Title of CDP-1” (IT) is paid from D-1 and starts on 16 Mar 2026 (Q1 2026).",
        "Finance releases the budget of 250,000 EUR for D-1 on 1 Apr 2026 (Q2 2026).",
        "Can Finance release it by 16 Mar 2026, or does IT start on 1 Apr 2026?",
    ]


def test_quarters_of_a_shifted_fiscal_year_carry_both_years():
    context = build_context(WORK, spend=[BUDGET], fiscal_year=4)
    assert "(Q4 2025/26)" in wording_text(context, run_rule(RULE, context)[0])


def test_work_that_has_begun_without_its_money_is_not_asked_to_be_funded_in_the_past():
    begun = replace(WORK, state=State.IN_PROGRESS, start=date(2026, 2, 16), begun=date(2026, 2, 16))
    context = build_context(begun, spend=[BUDGET])
    text = wording_text(context, run_rule(RULE, context)[0])
    assert "started 32 working days before its budget is released" in text
    assert "Can Finance release it now, or does IT stop until 1 Apr 2026?" in text
