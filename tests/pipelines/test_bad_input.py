"""Bad input, through whole syncs: a clear message, no effect on the rest, recovery once fixed.

Most tests begin after a sync of the healthy small instance, so that there is something to lose.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from connectors.kit.clock import Clock
from pipelines.instance import Instance
from pipelines.steps.sync import SyncResult
from tests.pipelines.small import EXPORT, HEALTHY_PLAN, Small, day
from tests.pipelines.syncing import (
    COMMENTED,
    cause_fault,
    count_comments,
    rule_names,
    run_sync,
)

RULES = ["broken_promise", "late_handover"]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between attempts take no time."""
    for tool in ("jira", "salesforce"):
        no_pause = Clock(sleep=lambda _: None)
        monkeypatch.setattr(f"connectors.{tool}.connector.Clock", lambda clock=no_pause: clock)


def quarantined(instance: Instance) -> list[Any]:
    """The rows of the quarantine: connection, record, reason, remedy, whether it was not mapped."""
    with instance.engine.connect() as connection:
        query = "select connection, native_id, reason, remedy, held from quarantine order by 1, 2"
        return list(connection.exec_driver_sql(query))


def only_failure(result: SyncResult, name: str) -> str:
    """The message of the only connection that failed, while nothing else changed."""
    assert set(result.failures) == {name}
    assert rule_names(result) == RULES
    assert result.detected.events == {}
    message = str(result.failures[name])
    assert message.startswith(name)
    return message


def assert_healthy(small: Small, instance: Instance) -> None:
    """A sync after the repair has no failure, an empty quarantine, and each comment once."""
    result = run_sync(instance, minutes=30)
    assert result.failures == {}
    assert quarantined(instance) == []
    assert rule_names(result) == RULES
    assert count_comments(small) == COMMENTED


def end_faults(url: str) -> None:
    httpx.delete(f"{url}/_sandbox/faults", verify=False).raise_for_status()


def change_issue(small: Small, key: str, **fields: Any) -> None:
    small.call_jira("PUT", f"/rest/api/3/issue/{key}", {"fields": fields})


def titles(instance: Instance, name: str) -> set[str]:
    with instance.engine.connect() as connection:
        query = """select title from work_item join record r on r.id = record_id
                   where valid_to is null and r.connection = %(name)s"""
        return set(connection.exec_driver_sql(query, {"name": name}).scalars())


def spend(instance: Instance) -> int:
    with instance.engine.connect() as connection:
        query = "select count(*) from spend where valid_to is null"
        return int(connection.exec_driver_sql(query).scalar_one())


@pytest.mark.after_sync
def test_an_unmapped_status_of_jira_counts_by_its_category_until_it_is_mapped(
    small: Small, instance: Instance
) -> None:
    workflows = small.home / "operating_model" / "workflows.yaml"
    text = workflows.read_text(encoding="utf-8")
    workflows.write_text(text.replace("      To Do: planned\n", ""), encoding="utf-8")
    narrower = small.open()

    result = run_sync(narrower, minutes=5)

    assert result.failures == {}
    assert rule_names(result) == RULES
    ((connection, _, reason, remedy, held),) = quarantined(narrower)
    assert (connection, held) == ("it-jira", False)
    assert 'CDP-2 is or was in the status "To Do", which is not mapped' in reason
    assert 'Map "To Do" in a workflow of it-jira' in remedy
    workflows.write_text(text, encoding="utf-8")
    mapped_again = small.open()
    assert_healthy(small, mapped_again)
    narrower.close()
    mapped_again.close()


