"""Broken promises: deals that close before the work they sell is finished."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from model.findings import Severity
from model.records import Money, State
from tests.model.rules.plans import Row, build_context, change_rows, keys, run_rule, wording_text

RULE = "broken_promise"
FEATURE = Row("CDP-12", start=date(2026, 3, 2), finish=date(2026, 3, 20))
ACME = Row("Acme", "sales", close=date(2026, 3, 13), value=250_000)
SOLD = [("CDP-12", "Acme")]


def test_a_deal_that_closes_before_its_feature_is_finished_is_found():
    context = build_context(FEATURE, ACME, links=SOLD)
    (finding,) = run_rule(RULE, context)
    assert finding.functions == ("it", "sales")
    assert (
        keys(context, finding.subjects) == keys(context, finding.comment_on) == ["CDP-12", "Acme"]
    )
    assert finding.impact.days == 5
    assert finding.impact.value == (Money("EUR", 250_000),)
    assert finding.needed_by == date(2026, 3, 13)


@pytest.mark.parametrize(("close", "count"), [(date(2026, 3, 19), 1), (date(2026, 3, 20), 0)])
def test_closing_on_the_day_of_the_finish_keeps_the_promise(close, count):
    assert (
        len(run_rule(RULE, build_context(FEATURE, replace(ACME, close=close), links=SOLD))) == count
    )


@pytest.mark.parametrize(
    "change",
    [
        {"Acme": {"lost": True}},
        {"CDP_12": {"state": State.DONE}},
        {"CDP_12": {"state": State.CANCELLED}},
    ],
    ids=["lost deal", "done", "cancelled"],
)
def test_it_is_quiet_where_no_promise_is_open(change):
    assert run_rule(RULE, build_context(*change_rows([FEATURE, ACME], **change), links=SOLD)) == []


def test_a_deal_past_its_close_date_breaks_no_promise_of_work_that_was_in_time():
    feature = replace(FEATURE, start=date(2026, 2, 2), finish=date(2026, 2, 6), state=State.DONE)
    deal = replace(ACME, close=date(2026, 2, 20))
    assert run_rule(RULE, build_context(feature, deal, links=SOLD)) == []


def test_a_deal_that_is_won_keeps_its_promise_open():
    (finding,) = run_rule(RULE, build_context(FEATURE, replace(ACME, won=True), links=SOLD))
    assert finding.impact.days == 5
    assert [step.done for step in finding.chain] == [False, False]


def test_a_slip_three_tools_away_breaks_the_promise():
    rows = [
        Row("Fund", "finance", start=date(2026, 3, 2), finish=date(2026, 3, 17)),
        Row("CDP-12", start=date(2026, 3, 9), finish=date(2026, 3, 13)),
        Row("MKT-1", "marketing", start=date(2026, 3, 16), finish=date(2026, 3, 20)),
        Row("Acme", "sales", close=date(2026, 3, 20), value=250_000),
    ]
    links = [("Fund", "CDP-12"), ("CDP-12", "MKT-1"), ("MKT-1", "Acme")]
    context = build_context(*rows, links=links)
    (finding,) = run_rule(RULE, context)
    assert keys(context, finding.subjects) == ["MKT-1", "Acme"]
    assert keys(context, [step.record_id for step in finding.chain]) == [
        "CDP-12",
        "MKT-1",
        "Acme",
    ]
    assert finding.impact.days == 7


def test_all_deals_sold_on_one_feature_are_one_conflict():
    others = [replace(ACME, key=f"Deal {n}", close=date(2026, 3, n)) for n in (16, 12)]
    links = [*SOLD, *(("CDP-12", deal.key) for deal in others)]
    context = build_context(FEATURE, ACME, *others, links=links)
    (finding,) = run_rule(RULE, context)
    assert keys(context, finding.subjects) == ["CDP-12", "Deal 12", "Acme", "Deal 16"]
    assert finding.impact.value == (Money("EUR", 750_000),)
    assert finding.severity == Severity.HIGH
    text = wording_text(context, finding)
    assert "3 deals worth 750,000 EUR close up to 6 working days before CDP-12 is there" in text
    assert "Also sold on it: Acme “Title of Acme” and Deal 16 “Title of Deal 16”." in text


def test_it_is_the_same_conflict_when_dates_move_and_when_another_deal_is_sold():
    first = run_rule(RULE, build_context(FEATURE, ACME, links=SOLD))[0]
    later = replace(FEATURE, finish=date(2026, 4, 30))
    more = replace(ACME, key="Bolt")
    second = run_rule(RULE, build_context(later, more, ACME, links=[*SOLD, ("CDP-12", "Bolt")]))[0]
    assert first.conflict_id == second.conflict_id


def test_the_wording_says_what_was_sold_for_how_much_and_how_far_apart_the_dates_are():
    context = build_context(FEATURE, ACME, links=SOLD)
    assert wording_text(context, run_rule(RULE, context)[0]).splitlines() == [
        "1 deal worth 250,000 EUR closes 5 working days before CDP-12 is there",
        'CDP-12 “Title of CDP-12” (IT) is due on 20 Mar 2026 (field "Due").',
        'Acme “Title of Acme” closes on 13 Mar 2026 and depends on it (column "Depends on").',
        "Can IT finish CDP-12 by 13 Mar 2026, or does Sales agree a later date?",
    ]


@pytest.mark.parametrize(
    ("won", "closed"), [(True, "closed on 27 Feb 2026"), (False, "was to close on 27 Feb 2026")]
)
def test_a_close_date_that_has_passed_is_worded_in_the_past(won, closed):
    deal = replace(ACME, close=date(2026, 2, 27), won=won)
    context = build_context(FEATURE, deal, links=SOLD)
    text = wording_text(context, run_rule(RULE, context)[0])
    assert "CDP-12 comes 15 working days after the close date of 1 deal worth 250,000 EUR" in text
    assert f"Acme “Title of Acme” {closed} and depends on it" in text
    assert "How soon can IT finish CDP-12, and what does Sales tell the customer?" in text
