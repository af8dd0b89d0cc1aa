"""A whole sync over real tools: what it finds, what it writes, and that it stays quiet."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from pipelines.instance import Instance
from pipelines.steps.decide import DecisionRefused, record_decision
from pipelines.steps.sync import SyncResult, sync_all
from tests.pipelines.small import HEALTHY_PLAN, NOW, Small, day


def run(instance: Instance, *, later: int = 0, write: bool = True) -> SyncResult:
    return sync_all(instance, NOW + timedelta(minutes=later), lambda _: None, write=write)


def written(result: SyncResult) -> dict[str, list[str]]:
    """What happened to comments, by connection: the records they are on."""
    return {
        name: sorted(change.target.key for change, _ in done.written)
        for name, done in result.commented.items()
        if done.written
    }


def rules(result: SyncResult) -> list[str]:
    return sorted(conflict.finding.rule for conflict in result.detected.in_force)


def jira_comments(small: Small, key: str) -> list[dict[str, Any]]:
    answer = httpx.get(
        f"{small.sandbox.jira_url}/rest/api/3/issue/{key}/comment",
        auth=("interlock@example.com", "sandbox-token"),
    )
    comments: list[dict[str, Any]] = answer.json()["comments"]
    return comments


def set_due(small: Small, key: str, due: str) -> None:
    httpx.put(
        f"{small.sandbox.jira_url}/rest/api/3/issue/{key}",
        auth=("interlock@example.com", "sandbox-token"),
        json={"fields": {"duedate": due}},
    ).raise_for_status()


def fault(url: str, **rule: Any) -> None:
    httpx.post(f"{url}/_sandbox/faults", json=rule).raise_for_status()


def test_a_plan_that_breaks_between_three_tools_is_found_and_said_in_each(
    instance: Instance,
) -> None:
    result = run(instance)

    assert rules(result) == ["broken_promise", "late_handover"]
    assert written(result) == {
        "it-jira": ["CDP-2", "CDP-2"],
        "sales": ["Nord AG, personal offers"],
        "marketing-plan": ["CMP-2"],
    }


def test_the_cause_is_named_with_the_tool_it_stands_in(instance: Instance) -> None:
    result = run(instance)

    late = next(c for c in result.detected.in_force if c.finding.rule == "late_handover")
    assert 'Jira "Due date" in it-jira' in {s.source for s in late.finding.chain}
    assert late.finding.functions == ("it", "marketing")


def test_a_second_sync_reads_nothing_new_and_writes_nothing(instance: Instance) -> None:
    run(instance)

    again = run(instance, later=5)

    assert {name: pulled.changed for name, pulled in again.pulled.items()} == {
        "it-jira": 0,
        "sales": 0,
        "marketing-plan": 0,
        "finance-erp": 0,
    }
    assert written(again) == {}
    assert again.detected.events == {}


def test_our_own_comments_do_not_make_a_plan_look_touched(instance: Instance) -> None:
    run(instance)

    run(instance, later=5)

    with instance.engine.connect() as connection:
        touched = connection.exec_driver_sql(
            "select max(touched_at)::date from record where connection = 'it-jira'"
        ).scalar_one()
    assert touched == day(-3)


def test_a_dry_run_writes_nothing(small: Small, instance: Instance) -> None:
    result = run(instance, write=False)

    assert written(result) == {}
    assert len(result.commented["it-jira"].difference.changes) == 2
    assert jira_comments(small, "CDP-2") == []


def test_a_cause_that_goes_resolves_its_conflict_and_marks_its_comments(
    small: Small, instance: Instance
) -> None:
    run(instance)
    set_due(small, "CDP-1", day(1).isoformat())
    set_due(small, "CDP-2", day(4).isoformat())
    httpx.put(
        f"{small.sandbox.jira_url}/rest/api/3/issue/CDP-2",
        auth=("interlock@example.com", "sandbox-token"),
        json={"fields": {"customfield_10015": day(2).isoformat()}},
    ).raise_for_status()

    result = run(instance, later=5)

    assert rules(result) == []
    texts = [str(comment["body"]) for comment in jira_comments(small, "CDP-2")]
    assert len(texts) == 2
    assert all("Resolved" in text for text in texts)


def test_a_slip_of_one_more_day_edits_the_comments_and_notifies_nobody(
    small: Small, instance: Instance
) -> None:
    run(instance)
    before = httpx.get(f"{small.sandbox.jira_url}/_sandbox/notifications").json()
    set_due(small, "CDP-1", day(15).isoformat())
    set_due(small, "CDP-2", day(20).isoformat())

    result = run(instance, later=5)

    assert written(result)["it-jira"] == ["CDP-2", "CDP-2"]
    assert httpx.get(f"{small.sandbox.jira_url}/_sandbox/notifications").json() == before
    assert len(jira_comments(small, "CDP-2")) == 2


def test_a_comment_whose_answer_is_lost_stands_once(small: Small, instance: Instance) -> None:
    fault(small.sandbox.jira_url, kind="drop_after", match="POST .*/comment$", times=1)

    run(instance)
    run(instance, later=5)

    assert len(jira_comments(small, "CDP-2")) == 2


def test_a_tool_that_cannot_be_read_does_not_stop_the_others(small: Small) -> None:
    (small.home / "files" / "export.csv").unlink()
    instance = small.opened(SALESFORCE_CLIENT_SECRET="wrong")

    result = run(instance)
    instance.close()

    assert set(result.failures) == {"sales", "finance-erp"}
    assert rules(result) == ["late_handover"]


def test_one_bad_row_waits_in_quarantine_and_the_rest_goes_on(
    small: Small, instance: Instance
) -> None:
    bad = ("CMP-3", "Flyer", "30.02.2026", day(20), "Lena Vogt", "Planned", "")
    odd = ("CMP-4", "Radio", day(1), day(20), "Lena Vogt", "Pondering", "")
    small.plan(*HEALTHY_PLAN, bad, odd)

    result = run(instance)

    assert rules(result) == ["broken_promise", "late_handover"]
    with instance.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "select native_id, reason, remedy from quarantine order by native_id"
        ).all()
    assert [row.native_id for row in found] == ["CMP-3", "CMP-4"]
    assert "30.02.2026" in found[0].reason
    assert "Pondering" in found[1].reason


def test_a_changed_operating_model_maps_again_from_landing_without_a_pull(
    small: Small, instance: Instance
) -> None:
    odd = ("CMP-4", "Radio", day(1), day(20), "Lena Vogt", "Pondering", "")
    small.plan(*HEALTHY_PLAN, odd)
    run(instance)
    workflows = small.home / "operating_model" / "workflows.yaml"
    text = workflows.read_text(encoding="utf-8")
    workflows.write_text(
        text.replace("Planned: planned", "Planned: planned\n      Pondering: planned")
    )

    again = small.opened()
    result = run(again, later=5)
    again.close()

    assert result.mapped["marketing-plan"].problems == 0
    assert result.mapped["marketing-plan"].changed == 1


def test_only_a_person_with_the_right_decides(instance: Instance) -> None:
    (conflict, *_) = run(instance).detected.in_force

    with pytest.raises(DecisionRefused, match="Ask"):
        record_decision(instance, conflict.id, "move", "aylin-demir", "Because", "cli", NOW)


def test_a_decision_is_said_in_every_comment_and_keeps_its_conflict_quiet(
    small: Small, instance: Instance
) -> None:
    late = next(c for c in run(instance).detected.in_force if c.finding.rule == "late_handover")
    assert late.escalation.authority is not None
    record_decision(
        instance,
        late.id,
        "move",
        late.escalation.authority.person,
        "The fair is later",
        "cli",
        NOW,
    )

    result = run(instance, later=5)

    decided = [str(comment["body"]) for comment in jira_comments(small, "CDP-2")]
    assert sum("The fair is later" in text for text in decided) == 1
    assert result.detected.events == {}


def test_a_record_that_a_conflict_no_longer_concerns_is_told_so(
    small: Small, instance: Instance
) -> None:
    url = small.sandbox.salesforce_url
    ids = re.findall("/lightning/r/Opportunity/([^/]+)/view", httpx.get(url).text)
    (fleet,) = [i for i in ids if "fleet" in httpx.get(deal_page(small, i)).text]
    early = {"Depends_On__c": "CDP-2", "CloseDate": day(12).isoformat()}
    httpx.patch(f"{url}/_sandbox/records/{fleet}", json=early).raise_for_status()
    assert "Nord AG, fleet" in written(run(instance))["sales"]

    late = {"CloseDate": day(80).isoformat(), "SystemModstamp": f"{NOW:%Y-%m-%dT%H:%M:%S}.000+0000"}
    httpx.patch(f"{url}/_sandbox/records/{fleet}", json=late).raise_for_status()
    result = run(instance, later=5)

    assert rules(result) == ["broken_promise", "late_handover"]
    assert "no longer about this" in httpx.get(deal_page(small, fleet)).text


def deal_page(small: Small, deal: str) -> str:
    return f"{small.sandbox.salesforce_url}/lightning/r/Opportunity/{deal}/view"