@pytest.mark.after_sync
def test_a_row_with_an_impossible_date_keeps_its_last_good_version(
    small: Small, instance: Instance
) -> None:
    brief, launch = HEALTHY_PLAN
    small.write_plan(brief, (*launch[:2], "31.11.2026", *launch[3:]))

    result = run_sync(instance, minutes=5)

    assert result.failures == {}
    assert rule_names(result) == RULES
    ((connection, record, reason, remedy, held),) = quarantined(instance)
    assert (connection, record, held) == ("marketing-plan", "CMP-2", True)
    assert '"31.11.2026"' in reason
    assert remedy
    small.write_plan(*HEALTHY_PLAN)
    assert_healthy(small, instance)


@pytest.mark.after_sync
def test_only_the_line_of_an_export_with_an_impossible_date_is_quarantined(
    small: Small, instance: Instance
) -> None:
    small.write_export(EXPORT.replace("15.02.2026", "31.02.2026"))

    result = run_sync(instance, minutes=5)

    assert result.failures == {}
    ((connection, _, reason, remedy, held),) = quarantined(instance)
    assert (connection, held) == ("finance-erp", True)
    assert "31.02.2026" in reason
    assert "export.csv" in reason
    assert remedy
    small.write_export()
    assert_healthy(small, instance)


@pytest.mark.after_sync
def test_an_export_without_a_required_column_is_quarantined_whole_and_its_figures_stay(
    small: Small, instance: Instance
) -> None:
    small.write_export(EXPORT.replace("Betrag", "Wert"))

    result = run_sync(instance, minutes=5)

    assert rule_names(result) == RULES
    ((connection, record, reason, remedy, held),) = quarantined(instance)
    assert (connection, record, held) == ("finance-erp", "files/export.csv", True)
    assert "Betrag" in reason
    assert remedy
    assert spend(instance) == 3
    small.write_export()
    assert_healthy(small, instance)


@pytest.mark.after_sync
def test_a_plan_without_its_mapped_columns_is_named_and_no_row_is_lost(
    small: Small, instance: Instance
) -> None:
    path = small.home / "files" / "plan.xlsx"
    intact = path.read_bytes()
    book = load_workbook(path)
    book["Sheet"]["D3"], book["Sheet"]["G3"] = "Finish", "Needs"
    book.save(path)

    message = only_failure(run_sync(instance, minutes=5), "marketing-plan")

    assert "plan.xlsx" in message
    assert '"End"' in message
    assert '"Depends on"' in message
    assert titles(instance, "marketing-plan") == {"Brief agency", "Launch"}
    path.write_bytes(intact)
    assert_healthy(small, instance)


@pytest.mark.after_sync
@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_no_row_of_a_truncated_workbook_is_lost(
    small: Small, instance: Instance, part: float
) -> None:
    path = small.home / "files" / "plan.xlsx"
    intact = path.read_bytes()
    path.write_bytes(intact[: int(len(intact) * part)])

    message = only_failure(run_sync(instance, minutes=5), "marketing-plan")

    assert "plan.xlsx cannot be read" in message
    assert titles(instance, "marketing-plan") == {"Brief agency", "Launch"}
    path.write_bytes(intact)
    assert_healthy(small, instance)


@pytest.mark.after_sync
@pytest.mark.parametrize("path", ["/search/jql", "/bulkfetch", "/project/search"])
def test_a_truncated_page_of_jira_is_requested_again(
    small: Small, instance: Instance, path: str
) -> None:
    change_issue(small, "CDP-3", summary="Reporting for all")
    cause_fault(small.sandbox.jira_url, kind="truncate", match=path, times=1)

    assert_healthy(small, instance)

    assert "Reporting for all" in titles(instance, "it-jira")


@pytest.mark.after_sync
@pytest.mark.parametrize(("name", "path"), [("it-jira", "/search/jql"), ("sales", "/query")])
def test_a_page_that_stays_truncated_is_named_and_read_by_the_next_sync(
    small: Small, instance: Instance, name: str, path: str
) -> None:
    change_issue(small, "CDP-3", summary="Reporting for all")
    urls = {"it-jira": small.sandbox.jira_url, "sales": small.sandbox.salesforce_url}
    cause_fault(urls[name], kind="truncate", match=path)

    message = only_failure(run_sync(instance, minutes=5), name)

    assert path in message
    assert "is not whole JSON" in message
    end_faults(urls[name])
    assert_healthy(small, instance)
    assert "Reporting for all" in titles(instance, "it-jira")


