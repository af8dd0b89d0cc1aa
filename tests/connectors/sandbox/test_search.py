from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest

from connectors.sandbox import Sandbox, running_sandbox
from tests.connectors.sandbox.documents import V3, document


def search(client: httpx.Client, jql: str, **query: Any) -> httpx.Response:
    return client.get(f"{V3}/search/jql", params={"jql": jql, "fields": "key"} | query)


def keys(client: httpx.Client, jql: str, **query: Any) -> list[str]:
    response = search(client, jql, **query)
    assert response.status_code == 200, response.text
    return [issue["key"] for issue in response.json()["issues"]]


@pytest.mark.parametrize(
    ("jql", "expected"),
    [
        ("project = CDP ORDER BY key", ["CDP-1", "CDP-2", "CDP-3"]),
        ("project in (CDP, HELP) ORDER BY created DESC", ["HELP-1", "CDP-3", "CDP-2", "CDP-1"]),
        ("project = 'Service desk'", ["HELP-1"]),
        ("project != CDP", ["HELP-1"]),
        ("project not in (HELP) AND key in (CDP-2, HELP-1)", ["CDP-2"]),
        ("statusCategory = Done OR (project = HELP AND NOT status = Done)", ["CDP-3", "HELP-1"]),
        ("assignee is EMPTY AND project = CDP ORDER BY id DESC", ["CDP-3", "CDP-2"]),
        ("assignee = u-anna", ["CDP-1"]),
        ("assignee != u-uwe", ["CDP-1"]),
        ("labels = cdp", ["CDP-1"]),
        ("fixVersion = 2.0 AND duedate <= 2026-11-30", ["CDP-1"]),
        ("duedate < 2026-11-30", []),
        ('created >= "2026-10-03" ORDER BY created', ["CDP-3", "HELP-1"]),
    ],
)
def test_a_query_returns_the_matching_issues_in_order(
    jira: httpx.Client, jql: str, expected: list[str]
) -> None:
    assert keys(jira, jql) == expected


@pytest.mark.parametrize(
    ("jql", "reason"),
    [
        ("", "Unbounded"),
        ("ORDER BY key", "Unbounded"),
        ("nonsense = 1", "does not exist"),
        ("project = CDP ORDER BY key, id, created, updated, status, type, due, labels", "7"),
        ("updated >= yesterday", "Date value"),
        ("project = CDP AND", "ends too early"),
        ("project ~ CDP", "operator"),
    ],
)
def test_an_invalid_query_is_refused_with_the_message_of_jira(
    jira: httpx.Client, jql: str, reason: str
) -> None:
    response = search(jira, jql)
    assert response.status_code == 400
    assert reason in response.json()["errorMessages"][0]


def test_a_date_is_read_in_the_time_zone_of_the_account(jira: httpx.Client) -> None:
    """CDP-2 was made at 09:00 UTC, which is 11:00 in Berlin in October."""
    assert "CDP-2" in keys(jira, 'created <= "2026-10-02 11:00"')
    assert "CDP-2" not in keys(jira, 'created <= "2026-10-02 10:59"')


def test_epoch_milliseconds_are_exact_and_have_no_time_zone(jira: httpx.Client) -> None:
    moment = int(datetime.fromisoformat("2026-10-02T09:00:00Z").timestamp() * 1000)
    assert "CDP-2" in keys(jira, f"created >= {moment}")
    assert "CDP-2" not in keys(jira, f"created >= {moment + 1}")


def test_pages_have_a_token_until_the_last(jira: httpx.Client) -> None:
    jql, issue_keys, token = "project in (CDP, HELP) ORDER BY id", [], None
    while True:
        query = {"maxResults": 3} | ({"nextPageToken": token} if token else {})
        page = search(jira, jql, **query).json()
        issue_keys += [issue["key"] for issue in page["issues"]]
        assert "total" not in page
        assert page["isLast"] is ("nextPageToken" not in page)
        if page["isLast"]:
            break
        token = page["nextPageToken"]
    assert issue_keys == ["CDP-1", "CDP-2", "CDP-3", "HELP-1"]


def test_a_page_has_fewer_issues_when_many_fields_are_requested(jira: httpx.Client) -> None:
    jira.put("/_sandbox/settings", json={"page_size": 4})
    assert len(search(jira, "project = CDP", fields="*all").json()["issues"]) == 2
    assert len(search(jira, "project = CDP", fields="summary").json()["issues"]) == 3


def test_thousands_of_ids_fit_on_a_page() -> None:
    issues = [
        {"key": f"BIG-{n}", "summary": "x", "status": "To Do", "created": "2026-01-01T00:00:00Z"}
        for n in range(1, 5102)
    ]
    with running_sandbox(
        jira={"projects": [{"key": "BIG", "name": "Big"}], "issues": issues}
    ) as sandbox:
        credentials = ("interlock@example.com", "sandbox-token")
        with httpx.Client(base_url=sandbox.jira_url, auth=credentials) as client:
            page = search(client, "project = BIG", fields="id", maxResults=6000).json()
            assert len(page["issues"]) == 5000
            bodies = search(client, "project = BIG", fields="summary", maxResults=6000).json()
            assert len(bodies["issues"]) == 100


def test_a_token_of_another_query_is_refused(jira: httpx.Client) -> None:
    token = search(jira, "project = CDP", maxResults=1).json()["nextPageToken"]
    assert search(jira, "project = HELP", nextPageToken=token).status_code == 400
    assert search(jira, "project = CDP", nextPageToken="%%%").status_code == 400


