"""Releases mapped to milestones."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest

from connectors.base import RawRecord
from connectors.jira.releases import ReleaseMapping
from model.records import State, WorkItem
from tests.connectors.jira.builders import NOW, Site, configure, connect, issue, settings

PROJECT = {
    "key": "CDP",
    "name": "Platform",
    "versions": [{"name": "Release 2.0", "release_date": "2026-04-30"}],
}


def milestone(version: dict[str, Any]) -> WorkItem:
    payload = orjson.dumps({"project": "CDP", "version": {"id": "7", "name": "2.0", **version}})
    result = ReleaseMapping("jira-it", settings()).map(
        RawRecord("version-7", payload.decode()), NOW
    )
    record = result.versions[0].record
    assert isinstance(record, WorkItem)
    return record


def test_a_release_is_a_milestone_on_its_release_date(jira: Site) -> None:
    sandbox = jira(issue("CDP-1", fix_versions=["Release 2.0"]), projects=[PROJECT])
    connector = connect(sandbox.jira_url, projects=["CDP"])
    page, _ = connector.pull("versions", None, NOW)
    (version,) = connector.map("versions", page.records[0], NOW).versions
    record = version.record
    assert isinstance(record, WorkItem)
    assert (record.key, record.milestone) == ("CDP Release 2.0", True)
    assert (record.planned_finish, record.state) == (date(2026, 4, 30), State.PLANNED)
    assert record.dates_from == "Jira release date"
    assert version.valid_from == NOW


def test_releases_of_a_hidden_project_do_not_count_as_deleted(jira: Site) -> None:
    sandbox = jira(issue("SEC-1"), projects=[PROJECT, {"key": "SEC", "name": "Security"}])
    configure(sandbox, hidden_projects=["CDP"])
    *_, page = connect(sandbox.jira_url).pull("versions", {}, NOW)
    assert page.snapshot_ids == frozenset()
    assert page.gone_reason == "the project CDP cannot be seen"


@pytest.mark.parametrize(
    ("flags", "state", "finish"),
    [
        ({"released": True}, State.DONE, date(2026, 4, 30)),
        ({"released": True, "archived": True}, State.DONE, date(2026, 4, 30)),
        ({"archived": True}, State.CANCELLED, None),
        ({}, State.PLANNED, None),
    ],
)
def test_a_release_is_done_once_released(
    flags: dict[str, bool], state: State, finish: date | None
) -> None:
    record = milestone({"releaseDate": "2026-04-30", **flags})
    assert (record.state, record.actual_finish) == (state, finish)


def test_an_impossible_release_date_holds_the_release() -> None:
    payload = '{"project": "CDP", "version": {"id": "7", "name": "2.0", "releaseDate": "soon"}}'
    result = ReleaseMapping("jira-it", settings()).map(RawRecord("version-7", payload), NOW)
    assert result.versions == ()
    assert "soon" in result.problems[0].reason
