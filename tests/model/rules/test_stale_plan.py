"""Stale plans: work that others wait for and nobody touches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from model.records import State
from tests.model.rules.plans import Row, build_context, change_rows, keys, run_rule, wording_text

RULE = "stale_plan"
LONG_AGO = date(2026, 2, 13)
WORK = Row("CDP-12", state=State.IN_PROGRESS, finish=date(2026, 3, 6), touched=LONG_AGO)
CAMPAIGN = Row("MKT-1", "marketing", start=date(2026, 3, 16), finish=date(2026, 3, 27))
CHAIN = [("CDP-12", "MKT-1")]


def test_work_in_progress_that_nobody_updates_while_another_function_waits_is_found():
    context = build_context(WORK, CAMPAIGN, links=CHAIN)
    (finding,) = run_rule(RULE, context)
    assert finding.about == ("it:work_item:CDP-12",)
    assert keys(context, finding.comment_on) == ["CDP-12"]
    assert wording_text(context, finding).splitlines() == [
        "CDP-12 of IT, which Marketing waits for, has not been touched for 11 working days",
        'CDP-12 “Title of CDP-12” (IT) is due on 6 Mar 2026 (field "Due").',
        "It was last touched on 13 Feb 2026.",
        'Marketing waits for it with MKT-1 “Title of MKT-1” (column "Depends on").',
        "Do the dates of CDP-12 still hold?",
    ]


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({"touched": date(2026, 2, 16)}, 0),
        ({"touched": None}, 0),
        ({"state": State.PLANNED, "start": date(2026, 2, 23)}, 1),
        ({"state": State.PLANNED, "finish": date(2026, 2, 23)}, 1),
        ({"state": State.PLANNED, "start": date(2026, 2, 25)}, 0),
        ({"state": State.PLANNED, "start": date(2026, 3, 2)}, 0),
        ({"state": State.PLANNED, "finish": date(2026, 3, 2)}, 0),
        ({"state": State.DONE}, 0),
        ({"state": State.CANCELLED}, 0),
        ({"function": "marketing"}, 0),
    ],
    ids=[
        "touched ten working days ago",
        "never stated",
        "start has passed",
        "finish has passed",
        "start has passed three working days ago",
        "starts today",
        "finishes today",
        "done",
        "cancelled",
        "same function",
    ],
)
def test_only_work_that_should_progress_and_was_not_updated_is_stale(change, count):
    context = build_context(replace(WORK, **change), CAMPAIGN, links=CHAIN)
    assert len(run_rule(RULE, context)) == count


@pytest.mark.parametrize(("before", "count"), [(State.IN_PROGRESS, 0), (State.DONE, 1)])
def test_work_that_cannot_begin_before_other_work_is_done_is_not_stale(before, count):
    first = Row("CDP-11", state=before, finish=date(2026, 3, 6), touched=date(2026, 2, 27))
    begins = replace(WORK, state=State.PLANNED, start=date(2026, 2, 23))
    links = [("CDP-11", "CDP-12"), *CHAIN]
    assert len(run_rule(RULE, build_context(first, begins, CAMPAIGN, links=links))) == count


def test_nobody_waits_when_the_successor_is_finished_or_cancelled():
    rows = change_rows([WORK, CAMPAIGN], MKT_1={"state": State.DONE})
    assert run_rule(RULE, build_context(*rows, links=CHAIN)) == []


def test_one_conflict_for_all_who_wait():
    audit = Row("SEC-1", "security", start=date(2026, 3, 16))
    context = build_context(WORK, CAMPAIGN, audit, links=[*CHAIN, ("CDP-12", "SEC-1")])
    (finding,) = run_rule(RULE, context)
    assert set(finding.functions) == {"it", "marketing", "security"}


def test_it_is_the_same_conflict_as_days_go_by():
    first, later = (
        run_rule(RULE, build_context(WORK, CAMPAIGN, links=CHAIN, today=today))[0]
        for today in (date(2026, 3, 2), date(2026, 3, 9))
    )
    assert first.conflict_id == later.conflict_id
    assert dict(later.facts)["working days untouched"] == "16"


def test_two_functions_that_wait_are_worded_in_the_plural():
    deal = Row("Acme", "sales", close=date(2026, 5, 29), value=1_000)
    context = build_context(WORK, CAMPAIGN, deal, links=[*CHAIN, ("CDP-12", "Acme")])
    assert "which Marketing and Sales wait for, has not been touched" in wording_text(
        context, run_rule(RULE, context)[0]
    )
