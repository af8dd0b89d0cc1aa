from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.connectors.sandbox.documents import V3

ISSUE = f"{V3}/issue/CDP-1"


def last_change(client: httpx.Client) -> Any:
    return client.get(f"{ISSUE}/changelog").json()["values"][-1]


def test_an_edit_is_seen_stamped_and_logged(jira: httpx.Client) -> None:
    before = jira.get(ISSUE).json()["fields"]["updated"]
    as_anna = ("anna@example.com", "sandbox-token")
    changes = {"duedate": "2026-12-24", "customfield_10015": "2026-10-06"}
    assert jira.put(ISSUE, auth=as_anna, json={"fields": changes}).status_code == 204
    fields = jira.get(ISSUE).json()["fields"]
    assert fields["duedate"] == "2026-12-24"
    assert fields["updated"] > before
    change = last_change(jira)
    assert change["author"]["accountId"] == "u-anna"
    assert [(one["field"], one["fieldId"], one["to"]) for one in change["items"]] == [
        ("duedate", "duedate", "2026-12-24"),
        ("Start date", "customfield_10015", "2026-10-06"),
    ]


def test_each_version_that_comes_or_goes_is_logged_by_itself(jira: httpx.Client) -> None:
    jira.put(ISSUE, json={"fields": {"fixVersions": []}})
    [gone] = last_change(jira)["items"]
    assert (gone["field"], gone["fromString"], gone["to"]) == ("Fix Version", "2.0", None)
    jira.put(ISSUE, json={"fields": {"fixVersions": [{"name": "2.0"}], "labels": ["cdp", "core"]}})
    come, labels = last_change(jira)["items"]
    assert (come["from"], come["to"], come["toString"]) == (None, gone["from"], "2.0")
    assert (labels["fromString"], labels["toString"]) == ("cdp", "cdp core")


def test_an_edit_that_changes_nothing_leaves_no_trace(jira: httpx.Client) -> None:
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
def test_one_bad_field_refuses_the_whole_edit(jira: httpx.Client, field: str, value: Any) -> None:
    answer = jira.put(ISSUE, json={"fields": {"summary": "Other", field: value}})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert jira.get(ISSUE).json()["fields"]["summary"] == "Consent store"


def test_a_transition_moves_the_status_and_its_category(jira: httpx.Client) -> None:
    transitions = jira.get(f"{ISSUE}/transitions").json()["transitions"]
    [done] = [one["id"] for one in transitions if one["name"] == "Done"]
    jira.post(f"{ISSUE}/transitions", json={"transition": {"id": done}})
    fields = jira.get(ISSUE).json()["fields"]
    assert fields["status"]["statusCategory"]["key"] == "done"
    assert fields["resolutiondate"] is not None
    [item] = last_change(jira)["items"]
    assert (item["fromString"], item["toString"]) == ("In Progress", "Done")
    assert jira.post(f"{ISSUE}/transitions", json={"transition": {"id": "0"}}).status_code == 400


def test_a_new_issue_gets_the_next_key_and_can_be_deleted(jira: httpx.Client) -> None:
    fields = {"project": {"key": "CDP"}, "summary": "Audit", "issuetype": {"name": "Task"}}
    made = jira.post(f"{V3}/issue", json={"fields": fields}).json()
    assert made["key"] == "CDP-4"
    assert jira.delete(f"{V3}/issue/CDP-4").status_code == 204
    assert jira.get(f"{V3}/issue/{made['id']}").status_code == 404


def test_a_moved_issue_keeps_its_id_and_answers_to_its_old_key(jira: httpx.Client) -> None:
    id_ = jira.get(ISSUE).json()["id"]
    jira.post("/_sandbox/issues/CDP-1/move", json={"to": "HELP-7"})
    moved = jira.get(ISSUE).json()
    assert (moved["id"], moved["key"], moved["fields"]["project"]["key"]) == (id_, "HELP-7", "HELP")
    log = jira.get(f"{ISSUE}/changelog").json()["values"][-1]["items"]
    assert ("Key", "CDP-1", "HELP-7") in [
        (item["field"], item["fromString"], item["toString"]) for item in log
    ]


def test_a_link_is_told_by_both_ends_in_their_own_words(jira: httpx.Client) -> None:
    [ours] = jira.get(ISSUE).json()["fields"]["issuelinks"]
    [theirs] = jira.get(f"{V3}/issue/CDP-3").json()["fields"]["issuelinks"]
    assert ours["id"] == theirs["id"]
    assert (ours["type"]["outward"], ours["outwardIssue"]["key"]) == ("blocks", "CDP-3")
    assert (theirs["type"]["inward"], theirs["inwardIssue"]["key"]) == ("is blocked by", "CDP-1")


def test_a_link_can_be_made_once_and_removed(jira: httpx.Client) -> None:
    link = {
        "type": {"name": "Blocks"},
        "inwardIssue": {"key": "CDP-2"},
        "outwardIssue": {"key": "HELP-1"},
    }
    for _ in range(2):
        assert jira.post(f"{V3}/issueLink", json=link).status_code == 201
    [made] = jira.get(f"{V3}/issue/CDP-2").json()["fields"]["issuelinks"]
    assert made["outwardIssue"]["key"] == "HELP-1"
    assert jira.delete(f"{V3}/issueLink/{made['id']}").status_code == 204
    assert jira.get(f"{V3}/issue/CDP-2").json()["fields"]["issuelinks"] == []


def test_a_release_that_moves_shows_in_its_issues(jira: httpx.Client) -> None:
    [version] = jira.get(f"{V3}/project/CDP/versions").json()
    jira.put(f"{V3}/version/{version['id']}", json={"releaseDate": "2027-01-15"})
    [shown] = jira.get(ISSUE).json()["fields"]["fixVersions"]
    assert shown["releaseDate"] == "2027-01-15"


def test_a_wrong_token_is_refused(jira: httpx.Client) -> None:
    for credentials in (
        ("interlock@example.com", "wrong"),
        ("nobody@example.com", "sandbox-token"),
    ):
        assert jira.get(f"{V3}/myself", auth=credentials).status_code == 401
    assert jira.get(f"{V3}/myself").json()["accountId"] == "interlock"


def test_bad_credentials_may_degrade_to_an_anonymous_visitor(jira: httpx.Client) -> None:
    jira.put("/_sandbox/settings", json={"anonymous": True})
    wrong = ("interlock@example.com", "wrong")
    search = jira.get(f"{V3}/search/jql", params={"jql": "project = CDP"}, auth=wrong)
    assert (search.status_code, search.json()["issues"]) == (200, [])
    assert jira.get(f"{V3}/myself", auth=wrong).status_code == 401
    assert jira.get(ISSUE, auth=wrong).status_code == 404


def test_permissions_are_told_for_a_project(jira: httpx.Client) -> None:
    jira.put("/_sandbox/settings", json={"hidden_projects": ["HELP"]})
    path, query = f"{V3}/mypermissions", {"permissions": "BROWSE_PROJECTS"}
    for project, allowed in (("CDP", True), ("HELP", False)):
        told = jira.get(path, params=query | {"projectKey": project}).json()["permissions"]
        assert told["BROWSE_PROJECTS"]["havePermission"] is allowed


def test_an_unknown_switch_is_refused_with_its_name(jira: httpx.Client) -> None:
    answer = jira.put("/_sandbox/settings", json={"hiden_projects": ["CDP"]})
    assert answer.status_code == 400
    assert "hiden_projects" in answer.text
