"""Dependency cycles: items that wait for one another."""

from __future__ import annotations

from datetime import date

import pytest

from model.findings import Severity
from model.records import State
from tests.model.rules.plans import Row, build_context, change_rows, keys, run_rule, wording_text

RULE = "dependency_cycle"
ROWS = [
    Row("CDP-1", finish=date(2026, 3, 6)),
    Row("MKT-1", "marketing", finish=date(2026, 3, 13)),
    Row("FIN-1", "finance", finish=date(2026, 3, 20)),
]
AROUND = [("CDP-1", "MKT-1"), ("MKT-1", "FIN-1"), ("FIN-1", "CDP-1")]


def test_items_of_three_tools_that_wait_for_one_another_are_one_conflict():
    context = build_context(*ROWS, links=AROUND)
    (finding,) = run_rule(RULE, context)
    assert sorted(finding.about) == [
        "finance:work_item:FIN-1",
        "it:work_item:CDP-1",
        "marketing:work_item:MKT-1",
    ]
    assert set(finding.functions) == {"it", "marketing", "finance"}
    assert finding.severity == Severity.HIGH


def test_a_chain_that_does_not_close_is_no_cycle():
    assert run_rule(RULE, build_context(*ROWS, links=AROUND[:2])) == []


@pytest.mark.parametrize("state", [State.DONE, State.CANCELLED])
def test_a_finished_or_cancelled_item_waits_for_nobody(state):
    assert (
        run_rule(RULE, build_context(*change_rows(ROWS, MKT_1={"state": state}), links=AROUND))
        == []
    )


def test_two_cycles_are_two_conflicts():
    more = [Row("SEC-1", "security"), Row("SEC-2", "security")]
    links = [*AROUND, ("SEC-1", "SEC-2"), ("SEC-2", "SEC-1")]
    assert len(run_rule(RULE, build_context(*ROWS, *more, links=links))) == 2


def test_it_is_the_same_conflict_whichever_item_comes_first_and_whenever_it_is_planned():
    rows = change_rows(ROWS, CDP_1={"finish": date(2026, 6, 5)})[::-1]
    first = run_rule(RULE, build_context(*ROWS, links=AROUND))[0]
    second = run_rule(RULE, build_context(*rows, links=AROUND[::-1]))[0]
    assert first.conflict_id == second.conflict_id


def test_the_shortest_loop_is_shown_and_the_other_members_are_counted():
    links = [*AROUND, ("CDP-1", "FIN-1")]
    context = build_context(*ROWS, links=links)
    (finding,) = run_rule(RULE, context)
    assert set(keys(context, finding.subjects)) == {"CDP-1", "FIN-1"}
    assert "In the same cycle: 1 more item." in wording_text(context, finding)


def test_the_wording_says_who_waits_for_whom():
    context = build_context(*ROWS, links=AROUND)
    assert wording_text(context, run_rule(RULE, context)[0]).splitlines() == [
        "CDP-1, MKT-1 and FIN-1 wait for one another",
        'MKT-1 “Title of MKT-1” waits for CDP-1 “Title of CDP-1” (column "Depends on").',
        'FIN-1 “Title of FIN-1” waits for MKT-1 “Title of MKT-1” (column "Depends on").',
        'CDP-1 “Title of CDP-1” waits for FIN-1 “Title of FIN-1” (column "Depends on").',
        "Which of these dependencies does not hold, in the view of IT, Marketing and Finance?",
    ]
