"""A GitHub repository is read with some forty lines of YAML and no code."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.base import ConnectorContext, RawRecord
from connectors.rest.connector import RestConnector, open_connector
from connectors.rest.settings import RestSettings
from model.records import State, WorkItem
from tests.connectors.rest.builders import LOOKUPS

YAML = Path(__file__).with_name("github.yaml")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

# Shapes from https://docs.github.com/en/rest/issues/issues and …/milestones, shortened.
MILESTONE: dict[str, Any] = {
    "id": 1002604,
    "number": 1,
    "state": "open",
    "title": "v1.0",
    "html_url": "https://github.com/acme/api/milestone/1",
    "due_on": "2026-10-09T23:39:01Z",
    "closed_at": None,
    "updated_at": "2026-02-03T18:09:02Z",
}
ISSUE: dict[str, Any] = {
    "id": 1,
    "number": 1347,
    "state": "closed",
    "title": "Found a bug",
    "html_url": "https://github.com/acme/api/issues/1347",
    "body": "Waits for CDP-12.",
    "labels": [{"id": 208045946, "name": "cdp"}],
    "assignee": {"login": "octocat", "id": 1},
    "milestone": MILESTONE,
    "closed_at": "2026-02-20T12:00:00Z",
    "updated_at": "2026-02-22T13:33:48Z",
}


@pytest.fixture
def connector() -> RestConnector:
    settings = RestSettings.model_validate(yaml.safe_load(YAML.read_text()))
    context = ConnectorContext("github", Path(), {"GITHUB_TOKEN": "ghp_x"}, LOOKUPS)
    return open_connector(settings, context)


def mapped(connector: RestConnector, stream: str, record: dict[str, Any]) -> WorkItem:
    raw = RawRecord(str(record["id"]), json.dumps(record))
    (version,) = connector.map(stream, raw, NOW).versions
    assert isinstance(version.record, WorkItem)
    return version.record


def test_an_issue_has_its_key_dates_owner_and_milestone(connector: RestConnector) -> None:
    item = mapped(connector, "issues", ISSUE)
    assert (item.key, item.title, item.owner) == ("acme/api#1347", "Found a bug", "octocat")
    assert (item.state, item.planned_finish) == (State.DONE, date(2026, 10, 9))
    assert (item.actual_finish, item.initiative) == (date(2026, 2, 20), "cdp")
    assert item.parent == mapped(connector, "milestones", MILESTONE).ref


def test_a_milestone_is_one(connector: RestConnector) -> None:
    item = mapped(connector, "milestones", MILESTONE)
    assert item.milestone
    assert (item.key, item.planned_finish) == ("acme/api milestone 1", date(2026, 10, 9))


def test_the_configuration_is_short() -> None:
    assert len(YAML.read_text().splitlines()) <= 50
