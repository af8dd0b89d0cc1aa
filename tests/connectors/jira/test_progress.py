"""Progress and estimates of an issue, and the figures that are left out."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.jira.fields import ChosenFields
from connectors.jira.progress import percent_complete, report_left_out, to_working_days

CHOSEN = ChosenFields({"customfield_1": "Progress"}, None, None, None, "customfield_1", ())
ISSUE = {"id": "10001", "key": "CDP-1"}


@pytest.mark.parametrize(
    ("seconds", "days"), [(None, None), (0, 0), (1, 1), (28_800, 1), (28_801, 2), (-28_800, 0)]
)
def test_estimates_are_whole_days_of_eight_hours_and_never_negative(
    seconds: int | None, days: int | None
) -> None:
    assert to_working_days(seconds) == days


@pytest.mark.parametrize(
    ("value", "percent"),
    [("60", 60), ("60 %", 60), ("60%", 60), ("60,0", 60), (60.0, 60), (0, 0), ("0", 0), (100, 100)],
)
def test_a_percentage_is_read_however_it_is_written(value: Any, percent: int) -> None:
    fields = {"customfield_1": value}
    assert percent_complete(fields, CHOSEN) == percent
    assert list(report_left_out(ISSUE, fields, CHOSEN)) == []


def test_more_time_spent_than_estimated_is_still_a_hundred_percent() -> None:
    progress = {"aggregateprogress": {"progress": 150, "total": 90}}
    assert percent_complete(progress, CHOSEN) == 100


@pytest.mark.parametrize(
    ("field", "name"),
    [("timeoriginalestimate", "Original estimate"), ("timeestimate", "Remaining estimate")],
)
def test_each_impossible_estimate_is_reported_by_its_name(field: str, name: str) -> None:
    (problem,) = report_left_out(ISSUE, {field: 10**15}, CHOSEN)
    assert f"as its {name}" in problem.reason
    assert not problem.held
