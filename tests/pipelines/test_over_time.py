"""What stands in the comments while days pass, people change, and records go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from model.conflicts import Conflict
from pipelines.instance import Instance
from pipelines.steps.comment import comment
from pipelines.steps.decide import record_decision
from pipelines.steps.sync import SyncResult, sync_all
from tests.pipelines.small import HEALTHY_PLAN, NOW, Small
from tests.pipelines.test_sync import jira_comments, rules, written

TOBIAS = "5b10a2844c20165700ede21c"


def run(instance: Instance, *, day: int = 0, write: bool = True) -> SyncResult:
    return sync_all(instance, NOW + timedelta(days=day), lambda _: None, write=write)


def late(result: SyncResult) -> Conflict:
    return next(c for c in result.detected.in_force if c.finding.rule == "late_handover")


def edits(result: SyncResult) -> list[tuple[str, bool]]:
    """The records whose comments were edited, and whether somebody is notified of it."""
    return sorted(
        (change.target.key, change.notify)
        for done in result.commented.values()
        for change, _ in done.written
        if change.posted is not None
    )


def text_on(small: Small, key: str) -> str:
    return "\n".join(_text(each["body"]) for each in jira_comments(small, key))


def _text(node: dict[str, Any]) -> str:
    said = node.get("text", "") + node.get("attrs", {}).get("id", "")
    return said + "".join(_text(child) for child in node.get("content", []))


def replaced(small: Small, file: str, old: str, new: str) -> None:
    path = small.home / "operating_model" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_each_deadline_that_passes_is_told_once_and_in_the_same_comment(
    small: Small, instance: Instance
) -> None:
    told = {day: run(instance, day=day) for day in range(0, 20, 2)}

    escalated = [day for day, result in told.items() if result.detected.events.get("escalated")]
    undecided = [day for day, result in told.items() if result.detected.events.get("undecided")]
    assert (len(escalated), len(undecided)) == (2, 1)
    for day, result in told.items():
        notified = any(notify for _, notify in edits(result))
        assert notified == (day in [*escalated, *undecided])
    assert len(jira_comments(small, "CDP-2")) == 2


def test_past_the_last_deadline_the_comment_says_that_it_is_undecided(
    small: Small, instance: Instance
) -> None:
    run(instance)

    run(instance, day=40)

    assert "was to decide by" in text_on(small, "CDP-2")
    assert "It is still undecided." in text_on(small, "CDP-2")


def test_who_takes_over_a_role_is_told_what_there_is_to_decide(
    small: Small, instance: Instance
) -> None:
    run(instance)
    replaced(small, "people.yaml", "holder: jonas-krueger", "holder: tobias-lang")

    changed = small.opened()
    result = run(changed, day=1)
    changed.close()

    assert result.detected.events == {"handed on": 1}
    assert edits(result) == [("CDP-2", True), ("CMP-2", True)]
    assert late(result).escalation.authority is not None
    assert f"{TOBIAS} (Head of IT)" in text_on(small, "CDP-2")


def test_comments_can_be_worded_before_the_first_sync_with_a_new_operating_model(
    small: Small, instance: Instance
) -> None:
    run(instance)
    replaced(small, "people.yaml", "id: jonas-krueger", "id: j-krueger")
    replaced(small, "people.yaml", "holder: jonas-krueger", "holder: j-krueger")

    changed = small.opened()
    done = comment(changed, "it-jira", NOW, dry_run=True)
    changed.close()

    assert not done.refused


def test_an_item_deleted_in_its_tool_resolves_what_was_about_it(
    small: Small, instance: Instance
) -> None:
    run(instance)
    httpx.delete(
        f"{small.sandbox.jira_url}/rest/api/3/issue/CDP-2",
        auth=("interlock@example.com", "sandbox-token"),
    ).raise_for_status()

    result = run(instance, day=1)
    again = run(instance, day=2)

    assert not result.failures
    assert rules(result) == ["dangling_dependency", "dangling_dependency"]
    assert ("CMP-2", True) in edits(result)
    assert written(again) == {}


def test_what_was_marked_as_resolved_is_not_looked_at_for_ever(
    small: Small, instance: Instance
) -> None:
    run(instance)
    small.plan(HEALTHY_PLAN[0])
    resolved = run(instance, day=1)

    again = run(instance, day=2)

    assert edits(resolved) == [("CDP-2", True)]
    assert rules(again) == ["broken_promise"]
    assert again.commented["it-jira"].unchanged == 1


def test_a_deputy_decides_and_the_decision_outlives_the_deadlines(
    small: Small, instance: Instance
) -> None:
    conflict = late(run(instance))
    record_decision(instance, conflict.id, "move", "nina-scholz", "The fair is later", "cli", NOW)

    run(instance, day=1)
    later = run(instance, day=20)

    assert "Decided by Nina Scholz" in text_on(small, "CDP-2")
    assert late(later).decision is not None
    assert ("CMP-2", True) not in edits(later)


def test_an_issue_moved_to_another_project_keeps_its_conflict_and_its_comments(
    small: Small, instance: Instance
) -> None:
    conflict = late(run(instance))
    before = [each["id"] for each in jira_comments(small, "CDP-2")]
    small.settings(it_jira={"projects": ["CDP", "OPS"]})
    httpx.post(
        f"{small.sandbox.jira_url}/_sandbox/issues/CDP-2/move",
        json={"to": "OPS-7"},
        auth=("interlock@example.com", "sandbox-token"),
    ).raise_for_status()

    changed = small.opened()
    result = run(changed, day=1)
    again = run(changed, day=2)
    changed.close()

    assert not result.failures
    assert rules(result) == ["broken_promise", "late_handover"]
    assert late(result).id == conflict.id
    assert [each["id"] for each in jira_comments(small, "OPS-7")] == before
    assert "OPS-7 of IT is forecast to finish" in text_on(small, "OPS-7")
    assert ("OPS-7", True) not in edits(result)
    assert written(again) == {}


def test_a_comment_above_the_ceiling_of_a_day_follows_on_the_next(small: Small) -> None:
    settings = small.home / "interlock.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("mode: write", "mode: write\n  per_day: 1"), encoding="utf-8")
    instance = small.opened()

    first, same_day = run(instance), run(instance)
    next_day, later = run(instance, day=1), run(instance, day=2)
    instance.close()

    assert [waits.content.conflict_id for waits in first.commented["it-jira"].difference.postponed]
    assert written(same_day) == {}
    assert written(next_day) == {"it-jira": ["CDP-2"]}
    assert written(later) == {}
    assert len(jira_comments(small, "CDP-2")) == 2


def test_a_plan_that_another_function_takes_over_is_another_conflict(
    small: Small, instance: Instance
) -> None:
    conflict = late(run(instance))
    small.settings(marketing_plan={"function": "sales"})

    changed = small.opened()
    result = run(changed, day=1)
    again = run(changed, day=2)
    changed.close()

    assert late(result).id != conflict.id
    assert "than Sales needs" in text_on(small, "CDP-2")
    assert "The cause is gone since 5 Mar 2026" in text_on(small, "CDP-2")
    assert written(again) == {}


def test_who_has_no_identity_in_a_tool_is_named_there_and_not_mentioned(
    small: Small, instance: Instance
) -> None:
    replaced(small, "people.yaml", "      it-jira: 5b10a2844c20165700ede21a\n", "")

    changed = small.opened()
    result = run(changed)
    again = run(changed, day=1)
    changed.close()

    assert not result.failures
    assert "Jonas Krüger (Head of IT) decides by" in text_on(small, "CDP-2")
    assert written(again) == {}
