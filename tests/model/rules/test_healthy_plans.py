"""Plans in which everything fits: no rule has anything to say, whatever the calendars."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from model.network import Calendar
from model.operating_model.calendar import WorkingCalendar
from model.operating_model.schema import CalendarSpec
from model.records import State
from tests.model.rules.plans import FUNCTIONS, Row, build_context, find_all, wording_text

GERMANY = CalendarSpec(id="de", name="Hamburg", country="DE", subdivision="HH")
AMERICA = CalendarSpec(id="us", name="Boston", country="US", subdivision="MA")
EMIRATES = CalendarSpec(id="ae", name="Dubai", country="AE", weekend=("friday", "saturday"))
WORKING = [WorkingCalendar(spec) for spec in (GERMANY, AMERICA, EMIRATES)]
CALENDARS = [Calendar(each.week, each.days_off(2020, 2035), each.extra_days) for each in WORKING]


def calendar_of(function: str) -> WorkingCalendar:
    return WORKING[FUNCTIONS.index(function) % len(WORKING)]


def work(random: Random, key: str, today: date, before: list[Row], *, any_day: bool) -> Row:
    """An item that begins after its predecessors end, in progress or done as its dates say.

    With `any_day` its dates fall on weekends and holidays too, as people write them.
    """
    function, milestone = random.choice(FUNCTIONS), random.random() < 0.2
    calendar, length = calendar_of(function), 0 if milestone else random.randint(0, 12)
    earliest = today + timedelta(days=1) if before else today - timedelta(days=20)
    free = [row.finish + timedelta(days=1) for row in before if row.finish]
    start = max([earliest, *free]) + timedelta(days=random.randint(0, 20))
    if any_day:
        finish = start + timedelta(days=length)
    else:
        start = calendar.next_working_day(start)
        finish = calendar.add_working_days(start, length)
    state = State.PLANNED if start >= today else State.IN_PROGRESS
    state = State.DONE if finish < today else state
    return Row(key, function, start, finish, state, touched=today, milestone=milestone)


def healthy(
    random: Random, today: date, *, any_day: bool
) -> tuple[list[Row], list[tuple[str, str]]]:
    rows: list[Row] = []
    links: list[tuple[str, str]] = []
    for number in range(random.randint(3, 12)):
        before = [row for row in rows if random.random() < 0.3]
        rows.append(work(random, f"K-{number}", today, before, any_day=any_day))
        links += [(row.key, rows[-1].key) for row in before]
    for number in range(random.randint(0, 3)):
        sold = [row for row in rows if random.random() < 0.3]
        close = max([today, *(row.finish for row in sold if row.finish)])
        rows.append(Row(f"Deal {number}", "sales", close=close, value=100_000))
        links += [(row.key, rows[-1].key) for row in sold]
    return rows, links


@pytest.mark.parametrize("any_day", [False, True], ids=["working days", "any day"])
@pytest.mark.parametrize("seed", range(60))
def test_nothing_is_found_where_every_plan_fits(seed: int, any_day: bool) -> None:
    random = Random(seed)
    today = date(2026, 1, 1) + timedelta(days=5 * seed)
    rows, links = healthy(random, today, any_day=any_day)

    context = build_context(*rows, links=links, today=today, calendars=CALENDARS)

    assert [wording_text(context, finding) for finding in find_all(context)] == []
