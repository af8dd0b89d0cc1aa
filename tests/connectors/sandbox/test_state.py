from __future__ import annotations

import csv
import json
import logging
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from connectors.sandbox import Sandbox, running_sandbox
from tests.connectors.sandbox.conftest import JIRA, SALESFORCE
from tests.connectors.sandbox.documents import DATA, V3, document

CREDENTIALS = ("interlock@example.com", "sandbox-token")


def jira_of(sandbox: Sandbox) -> httpx.Client:
    return httpx.Client(base_url=sandbox.jira_url, auth=CREDENTIALS)


@pytest.fixture
def described(tmp_path: Path) -> Path:
    """A folder with a JSON file for one tool and a YAML file for the other."""
    folder = tmp_path / "described"
    folder.mkdir()
    (folder / "jira.json").write_text(json.dumps(JIRA))
    (folder / "salesforce.yaml").write_text(json.dumps(SALESFORCE))
    return folder


def test_both_tools_are_loaded_from_their_files(described: Path) -> None:
    with running_sandbox(load=described) as sandbox:
        assert [issue.key for issue in sandbox.jira.issues.values()][:2] == ["CDP-1", "CDP-2"]
        assert len(sandbox.salesforce.records["Opportunity"]) == 3


def test_changes_are_there_at_the_next_start(described: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    with running_sandbox(load=described, state=state) as sandbox, jira_of(sandbox) as client:
        body = {"body": document("Late"), "properties": [{"key": "interlock", "value": {"a": 1}}]}
        id_ = client.post(f"{V3}/issue/CDP-1/comment", json=body).json()["id"]
        jira_before = client.get(f"{V3}/issue/CDP-1").json()
        deals_before = sandbox.salesforce.records["Opportunity"]
        _post(sandbox, next(iter(deals_before)))
        first_url = sandbox.jira_url
    with running_sandbox(load=described, state=state) as sandbox, jira_of(sandbox) as client:
        expected = json.dumps(jira_before).replace(first_url, sandbox.jira_url)
        assert client.get(f"{V3}/issue/CDP-1").json() == json.loads(expected)
        path = f"{V3}/comment/{id_}/properties/interlock"
        assert client.get(path).json()["value"] == {"a": 1}
        assert sandbox.salesforce.records["Opportunity"] == deals_before
        assert len(sandbox.salesforce.segments) == 1


def _post(sandbox: Sandbox, deal: str) -> None:
    with httpx.Client(base_url=sandbox.salesforce_url) as client:
        session = client.post("/_sandbox/sessions", json={"username": "sam@example.com"}).json()
        headers = {"Authorization": f"Bearer {session['access_token']}"}
        item = {"ParentId": deal, "Body": "Late"}
        client.post(f"{DATA}/sobjects/FeedItem", json=item, headers=headers)


def test_a_change_is_saved_even_when_its_response_is_lost(described: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    with running_sandbox(load=described, state=state) as sandbox, jira_of(sandbox) as client:
        client.post("/_sandbox/faults", json={"kind": "drop_after", "match": "POST .*/comment"})
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(f"{V3}/issue/CDP-3/comment", json={"body": document("Late")})
        saved = json.loads((state / "jira.json").read_text())
    [issue] = [row for row in saved["issues"].values() if row["key"] == "CDP-3"]
    assert [comment["body"] for comment in issue["comments"]] == [document("Late")]


def test_a_missing_folder_and_a_port_that_is_taken_are_named(tmp_path: Path) -> None:
    with (
        pytest.raises(NotADirectoryError, match="nowhere"),
        running_sandbox(load=tmp_path / "nowhere"),
    ):
        pass
    with running_sandbox() as sandbox:
        port = int(sandbox.jira_url.rsplit(":", 1)[1])
        with pytest.raises(OSError, match=str(port)), running_sandbox(jira_port=port):
            pass


def test_a_setting_is_saved_too(described: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    with running_sandbox(load=described, state=state) as sandbox, jira_of(sandbox) as client:
        client.put("/_sandbox/settings", json={"hidden_projects": ["HELP"]})
    with running_sandbox(load=described, state=state) as sandbox, jira_of(sandbox) as client:
        assert client.get(f"{V3}/issue/HELP-1").status_code == 404


def test_a_file_can_have_changes_of_versions_people_and_custom_fields() -> None:
    by = {"at": "2026-10-10T09:00:00Z", "by": "u-anna"}
    changes = [
        by | {"field": "fixVersions", "from": None, "to": "2.0"},
        by | {"field": "assignee", "from": "u-uwe", "to": "u-anna"},
        by | {"field": "Start date", "from": "2026-10-01", "to": "2026-10-05"},
    ]
    issue = JIRA["issues"][1] | {"changes": changes}
    with running_sandbox(jira=JIRA | {"issues": [issue]}) as sandbox:
        [entry] = next(iter(sandbox.jira.issues.values())).changelog
        [version] = sandbox.jira.versions
    items = [(item["fieldId"], item["from"], item["to"]) for item in entry["items"]]
    assert items == [
        ("fixVersions", None, version),
        ("assignee", "u-uwe", "u-anna"),
        ("customfield_10015", "2026-10-01", "2026-10-05"),
    ]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"issues": [{"key": "CDP-1"}]}, "issues.0.summary"),
        ({"isues": []}, "isues"),
    ],
)
def test_a_file_with_a_mistake_is_refused_with_its_place(
    change: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValidationError, match=named), running_sandbox(jira=JIRA | change):
        pass


