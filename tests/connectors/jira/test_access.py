"""Access problems that `check` finds, and what fails before the first request."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import respx
from jira import JIRA
from pydantic import ValidationError

from connectors.base import ConnectionFailed, Connector, ConnectorContext
from connectors.jira.access import JiraAccessCheck
from connectors.jira.connector import open_connector
from model.records import Priority
from tests.connectors.elsewhere import ODD_ANSWERS, answering
from tests.connectors.jira.builders import (
    NOW,
    TOKEN,
    Site,
    add_fault,
    configure,
    connect,
    issue,
    list_requests,
    settings,
)


def test_a_site_with_everything_needed_has_no_problem(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), fields=[{"id": "customfield_10015", "name": "Start date"}])
    connector: Connector = connect(sandbox.jira_url, fields={"start": "Start date"})
    assert connector.check() == []


def test_a_wrong_token_is_reported_with_its_variable_and_a_hint_about_scopes(
    jira: Site,
) -> None:
    sandbox = jira()
    (problem,) = connect(sandbox.jira_url, token="wrong-secret").check()
    assert problem.blocking
    assert "401" in problem.what
    assert "JIRA_TOKEN" in problem.remedy
    assert "api_url: https://api.atlassian.com/ex/jira/" in problem.remedy
    assert "wrong-secret" not in f"{problem}"


def test_the_hint_about_scopes_is_left_out_where_api_url_is_set(jira: Site) -> None:
    url = jira().jira_url
    (problem,) = connect(url, api_url=url, token="wrong-secret").check()
    assert "JIRA_TOKEN" in problem.remedy
    assert "api_url" not in problem.remedy


def test_anonymous_access_is_a_problem(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    configure(sandbox, anonymous=True)
    (problem,) = connect(sandbox.jira_url, token="wrong").check()
    assert problem.blocking


def test_a_hidden_project_is_reported_and_blocks_only_when_none_is_left(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    configure(sandbox, hidden_projects=["SEC"])
    (problem,) = connect(sandbox.jira_url).check()
    assert problem.what == "the project SEC cannot be seen"
    assert not problem.blocking
    (alone,) = connect(sandbox.jira_url, projects=["SEC"]).check()
    assert alone.blocking


def test_a_field_that_does_not_exist_is_reported(jira: Site) -> None:
    (problem,) = connect(jira().jira_url, fields={"wbs": "WBS element"}).check()
    assert 'the field "WBS element" does not exist' in problem.what
    assert problem.blocking


def test_two_fields_of_one_name_are_reported_with_their_ids(jira: Site) -> None:
    twins = [{"id": f"customfield_{number}", "name": "Start"} for number in (1, 2)]
    (problem,) = connect(jira(fields=twins).jira_url, fields={"start": "Start"}).check()
    assert "customfield_1, customfield_2" in problem.remedy


def test_a_function_that_the_operating_model_lacks_is_reported(jira: Site) -> None:
    (problem,) = connect(jira().jira_url, functions={"CDP": "itt"}).check()
    assert problem.what == '"itt" is no function of the operating model'
    assert problem.blocking


def test_a_function_for_a_project_that_is_not_pulled_is_reported(jira: Site) -> None:
    (problem,) = connect(jira().jira_url, functions={"CDPX": "it"}).check()
    assert problem.what == "functions names the project CDPX, which is not among projects"
    assert not problem.blocking


def test_a_link_type_that_the_site_lacks_is_reported_with_those_it_has(jira: Site) -> None:
    (problem,) = connect(jira().jira_url, links={"Blcoks": {"outward": "successor"}}).check()
    assert problem.what == 'links names the type "blcoks", which the site does not have'
    assert '"Blocks"' in problem.remedy
    assert not problem.blocking


class GermanSite:
    """A site with German link types; the stand-in has only English ones."""

    def issue_link_types(self) -> list[Any]:
        return [SimpleNamespace(name="Blockiert"), SimpleNamespace(name="Verwandt")]


def test_a_site_without_a_link_type_that_means_a_dependency_is_reported() -> None:
    access = JiraAccessCheck(settings(), TOKEN)
    (problem,) = access._check_links(cast(JIRA, GermanSite()))
    assert 'it has "Blockiert", "Verwandt"' in problem.what
    known = JiraAccessCheck(settings(links={"Blockiert": {"outward": "successor"}}), TOKEN)
    assert list(known._check_links(cast(JIRA, GermanSite()))) == []


def test_a_site_that_is_down_is_a_problem_and_raises_nothing() -> None:
    (problem,) = connect("http://127.0.0.1:9").check()
    assert "cannot be reached" in problem.what


@pytest.mark.parametrize("answer", ODD_ANSWERS)
def test_a_server_that_is_not_jira_is_a_problem_of_the_check_and_fails_the_pull(
    answer: bytes,
) -> None:
    with answering(answer) as url:
        (problem,) = connect(url).check()
        with pytest.raises(ConnectionFailed):
            list(connect(url).pull("issues", None, NOW))
    assert "does not answer as Jira does" in problem.what


def test_a_check_never_repeats_a_request(jira: Site) -> None:
    sandbox = jira()
    add_fault(sandbox, "5xx", "myself")
    (problem,) = connect(sandbox.jira_url).check()
    assert "503" in problem.what
    assert list_requests(sandbox).count("GET /rest/api/3/myself") == 1


@respx.mock
def test_a_missing_environment_variable_is_named() -> None:
    with pytest.raises(ConnectionFailed, match="JIRA_TOKEN is not set"):
        open_connector(settings(), ConnectorContext("jira-it", Path(), {}))


def test_no_secret_shows_in_the_repr_of_a_connector() -> None:
    connector = connect("https://jira.example")
    assert TOKEN not in repr(connector) + repr(vars(connector)) + repr(connector._access)


@pytest.mark.parametrize(
    ("overrides", "error_text"),
    [
        ({"projects": ['CDP") OR (1=1']}, "pattern"),
        ({"projects": []}, "at least 1"),
        ({"url": "https://bot:secret@jira.example"}, "without credentials"),
        ({"url": "ftp://jira.example"}, "must be an address"),
        ({"priorities": {"Hot": "volcanic"}}, '"volcanic" is none of low, medium'),
        ({"unknown": 1}, "Extra inputs"),
    ],
)
def test_invalid_settings_are_refused(overrides: dict[str, Any], error_text: str) -> None:
    with pytest.raises(ValidationError, match=error_text) as caught:
        settings(**overrides)
    assert "secret" not in str(caught.value)


def test_priority_names_are_mapped_in_any_case() -> None:
    assert settings().priority_of("HIGHEST") is Priority.CRITICAL
    assert settings(priorities={"P1": "critical"}).priority_of("p1") is Priority.CRITICAL


class ReadOnlySite:
    """A site whose account may read only; the stand-in has no such account."""

    def my_permissions(self, projectKey: str, permissions: str) -> dict[str, Any]:  # noqa: N803
        names = permissions.split(",")
        return {"permissions": {name: {"havePermission": False} for name in names}}


def test_an_account_that_may_not_comment_is_reported_but_may_sync() -> None:
    problems = list(
        JiraAccessCheck(settings(), TOKEN)._check_permissions(cast(JIRA, ReadOnlySite()), "CDP")
    )
    assert [problem.blocking for problem in problems] == [False, False]
    assert "ADD_COMMENTS in CDP" in problems[0].what
