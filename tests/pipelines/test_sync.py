"""A whole sync of real tools: what it finds, what it writes, and what it leaves alone."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Any

import pytest

from connectors.base import ConnectionFailed
from pipelines.instance import Instance
from pipelines.steps.decide import DecisionRefused
from tests.pipelines.small import HEALTHY_PLAN, NOW, Small, day
from tests.pipelines.syncing import (
    cause_fault,
    deal_page,
    decide_as,
    jira_comments,
    late_handover,
    rule_names,
    run_sync,
    stored_conflict,
    written_keys,
)


def set_due_date(small: Small, key: str, due: str) -> None:
    small.call_jira("PUT", f"/rest/api/3/issue/{key}", {"fields": {"duedate": due}})


def notifications(small: Small) -> list[dict[str, Any]]:
    """The messages that Jira has sent to watchers and mentioned people."""
    sent: list[dict[str, Any]] = small.call_jira("GET", "/_sandbox/notifications").json()
    return sent


def test_a_plan_that_breaks_between_three_tools_is_commented_on_in_each(
    instance: Instance,
) -> None:
    result = run_sync(instance)

    assert rule_names(result) == ["broken_promise", "late_handover"]
    assert written_keys(result) == {
        "it-jira": ["CDP-2", "CDP-2"],
        "sales": ["Nord AG, personal offers"],
        "marketing-plan": ["CMP-2"],
    }


def test_the_cause_is_named_with_its_tool_and_field(instance: Instance) -> None:
    result = run_sync(instance)

    late = late_handover(result)
    assert 'Jira "Due date" in it-jira' in {s.source for s in late.finding.chain}
    assert late.finding.functions == ("it", "marketing")


@pytest.mark.after_sync
def test_a_second_sync_reads_nothing_new_and_writes_nothing(instance: Instance) -> None:

    again = run_sync(instance, minutes=5)

    assert {name: pulled.changed for name, pulled in again.pulled.items()} == {
        "it-jira": 0,
        "sales": 0,
        "marketing-plan": 0,
        "finance-erp": 0,
    }
    assert written_keys(again) == {}
    assert again.detected.events == {}


@pytest.mark.after_sync
def test_our_own_comments_do_not_count_as_work_on_the_plan(instance: Instance) -> None:

    run_sync(instance, minutes=5)

    with instance.engine.connect() as connection:
        touched = connection.exec_driver_sql(
            "select max(touched_at)::date from record where connection = 'it-jira'"
        ).scalar_one()
    assert touched == day(-3)


def test_a_dry_run_writes_nothing(small: Small, instance: Instance) -> None:
    result = run_sync(instance, write=False)

    assert written_keys(result) == {}
    assert len(result.commented["it-jira"].difference.changes) == 2
    assert jira_comments(small, "CDP-2") == []


@pytest.mark.after_sync
def test_a_conflict_whose_cause_is_gone_is_resolved_in_its_comments(
    small: Small, instance: Instance
) -> None:
    set_due_date(small, "CDP-1", day(1).isoformat())
    set_due_date(small, "CDP-2", day(4).isoformat())
    start = {"fields": {"customfield_10015": day(2).isoformat()}}
    small.call_jira("PUT", "/rest/api/3/issue/CDP-2", start)

    result = run_sync(instance, minutes=5)

    assert rule_names(result) == []
    texts = [str(comment["body"]) for comment in jira_comments(small, "CDP-2")]
    assert len(texts) == 2
    assert all("Resolved" in text for text in texts)


@pytest.mark.after_sync
def test_a_slip_of_one_more_day_edits_the_comments_and_notifies_nobody(
    small: Small, instance: Instance
) -> None:
    before = notifications(small)
    set_due_date(small, "CDP-1", day(15).isoformat())
    set_due_date(small, "CDP-2", day(20).isoformat())

    result = run_sync(instance, minutes=5)

    assert written_keys(result)["it-jira"] == ["CDP-2", "CDP-2"]
    assert notifications(small) == before
    assert len(jira_comments(small, "CDP-2")) == 2


def test_a_comment_whose_answer_is_lost_is_written_exactly_once(
    small: Small, instance: Instance
) -> None:
    cause_fault(small.sandbox.jira_url, kind="drop_after", match="POST .*/comment$", times=1)

    run_sync(instance)
    run_sync(instance, minutes=5)

    assert len(jira_comments(small, "CDP-2")) == 2


def test_a_comment_that_a_killed_run_could_not_record_is_recorded_by_the_next(
    small: Small, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("pipelines.steps.comment.write_posted_comment", die)
        run_sync(instance)
    assert len(jira_comments(small, "CDP-2")) == 1

    run_sync(instance, minutes=5)

    with instance.engine.connect() as connection:
        recorded = connection.exec_driver_sql(
            "select count(*) from comment join record r on r.id = record_id "
            "where r.connection = 'it-jira'"
        ).scalar_one()
    assert recorded == len(jira_comments(small, "CDP-2")) == 2


def test_a_tool_that_cannot_be_read_does_not_stop_the_others(small: Small) -> None:
    (small.home / "files" / "export.csv").unlink()
    instance = small.open(SALESFORCE_CLIENT_SECRET="wrong")

    result = run_sync(instance)
    instance.close()

    assert set(result.failures) == {"sales", "finance-erp"}
    assert rule_names(result) == ["late_handover"]


def test_the_first_failure_of_a_connection_is_the_one_that_is_reported(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_instance: Instance, name: str, *_: Any, **__: Any) -> None:
        raise ConnectionFailed(name, "comments cannot be written", "Try again.")

    monkeypatch.setattr("pipelines.steps.sync.comment", fail)
    with closing(small.open(JIRA_TOKEN="not-this-one")) as wrong:
        failures = run_sync(wrong).failures

    assert "JIRA_TOKEN" in str(failures["it-jira"])
    assert "comments cannot be written" in str(failures["sales"])


def test_a_bad_row_is_quarantined_and_all_others_are_synced(
    small: Small, instance: Instance
) -> None:
    bad = ("CMP-3", "Flyer", "30.02.2026", day(20), "Lena Vogt", "Planned", "")
    odd = ("CMP-4", "Radio", day(1), day(20), "Lena Vogt", "Pondering", "")
    small.write_plan(*HEALTHY_PLAN, bad, odd)

    result = run_sync(instance)

    assert rule_names(result) == ["broken_promise", "late_handover"]
    with instance.engine.connect() as connection:
        bad_date, unmapped_status = connection.exec_driver_sql(
            "select native_id, reason, remedy from quarantine order by native_id"
        ).all()
    assert (bad_date.native_id, unmapped_status.native_id) == ("CMP-3", "CMP-4")
    assert "30.02.2026" in bad_date.reason
    assert "Pondering" in unmapped_status.reason


def test_a_changed_operating_model_maps_again_from_landing_without_a_pull(
    small: Small, instance: Instance
) -> None:
    odd = ("CMP-4", "Radio", day(1), day(20), "Lena Vogt", "Pondering", "")
    small.write_plan(*HEALTHY_PLAN, odd)
    run_sync(instance)
    workflows = small.home / "operating_model" / "workflows.yaml"
    text = workflows.read_text(encoding="utf-8")
    workflows.write_text(
        text.replace("Planned: planned", "Planned: planned\n      Pondering: planned")
    )

    again = small.open()
    result = run_sync(again, minutes=5)
    again.close()

    assert result.mapped["marketing-plan"].problems == 0
    assert result.mapped["marketing-plan"].changed == 1


@pytest.mark.after_sync
def test_only_a_person_with_the_right_decides(instance: Instance) -> None:
    conflict = stored_conflict(instance)

    with pytest.raises(DecisionRefused, match="Ask"):
        decide_as(instance, conflict, "move", "aylin-demir", "Because")


@pytest.mark.after_sync
def test_a_decision_is_in_every_comment_and_causes_no_further_event(
    small: Small, instance: Instance
) -> None:
    late = stored_conflict(instance)
    assert late.escalation.authority is not None
    decide_as(instance, late, "move", late.escalation.authority.person, "The fair is later")

    result = run_sync(instance, minutes=5)

    decided = [str(comment["body"]) for comment in jira_comments(small, "CDP-2")]
    assert sum("The fair is later" in text for text in decided) == 1
    assert result.detected.events == {}


def test_the_comment_on_a_record_that_is_no_longer_concerned_says_so(
    small: Small, instance: Instance
) -> None:
    ids = re.findall(
        "/lightning/r/Opportunity/([^/]+)/view", small.call_salesforce("GET", "/").text
    )
    (fleet,) = [each for each in ids if "fleet" in deal_page(small, each)]
    path = f"/_sandbox/records/{fleet}"
    early = {"Depends_On__c": "CDP-2", "CloseDate": day(12).isoformat()}
    small.call_salesforce("PATCH", path, early)
    assert "Nord AG, fleet" in written_keys(run_sync(instance))["sales"]

    late = {"CloseDate": day(80).isoformat(), "SystemModstamp": f"{NOW:%Y-%m-%dT%H:%M:%S}.000+0000"}
    small.call_salesforce("PATCH", path, late)
    result = run_sync(instance, minutes=5)

    assert rule_names(result) == ["broken_promise", "late_handover"]
    assert "no longer concerns this" in deal_page(small, fleet)
