from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.connectors.sandbox.documents import V3

ISSUE = f"{V3}/issue/CDP-1"


def last_change(client: httpx.Client) -> Any:
    return client.get(f"{ISSUE}/changelog").json()["values"][-1]


def test_an_edit_changes_the_issue_its_timestamp_and_its_changelog(jira: httpx.Client) -> None:
    before = jira.get(ISSUE).json()["fields"]["updated"]
    as_anna = ("anna@example.com", "sandbox-token")
    changes = {"duedate": "2026-12-24", "customfield_10015": "2026-10-06"}
    assert jira.put(ISSUE, auth=as_anna, json={"fields": changes}).status_code == 204
    fields = jira.get(ISSUE).json()["fields"]
    assert fields["duedate"] == "2026-12-24"
    assert fields["updated"] > before
    change = last_change(jira)
    assert change["author"]["accountId"] == "u-anna"
    assert [(item["field"], item["fieldId"], item["to"]) for item in change["items"]] == [
        ("duedate", "duedate", "2026-12-24"),
        ("Start date", "customfield_10015", "2026-10-06"),
    ]


def test_each_version_that_is_added_or_removed_has_its_own_changelog_item(
    jira: httpx.Client,
) -> None:
    jira.put(ISSUE, json={"fields": {"fixVersions": []}})
    [removed] = last_change(jira)["items"]
    assert (removed["field"], removed["fromString"], removed["to"]) == ("Fix Version", "2.0", None)
    jira.put(ISSUE, json={"fields": {"fixVersions": [{"name": "2.0"}], "labels": ["cdp", "core"]}})
    added, labels = last_change(jira)["items"]
    assert (added["from"], added["to"], added["toString"]) == (None, removed["from"], "2.0")
    assert (labels["fromString"], labels["toString"]) == ("cdp", "cdp core")


def test_an_edit_that_changes_nothing_is_not_recorded(jira: httpx.Client) -> None:
    before = jira.get(ISSUE).json()
    jira.put(ISSUE, json={"fields": {"duedate": "2026-11-30"}})
    assert jira.get(ISSUE).json() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("duedate", "30.11.2026"),
        ("priority", {"name": "Urgent"}),
        ("assignee", {"accountId": "nobody"}),
        ("fixVersions", [{"name": "9.9"}]),
        ("parent", {"key": "CDP-99"}),
        ("status", {"name": "Done"}),
        ("customfield_99999", "x"),
    ],
)
def test_an_edit_with_an_invalid_field_is_refused_as_a_whole(
    jira: httpx.Client, field: str, value: Any
) -> None:
    response = jira.put(ISSUE, json={"fields": {"summary": "Other", field: value}})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    assert jira.get(ISSUE).json()["fields"]["summary"] == "Consent store"


def test_a_transition_changes_the_status_and_its_category(jira: httpx.Client) -> None:
    transitions = jira.get(f"{ISSUE}/transitions").json()["transitions"]
    [done] = [entry["id"] for entry in transitions if entry["name"] == "Done"]
    jira.post(f"{ISSUE}/transitions", json={"transition": {"id": done}})
    fields = jira.get(ISSUE).json()["fields"]
    assert fields["status"]["statusCategory"]["key"] == "done"
    assert fields["resolutiondate"] is not None
    [item] = last_change(jira)["items"]
    assert (item["fromString"], item["toString"]) == ("In Progress", "Done")
    assert jira.post(f"{ISSUE}/transitions", json={"transition": {"id": "0"}}).status_code == 400


def test_a_new_issue_gets_the_next_key_and_can_be_deleted(jira: httpx.Client) -> None:
    fields = {"project": {"key": "CDP"}, "summary": "Audit", "issuetype": {"name": "Task"}}
    created = jira.post(f"{V3}/issue", json={"fields": fields}).json()
    assert created["key"] == "CDP-4"
    assert jira.delete(f"{V3}/issue/CDP-4").status_code == 204
    assert jira.get(f"{V3}/issue/{created['id']}").status_code == 404


