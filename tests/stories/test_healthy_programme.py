"""A healthy programme over 90 days: what Interlock raises is worth its readers' time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from tests.stories.programme import Programme, Step, date_of_day
from tests.stories.programme_life import FIRST_DAY, LAST_DAY, begin_life
from tests.stories.programme_problems import PROBLEMS, Problem

Act = Callable[[Programme], None]
Raised = dict[tuple[str, str], list[int]]
"""The days on which a conflict was opened, by rule and the item that it is first about."""


@contextmanager
def played(
    home: Path, database: URL, seed: int, acts: dict[int, Act] | None = None
) -> Iterator[tuple[Programme, list[Problem]]]:
    """A programme after its 90 days, and the problems that were put into it."""
    programme = Programme(home, database, begin_life(seed))
    problems: list[Problem] = []
    taken: set[str] = set()
    for day in range(FIRST_DAY, LAST_DAY + 1):
        if day in PROBLEMS:
            problems.append(PROBLEMS[day](programme.life, day, taken))
        programme.life.live(day)
        programme.sync(day)
        if acts and day in acts:
            acts[day](programme)
    yield programme, problems
    programme.instance.close()


def raised(programme: Programme) -> Raised:
    days: Raised = {}
    for step in programme.steps:
        if step.event == "open":
            days.setdefault(step.name, []).append(step.day)
    return days


def flapping(programme: Programme) -> list[tuple[str, str, int]]:
    """What was resolved less than three working days after it was opened, and when."""
    opened: dict[str, int] = {}
    flaps = []
    for step in programme.steps:
        if step.event == "open":
            opened[step.conflict.id] = step.day
        elif step.day - opened.get(step.conflict.id, FIRST_DAY) < 3:
            flaps.append((*step.name, step.day))
    return flaps


def per_person_and_week(programme: Programme) -> Counter[tuple[str, int]]:
    """How many new or changed comments notified each person, by week."""
    return Counter(
        (person, date_of_day(note.day).isocalendar().week)
        for note in programme.notes
        for person in note.notified
    )


def unexpected(programme: Programme, problems: list[Problem]) -> list[Step]:
    """What was opened about items without a problem; differing priorities are always one."""
    return [
        step
        for step in programme.steps
        if step.event == "open"
        and step.name[0] != "priority_mismatch"
        and not any(problem.is_named_by(step.name[0], step.keys) for problem in problems)
    ]


GENUINE = {
    ("priority_mismatch", "OPE-321"): [40],  # ranked low here and high there from the beginning
    ("unowned_handover", "MAR-204"): [51],  # its owner left on day 42; needed in 20 days
    ("late_handover", "MAR-94"): [45],  # slips by two weeks, and nobody replans
    ("priority_mismatch", "PLA-214"): [48, 57],  # decided on day 51, and not done by day 56
    ("stale_plan", "MAR-184"): [63],  # under way, and not updated for eleven days
    ("dangling_dependency", "MAR-245"): [60],  # waits for OPE-9999, which does not exist
    ("dependency_cycle", "PRO-324"): [65],  # waits for what waits for it
}
"""What deserves a decision, with the days on which it was opened."""

DRIFT = {
    ("late_handover", "OPE-274"): [66],
    ("late_handover", "OPE-434"): [73],
    ("late_handover", "OPE-522"): [83],
    ("late_handover", "PLA-534"): [98],
}
"""Delays of one to five days that stood for a week or rest on progress that was stated days ago.

Their owners would have replanned without a comment: these four are still noise.
"""


@pytest.mark.long
def test_every_conflict_of_90_healthy_days_is_listed(tmp_path: Path, database: URL) -> None:
    acts: dict[int, Act] = {
        47: lambda each: each.decide(
            47, "MAR-94", "accept", "marketing-head", until="2026-05-29", days="10"
        ),
        51: lambda each: each.decide(51, "PLA-214", "raise", "platform-head"),
    }
    with played(tmp_path / "home", database, 1, acts) as (programme, _):
        notes = programme.notes

        assert raised(programme) == GENUINE | DRIFT
        assert flapping(programme) == [("late_handover", "PLA-534", 100)]
        assert sum(note.is_new for note in notes) == 24
        assert sum(bool(note.notified) and not note.is_new for note in notes) == 61
        ((_, most),) = per_person_and_week(programme).most_common(1)
        assert most == 7


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3])
def test_whatever_the_seed_each_problem_is_found_and_little_else(
    tmp_path: Path, database: URL, seed: int
) -> None:
    with played(tmp_path / "home", database, seed) as (programme, problems):
        opened = [step for step in programme.steps if step.event == "open"]

        for problem in problems:
            assert any(problem.is_named_by(step.name[0], step.keys) for step in opened), problem
        # Of seed 1 there were 74 without `watch_days` and `grace_days`, most for a day or two.
        assert len(unexpected(programme, problems)) <= 5
