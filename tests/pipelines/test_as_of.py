"""A past day is answered as that day was: conflicts, cards, who may decide, decisions, agendas."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from tests.pipelines.commanding import Run
from tests.pipelines.small import HEALTHY_PLAN, NOW, Small, day
from tests.pipelines.syncing import run_sync

AGENDA = ("agenda", "steering-committee", "--json")
QUESTIONS = (
    ("conflicts", "--json", "--all"),
    ("conflicts",),
    ("decisions", "--json"),
    ("decisions",),
)
COMMANDS = ("agenda", "as_of", "card", "conflicts", "decide", "decisions")


class Walk:
    """An instance on day after day: it is synced, and asked."""

    def __init__(self, small: Small, interlock: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        self.small, self.interlock, self.offset = small, interlock, 0
        for command in COMMANDS:
            monkeypatch.setattr(f"pipelines.cli.{command}.now", lambda: self.now)

    @property
    def now(self) -> datetime:
        return NOW + timedelta(days=self.offset)

    def sync(self, offset: int) -> None:
        self.offset = offset
        opened = self.small.open()
        run_sync(opened, days=offset, write=False)
        opened.close()

    def ask(self, *as_of: str) -> dict[tuple[str, ...], str]:
        """The answer to each question, about all conflicts and about each of them."""
        listed = json.loads(self.interlock("conflicts", "--json", "--all", *as_of)[1])
        cards = [("conflicts", each["id"], *form) for each in listed for form in ((), ("--json",))]
        answers = {}
        for question in (*QUESTIONS, *cards):
            code, out, err = self.interlock(*question, *as_of)
            assert code == 0, err
            answers[question] = out
        return answers

    def decide(self, *choice: str) -> None:
        conflicts = json.loads(self.interlock("conflicts", "--json")[1])
        late = next(each["id"] for each in conflicts if each["rule"] == "late_handover")
        code, _, err = self.interlock("decide", late, *choice)
        assert code == 0, err


def change_holder(small: Small) -> None:
    file = small.home / "operating_model" / "people.yaml"
    held = "holder: jonas-krueger, deputy: nina-scholz"
    text = file.read_text(encoding="utf-8")
    assert held in text
    file.write_text(text.replace(held, "holder: nina-scholz"), encoding="utf-8")


@pytest.fixture
def walk(small: Small, interlock: Run, monkeypatch: pytest.MonkeyPatch) -> Walk:
    return Walk(small, interlock, monkeypatch)


@pytest.mark.long
def test_each_of_ten_days_is_answered_at_the_end_as_it_was_then(walk: Walk) -> None:
    told = {}
    launch = HEALTHY_PLAN[1]
    for offset in range(10):
        if offset == 2:
            walk.small.write_plan(HEALTHY_PLAN[0], (*launch[:2], day(8), *launch[3:]))
        if offset == 4:
            change_holder(walk.small)
        if offset == 8:
            walk.small.write_plan(HEALTHY_PLAN[0])
        walk.sync(offset)
        if offset == 3:
            until = (NOW + timedelta(days=6)).date().isoformat()
            fields = ("--set", f"until={until}")
            walk.decide("--verdict", "accept", *fields, "--as", "friedrich-albers")
        told[walk.now] = walk.ask()

    assert len({json.dumps(sorted(each.items())) for each in told.values()}) >= 6
    for then, answers in told.items():
        assert walk.ask("--as-of", f"{then:%Y-%m-%d}") == answers


@pytest.mark.long
def test_a_past_day_has_the_conflict_the_authority_and_the_decisions_of_then(walk: Walk) -> None:
    walk.sync(0)
    first, agenda = walk.ask(), walk.interlock(*AGENDA)[1]
    change_holder(walk.small)
    walk.sync(1)
    walk.decide("--verdict", "move", "--as", "friedrich-albers")
    second = walk.ask()

    assert walk.ask("--as-of", "2026-03-04") == first
    assert walk.ask("--as-of", "2026-03-05") == second
    assert walk.interlock(*AGENDA, "--on", "2026-03-04")[1] == agenda
    later = walk.interlock(*AGENDA)[1]
    assert len(json.loads(agenda)["points"]) == 1 + len(json.loads(later)["points"])
    late = next(each["id"] for each in json.loads(first["conflicts", "--json", "--all"]))
    assert "Jonas Krüger (Head of IT), deputy Nina Scholz" in first["conflicts", late]
    assert "Nina Scholz (Head of IT)" in second["conflicts", late]
    assert "Nothing was decided." in first["decisions",]
    assert "Friedrich Albers" in second["decisions",]


def test_yesterday_is_answered_as_it_was_and_other_days_are_refused(walk: Walk) -> None:
    walk.sync(0)
    walk.decide("--verdict", "move", "--as", "friedrich-albers")
    walk.offset = 1
    listed = json.loads(walk.interlock("conflicts", "--json", "--as-of", "2026-03-04")[1])
    assert sorted(each["status"] for each in listed) == ["decided", "open"]
    decided = walk.interlock("decisions", "--json", "--as-of", "2026-03-04")[1]
    assert [each["outcome"] for each in json.loads(decided)] == ["awaited"]
    walk.offset = 0

    code, _, err = walk.interlock("conflicts", "--as-of", "2026-03-03")
    assert code == 2
    assert "on record since 4 Mar 2026" in err
    assert walk.interlock("decisions", "--as-of", "2026-03-05")[0] == 2
    assert walk.interlock("conflicts", "C-0000000000")[0] == 2