def test_a_name_that_the_file_does_not_list_is_reported_with_its_issue() -> None:
    issue = JIRA["issues"][1] | {"status": "Parked"}
    with (
        pytest.raises(ValueError, match="CDP-2 names 'Parked'"),
        running_sandbox(jira=JIRA | {"issues": [issue]}),
    ):
        pass


def _row(parameters: Any, data: Any) -> str:
    cells = ["1", "{}", json.dumps(data), "", json.dumps(parameters), ""]
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)


def test_recorded_issues_keep_their_unusual_values(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As in DevLake's recordings: version 2 text, a category that contradicts its status."""
    status = {"id": "10068", "name": "已完成", "statusCategory": {"id": 3, "key": "new"}}
    fields = {
        "project": {"id": "1", "key": "EE"},
        "status": status,
        "summary": "Old",
        "description": "First\n\nSecond",
        "updated": "2021-03-28T16:06:08.713+0800",
        "issuelinks": [],
        "customfield_10014": None,
        "comment": {"comments": [{"id": "7", "body": "[link|https://example.com]"}]},
    }
    issue = {"id": "10063", "key": "EE-1", "fields": fields}
    head = '"id","params","data","url","input","created_at"'
    change = {"id": "5", "created": "2021-03-01T10:00:00.000+0800", "items": [{"field": "status"}]}
    (tmp_path / "_raw_jira_api_issues.csv").write_text(f"{head}\n{_row(None, issue)}\n")
    (tmp_path / "_raw_jira_api_issue_changelogs.csv").write_text(
        f"{head}\n{_row({'issue_id': 10063}, change)}\n{_row({'issue_id': 99}, change)}\n"
    )
    closed = {"id": "6", "name": "Closed", "statusCategory": {"id": 3, "key": "done"}}
    (tmp_path / "_raw_jira_api_status.csv").write_text(f"{head}\n{_row(None, closed)}\n")
    with (
        caplog.at_level(logging.WARNING),
        running_sandbox(load=tmp_path) as sandbox,
        jira_of(sandbox) as client,
    ):
        bean = client.get(f"{V3}/issue/EE-1", params={"expand": "changelog"}).json()
        statuses = client.get(f"{V3}/status").json()
        page = client.get("/browse/EE-1")
    assert statuses == [closed, status]
    assert bean["fields"]["status"] == status
    assert bean["fields"]["description"] == document("First", "Second")
    assert bean["fields"]["comment"]["comments"][0]["body"] == document(
        "[link|https://example.com]"
    )
    assert bean["changelog"]["histories"] == [change]
    assert "1 recorded changelog entries belong to issues that were not recorded: 99" in caplog.text
    assert page.status_code == 200


def test_recordings_with_a_long_cell_leave_the_limit_of_cells_as_it_was(tmp_path: Path) -> None:
    usual = csv.field_size_limit()
    status = {"id": "1", "name": "x" * 2 * usual, "statusCategory": {"id": 2, "key": "new"}}
    text = f'"id","params","data","url","input","created_at"\n{_row(None, status)}\n'
    (tmp_path / "_raw_jira_api_status.csv").write_text(text)

    with running_sandbox(load=tmp_path), pytest.raises(csv.Error, match="larger than field limit"):
        list(csv.reader(text.splitlines()))
