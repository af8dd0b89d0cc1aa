"""Bad input, through whole syncs: a clear message, the rest goes on, and all is well once mended.

Every test first syncs the healthy small instance, so that there is something to lose.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from connectors.kit.clock import Clock
from pipelines.instance import Instance
from pipelines.steps.sync import SyncResult, sync_all
from tests.pipelines.small import EXPORT, HEALTHY_PLAN, NOW, Small
from tests.pipelines.test_killed_sync import comments

FOUND = ["broken_promise", "late_handover"]
SAID = {"CDP-2": 2, "deal": 1, "workbook": 1}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between attempts take no time."""
    for tool in ("jira", "salesforce"):
        patient = Clock(sleep=lambda _: None)
        monkeypatch.setattr(f"connectors.{tool}.connector.Clock", lambda patient=patient: patient)


@pytest.fixture
def instance(small: Small) -> Iterator[Instance]:
    opened = small.opened()
    assert run(opened).failures == {}
    yield opened
    opened.close()


def run(instance: Instance, *, later: int = 0) -> SyncResult:
    return sync_all(instance, NOW + timedelta(minutes=later), lambda _: None, write=True)


def rules(result: SyncResult) -> list[str]:
    return sorted(conflict.finding.rule for conflict in result.detected.in_force)


def waiting(instance: Instance) -> list[Any]:
    """What the quarantine tells: connection, record, reason, remedy, whether it is held back."""
    with instance.engine.connect() as connection:
        query = "select connection, native_id, reason, remedy, held from quarantine order by 1, 2"
        return list(connection.exec_driver_sql(query))


def alone(result: SyncResult, name: str) -> str:
    """The message of the only connection that failed, while nothing else changed."""
    assert set(result.failures) == {name}
    assert rules(result) == FOUND
    assert result.detected.events == {}
    message = str(result.failures[name])
    assert message.startswith(name)
    return message


def assert_whole(small: Small, instance: Instance) -> None:
    """A sync after the repair fails nowhere, keeps nothing back and says everything once."""
    result = run(instance, later=30)
    assert result.failures == {}
    assert waiting(instance) == []
    assert rules(result) == FOUND
    assert comments(small) == SAID


def fault(url: str, **rule: Any) -> None:
    httpx.post(f"{url}/_sandbox/faults", json=rule).raise_for_status()


def mend(url: str) -> None:
    httpx.delete(f"{url}/_sandbox/faults").raise_for_status()


def change_issue(small: Small, key: str, **fields: Any) -> None:
    httpx.put(
        f"{small.sandbox.jira_url}/rest/api/3/issue/{key}",
        auth=("interlock@example.com", "sandbox-token"),
        json={"fields": fields},
    ).raise_for_status()


def titles(instance: Instance, name: str) -> set[str]:
    with instance.engine.connect() as connection:
        query = """select title from work_item join record r on r.id = record_id
                   where valid_to is null and r.connection = %(name)s"""
        return set(connection.exec_driver_sql(query, {"name": name}).scalars())


def spend(instance: Instance) -> int:
    with instance.engine.connect() as connection:
        query = "select count(*) from spend where valid_to is null"
        return int(connection.exec_driver_sql(query).scalar_one())


def test_an_unmapped_status_of_jira_counts_by_its_category_until_it_is_mapped(
    small: Small, instance: Instance
) -> None:
    workflows = small.home / "operating_model" / "workflows.yaml"
    text = workflows.read_text(encoding="utf-8")
    workflows.write_text(text.replace("      To Do: planned\n", ""), encoding="utf-8")
    narrower = small.opened()

    result = run(narrower, later=5)

    assert result.failures == {}
    assert rules(result) == FOUND
    ((connection, _, reason, remedy, held),) = waiting(narrower)
    assert (connection, held) == ("it-jira", False)
    assert 'CDP-2 is or was in the status "To Do", which is not mapped' in reason
    assert 'Map "To Do" in a workflow of it-jira' in remedy
    workflows.write_text(text, encoding="utf-8")
    mapped_again = small.opened()
    assert_whole(small, mapped_again)
    narrower.close()
    mapped_again.close()


def test_an_impossible_date_holds_its_row_in_the_last_good_version(
    small: Small, instance: Instance
) -> None:
    brief, launch = HEALTHY_PLAN
    small.plan(brief, (*launch[:2], "31.11.2026", *launch[3:]))

    result = run(instance, later=5)

    assert result.failures == {}
    assert rules(result) == FOUND
    ((connection, record, reason, remedy, held),) = waiting(instance)
    assert (connection, record, held) == ("marketing-plan", "CMP-2", True)
    assert '"31.11.2026"' in reason
    assert remedy
    small.plan(*HEALTHY_PLAN)
    assert_whole(small, instance)


def test_an_impossible_date_in_an_export_holds_its_line_alone(
    small: Small, instance: Instance
) -> None:
    small.export(EXPORT.replace("15.02.2026", "31.02.2026"))

    result = run(instance, later=5)

    assert result.failures == {}
    ((connection, _, reason, remedy, held),) = waiting(instance)
    assert (connection, held) == ("finance-erp", True)
    assert "31.02.2026" in reason
    assert "export.csv" in reason
    assert remedy
    small.export()
    assert_whole(small, instance)


