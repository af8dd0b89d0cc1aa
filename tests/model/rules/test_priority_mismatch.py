"""Priority mismatch: critical here, minor there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from model.records import Priority, State
from tests.model.rules.plans import Row, build_context, change_rows, keys, run_rule, wording_text

RULE = "priority_mismatch"
PLATFORM = Row("CDP-12", finish=date(2026, 3, 6), priority=Priority.LOW)
CAMPAIGN = Row("MKT-1", "marketing", start=date(2026, 3, 16), priority=Priority.CRITICAL)
CHAIN = [("CDP-12", "MKT-1")]


def test_low_priority_work_that_holds_up_critical_work_of_another_function_is_found():
    context = build_context(PLATFORM, CAMPAIGN, links=CHAIN)
    (finding,) = run_rule(RULE, context)
    assert finding.about == ("it:work_item:CDP-12", "marketing")
    assert finding.functions == ("it", "marketing")
    assert keys(context, finding.comment_on) == ["CDP-12", "MKT-1"]


@pytest.mark.parametrize(
    ("here", "there", "count"),
    [
        (Priority.LOW, Priority.HIGH, 1),
        (Priority.MEDIUM, Priority.CRITICAL, 1),
        (Priority.MEDIUM, Priority.HIGH, 0),
        (Priority.LOW, Priority.MEDIUM, 0),
        (None, Priority.CRITICAL, 0),
        (Priority.LOW, None, 0),
    ],
)
def test_a_gap_of_two_levels_counts_if_the_waiting_work_is_urgent(here, there, count):
    rows = change_rows([PLATFORM, CAMPAIGN], CDP_12={"priority": here}, MKT_1={"priority": there})
    assert len(run_rule(RULE, build_context(*rows, links=CHAIN))) == count


@pytest.mark.parametrize(
    "change",
    [
        {"CDP_12": {"function": "marketing"}},
        {"CDP_12": {"state": State.DONE}},
        {"MKT_1": {"state": State.CANCELLED}},
    ],
    ids=["same function", "done", "successor cancelled"],
)
def test_it_is_quiet_where_nobody_of_another_function_waits(change):
    assert (
        run_rule(RULE, build_context(*change_rows([PLATFORM, CAMPAIGN], **change), links=CHAIN))
        == []
    )


def test_one_conflict_per_receiving_function_with_its_most_urgent_work_first():
    high = replace(CAMPAIGN, key="MKT-0", priority=Priority.HIGH)
    audit = Row("SEC-1", "security", priority=Priority.HIGH)
    links = [*CHAIN, ("CDP-12", "MKT-0"), ("CDP-12", "SEC-1")]
    context = build_context(PLATFORM, high, CAMPAIGN, audit, links=links)
    by_function = {finding.functions[1]: finding for finding in run_rule(RULE, context)}
    assert keys(context, by_function["marketing"].subjects) == ["CDP-12", "MKT-1", "MKT-0"]
    assert keys(context, by_function["security"].subjects) == ["CDP-12", "SEC-1"]


def test_it_is_the_same_conflict_when_dates_move():
    rows = change_rows([PLATFORM, CAMPAIGN], CDP_12={"finish": date(2026, 8, 28)})
    first, second = (
        run_rule(RULE, build_context(*each, links=CHAIN))[0]
        for each in ([PLATFORM, CAMPAIGN], rows)
    )
    assert first.conflict_id == second.conflict_id


def test_the_wording_says_how_each_side_ranks_it():
    context = build_context(PLATFORM, CAMPAIGN, links=CHAIN)
    assert wording_text(context, run_rule(RULE, context)[0]).splitlines() == [
        "CDP-12 has low priority in IT and holds up critical work of Marketing",
        "IT ranks CDP-12 “Title of CDP-12” as low.",
        'Marketing ranks MKT-1 “Title of MKT-1” as critical and waits (column "Depends on").',
        "Does IT raise the priority of CDP-12, or does Marketing plan without it?",
    ]
