"""Risks that people raise by hand, and when they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from model.findings import Finding
from model.records import State
from tests.model.rules.plans import Raised, Row, build_context, keys, run_rule, wording_text

RULE = "raised_risk"
JAN_12 = date(2026, 3, 12)
NEEDED = Row("CDP-18", start=date(2026, 3, 9), finish=date(2026, 3, 20))
WAITING = Row("MKT-1", "marketing", start=date(2026, 3, 23), finish=date(2026, 3, 27))
RISK = Raised("MKT-1", "CDP-18", JAN_12)
"""The work is planned for six working days after the day by which it is needed."""
DOUBTED = replace(
    RISK,
    by=date(2026, 3, 24),
    planned_then=date(2026, 3, 20),
    forecast_then=date(2026, 3, 20),
)
"""The work was planned in time when the risk was raised."""


def find(*risks: Raised, needed: Row = NEEDED, waiting: Row = WAITING) -> list[Finding]:
    return run_rule(RULE, build_context(needed, waiting, raised=risks))


def test_a_raised_risk_is_found_and_credited() -> None:
    context = build_context(NEEDED, WAITING, raised=[RISK])

    (finding,) = run_rule(RULE, context)

    assert finding.about == ("tool:work_item:CDP-18", "for tool:work_item:MKT-1")
    assert finding.functions == ("it", "marketing")
    assert keys(context, finding.comment_on) == ["CDP-18", "MKT-1"]
    assert (finding.needed_by, finding.impact.days) == (JAN_12, 6)
    assert wording_text(context, finding).splitlines() == [
        "MKT-1 of Marketing needs CDP-18 of IT by 12 Mar 2026, says Ada",
        "Ada raised this by hand for MKT-1 “Title of MKT-1”.",
        "Ada: the vendor is late.",
        'CDP-18 “Title of CDP-18” (IT) is due on 20 Mar 2026 (field "Due").',
        "Can IT finish CDP-18 by 12 Mar 2026, or does Marketing plan without it?",
    ]


def test_a_need_in_both_directions_is_two_conflicts() -> None:
    back = Raised("CDP-18", "MKT-1", JAN_12)

    assert len({finding.conflict_id for finding in find(RISK, back)}) == 2


def test_what_several_people_raise_about_the_same_is_one_conflict_by_the_earliest_day() -> None:
    earlier = replace(RISK, by=date(2026, 3, 10), who="Ben", reason="we start sooner")

    (finding,) = find(RISK, earlier)

    assert finding.needed_by == earlier.by
    assert dict(finding.facts)["raised by"] == "Ben and Ada"


@pytest.mark.parametrize("state", [State.DONE, State.CANCELLED])
def test_it_ends_when_the_needed_record_is_over(state: State) -> None:
    assert find(RISK, needed=replace(NEEDED, state=state)) == []


def test_it_ends_when_nobody_waits_any_more() -> None:
    assert find(RISK, waiting=replace(WAITING, state=State.DONE)) == []


def test_it_ends_when_the_date_fits() -> None:
    in_time = replace(NEEDED, start=date(2026, 3, 2), finish=JAN_12)

    assert find(replace(RISK, forecast_then=date(2026, 3, 20)), needed=in_time) == []


def test_a_doubted_plan_is_a_risk_though_its_date_fits() -> None:
    (finding,) = find(DOUBTED)

    assert finding.impact.days == 0


def test_a_doubted_plan_ends_with_a_date_that_is_stated_anew() -> None:
    assert find(DOUBTED, needed=replace(NEEDED, finish=date(2026, 3, 19))) == []


def test_work_without_a_date_does_not_fit() -> None:
    undated = replace(NEEDED, start=None, finish=None)

    assert len(find(replace(RISK, forecast_then=date(2026, 3, 20)), needed=undated)) in (0, 1)


def test_within_one_function_it_is_a_risk_too() -> None:
    (finding,) = find(RISK, waiting=replace(WAITING, function="it"))

    assert finding.functions == ("it",)
