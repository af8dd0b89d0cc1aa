"""Late handovers: what IT builds, Marketing plans on and Sales has sold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from model.findings import Severity
from model.plan import NONE
from model.records import DependencyType, Money, Priority, State
from tests.model.rules.plans import (
    Link,
    Row,
    build_context,
    change_rows,
    keys,
    run_rule,
    wording_text,
)

PLATFORM = Row("CDP-12", finish=date(2026, 3, 20), start=date(2026, 3, 16))
CAMPAIGN = Row("MKT-1", "marketing", start=date(2026, 3, 16), finish=date(2026, 3, 27))
RULE = "late_handover"
CHAIN = [("CDP-12", "MKT-1")]


def test_work_that_arrives_after_it_is_needed_is_found_with_both_functions():
    context = build_context(PLATFORM, CAMPAIGN, links=CHAIN)
    (finding,) = run_rule(RULE, context)
    assert finding.functions == ("it", "marketing")
    assert keys(context, finding.subjects) == ["CDP-12", "MKT-1"]
    assert finding.needed_by == date(2026, 3, 13)
    assert finding.impact.days == 5
    assert finding.about == ("it:work_item:CDP-12", "marketing")


def test_one_day_late_is_found_and_on_time_is_quiet():
    late, on_time = date(2026, 3, 16), date(2026, 3, 13)
    for finish, count in ((late, 1), (on_time, 0)):
        platform = replace(PLATFORM, start=date(2026, 3, 10), finish=finish)
        assert len(run_rule(RULE, build_context(platform, CAMPAIGN, links=CHAIN))) == count


@pytest.mark.parametrize(
    ("length", "priority", "watch_days"),
    [(4, Priority.HIGH, 5), (4, Priority.CRITICAL, 0), (5, Priority.HIGH, 0)],
    ids=["four days", "four days for critical work", "five days"],
)
def test_only_a_small_delay_is_watched_before_it_opens_a_conflict(length, priority, watch_days):
    platform = replace(PLATFORM, finish=None, days=length)
    campaign = replace(CAMPAIGN, priority=priority)
    (finding,) = run_rule(RULE, build_context(platform, campaign, links=CHAIN))
    assert finding.watch_days == watch_days


@pytest.mark.parametrize(
    ("touched", "watch_days"),
    [(date(2026, 2, 20), 0), (date(2026, 2, 25), 5)],
    ids=["untouched for a week", "touched some days ago"],
)
def test_dates_that_contradict_each_other_for_long_are_not_watched(touched, watch_days):
    platform = replace(PLATFORM, finish=date(2026, 3, 19), touched=touched)
    campaign = replace(CAMPAIGN, touched=date(2026, 2, 2))
    (finding,) = run_rule(RULE, build_context(platform, campaign, links=CHAIN))
    assert finding.impact.days == 4
    assert finding.watch_days == watch_days


def test_a_weekend_between_finish_and_start_is_no_delay():
    platform = replace(PLATFORM, start=date(2026, 3, 2), finish=date(2026, 3, 15))
    assert run_rule(RULE, build_context(platform, CAMPAIGN, links=CHAIN)) == []


def test_lateness_below_the_parameter_is_quiet():
    platform, rules = PLATFORM, {RULE: {"min_days": 6}}
    assert run_rule(RULE, build_context(platform, CAMPAIGN, links=CHAIN, rules=rules)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"CDP_12": {"function": "marketing"}},
        {"CDP_12": {"state": State.DONE}},
        {"CDP_12": {"state": State.CANCELLED}},
        {"MKT_1": {"state": State.DONE}},
        {"MKT_1": {"state": State.CANCELLED}},
        {"MKT_1": {"start": None, "finish": None}},
    ],
    ids=["same function", "done", "cancelled", "successor done", "successor cancelled", "no plan"],
)
def test_it_is_quiet_where_nothing_is_broken(change):
    assert (
        run_rule(RULE, build_context(*change_rows([PLATFORM, CAMPAIGN], **change), links=CHAIN))
        == []
    )


@pytest.mark.parametrize(
    "begun", [{"state": State.IN_PROGRESS}, {"begun": date(2026, 2, 23)}], ids=["state", "date"]
)
def test_work_that_has_begun_without_its_predecessor_needs_it_only_by_its_own_finish(begun):
    campaign = replace(CAMPAIGN, start=date(2026, 2, 23), **begun)
    assert run_rule(RULE, build_context(PLATFORM, campaign, links=CHAIN)) == []
    late = replace(PLATFORM, finish=date(2026, 3, 31))
    (finding,) = run_rule(RULE, build_context(late, campaign, links=CHAIN))
    assert finding.needed_by == campaign.finish
    assert finding.impact.days == 2


@pytest.mark.parametrize("row", [0, 1], ids=["predecessor", "successor"])
def test_work_that_belongs_to_no_function_is_no_handover(row):
    context = build_context(PLATFORM, CAMPAIGN, links=CHAIN)
    context.plan.attributes.function[row] = NONE
    assert run_rule(RULE, context) == []


def test_a_slip_is_followed_across_any_number_of_dependencies_to_its_source():
    rows = [
        Row(
            "CDP-10",
            state=State.IN_PROGRESS,
            start=date(2026, 2, 9),
            finish=date(2026, 2, 27),
            days=5,
        ),
        Row("CDP-11", start=date(2026, 3, 2), finish=date(2026, 3, 6)),
        Row("CDP-12", start=date(2026, 3, 9), finish=date(2026, 3, 13)),
        CAMPAIGN,
    ]
    links = [("CDP-10", "CDP-11"), ("CDP-11", "CDP-12"), ("CDP-12", "MKT-1")]
    context = build_context(*rows, links=links)
    (finding,) = run_rule(RULE, context)
    assert keys(context, (step.record_id for step in finding.chain)) == [
        "CDP-10",
        "CDP-11",
        "CDP-12",
        "MKT-1",
    ]
    assert "The delay begins at CDP-10" in wording_text(context, finding)
    assert keys(context, finding.comment_on) == ["CDP-12", "CDP-10", "MKT-1"]
    assert finding.chain[0].planned == date(2026, 2, 27)
    assert finding.chain[0].source == 'field "Due"'
    assert finding.chain[0].why == 'column "Depends on"'


def test_what_is_upstream_of_the_delay_is_not_in_the_chain():
    rows = [
        Row("CDP-9", start=date(2026, 3, 2), finish=date(2026, 3, 6)),
        Row("CDP-12", start=date(2026, 3, 9), finish=date(2026, 3, 20)),
        CAMPAIGN,
    ]
    context = build_context(*rows, links=[("CDP-9", "CDP-12"), *CHAIN])
    (finding,) = run_rule(RULE, context)
    assert keys(context, (step.record_id for step in finding.chain)) == ["CDP-12", "MKT-1"]


def test_a_handover_late_only_because_of_one_upstream_belongs_to_that_one():
    rows = [
        PLATFORM,
        CAMPAIGN,
        Row("FIN-1", "finance", start=date(2026, 3, 30), finish=date(2026, 4, 3)),
    ]
    context = build_context(*rows, links=[*CHAIN, ("MKT-1", "FIN-1")])
    (finding,) = run_rule(RULE, context)
    assert keys(context, finding.subjects) == ["CDP-12", "MKT-1"]
    assert set(keys(context, finding.downstream)) == {"MKT-1", "FIN-1"}
    assert finding.impact.items == 2


def test_a_deal_that_waits_for_late_work_is_no_late_handover():
    acme = Row("Acme", "sales", close=date(2026, 3, 13))
    assert run_rule(RULE, build_context(PLATFORM, acme, links=[("CDP-12", "Acme")])) == []


def test_finished_work_downstream_does_not_move():
    done = Row("FIN-1", "finance", finish=date(2026, 3, 2), state=State.DONE)
    context = build_context(PLATFORM, CAMPAIGN, done, links=[*CHAIN, ("MKT-1", "FIN-1")])
    (finding,) = run_rule(RULE, context)
    assert keys(context, finding.downstream) == ["MKT-1"]


def test_downstream_names_deals_by_value_then_work_by_date_and_no_more_than_a_hundred():
    deals = [Row(f"D-{n}", "sales", close=date(2026, 3, 31), value=n) for n in range(1, 99)]
    works = [
        Row("FIN-2", "finance", start=date(2026, 3, 30), finish=date(2026, 4, 17)),
        Row("FIN-1", "finance", start=date(2026, 3, 30), finish=date(2026, 4, 10)),
    ]
    links = [*CHAIN, *(("MKT-1", row.key) for row in (*works, *deals))]
    context = build_context(PLATFORM, CAMPAIGN, *works, *deals, links=links)
    (finding,) = run_rule(RULE, context)
    named = keys(context, finding.downstream)
    assert named == [*(f"D-{n}" for n in range(98, 0, -1)), "MKT-1", "FIN-1"]
    assert finding.impact.items == 101


def test_deals_downstream_are_at_risk_by_currency():
    rows = [
        PLATFORM,
        CAMPAIGN,
        Row("Acme", "sales", close=date(2026, 3, 31), value=250_000),
        Row("Bolt", "sales", close=date(2026, 3, 31), value=40_000, currency="USD"),
        Row("Late", "sales", close=date(2026, 5, 29), value=90_000),
        Row("Lost", "sales", close=date(2026, 3, 31), value=70_000, lost=True),
    ]
    links = [*CHAIN, *(("MKT-1", deal) for deal in ("Acme", "Bolt", "Late", "Lost"))]
    context = build_context(*rows, links=links)
    (finding,) = run_rule(RULE, context)
    assert finding.impact.value == (Money("EUR", 250_000), Money("USD", 40_000))
    assert "deals worth 250,000 EUR and 40,000 USD" in wording_text(context, finding)


def test_all_successors_in_one_function_are_one_conflict_with_comments_on_the_first_three():
    campaigns = [replace(CAMPAIGN, key=f"MKT-{n}") for n in range(1, 6)]
    security = Row("SEC-1", "security", start=date(2026, 3, 16), finish=date(2026, 3, 17))
    links = [("CDP-12", row.key) for row in (*campaigns, security)]
    context = build_context(PLATFORM, *campaigns, security, links=links)
    by_function = {finding.functions[1]: finding for finding in run_rule(RULE, context)}
    assert len(by_function["marketing"].subjects) == 6
    assert len(by_function["marketing"].comment_on) == 4
    assert keys(context, by_function["security"].comment_on) == ["CDP-12", "SEC-1"]


def test_the_same_dependency_from_two_tools_counts_once():
    context = build_context(PLATFORM, CAMPAIGN, links=[*CHAIN, *CHAIN])
    (finding,) = run_rule(RULE, context)
    assert len(finding.subjects) == 2


def test_it_is_the_same_conflict_when_dates_move_and_when_it_worsens():
    first, later = (
        run_rule(RULE, build_context(replace(PLATFORM, finish=finish), CAMPAIGN, links=CHAIN))[0]
        for finish in (date(2026, 3, 20), date(2026, 4, 30))
    )
    assert first.conflict_id == later.conflict_id
    assert first.severity < later.severity


@pytest.mark.parametrize(
    ("change", "severity"),
    [
        ({"CDP_12": {"finish": date(2026, 3, 17)}}, Severity.LOW),
        ({}, Severity.MEDIUM),
        ({"MKT_1": {"priority": Priority.CRITICAL}}, Severity.HIGH),
        ({"CDP_12": {"finish": date(2026, 5, 29)}}, Severity.CRITICAL),
    ],
)
def test_severity_follows_days_and_the_priority_of_what_waits(change, severity):
    context = build_context(*change_rows([PLATFORM, CAMPAIGN], **change), links=CHAIN)
    assert run_rule(RULE, context)[0].severity == severity


def test_a_start_to_start_dependency_is_about_the_start():
    rows = [
        Row("CDP-12", start=date(2026, 3, 18), finish=date(2026, 4, 30)),
        Row("MKT-1", "marketing", start=date(2026, 3, 16), finish=date(2026, 4, 30)),
    ]
    links = [Link("CDP-12", "MKT-1", DependencyType.START_TO_START)]
    context = build_context(*rows, links=links)
    (finding,) = run_rule(RULE, context)
    assert finding.impact.days == 2
    text = wording_text(context, finding)
    assert "CDP-12 of IT is forecast to start 2 working days later than Marketing needs" in text
    assert "Can IT start CDP-12 by 16 Mar 2026, or does Marketing plan for 18 Mar 2026?" in text


def test_a_start_that_the_successor_did_not_wait_for_is_no_longer_needed():
    rows = [
        Row("CDP-12", start=date(2026, 3, 18), finish=date(2026, 4, 30)),
        Row("MKT-1", "marketing", start=date(2026, 2, 16), state=State.IN_PROGRESS),
    ]
    links = [Link("CDP-12", "MKT-1", DependencyType.START_TO_START)]
    assert run_rule(RULE, build_context(*rows, links=links)) == []


def test_the_wording_says_who_needs_what_by_when_and_asks_for_a_decision():
    context = build_context(PLATFORM, CAMPAIGN, links=CHAIN)
    text = wording_text(context, run_rule(RULE, context)[0]).replace("Title of ", "")
    assert text.splitlines() == [
        "CDP-12 of IT is forecast to finish 5 working days later than Marketing needs",
        'CDP-12 “CDP-12” (IT) is due on 20 Mar 2026 (field "Due").',
        'Marketing needs it finished by 13 Mar 2026 for MKT-1 “MKT-1” (column "Depends on").',
        "Because of it 1 item downstream moves.",
        "Can IT finish CDP-12 by 13 Mar 2026, or does Marketing plan for 20 Mar 2026?",
    ]


def test_a_need_that_has_passed_is_not_asked_to_be_met():
    context = build_context(PLATFORM, replace(CAMPAIGN, start=date(2026, 2, 23)), links=CHAIN)
    text = wording_text(context, run_rule(RULE, context)[0])
    assert "later than Marketing needed" in text
    assert "Marketing needed it finished by 20 Feb 2026" in text
    assert "Can IT finish CDP-12 sooner, or does Marketing plan for 20 Mar 2026?" in text