def test_without_fields_an_issue_has_only_its_id(jira: httpx.Client) -> None:
    response = jira.get(f"{V3}/search/jql", params={"jql": "key = CDP-1"}).json()
    assert [list(issue) for issue in response["issues"]] == [["id"]]


def test_the_former_search_endpoint_responds_with_410(jira: httpx.Client) -> None:
    assert jira.get(f"{V3}/search", params={"jql": "project = CDP"}).status_code == 410


def test_a_stale_search_misses_changes_except_in_reconciled_issues(jira: httpx.Client) -> None:
    jira.post("/_sandbox/faults", json={"kind": "stale_search"})
    before = keys(jira, "duedate = 2026-12-24")
    jira.put(f"{V3}/issue/CDP-1", json={"fields": {"duedate": "2026-12-24"}})
    issue_id = jira.get(f"{V3}/issue/CDP-1").json()["id"]
    assert before == keys(jira, "duedate = 2026-12-24") == []
    assert keys(jira, "duedate = 2026-12-24", reconcileIssues=issue_id) == ["CDP-1"]
    jira.delete("/_sandbox/faults")
    assert keys(jira, "duedate = 2026-12-24") == ["CDP-1"]


def test_our_own_comment_sets_updated_of_the_issue(jira: httpx.Client) -> None:
    jql = "updated >= 2026-11-01"
    assert keys(jira, jql) == []
    jira.post(f"{V3}/issue/CDP-3/comment", json={"body": document("Hello")})
    assert keys(jira, jql) == ["CDP-3"]


def test_a_hidden_project_is_left_out_without_an_error(
    jira: httpx.Client, sandbox: Sandbox
) -> None:
    jira.put("/_sandbox/settings", json={"hidden_projects": ["CDP"]})
    assert keys(jira, "project in (CDP, HELP)") == ["HELP-1"]
    assert jira.get(f"{V3}/issue/CDP-1").status_code == 404
    fetched = jira.post(f"{V3}/issue/bulkfetch", json={"issueIdsOrKeys": ["CDP-1", "HELP-1"]})
    assert [issue["key"] for issue in fetched.json()["issues"]] == ["HELP-1"]
    projects = jira.get(f"{V3}/project/search").json()["values"]
    assert [project["key"] for project in projects] == ["HELP"]
    assert sandbox.jira.find("CDP-1") is not None


def test_bulkfetch_accepts_keys_and_ids_in_any_case_and_leaves_out_unknown_ones(
    jira: httpx.Client,
) -> None:
    id_ = jira.get(f"{V3}/issue/CDP-2").json()["id"]
    body = {"issueIdsOrKeys": ["cdp-1", id_, "CDP-99"], "fields": ["duedate"]}
    response = jira.post(f"{V3}/issue/bulkfetch", json=body).json()
    issues = [(issue["key"], issue["fields"]) for issue in response["issues"]]
    assert issues == [("CDP-1", {"duedate": "2026-11-30"}), ("CDP-2", {"duedate": None})]
    assert response["issueErrors"] == []


def test_bulkfetch_lists_the_issues_that_it_could_not_fetch(jira: httpx.Client) -> None:
    jira.put("/_sandbox/settings", json={"unfetchable": ["CDP-2"]})
    body = {"issueIdsOrKeys": ["CDP-1", "CDP-2"]}
    response = jira.post(f"{V3}/issue/bulkfetch", json=body).json()
    [error] = response["issueErrors"]
    assert error["id"] == jira.get(f"{V3}/issue/CDP-2").json()["id"]
    assert [issue["key"] for issue in response["issues"]] == ["CDP-1"]


@pytest.mark.parametrize("many", [0, 101])
def test_bulkfetch_accepts_between_1_and_100_issues(jira: httpx.Client, many: int) -> None:
    response = jira.post(f"{V3}/issue/bulkfetch", json={"issueIdsOrKeys": ["CDP-1"] * many})
    assert response.status_code == 400


def test_an_unknown_member_of_the_body_is_refused(jira: httpx.Client) -> None:
    body = {"issueIdsOrKeys": ["CDP-1"], "field": ["summary"]}
    assert jira.post(f"{V3}/issue/bulkfetch", json=body).status_code == 400


def test_changelogs_are_oldest_first_and_paginated_by_token(jira: httpx.Client) -> None:
    jira.put(f"{V3}/issue/CDP-2", json={"fields": {"summary": "Platform 2"}})
    body: dict[str, Any] = {"issueIdsOrKeys": ["CDP-2", "CDP-1"], "maxResults": 2}
    first = jira.post(f"{V3}/changelog/bulkfetch", json=body).json()
    [log] = first["issueChangeLogs"]
    changed = [change["items"][0]["field"] for change in log["changeHistories"]]
    assert changed == ["status", "duedate"]
    body["nextPageToken"] = first["nextPageToken"]
    second = jira.post(f"{V3}/changelog/bulkfetch", json=body).json()
    assert "nextPageToken" not in second
    assert second["issueChangeLogs"][0]["changeHistories"][0]["items"][0]["field"] == "summary"


def test_changelogs_can_be_limited_to_fields(jira: httpx.Client) -> None:
    body = {"issueIdsOrKeys": ["CDP-1"], "fieldIds": ["duedate"]}
    [log] = jira.post(f"{V3}/changelog/bulkfetch", json=body).json()["issueChangeLogs"]
    [change] = log["changeHistories"]
    [item] = change["items"]
    assert (item["from"], item["to"]) == ("2026-11-15", "2026-11-30")
