"""Dangling dependencies: open work that points at nothing that is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from model.records import State
from tests.model.rules.plans import Row, build_context, keys, run_rule, wording_text

RULE = "dangling_dependency"
CAMPAIGN = Row("MKT-1", "marketing", finish=date(2026, 3, 27))
POINTS = ("MKT-1", "CDP-99", 'column "Depends on"')


def test_an_unknown_target_of_open_work_is_reported_as_it_is_spelled_there():
    context = build_context(CAMPAIGN, dangling=[POINTS])
    (finding,) = run_rule(RULE, context)
    assert finding.about == ("marketing:work_item:MKT-1", "CDP-99")
    assert keys(context, finding.comment_on) == ["MKT-1"]
    assert wording_text(context, finding).splitlines() == [
        "MKT-1 of Marketing depends on “cdp-99”, which no connected tool knows",
        f"MKT-1 “Title of MKT-1” (Marketing) depends on “cdp-99” ({POINTS[2]} in marketing).",
        "It may be mistyped, deleted, or in a tool that is not connected.",
        "Nobody is warned when it moves.",
        "What does MKT-1 depend on? Correct “cdp-99” or take it out.",
    ]


@pytest.mark.parametrize("state", [State.DONE, State.CANCELLED])
def test_finished_or_cancelled_work_may_depend_on_anything(state):
    assert run_rule(RULE, build_context(replace(CAMPAIGN, state=state), dangling=[POINTS])) == []


def test_one_target_named_twice_is_one_conflict_and_two_targets_are_two():
    again = ("MKT-1", "CDP-99", 'issue link "blocks"')
    other = ("MKT-1", "CDP-98", 'column "Depends on"')
    context = build_context(CAMPAIGN, dangling=[POINTS, again, other])
    assert {finding.about[1] for finding in run_rule(RULE, context)} == {"CDP-99", "CDP-98"}
    assert len(run_rule(RULE, context)) == 2


def test_it_is_the_same_conflict_when_dates_move():
    first, second = (
        run_rule(RULE, build_context(replace(CAMPAIGN, finish=finish), dangling=[POINTS]))[0]
        for finish in (date(2026, 3, 27), date(2026, 9, 25))
    )
    assert first.conflict_id == second.conflict_id
