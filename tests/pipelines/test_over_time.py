"""What the comments say while days pass, people change, and records disappear."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from pipelines.instance import Instance
from pipelines.steps.comment import comment
from pipelines.steps.decide import DecisionRefused
from pipelines.steps.sync import SyncResult
from tests.pipelines.small import HEALTHY_PLAN, NOW, Small
from tests.pipelines.syncing import (
    decide_as,
    jira_comments,
    late_handover,
    rule_names,
    run_sync,
    stored_conflict,
    written_keys,
)

JONAS, TOBIAS = "5b10a2844c20165700ede21a", "5b10a2844c20165700ede21c"


def edits(result: SyncResult) -> list[tuple[str, bool]]:
    """The records whose comments were edited, and whether somebody is notified of it."""
    return sorted(
        (change.target.key, change.notify)
        for commented in result.commented.values()
        for change, _ in commented.written
        if change.posted is not None
    )


def text_on(small: Small, key: str) -> str:
    """The words and mentioned account ids of all comments on an issue."""
    return "\n".join(_adf_text(comment["body"]) for comment in jira_comments(small, key))


def _adf_text(node: dict[str, Any]) -> str:
    own_text = node.get("text", "") + node.get("attrs", {}).get("id", "")
    return own_text + "".join(_adf_text(child) for child in node.get("content", []))


def replace_in_model(small: Small, file: str, old: str, new: str) -> None:
    """Edit a file of the operating model."""
    path = small.home / "operating_model" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.after_sync
def test_each_deadline_that_passes_notifies_once_and_edits_the_same_comment(
    small: Small, instance: Instance
) -> None:
    results = {day: run_sync(instance, days=day) for day in range(2, 18, 2)}

    escalated = [day for day, result in results.items() if result.detected.events.get("escalated")]
    undecided = [day for day, result in results.items() if result.detected.events.get("undecided")]
    assert (len(escalated), len(undecided)) == (2, 1)
    for day, result in results.items():
        notified = any(notify for _, notify in edits(result))
        assert notified == (day in [*escalated, *undecided])
    assert len(jira_comments(small, "CDP-2")) == 2


def test_past_the_last_deadline_the_comment_says_that_it_is_undecided(
    small: Small,
) -> None:
    with closing(edit_settings(small, "comments:", "fresh_for: 1000\ncomments:")) as instance:
        run_sync(instance)
        run_sync(instance, days=40)

    assert "was to decide by" in text_on(small, "CDP-2")
    assert "it is still undecided." in text_on(small, "CDP-2")


@pytest.mark.after_sync
def test_a_new_holder_of_a_role_is_notified_of_what_there_is_to_decide(
    small: Small, instance: Instance
) -> None:
    replace_in_model(small, "people.yaml", "holder: jonas-krueger", "holder: tobias-lang")

    changed = small.open()
    result = run_sync(changed, days=1)
    changed.close()

    assert result.detected.events == {"handed on": 1}
    assert edits(result) == [("CDP-2", True), ("CMP-2", True)]
    assert late_handover(result).escalation.authority is not None
    assert f"{TOBIAS} (Head of IT)" in text_on(small, "CDP-2")


def test_while_who_decides_is_away_the_deputy_is_asked_once_and_after_the_return_no_more(
    small: Small,
) -> None:
    email = "    email: jonas.krueger@nordlicht.example\n"
    absence = "    absences: [{ from: 2026-03-02, to: 2026-03-10 }]\n    deputy: tobias-lang\n"
    replace_in_model(small, "people.yaml", email, email + absence)
    with closing(small.open()) as instance:
        run_sync(instance)
        while_away = late_comment(small)
        unchanged = run_sync(instance, minutes=10)

    # Back before the day by which it is to be decided.
    replace_in_model(small, "people.yaml", "to: 2026-03-10", "to: 2026-03-04")
    with closing(small.open()) as instance:
        returned = run_sync(instance, days=1)
        after_return = late_comment(small)
        again = run_sync(instance, days=2)

    assert f"{TOBIAS} for Jonas Krüger (Head of IT) decides by" in while_away
    assert JONAS not in while_away
    assert written_keys(unchanged) == {}
    assert f"{JONAS} (Head of IT) decides by" in after_return
    assert TOBIAS not in after_return
    assert ("CDP-2", True) in edits(returned)
    assert written_keys(again) == {}


def late_comment(small: Small) -> str:
    """The words and mentioned account ids of the comment about the late handover."""
    texts = (_adf_text(comment["body"]) for comment in jira_comments(small, "CDP-2"))
    return next(text for text in texts if "Marketing needs" in text)


@pytest.mark.after_sync
def test_comments_can_be_worded_before_the_first_sync_with_a_new_operating_model(
    small: Small, instance: Instance
) -> None:
    replace_in_model(small, "people.yaml", "id: jonas-krueger", "id: j-krueger")
    replace_in_model(small, "people.yaml", "holder: jonas-krueger", "holder: j-krueger")

    changed = small.open()
    result = comment(changed, "it-jira", NOW, dry_run=True)
    changed.close()

    assert not result.refused


@pytest.mark.after_sync
def test_an_item_deleted_in_its_tool_resolves_what_was_about_it(
    small: Small, instance: Instance
) -> None:
    small.call_jira("DELETE", "/rest/api/3/issue/CDP-2")

    result = run_sync(instance, days=1)
    again = run_sync(instance, days=2)

    assert not result.failures
    assert rule_names(result) == ["dangling_dependency", "dangling_dependency"]
    assert ("CMP-2", True) in edits(result)
    assert written_keys(again) == {}


@pytest.mark.after_sync
def test_a_comment_marked_as_resolved_is_not_read_again(small: Small, instance: Instance) -> None:
    small.write_plan(HEALTHY_PLAN[0])
    resolved = run_sync(instance, days=1)

    again = run_sync(instance, days=2)

    assert edits(resolved) == [("CDP-2", True)]
    assert rule_names(again) == ["broken_promise"]
    assert again.commented["it-jira"].unchanged == 1


@pytest.mark.after_sync
def test_a_deputy_decides_and_the_decision_outlives_the_deadlines(
    small: Small, instance: Instance
) -> None:
    conflict = stored_conflict(instance)
    until = (NOW + timedelta(days=30)).date().isoformat()
    decide_as(instance, conflict, "accept", "nina-scholz", until=until, days="30")

    run_sync(instance, days=1)
    later = run_sync(instance, days=20)

    assert "Decided by Nina Scholz" in text_on(small, "CDP-2")
    assert late_handover(later).decision is not None
    assert ("CMP-2", True) not in edits(later)


@pytest.mark.after_sync
def test_a_plan_that_does_not_show_what_was_decided_within_a_week_opens_the_conflict_again(
    small: Small, instance: Instance
) -> None:
    conflict = stored_conflict(instance)
    decide_as(instance, conflict, "move", "nina-scholz")

    run_sync(instance, days=1)
    later = run_sync(instance, days=20)

    assert "and is not" in late_handover(later).reopened_because
    assert "Open again: a new date of CMP-2" in text_on(small, "CDP-2")


@pytest.mark.after_sync
def test_a_lower_right_does_not_undo_the_decision_of_a_higher_one(
    instance: Instance,
) -> None:
    conflict = stored_conflict(instance)
    decide_as(instance, conflict, "accept", "friedrich-albers")

    with pytest.raises(DecisionRefused, match="whose right reaches further"):
        decide_as(instance, conflict, "dismiss", "nina-scholz", "No conflict")


@pytest.mark.after_sync
def test_a_resolved_conflict_can_no_longer_be_decided(small: Small, instance: Instance) -> None:
    conflict = stored_conflict(instance)
    small.write_plan(HEALTHY_PLAN[0])
    run_sync(instance, days=1)

    with pytest.raises(DecisionRefused, match="it is resolved"):
        decide_as(instance, conflict, "move", "nina-scholz", "Too late")


@pytest.mark.after_sync
def test_an_issue_moved_to_another_project_keeps_its_conflict_and_its_comments(
    small: Small, instance: Instance
) -> None:
    conflict = stored_conflict(instance)
    before = [comment["id"] for comment in jira_comments(small, "CDP-2")]
    small.write_settings(it_jira={"projects": ["CDP", "OPS"]})
    small.call_jira("POST", "/_sandbox/issues/CDP-2/move", {"to": "OPS-7"})

    changed = small.open()
    result = run_sync(changed, days=1)
    again = run_sync(changed, days=2)
    changed.close()

    assert not result.failures
    assert rule_names(result) == ["broken_promise", "late_handover"]
    assert late_handover(result).id == conflict.id
    assert [comment["id"] for comment in jira_comments(small, "OPS-7")] == before
    assert "Marketing needs your OPS-7 by" in text_on(small, "OPS-7")
    assert ("OPS-7", True) not in edits(result)
    assert written_keys(again) == {}


def test_a_comment_above_the_daily_ceiling_is_written_the_next_day(small: Small) -> None:
    instance = one_comment_per_day(small)

    first, same_day = run_sync(instance), run_sync(instance)
    next_day, later = run_sync(instance, days=1), run_sync(instance, days=2)
    instance.close()

    assert len(first.commented["it-jira"].difference.postponed) == 1
    assert written_keys(same_day) == {}
    assert written_keys(next_day) == {"it-jira": ["CDP-2"]}
    assert written_keys(later) == {}
    assert len(jira_comments(small, "CDP-2")) == 2


def one_comment_per_day(small: Small) -> Instance:
    """The instance with a ceiling of one new comment per day and connection."""
    return edit_settings(small, "mode: write", "mode: write\n  per_day: 1")


def edit_settings(small: Small, old: str, new: str) -> Instance:
    """The instance with a text of interlock.yaml replaced."""
    settings = small.home / "interlock.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(old, new), encoding="utf-8")
    return small.open()


def minutes_until(hour: int, minute: int) -> int:
    """From NOW to a time of the same day in UTC; Berlin is one hour ahead in March."""
    return int((NOW.replace(hour=hour, minute=minute) - NOW).total_seconds() / 60)


def test_the_daily_ceiling_begins_again_at_midnight_in_the_time_zone_of_the_model(
    small: Small,
) -> None:
    with closing(one_comment_per_day(small)) as instance:
        before_midnight = run_sync(instance, minutes=minutes_until(22, 59))
        after_midnight = run_sync(instance, minutes=minutes_until(23, 1))

    assert written_keys(before_midnight)["it-jira"] == ["CDP-2"]
    assert written_keys(after_midnight) == {"it-jira": ["CDP-2"]}


def test_the_daily_ceiling_does_not_begin_again_at_midnight_in_utc(small: Small) -> None:
    with closing(one_comment_per_day(small)) as instance:
        run_sync(instance, minutes=minutes_until(23, 1))
        after_utc_midnight = run_sync(instance, minutes=minutes_until(23, 1) + 60)

    assert written_keys(after_utc_midnight) == {}


@pytest.mark.after_sync
def test_a_plan_that_moves_to_another_function_is_another_conflict(
    small: Small, instance: Instance
) -> None:
    conflict = stored_conflict(instance)
    small.write_settings(marketing_plan={"function": "sales"})

    changed = small.open()
    result = run_sync(changed, days=1)
    again = run_sync(changed, days=2)
    changed.close()

    assert late_handover(result).id != conflict.id
    assert "Sales needs your CDP-2 by" in text_on(small, "CDP-2")
    assert "the cause is gone since 5 Mar 2026" in text_on(small, "CDP-2")
    assert written_keys(again) == {}


def test_a_person_without_an_identity_in_a_tool_is_named_but_not_mentioned(
    small: Small, instance: Instance
) -> None:
    replace_in_model(small, "people.yaml", "      it-jira: 5b10a2844c20165700ede21a\n", "")

    changed = small.open()
    result = run_sync(changed)
    again = run_sync(changed, days=1)
    changed.close()

    assert not result.failures
    assert "Jonas Krüger (Head of IT) decides by" in text_on(small, "CDP-2")
    assert written_keys(again) == {}
