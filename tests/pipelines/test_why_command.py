"""`interlock why`: a history with three hops and slips on known days, told from the tools."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy.engine import URL

from connectors.sandbox import running_sandbox
from tests.pipelines.commanding import Run, command_on
from tests.pipelines.small import JIRA, NOW, SALESFORCE, Small, day, issue, make_small
from tests.pipelines.syncing import late_handover, run_sync


def planned(key: str, start: date, due: date, blocks: str, moved: int, was: date) -> dict[str, Any]:
    """An issue whose due date was moved so many weekdays from the present of the story."""
    change = {
        "at": f"{day(moved)}T09:00:00Z",
        "by": JIRA["users"][0]["account_id"],
        "field": "duedate",
        "from": was.isoformat(),
        "to": due.isoformat(),
    }
    links = [{"type": "Blocks", "to": blocks}] if blocks else []
    return issue(key, f"Work {key}", due, start, status="To Do", changes=[change], links=links)


SLIPPED = {
    **JIRA,
    "issues": [
        # Promised for day 2, 6 and 10; the first took 3 days more, the others 2 and 4.
        planned("CDP-1", day(1), day(5), "CDP-2", moved=-8, was=day(2)),
        planned("CDP-2", day(3), day(8), "CDP-3", moved=-5, was=day(6)),
        planned("CDP-3", day(7), day(14), "", moved=-2, was=day(10)),
    ],
}


@pytest.fixture(scope="module")
def slipped(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], URL]
) -> Iterator[Small]:
    with running_sandbox(jira=SLIPPED, salesforce=SALESFORCE) as sandbox:
        small = make_small(tmp_path_factory.mktemp("slipped") / "home", sandbox, new_database())
        launch = ("CMP-2", "Launch", day(12), day(16), "Lena Vogt", "Planned", "CDP-3")
        small.write_plan(launch)
        instance = small.open()
        conflict = late_handover(run_sync(instance, write=False))
        assert conflict.finding.impact.days == 8
        instance.close()
        yield small


@pytest.fixture
def interlock_slipped(
    slipped: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    return command_on(slipped, monkeypatch, capsys)


def test_each_hop_has_its_day_and_its_days_and_they_sum_to_the_delay(
    interlock_slipped: Run,
) -> None:
    code, out, _ = interlock_slipped("why", "CDP-3", "--json")
    told = json.loads(out)

    assert code == 0
    assert (told["promised"], told["finish"]) == (str(day(10)), str(day(19)))
    assert [(s["record"]["key"], s["from"], s["days"]) for s in told["slips"]] == [
        ("CDP-1", str(day(-8)), 3),
        ("CDP-2", str(day(-5)), 2),
        ("CDP-3", str(day(-2)), 4),
    ]
    assert told["days"] == sum(slip["days"] for slip in told["slips"]) == 9
    assert told["slips"][0]["changes"] == ["planned finish 6 Mar 2026 → 11 Mar 2026"]


def test_it_says_what_was_flagged_when_and_that_no_decision_followed(
    interlock_slipped: Run,
) -> None:
    code, out, _ = interlock_slipped("why", "CDP-3")

    assert code == 0
    assert "CDP-3 Work CDP-3 was promised for 18 Mar 2026" in out
    assert "is forecast for 31 Mar 2026: 9 working days late" in out
    assert "flagged  4 Mar 2026  C-" in out
    assert "no decision followed" in out


def test_before_the_history_of_a_workbook_begins_that_of_its_driver_is_told(
    interlock_slipped: Run,
) -> None:
    _, out, _ = interlock_slipped("why", "CMP-2", "--json")
    told = json.loads(out)

    assert told["known_since"] == str(NOW.date())
    # Its slack absorbed the first day.
    assert [
        (s["record"]["key"], s["from"], s["days"], s["before_history"]) for s in told["slips"]
    ] == [
        ("CDP-1", str(day(-8)), 2, True),
        ("CDP-2", str(day(-5)), 2, True),
        ("CDP-3", str(day(-2)), 4, True),
    ]
    assert told["days"] == 8
    assert "it counts if its plan was the same then" in interlock_slipped("why", "CMP-2")[1]


def test_a_name_that_cannot_be_late_is_refused(interlock_slipped: Run) -> None:
    code, _, err = interlock_slipped("why", "CDP-77")

    assert code == 2
    assert "CDP-77" in err


def test_a_decision_that_followed_is_named_with_what_became_of_it(
    interlock_slipped: Run,
) -> None:
    _, out, _ = interlock_slipped("why", "CDP-3", "--json")
    conflict_id = json.loads(out)["flags"][0]["conflict"]
    choice = ("--verdict", "move", "--as", "friedrich-albers")
    assert interlock_slipped("decide", conflict_id, *choice)[0] == 0

    _, out, _ = interlock_slipped("why", "CDP-3")

    assert "decided  4 Mar 2026  Friedrich Albers: Marketing replans CMP-2 for" in out
    assert "(awaited)" in out