@pytest.mark.after_sync
def test_issues_whose_page_stays_truncated_are_quarantined_until_the_next_sync(
    small: Small, instance: Instance
) -> None:
    change_issue(small, "CDP-3", summary="Reporting for all")
    cause_fault(small.sandbox.jira_url, kind="truncate", match="/bulkfetch")

    result = run_sync(instance, minutes=5)

    assert "3 of 3 records of issues could not be used" in only_failure(result, "it-jira")
    assert rule_names(result) == RULES
    held = quarantined(instance)
    assert {row.connection for row in held} == {"it-jira"}
    assert all("is not whole JSON" in row.reason and row.remedy and row.held for row in held)
    end_faults(small.sandbox.jira_url)
    assert_healthy(small, instance)
    assert "Reporting for all" in titles(instance, "it-jira")


@pytest.mark.after_sync
@pytest.mark.parametrize(
    ("name", "variable"), [("it-jira", "JIRA_TOKEN"), ("sales", "SALESFORCE_CLIENT_SECRET")]
)
def test_a_wrong_token_names_where_it_comes_from(
    small: Small, instance: Instance, name: str, variable: str
) -> None:
    wrong = small.open(**{variable: "not-this-one"})

    message = only_failure(run_sync(wrong, minutes=5), name)
    wrong.close()

    assert variable in message
    assert "not-this-one" not in message
    assert_healthy(small, instance)


def test_a_tool_that_was_never_read_makes_no_dependency_on_it_dangle(small: Small) -> None:
    wrong = small.open(JIRA_TOKEN="not-this-one")

    result = run_sync(wrong)
    reasons = {row.native_id: row.reason for row in quarantined(wrong)}
    wrong.close()

    assert set(result.failures) == {"it-jira"}
    assert rule_names(result) == []
    assert "it-jira could not be read to the end" in reasons["CMP-2"]
    instance = small.open()
    assert_healthy(small, instance)
    instance.close()


@pytest.mark.after_sync
def test_a_tool_that_fails_after_it_was_read_makes_no_new_dependency_dangle(
    small: Small, instance: Instance
) -> None:
    """The record may have been created since the last pull that reached its end."""
    flyer = ("CMP-9", "Flyer", day(20), day(24), "Lena Vogt", "Planned", "CDP-99")
    small.write_plan(*HEALTHY_PLAN, flyer)
    with closing(small.open(JIRA_TOKEN="not-this-one")) as wrong:
        while_unread = run_sync(wrong, minutes=5)

    read_again = run_sync(instance, minutes=30)

    assert "dangling_dependency" not in rule_names(while_unread)
    assert "dangling_dependency" in rule_names(read_again)


def test_what_was_read_before_a_token_of_jira_expired_stays(
    small: Small,
) -> None:
    small.write_settings(it_jira={"page_size": 1})
    instance = small.open()
    cause_fault(small.sandbox.jira_url, kind="expire_token", match="/bulkfetch", after=2, times=1)

    result = run_sync(instance)

    assert set(result.failures) == {"it-jira"}
    message = str(result.failures["it-jira"])
    assert "401" in message
    assert "JIRA_TOKEN" in message
    assert 0 < len(titles(instance, "it-jira")) < 3
    assert rule_names(result) == []
    end_faults(small.sandbox.jira_url)
    assert_healthy(small, instance)
    instance.close()


@pytest.mark.after_sync
def test_an_expired_session_of_salesforce_is_renewed(small: Small, instance: Instance) -> None:
    cause_fault(small.sandbox.salesforce_url, kind="expire_token", match="/query", after=1, times=1)

    assert_healthy(small, instance)
