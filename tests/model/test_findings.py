"""The identity of a finding, and whether the day of its need is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from model.findings import Finding, Severity

FINDING = Finding(
    "late_handover",
    ("it-jira:work_item:10012", "marketing"),
    Severity.HIGH,
    ("it", "marketing"),
    (1, 2),
    (1,),
    found_on=date(2026, 3, 2),
)


def test_the_identity_of_a_conflict_stays_the_same_in_all_versions_of_interlock() -> None:
    """A changed value would resolve all conflicts of a deployment and open them again."""
    assert FINDING.conflict_id == "C-80f87095e1"


def test_the_identity_depends_on_the_rule_and_what_it_is_about_alone() -> None:
    worse = replace(FINDING, severity=Severity.CRITICAL, needed_by=date(2026, 5, 1), facts=())
    other_order = replace(FINDING, about=FINDING.about[::-1])

    assert worse.conflict_id == other_order.conflict_id == FINDING.conflict_id
    assert replace(FINDING, rule="stale_plan").conflict_id != FINDING.conflict_id
    assert replace(FINDING, about=("marketing",)).conflict_id != FINDING.conflict_id


@pytest.mark.parametrize(
    ("needed_by", "is_past"),
    [
        (None, False),
        (date(2026, 3, 3), False),
        (date(2026, 3, 2), False),
        (date(2026, 3, 1), True),
    ],
)
def test_a_need_is_past_once_its_day_is_over(needed_by: date | None, is_past: bool) -> None:
    assert replace(FINDING, needed_by=needed_by).is_past is is_past