def test_an_export_without_a_column_is_held_as_a_whole_and_its_figures_stay(
    small: Small, instance: Instance
) -> None:
    small.export(EXPORT.replace("Betrag", "Wert"))

    result = run(instance, later=5)

    assert rules(result) == FOUND
    ((connection, record, reason, remedy, held),) = waiting(instance)
    assert (connection, record, held) == ("finance-erp", "files/export.csv", True)
    assert "Betrag" in reason
    assert remedy
    assert spend(instance) == 3
    small.export()
    assert_whole(small, instance)


def test_a_plan_without_its_mapped_columns_is_named_and_no_row_is_lost(
    small: Small, instance: Instance
) -> None:
    path = small.home / "files" / "plan.xlsx"
    whole = path.read_bytes()
    book = load_workbook(path)
    book["Sheet"]["D3"], book["Sheet"]["G3"] = "Finish", "Needs"
    book.save(path)

    message = alone(run(instance, later=5), "marketing-plan")

    assert "plan.xlsx" in message
    assert '"End"' in message
    assert '"Depends on"' in message
    assert titles(instance, "marketing-plan") == {"Brief agency", "Launch"}
    path.write_bytes(whole)
    assert_whole(small, instance)


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_a_workbook_cut_off_in_the_middle_loses_no_row(
    small: Small, instance: Instance, part: float
) -> None:
    path = small.home / "files" / "plan.xlsx"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])

    message = alone(run(instance, later=5), "marketing-plan")

    assert "plan.xlsx cannot be read" in message
    assert titles(instance, "marketing-plan") == {"Brief agency", "Launch"}
    path.write_bytes(whole)
    assert_whole(small, instance)


@pytest.mark.parametrize("asked", ["/search/jql", "/bulkfetch", "/project/search"])
def test_a_page_of_jira_cut_in_half_is_asked_for_again(
    small: Small, instance: Instance, asked: str
) -> None:
    change_issue(small, "CDP-3", summary="Reporting for all")
    fault(small.sandbox.jira_url, kind="truncate", match=asked, times=1)

    assert_whole(small, instance)

    assert "Reporting for all" in titles(instance, "it-jira")


@pytest.mark.parametrize(("name", "asked"), [("it-jira", "/search/jql"), ("sales", "/query")])
def test_a_page_that_stays_cut_in_half_is_named_and_read_by_the_next_sync(
    small: Small, instance: Instance, name: str, asked: str
) -> None:
    change_issue(small, "CDP-3", summary="Reporting for all")
    urls = {"it-jira": small.sandbox.jira_url, "sales": small.sandbox.salesforce_url}
    fault(urls[name], kind="truncate", match=asked)

    message = alone(run(instance, later=5), name)

    assert asked in message
    assert "is not whole JSON" in message
    mend(urls[name])
    assert_whole(small, instance)
    assert "Reporting for all" in titles(instance, "it-jira")


def test_issues_whose_page_stays_cut_in_half_wait_in_quarantine_for_the_next_sync(
    small: Small, instance: Instance
) -> None:
    change_issue(small, "CDP-3", summary="Reporting for all")
    fault(small.sandbox.jira_url, kind="truncate", match="/bulkfetch")

    result = run(instance, later=5)

    assert result.failures == {}
    assert rules(result) == FOUND
    held = waiting(instance)
    assert {row.connection for row in held} == {"it-jira"}
    assert all("is not whole JSON" in row.reason and row.remedy and row.held for row in held)
    mend(small.sandbox.jira_url)
    assert_whole(small, instance)
    assert "Reporting for all" in titles(instance, "it-jira")


@pytest.mark.parametrize(
    ("name", "variable"), [("it-jira", "JIRA_TOKEN"), ("sales", "SALESFORCE_CLIENT_SECRET")]
)
def test_a_wrong_token_names_where_it_comes_from(
    small: Small, instance: Instance, name: str, variable: str
) -> None:
    wrong = small.opened(**{variable: "not-this-one"})

    message = alone(run(wrong, later=5), name)
    wrong.close()

    assert variable in message
    assert "not-this-one" not in message
    assert_whole(small, instance)


def test_a_tool_that_was_never_read_makes_no_dependency_on_it_dangle(small: Small) -> None:
    wrong = small.opened(JIRA_TOKEN="not-this-one")

    result = run(wrong)
    told = {row.native_id: row.reason for row in waiting(wrong)}
    wrong.close()

    assert set(result.failures) == {"it-jira"}
    assert rules(result) == []
    assert "it-jira could not be read to the end" in told["CMP-2"]
    instance = small.opened()
    assert_whole(small, instance)
    instance.close()


def test_a_token_of_jira_that_expires_half_way_keeps_what_was_read_before(
    small: Small,
) -> None:
    small.settings(it_jira={"page_size": 1})
    instance = small.opened()
    fault(small.sandbox.jira_url, kind="expire_token", match="/bulkfetch", after=2, times=1)

    result = run(instance)

    assert set(result.failures) == {"it-jira"}
    message = str(result.failures["it-jira"])
    assert "401" in message
    assert "JIRA_TOKEN" in message
    assert 0 < len(titles(instance, "it-jira")) < 3
    assert rules(result) == []
    mend(small.sandbox.jira_url)
    assert_whole(small, instance)
    instance.close()


def test_a_session_of_salesforce_that_expires_half_way_is_renewed_unnoticed(
    small: Small, instance: Instance
) -> None:
    fault(small.sandbox.salesforce_url, kind="expire_token", match="/query", after=1, times=1)

    assert_whole(small, instance)