def test_a_moved_issue_keeps_its_id_and_is_found_by_its_former_key(jira: httpx.Client) -> None:
    id_ = jira.get(ISSUE).json()["id"]
    jira.post("/_sandbox/issues/CDP-1/move", json={"to": "HELP-7"})
    moved = jira.get(ISSUE).json()
    assert (moved["id"], moved["key"], moved["fields"]["project"]["key"]) == (id_, "HELP-7", "HELP")
    log = jira.get(f"{ISSUE}/changelog").json()["values"][-1]["items"]
    assert ("Key", "CDP-1", "HELP-7") in [
        (item["field"], item["fromString"], item["toString"]) for item in log
    ]


def test_a_link_appears_at_both_ends_each_with_its_own_direction(jira: httpx.Client) -> None:
    [ours] = jira.get(ISSUE).json()["fields"]["issuelinks"]
    [theirs] = jira.get(f"{V3}/issue/CDP-3").json()["fields"]["issuelinks"]
    assert ours["id"] == theirs["id"]
    assert (ours["type"]["outward"], ours["outwardIssue"]["key"]) == ("blocks", "CDP-3")
    assert (theirs["type"]["inward"], theirs["inwardIssue"]["key"]) == ("is blocked by", "CDP-1")


def test_a_link_can_be_created_once_and_removed(jira: httpx.Client) -> None:
    link = {
        "type": {"name": "Blocks"},
        "inwardIssue": {"key": "CDP-2"},
        "outwardIssue": {"key": "HELP-1"},
    }
    for _ in range(2):
        assert jira.post(f"{V3}/issueLink", json=link).status_code == 201
    [link_bean] = jira.get(f"{V3}/issue/CDP-2").json()["fields"]["issuelinks"]
    assert link_bean["outwardIssue"]["key"] == "HELP-1"
    assert jira.delete(f"{V3}/issueLink/{link_bean['id']}").status_code == 204
    assert jira.get(f"{V3}/issue/CDP-2").json()["fields"]["issuelinks"] == []


def test_a_changed_release_date_appears_in_the_issues_of_the_version(jira: httpx.Client) -> None:
    [version] = jira.get(f"{V3}/project/CDP/versions").json()
    jira.put(f"{V3}/version/{version['id']}", json={"releaseDate": "2027-01-15"})
    [version_bean] = jira.get(ISSUE).json()["fields"]["fixVersions"]
    assert version_bean["releaseDate"] == "2027-01-15"


def test_a_wrong_token_is_refused(jira: httpx.Client) -> None:
    for credentials in (
        ("interlock@example.com", "wrong"),
        ("nobody@example.com", "sandbox-token"),
    ):
        assert jira.get(f"{V3}/myself", auth=credentials).status_code == 401
    assert jira.get(f"{V3}/myself").json()["accountId"] == "interlock"


def test_bad_credentials_can_be_treated_as_anonymous(jira: httpx.Client) -> None:
    jira.put("/_sandbox/settings", json={"anonymous": True})
    wrong = ("interlock@example.com", "wrong")
    search = jira.get(f"{V3}/search/jql", params={"jql": "project = CDP"}, auth=wrong)
    assert (search.status_code, search.json()["issues"]) == (200, [])
    assert jira.get(f"{V3}/myself", auth=wrong).status_code == 401
    assert jira.get(ISSUE, auth=wrong).status_code == 404


def test_permissions_are_given_per_project(jira: httpx.Client) -> None:
    jira.put("/_sandbox/settings", json={"hidden_projects": ["HELP"]})
    path, query = f"{V3}/mypermissions", {"permissions": "BROWSE_PROJECTS"}
    for project, allowed in (("CDP", True), ("HELP", False)):
        permissions = jira.get(path, params=query | {"projectKey": project}).json()["permissions"]
        assert permissions["BROWSE_PROJECTS"]["havePermission"] is allowed


def test_an_unknown_setting_is_refused_with_its_name(jira: httpx.Client) -> None:
    response = jira.put("/_sandbox/settings", json={"hiden_projects": ["CDP"]})
    assert response.status_code == 400
    assert "hiden_projects" in response.text
