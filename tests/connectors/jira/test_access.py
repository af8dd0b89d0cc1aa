"""What `check` finds missing, and what the connector says before it has asked anything."""

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
    asked,
    configure,
    connect,
    issue,
    settings,
    switch_on,
)


def test_a_site_with_all_that_is_needed_has_no_problem(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), fields=[{"id": "customfield_10015", "name": "Start date"}])
    connector: Connector = connect(sandbox.jira_url, fields={"start": "Start date"})
    assert connector.check() == []


def test_a_wrong_token_is_told_with_its_variable_and_the_way_of_scoped_tokens(jira: Site) -> None:
    sandbox = jira()
    (problem,) = connect(sandbox.jira_url, token="wrong-secret").check()
    assert problem.blocking
    assert "401" in problem.what
    assert "JIRA_TOKEN" in problem.remedy
    assert "api_url: https://api.atlassian.com/ex/jira/" in problem.remedy
    assert "wrong-secret" not in f"{problem}"


def test_being_taken_for_a_stranger_is_no_success(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    configure(sandbox, anonymous=True)
    (problem,) = connect(sandbox.jira_url, token="wrong").check()
    assert problem.blocking


def test_a_project_out_of_sight_is_told_and_blocks_only_when_none_is_left(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    configure(sandbox, hidden_projects=["SEC"])
    (problem,) = connect(sandbox.jira_url).check()
    assert problem.what == "the project SEC cannot be seen"
    assert not problem.blocking
    (alone,) = connect(sandbox.jira_url, projects=["SEC"]).check()
    assert alone.blocking


def test_a_field_that_does_not_exist_is_told(jira: Site) -> None:
    (problem,) = connect(jira().jira_url, fields={"wbs": "WBS element"}).check()
    assert 'the field "WBS element" does not exist' in problem.what
    assert problem.blocking


def test_two_fields_of_one_name_are_told_with_their_ids(jira: Site) -> None:
    twins = [{"id": f"customfield_{number}", "name": "Start"} for number in (1, 2)]
    (problem,) = connect(jira(fields=twins).jira_url, fields={"start": "Start"}).check()
    assert "customfield_1, customfield_2" in problem.remedy


def test_a_function_that_the_operating_model_lacks_is_told(jira: Site) -> None:
    (problem,) = connect(jira().jira_url, functions={"CDP": "itt"}).check()
    assert problem.what == '"itt" is no function of the operating model'
    assert problem.blocking


def test_a_function_for_a_project_that_is_not_read_is_told(jira: Site) -> None:
    (problem,) = connect(jira().jira_url, functions={"CDPX": "it"}).check()
    assert problem.what == "functions names the project CDPX, which is not among projects"
    assert not problem.blocking


def test_a_link_type_that_the_site_does_not_have_is_told_with_those_it_has(jira: Site) -> None:
    (problem,) = connect(jira().jira_url, links={"Blcoks": {"outward": "successor"}}).check()
    assert problem.what == 'links names the type "blcoks", which the site does not have'
    assert '"Blocks"' in problem.remedy
    assert not problem.blocking


class Foreign:
    """A site that words its link types in another language; the stand-in speaks English."""

    def issue_link_types(self) -> list[Any]:
        return [SimpleNamespace(name="Blockiert"), SimpleNamespace(name="Verwandt")]


def test_a_site_none_of_whose_links_means_a_dependency_is_told() -> None:
    access = JiraAccessCheck(settings(), TOKEN)
    (problem,) = access._check_links(cast(JIRA, Foreign()))
    assert 'it has "Blockiert", "Verwandt"' in problem.what
    known = JiraAccessCheck(settings(links={"Blockiert": {"outward": "successor"}}), TOKEN)
    assert list(known._check_links(cast(JIRA, Foreign()))) == []


def test_a_tool_that_is_down_is_a_problem_and_raises_nothing() -> None:
    (problem,) = connect("http://127.0.0.1:9").check()
    assert "cannot be reached" in problem.what


@pytest.mark.parametrize("answer", ODD_ANSWERS)
def test_what_is_no_jira_is_a_problem_of_the_check_and_a_failure_of_the_pull(
    answer: bytes,
) -> None:
    with answering(answer) as url:
        (problem,) = connect(url).check()
        with pytest.raises(ConnectionFailed):
            list(connect(url).pull("issues", None, NOW))
    assert "does not answer as Jira does" in problem.what


def test_a_check_never_repeats_a_request(jira: Site) -> None:
    sandbox = jira()
    switch_on(sandbox, "5xx", "myself")
    (problem,) = connect(sandbox.jira_url).check()
    assert "503" in problem.what
    assert asked(sandbox).count("GET /rest/api/3/myself") == 1


@respx.mock
def test_a_missing_variable_is_named() -> None:
    with pytest.raises(ConnectionFailed, match="JIRA_TOKEN is not set"):
        open_connector(settings(), ConnectorContext("jira-it", Path(), {}))


def test_no_secret_shows_in_what_a_connector_is_made_of() -> None:
    connector = connect("https://jira.example")
    assert TOKEN not in repr(connector) + repr(vars(connector)) + repr(connector._access)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"projects": ['CDP") OR (1=1']}, "pattern"),
        ({"projects": []}, "at least 1"),
        ({"url": "https://bot:secret@jira.example"}, "without credentials"),
        ({"url": "ftp://jira.example"}, "must be an address"),
        ({"priorities": {"Hot": "volcanic"}}, '"volcanic" is none of low, medium'),
        ({"unknown": 1}, "Extra inputs"),
    ],
)
def test_settings_that_make_no_sense_are_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words) as caught:
        settings(**more)
    assert "secret" not in str(caught.value)


def test_settings_say_which_priority_a_name_means() -> None:
    assert settings().priority_of("HIGHEST") is Priority.CRITICAL
    assert settings(priorities={"P1": "critical"}).priority_of("p1") is Priority.CRITICAL


class ReadOnly:
    """A site whose account may read only; the stand-in has no such account."""

    def my_permissions(self, projectKey: str, permissions: str) -> dict[str, Any]:  # noqa: N803
        names = permissions.split(",")
        return {"permissions": {name: {"havePermission": False} for name in names}}


def test_an_account_that_may_not_comment_is_told_but_may_sync() -> None:
    found = list(
        JiraAccessCheck(settings(), TOKEN)._check_permissions(cast(JIRA, ReadOnly()), "CDP")
    )
    assert [problem.blocking for problem in found] == [False, False]
    assert "ADD_COMMENTS in CDP" in found[0].what
