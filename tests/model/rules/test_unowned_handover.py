"""Unowned handovers: work that others need soon and nobody has taken or promised."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from model.records import State
from tests.model.rules.plans import Row, build_context, change_rows, keys, run_rule, wording_text

RULE = "unowned_handover"
OWNED = Row("CDP-12", finish=date(2026, 3, 6))
LOOSE = replace(OWNED, owned=False)
UNDATED = replace(OWNED, finish=None)
CAMPAIGN = Row("MKT-1", "marketing", start=date(2026, 3, 16), finish=date(2026, 3, 27))
CHAIN = [("CDP-12", "MKT-1")]


@pytest.mark.parametrize(
    ("row", "missing", "question"),
    [
        (LOOSE, "no owner", "Who in IT takes CDP-12?"),
        (UNDATED, "no promised date", "By which day does IT promise CDP-12?"),
        (
            replace(LOOSE, finish=None),
            "no owner and no promised date",
            "Who in IT takes CDP-12, and by which day?",
        ),
    ],
)
def test_work_needed_soon_without_an_owner_or_a_date_is_found(row, missing, question):
    context = build_context(row, CAMPAIGN, links=CHAIN)
    (finding,) = run_rule(RULE, context)
    assert finding.about == ("it:work_item:CDP-12",)
    assert finding.functions == ("it", "marketing")
    assert finding.needed_by == date(2026, 3, 13)
    assert wording_text(context, finding).splitlines() == [
        f"CDP-12 of IT has {missing}, and Marketing needs it by 13 Mar 2026",
        f"CDP-12 “Title of CDP-12” (IT) has {missing}.",
        'Marketing needs it by 13 Mar 2026 for MKT-1 “Title of MKT-1” (column "Depends on").',
        question,
    ]


def test_owned_and_promised_work_is_quiet():
    assert run_rule(RULE, build_context(OWNED, CAMPAIGN, links=CHAIN)) == []


def test_a_milestone_needs_a_promised_date_and_no_owner():
    milestone = replace(LOOSE, milestone=True)
    assert run_rule(RULE, build_context(milestone, CAMPAIGN, links=CHAIN)) == []
    undated = replace(milestone, finish=None)
    (finding,) = run_rule(RULE, build_context(undated, CAMPAIGN, links=CHAIN))
    assert dict(finding.facts)["missing"] == "no promised date"


@pytest.mark.parametrize(("start", "count"), [(date(2026, 3, 31), 1), (date(2026, 4, 1), 0)])
def test_twenty_working_days_before_the_need_it_must_be_owned(start, count):
    rows = change_rows([LOOSE, CAMPAIGN], MKT_1={"start": start, "finish": date(2026, 4, 30)})
    assert len(run_rule(RULE, build_context(*rows, links=CHAIN))) == count


def test_a_need_that_is_past_is_no_less_urgent():
    rows = change_rows([LOOSE, CAMPAIGN], MKT_1={"start": date(2026, 2, 16)})
    assert len(run_rule(RULE, build_context(*rows, links=CHAIN))) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"CDP_12": {"function": "marketing"}},
        {"CDP_12": {"state": State.DONE}},
        {"CDP_12": {"state": State.CANCELLED}},
        {"MKT_1": {"state": State.DONE}},
        {"MKT_1": {"start": None, "finish": None}},
    ],
    ids=["same function", "done", "cancelled", "successor done", "no need stated"],
)
def test_it_is_quiet_where_nobody_of_another_function_needs_it(change):
    assert (
        run_rule(RULE, build_context(*change_rows([LOOSE, CAMPAIGN], **change), links=CHAIN)) == []
    )


def test_a_parent_is_promised_by_the_dates_of_its_children():
    child = Row("CDP-13", finish=date(2026, 3, 6), parent="CDP-12")
    assert run_rule(RULE, build_context(UNDATED, child, CAMPAIGN, links=CHAIN)) == []
    bare = replace(child, finish=None)
    assert len(run_rule(RULE, build_context(UNDATED, bare, CAMPAIGN, links=CHAIN))) == 1


def test_a_deal_needs_its_feature_owned_before_it_closes():
    deal = Row("Acme", "sales", close=date(2026, 3, 13), value=1)
    (finding,) = run_rule(RULE, build_context(LOOSE, deal, links=[("CDP-12", "Acme")]))
    assert finding.needed_by == date(2026, 3, 13)


def test_one_conflict_for_all_who_wait_with_the_first_need_first():
    audit = Row("SEC-1", "security", start=date(2026, 3, 9), finish=date(2026, 3, 10))
    context = build_context(LOOSE, CAMPAIGN, audit, links=[*CHAIN, ("CDP-12", "SEC-1")])
    (finding,) = run_rule(RULE, context)
    assert finding.functions == ("it", "security", "marketing")
    assert keys(context, finding.comment_on) == ["CDP-12", "SEC-1"]


def test_it_is_the_same_conflict_when_dates_move():
    rows = change_rows([LOOSE, CAMPAIGN], MKT_1={"start": date(2026, 3, 9)})
    first, second = (
        run_rule(RULE, build_context(*each, links=CHAIN))[0] for each in ([LOOSE, CAMPAIGN], rows)
    )
    assert first.conflict_id == second.conflict_id
