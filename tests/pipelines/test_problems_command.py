"""Held records and fields left out on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from pipelines.cli import output
from tests.connectors.rest.builders import CONNECTION
from tests.connectors.rest.tracker import TOKEN, Tracker, issue, running_tracker
from tests.pipelines.commanding import Run
from tests.pipelines.small import HEALTHY_PLAN, Small, day

UNKNOWN_STATUS = ("CMP-3", "Flyers", day(1), day(3), "Lena Vogt", "Parked", "")
BROKEN_OWNER = ("CMP-4", "Posters", day(1), day(3), "#REF!", "Planned", "")


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    with running_tracker() as running:
        yield running


def connect_tracker(
    small: Small, tracker: Tracker, monkeypatch: pytest.MonkeyPatch, **stream: Any
) -> None:
    """Add the tracker's issues to interlock.yaml, with these settings of the stream."""
    monkeypatch.setenv("TRACKER_TOKEN", TOKEN)
    connection = yaml.safe_load(CONNECTION.format(url=tracker.url))
    issues = connection["streams"]["issues"]
    issues["fields"]["statuses"] = {"open": "planned"}
    del issues["fields"]["parent_stream"], issues["fields"]["parent"]
    connection["streams"] = {"issues": issues | stream}
    settings = small.home / "interlock.yaml"
    content = yaml.safe_load(settings.read_text(encoding="utf-8"))
    content["connections"]["tracker"] = connection
    settings.write_text(yaml.safe_dump(content), encoding="utf-8")


def test_problems_are_listed_with_reason_and_remedy_and_held_records_come_first(
    interlock: Run, small: Small
) -> None:
    small.write_plan(*HEALTHY_PLAN, BROKEN_OWNER, UNKNOWN_STATUS)
    _, out, _ = interlock("sync", "--dry-run")
    assert out.splitlines()[-1] == (
        "1 record is held, 1 field left out: `interlock problems` lists them"
    )

    code, out, _ = interlock("problems", "--json")

    held, left_out = json.loads(out)
    assert code == 0
    assert (held["connection"], held["record"], held["held"]) == ("marketing-plan", "CMP-3", True)
    assert 'the status "Parked" is not mapped' in held["reason"]
    assert held["remedy"].startswith('Add "Parked" to the statuses')
    assert (left_out["record"], left_out["held"]) == ("CMP-4", False)
    assert interlock("problems", "it-jira", "--json")[1] == "[]\n"

    _, out, _ = interlock("sync", "--dry-run")
    assert out.splitlines()[-1].startswith("1 record is held, 1 field left out")


def test_the_table_of_problems_fits_into_80_columns(
    interlock: Run, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.write_plan(*HEALTHY_PLAN, UNKNOWN_STATUS)
    interlock("sync", "--dry-run")
    monkeypatch.setattr(output.console, "width", 80)

    _, out, _ = interlock("problems", "marketing-plan")

    assert max(map(len, out.splitlines())) <= 80
    words = " ".join(out.replace("│", " ").split())
    assert "CMP-3" in words
    assert "2026-" in words
    assert "marketing-plan" in words


def test_without_problems_the_list_says_so_and_the_sync_says_nothing(interlock: Run) -> None:
    assert "interlock problems" not in interlock("sync", "--dry-run")[1]
    assert interlock("problems")[:2] == (0, "No record is held, and no field is left out.\n")


def test_problems_of_an_unknown_connection_are_refused(interlock: Run) -> None:
    code, _, err = interlock("problems", "it-jria")
    assert code == 2
    assert 'Did you mean "it-jira"?' in err


def test_explain_says_that_a_record_is_held_why_and_what_to_do(
    interlock: Run, small: Small
) -> None:
    small.write_plan(*HEALTHY_PLAN, UNKNOWN_STATUS)
    interlock("sync", "--dry-run")

    code, out, _ = interlock("explain", "CMP-3")

    assert code == 0
    assert out.startswith("CMP-3 is held, so it is not in the plan")
    assert 'the status "Parked" is not mapped to a state. Add "Parked"' in out
    (held,) = json.loads(interlock("explain", "CMP-3", "--json")[1])["held"]
    assert held["record"] == "CMP-3"


def test_explain_of_a_record_that_is_held_now_shows_its_last_state_and_says_so(
    interlock: Run, small: Small
) -> None:
    interlock("sync", "--dry-run")
    first, (key, title, start, finish, owner, _, after) = HEALTHY_PLAN
    small.write_plan(first, (key, title, start, finish, owner, "Parked", after))
    interlock("sync", "--dry-run")

    _, out, _ = interlock("explain", "CMP-2")

    assert out.startswith("CMP-2 Launch")
    assert "Its last state that could be read counts." in out


def test_an_id_that_no_record_has_is_no_green_sync(
    interlock: Run, small: Small, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker.issues = [issue(1), issue(2)]
    connect_tracker(small, tracker, monkeypatch, id="node.id")

    code, _, err = interlock("check")
    assert code == 1
    assert "tracker: issues: none of 2 records has a usable id at node.id" in err

    code, out, _ = interlock("sync", "--dry-run", "--json")
    pulled = json.loads(out)["pulled"]["tracker"]
    assert (code, pulled["read"], pulled["problems"], pulled["held"]) == (1, 0, 2, 2)

    code, out, _ = interlock("sync", "--dry-run")
    assert code == 1
    assert "its tool shows no record" not in out
    assert "nothing changed" not in out
    assert "2 records are held: `interlock problems` lists them" in out


def test_what_waits_for_a_held_record_by_its_address_does_not_dangle(
    interlock: Run, small: Small, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker.issues = [
        issue(1, blocked_by=[{"url": "https://git.example/acme/api/issues/3"}]),
        issue(3, state="triage"),
    ]
    connect_tracker(small, tracker, monkeypatch)

    _, out, _ = interlock("sync", "--dry-run", "--json")

    assert json.loads(out)["dangling"] == 0
    tracker.issues.pop()
    _, out, _ = interlock("sync", "--dry-run", "--json", "--reread", "tracker")
    assert json.loads(out)["dangling"] == 1
