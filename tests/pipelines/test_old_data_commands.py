"""What the commands print of old data: whose they are, how old they are, what waits for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from pipelines.instance import Instance
from tests.pipelines.commanding import Run
from tests.pipelines.small import HEALTHY_PLAN, NOW, Small, day
from tests.pipelines.syncing import stored_conflict

AGE = "Rests on it-jira as last read on 4 Mar 2026. Its deadline waits meanwhile."
TEASER = ("CMP-3", "Teaser", day(2), day(4), "Lena Vogt", "Planned", "CDP-3")
Later = Callable[[int], None]


@pytest.fixture
def later(interlock: Run, monkeypatch: pytest.MonkeyPatch) -> Later:
    """Lets the commands run that many days later, when Jira refuses the token."""

    def go_on(days: int) -> None:
        monkeypatch.setenv("JIRA_TOKEN", "wrong")
        for command in ("comments", "conflicts", "explain", "sync"):
            monkeypatch.setattr(f"pipelines.cli.{command}.now", lambda: NOW + timedelta(days=days))

    return go_on


def test_a_sync_says_how_many_findings_are_held_and_for_which_connection(
    interlock: Run, small: Small, later: Later
) -> None:
    interlock("sync")
    small.write_plan(*HEALTHY_PLAN, TEASER)
    later(3)

    _, out, _ = interlock("sync")
    _, listed, _ = interlock("conflicts")
    _, as_json, _ = interlock("sync", "--json")

    assert "1 finding held: resting on it-jira as last read on 4 Mar 2026" in out
    assert "1 finding held: resting on it-jira as last read on 4 Mar 2026" in listed
    (held,) = json.loads(as_json)["held"]
    assert (held["rule"], held["severity"]) == ("late_handover", "medium")
    assert held["old_readings"] == [
        {"connection": "it-jira", "read_at": "2026-03-04T09:00:00+00:00", "removed": False}
    ]


@pytest.mark.after_sync
def test_conflicts_are_listed_with_the_age_of_their_data_though_no_sync_ran_since(
    interlock: Run, instance: Instance, later: Later
) -> None:
    later(3)

    _, out, _ = interlock("conflicts")
    _, as_json, _ = interlock("conflicts", "--json")

    # The other connections have not been read for three days either.
    # A cell of the table is folded, so only its beginning is certain to stand in one line.
    assert "Rests on" in out
    listed = {each["rule"]: each for each in json.loads(as_json)}
    assert listed["late_handover"]["rests_on"] == ["it-jira", "marketing-plan"]
    old = [each["connection"] for each in listed["late_handover"]["old_readings"]]
    assert old == ["it-jira", "marketing-plan"]


@pytest.mark.after_sync
def test_fresh_conflicts_are_listed_without_an_age(interlock: Run, instance: Instance) -> None:

    _, out, _ = interlock("conflicts")

    assert "Rests on" not in out


@pytest.mark.after_sync
def test_explain_marks_a_conflict_and_items_with_old_data(
    interlock: Run, instance: Instance, later: Later
) -> None:
    conflict = stored_conflict(instance)
    later(3)
    interlock("sync")

    _, about_conflict, _ = interlock("explain", conflict.id)
    _, about_item, _ = interlock("explain", "CDP-3")
    _, as_json, _ = interlock("explain", "CDP-3", "--json")

    assert AGE in about_conflict
    assert (
        "data     it-jira as last read on 4 Mar 2026; what is left there counts from that day"
        in (about_item)
    )
    assert json.loads(as_json)["chain"][-1]["old_reading"]["connection"] == "it-jira"


@pytest.mark.after_sync
def test_a_sync_names_a_connection_that_is_no_longer_in_the_settings_once(
    interlock: Run, small: Small, instance: Instance
) -> None:
    small.remove_sales()

    _, out, _ = interlock("sync")

    assert out.count("sales is no longer in interlock.yaml") == 1
    assert "1 conflict waits until somebody decides" in out
