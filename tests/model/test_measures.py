"""Each measure, from a record that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from model.conflicts import Conflict, Status
from model.ledger import Event
from model.measures import MeasuredData, Measures, PostedOn, RuleMeasures, is_noisy, measure
from model.operating_model.schema import OperatingModel
from model.outcomes import TakenDecision
from tests.model.operating_model.small_model import small_model
from tests.model.test_agenda import conflict

FRIDAY = date(2026, 3, 27)


@pytest.fixture
def model(tmp_path: Path) -> OperatingModel:
    return small_model(tmp_path)


def at(day: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)


def opened(of: Conflict, day: int, decide_by: int, name: str = "opened", month: int = 3) -> Event:
    details = {"decide_by": date(2026, 3, decide_by).isoformat()}
    return Event(of.id, name, at(day, month), details)


def event(of: Conflict, name: str, day: int) -> Event:
    return Event(of.id, name, at(day))


def taken(of: Conflict, day: int, verdict: str = "move", month: int = 3) -> TakenDecision:
    return TakenDecision(of.id, verdict, "", "ada", "cio", "it", "cli", "", at(day, month))


def measured(
    model: OperatingModel,
    conflicts: Sequence[Conflict],
    events: Sequence[Event] = (),
    decisions: Sequence[TakenDecision] = (),
    **data: Any,
) -> Measures:
    by_conflict: dict[str, list[Event]] = {}
    for each in events:
        by_conflict.setdefault(each.conflict_id, []).append(each)
    needed: Mapping[str, date] = data.get("needed_by", {})
    comments: Sequence[PostedOn] = data.get("comments", ())
    by_id = {each.id: each for each in conflicts}
    record = MeasuredData(by_id, by_conflict, decisions, needed, comments)
    return measure(model, ["late_handover", "funding_gap"], record, FRIDAY)


def late_handover(measures: Measures) -> RuleMeasures:
    return next(each for each in measures.rules if each.rule == "late_handover")


def test_open_conflicts_are_counted_by_rule_and_once_for_each_function(
    model: OperatingModel,
) -> None:
    conflicts = [conflict(model, "A"), conflict(model, "B", status=Status.DECIDED)]

    result = measured(model, conflicts)

    assert [(each.rule, each.open) for each in result.rules] == [
        ("funding_gap", 0),
        ("late_handover", 1),
    ]
    assert result.open_by_function == {"it": 1, "marketing": 1}


def test_the_time_to_decide_is_measured_against_the_limit_of_its_level(
    model: OperatingModel,
) -> None:
    first, second, third = (conflict(model, name) for name in "ABC")
    events = [
        # Two working days of three; a weekend lies between.
        *(opened(first, 6, decide_by=11), event(first, "decided", 10)),
        # Five of three, and open again: one of three. A replacement answers no open question.
        *(opened(second, 9, decide_by=12), event(second, "decided", 16)),
        *(opened(second, 18, decide_by=23, name="reopened"), event(second, "decided", 19)),
        event(second, "decided", 25),
        # Not decided at all.
        opened(third, 9, decide_by=12),
    ]

    late = late_handover(measured(model, [first, second, third], events))

    assert (late.days_to_decide, late.limit) == (2, 3)
    assert late.in_time == pytest.approx(2 / 3)
    assert late.reopened == 1


def test_each_rise_and_the_end_of_the_last_level_is_an_escalation(model: OperatingModel) -> None:
    late = conflict(model)
    names = ("opened", "escalated", "escalated", "changed", "undecided")
    events = [event(late, name, 9) for name in names]

    assert late_handover(measured(model, [late], events)).escalated == 3


def test_a_rule_that_is_often_dismissed_is_noisy(model: OperatingModel) -> None:
    late = conflict(model)
    decisions = [taken(late, 9, "dismiss"), taken(late, 10, "dismiss"), taken(late, 11)]

    few = late_handover(measured(model, [late], (), decisions))
    many = late_handover(measured(model, [late], (), [*decisions, taken(late, 12, "dismiss")]))

    assert (few.decided, few.dismissed, few.is_noisy) == (3, 2, False)
    assert (many.decided, many.dismissed, many.is_noisy) == (4, 3, True)
    assert not is_noisy(3, 10)


def test_the_warning_is_the_time_from_the_first_flag_to_the_need(model: OperatingModel) -> None:
    early, tardy = conflict(model, "A"), conflict(model, "B")
    events = [opened(early, 2, decide_by=5), opened(tardy, 11, decide_by=12)]
    needed = {early.id: date(2026, 3, 16), tardy.id: date(2026, 3, 9)}

    # Ten working days, and two after the fact: the median of 10 and -2.
    late = late_handover(measured(model, [early, tardy], events, needed_by=needed))
    assert late.warning_days == 4


def test_comments_are_counted_by_person_and_week_across_the_turn_of_the_year(
    model: OperatingModel,
) -> None:
    days = (("Ada", 16), ("Ada", 20), ("Ben", 16), ("Ada", 23))
    comments = [PostedOn(date(2026, 3, day), person) for person, day in days]
    comments.append(PostedOn(date(2026, 1, 3), "Ada"))

    assert measured(model, [], comments=comments).comments == {
        ("Ada", "2026-W01"): 1,
        ("Ada", "2026-W12"): 2,
        ("Ada", "2026-W13"): 1,
        ("Ben", "2026-W12"): 1,
    }


def test_what_is_older_than_twelve_weeks_no_longer_counts(model: OperatingModel) -> None:
    late = conflict(model)
    old = date(2026, 1, 2)
    events = [opened(late, 2, decide_by=5, month=1), Event(late.id, "escalated", at(2, month=1))]
    comments = [PostedOn(old, "Ada")]

    result = measured(model, [late], events, [taken(late, 2, month=1)], comments=comments)

    counted = late_handover(result)
    assert (counted.open, counted.decided, counted.escalated) == (1, 0, 0)
    assert result.comments == {}


def test_where_nothing_happened_there_is_no_median(model: OperatingModel) -> None:
    (gap, _) = measured(model, []).rules

    assert (gap.days_to_decide, gap.limit, gap.in_time, gap.warning_days) == (None,) * 4
