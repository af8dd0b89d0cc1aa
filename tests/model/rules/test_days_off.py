"""Dates on weekends and holidays: no false alarm on the day itself, and nothing true is hidden.

Mondays in March 2026 are the 2nd, 9th, 16th and 23rd. IT rests at the weekend, Marketing works
every day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from model.network import Calendar
from model.records import State
from tests.model.rules.plans import Row, build_context, keys, run_rule
from tests.model.rules.test_healthy_plans import CALENDARS, WORKING, calendar_of, healthy

RULE = "late_handover"
CALENDARS_OF_BOTH = (Calendar(), Calendar(week=(True,) * 7))
FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 3, number) for number in (13, 14, 15, 16))
BUILD = Row("CDP-12", start=date(2026, 3, 9), finish=SUNDAY, state=State.IN_PROGRESS)
LAUNCH = Row("MKT-1", "marketing", start=MONDAY, finish=date(2026, 3, 27))


def late(*rows: Row, today: date = date(2026, 3, 2)) -> list[list[str]]:
    """The keys of each late handover along the rows, each waiting for the one before it."""
    links = [(row.key, after.key) for row, after in pairwise(rows)]
    context = build_context(*rows, links=links, today=today, calendars=CALENDARS_OF_BOTH)
    return [keys(context, finding.subjects) for finding in run_rule(RULE, context)]


@pytest.mark.parametrize("today", [FRIDAY, SATURDAY, SUNDAY])
def test_work_under_way_that_is_due_on_a_sunday_is_in_time_until_the_sunday_is_over(
    today: date,
) -> None:
    assert late(BUILD, LAUNCH, today=today) == []
    assert late(BUILD, LAUNCH, today=MONDAY) == [["CDP-12", "MKT-1"]]


@pytest.mark.parametrize("milestone", [False, True], ids=["work", "milestone"])
@pytest.mark.parametrize("today", [FRIDAY, SATURDAY, SUNDAY])
def test_a_go_live_on_a_sunday_is_in_time_until_the_sunday_is_over(
    today: date, milestone: bool
) -> None:
    go_live = Row("CDP-20", start=SUNDAY, finish=SUNDAY, milestone=milestone)
    assert late(go_live, LAUNCH, today=today) == []
    assert late(go_live, replace(LAUNCH, start=SUNDAY), today=MONDAY) == [["CDP-20", "MKT-1"]]


@pytest.mark.parametrize("due", [FRIDAY, SATURDAY])
def test_work_under_way_that_was_due_before_the_sunday_is_late_on_the_sunday(due: date) -> None:
    assert late(replace(BUILD, finish=due), LAUNCH, today=SUNDAY) == [["CDP-12", "MKT-1"]]


def test_work_with_days_left_is_late_on_the_sunday_on_which_it_is_due() -> None:
    half = replace(BUILD, percent=50)
    assert late(half, LAUNCH, today=SUNDAY) == [["CDP-12", "MKT-1"]]


def test_work_not_begun_that_needs_a_working_day_is_late_on_the_sunday_on_which_it_is_due():
    planned = replace(BUILD, state=State.PLANNED)
    assert late(planned, LAUNCH, today=SUNDAY) == [["CDP-12", "MKT-1"]]


@pytest.mark.parametrize("milestone", [False, True], ids=["work", "milestone"])
def test_a_go_live_on_a_day_off_is_in_time_after_work_on_the_day_off_before_it(
    milestone: bool,
) -> None:
    content = Row("MKT-7", "marketing", start=date(2026, 3, 9), finish=SATURDAY)
    go_live = Row("CDP-20", start=SUNDAY, finish=SUNDAY, milestone=milestone)
    assert late(content, go_live, LAUNCH) == []


def test_a_milestone_on_a_day_off_may_fall_on_the_day_its_predecessor_finishes() -> None:
    content = Row("MKT-7", "marketing", start=date(2026, 3, 9), finish=SUNDAY)
    assert late(content, Row("CDP-20", finish=SUNDAY, milestone=True), LAUNCH) == []


@pytest.mark.parametrize("milestone", [False, True], ids=["work", "milestone"])
def test_work_that_ends_after_the_day_off_of_a_go_live_is_late_for_it(milestone: bool) -> None:
    content = Row("MKT-7", "marketing", start=date(2026, 3, 9), finish=SUNDAY)
    go_live = Row("CDP-20", start=SATURDAY, finish=SATURDAY, milestone=milestone)
    assert late(content, go_live, LAUNCH) == [["MKT-7", "CDP-20"]]


def test_a_go_live_on_a_day_off_does_not_stop_a_delay_that_runs_through_it() -> None:
    content = Row("MKT-7", "marketing", start=date(2026, 3, 9), finish=date(2026, 3, 17))
    go_live = Row("CDP-20", start=SUNDAY, finish=SUNDAY)
    assert late(content, go_live, LAUNCH) == [["MKT-7", "CDP-20"]]


def slipping(random: Random, today: date) -> tuple[list[Row], list[tuple[str, str]]]:
    """A plan that fitted until some of its work was moved, or was left as it was."""
    rows, links = healthy(random, today, any_day=True)
    return [_slipped(random, row) if random.random() < 0.4 else row for row in rows], links


def _slipped(random: Random, row: Row) -> Row:
    if row.finish is None or row.start is None:
        return row
    days = timedelta(days=random.randint(-4, 8))
    return replace(row, start=row.start + days, finish=row.finish + days)


def waiting(rows: list[Row], links: list[tuple[str, str]], today: date) -> set[tuple[str, str]]:
    """Who waits for whom too long, in the same function or another."""
    context = build_context(*rows, links=links, today=today, calendars=CALENDARS)
    dependencies = context.dependencies
    late = dependencies.select(dependencies.late >= 1)
    pairs = zip(late.predecessor.tolist(), late.successor.tolist(), strict=True)
    return {(rows[before].key, rows[after].key) for before, after in pairs}


@pytest.mark.parametrize("seed", range(60))
def test_what_is_late_on_one_day_is_late_on_the_next_whatever_day_that_is(seed: int) -> None:
    random, today = Random(seed), date(2026, 1, 1) + timedelta(days=5 * seed)
    rows, links = slipping(random, today)

    for later in range(5):
        before = waiting(rows, links, today + timedelta(days=later))
        assert before <= waiting(rows, links, today + timedelta(days=later + 1))


@pytest.mark.parametrize("seed", range(60))
def test_work_due_on_a_day_off_is_as_late_as_work_due_on_the_working_day_before(seed: int) -> None:
    random, today = Random(seed), date(2026, 1, 1) + timedelta(days=5 * seed)
    while not all(calendar.is_working(today) for calendar in WORKING):
        today += timedelta(days=1)
    rows, links = slipping(random, today)

    change_rows = [_on_a_working_day(row) for row in rows]

    assert waiting(change_rows, links, today) == waiting(rows, links, today)


def _on_a_working_day(row: Row) -> Row:
    """Due on the last working day before, unless all of it is planned for days off."""
    if row.finish is None or row.start is None or row.milestone:
        return row
    finish = row.finish
    while not calendar_of(row.function).is_working(finish):
        finish -= timedelta(days=1)
    return replace(row, finish=finish) if finish >= row.start else row
