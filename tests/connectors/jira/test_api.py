"""Paging and shapes of Jira's answers that the stand-in does not produce."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest
import respx

from connectors.base import ConnectionFailed
from connectors.jira.api import JiraApi
from tests.connectors.jira.builders import connect

SITE = "https://jira.example"


@pytest.fixture
def api() -> JiraApi:
    return connect(SITE)._api


def answer_in_turn(route: respx.Route, *pages: dict[str, Any]) -> None:
    route.mock(side_effect=[httpx.Response(200, json=page) for page in pages])


def test_projects_are_read_from_every_page(api: JiraApi, respx_mock: respx.MockRouter) -> None:
    route = respx_mock.get(f"{SITE}/rest/api/3/project/search")
    first = {"values": [{"key": "CDP", "projectTypeKey": "software"}], "isLast": False}
    last = {"values": [{"key": "HELP", "projectTypeKey": "service_desk"}], "isLast": True}
    answer_in_turn(route, first, last)
    assert api.fetch_projects() == {"CDP": "software", "HELP": "service_desk"}
    assert [call.request.url.params["startAt"] for call in route.calls] == ["0", "1"]


def test_an_empty_page_of_projects_that_is_not_the_last_hides_no_project(
    api: JiraApi, respx_mock: respx.MockRouter
) -> None:
    route = respx_mock.get(f"{SITE}/rest/api/3/project/search")
    answer_in_turn(route, {"values": [], "isLast": False})
    with pytest.raises(ConnectionFailed, match="further projects"):
        api.fetch_projects()


def test_a_changelog_that_continues_on_the_next_page_is_joined(
    api: JiraApi, respx_mock: respx.MockRouter
) -> None:
    def page(change: str, **token: str) -> dict[str, Any]:
        log = {"issueId": "10001", "changeHistories": [{"id": change}]}
        return {"issueChangeLogs": [log], **token}

    route = respx_mock.post(f"{SITE}/rest/api/3/changelog/bulkfetch")
    answer_in_turn(route, page("1", nextPageToken="a"), page("2"))
    assert api.fetch_changelogs(["10001"]) == {"10001": [{"id": "1"}, {"id": "2"}]}
    assert orjson.loads(route.calls[1].request.content)["nextPageToken"] == "a"


def test_a_search_asks_for_ids_only(api: JiraApi, respx_mock: respx.MockRouter) -> None:
    route = respx_mock.post(f"{SITE}/rest/api/3/search/jql")
    route.respond(200, json={"issues": []})
    list(api.search_ids("project = CDP"))
    assert orjson.loads(route.calls[0].request.content)["fields"] == ["id"]


def test_issues_and_the_errors_of_others_are_returned_by_id(
    api: JiraApi, respx_mock: respx.MockRouter
) -> None:
    errors = [{"id": "2", "errorMessage": "too large"}, {"id": "3"}]
    route = respx_mock.post(f"{SITE}/rest/api/3/issue/bulkfetch")
    route.respond(200, json={"issues": [{"id": "1", "fields": {}}], "issueErrors": errors})
    assert api.fetch_issues(["1", "2", "3", "4"], ["summary"]) == (
        [{"id": "1", "fields": {}}],
        {"2": "too large", "3": "no reason given"},
    )


@pytest.mark.parametrize("body", [[], "x"])
def test_an_answer_that_is_no_object_is_refused(
    api: JiraApi, respx_mock: respx.MockRouter, body: object
) -> None:
    respx_mock.post(f"{SITE}/rest/api/3/issue/bulkfetch").respond(200, json=body)
    with pytest.raises(ConnectionFailed, match="should hold an object"):
        api.fetch_issues(["10001"], ["summary"])


def test_requests_go_to_the_api_url_of_scoped_tokens(respx_mock: respx.MockRouter) -> None:
    scoped = "https://api.example/ex/jira/1"
    route = respx_mock.get(f"{scoped}/rest/api/3/myself")
    route.respond(200, json={"accountId": "interlock"})
    assert connect(SITE, api_url=scoped)._api.fetch_account_id() == "interlock"
