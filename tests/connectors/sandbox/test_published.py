"""Answers of the Jira stand-in against Atlassian's own description of them.

`jira_answers.json` is the part of that description that is needed here, without its prose;
INTERLOCK_JIRA_SPEC may name the whole file instead. The description does not speak of null, which
Jira gives for what is empty: null counts as absent.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from tests.connectors.sandbox.documents import V3, document, mentioning

EXCERPT = Path(__file__).with_name("jira_answers.json")
ISSUE = f"{V3}/issue/{{issueIdOrKey}}"
COMMENT_PROPERTIES = f"{V3}/comment/{{commentId}}/properties"


@pytest.fixture(scope="module")
def published() -> Any:
    return json.loads(Path(os.environ.get("INTERLOCK_JIRA_SPEC", EXCERPT)).read_text("utf-8"))


def check(published: Any, path: str, answer: httpx.Response) -> None:
    """Raise where the answer is not what the description says of this path."""
    method = answer.request.method.lower()
    responses = published["paths"][path][method]["responses"]
    schema = responses[str(answer.status_code)]["content"]["application/json"]["schema"]
    whole = schema | {"components": published["components"]}
    jsonschema.Draft4Validator(whole).validate(_without_null(answer.json()))


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_null(one) for name, one in value.items() if one is not None}
    return [_without_null(one) for one in value] if isinstance(value, list) else value


READS = [
    (f"{V3}/myself", "", {}),
    (f"{V3}/serverInfo", "", {}),
    (f"{V3}/field", "", {}),
    (f"{V3}/status", "", {}),
    (f"{V3}/priority", "", {}),
    (f"{V3}/project/search", "", {"maxResults": 1}),
    (f"{V3}/project/{{projectIdOrKey}}", f"{V3}/project/CDP", {}),
    (f"{V3}/project/{{projectIdOrKey}}/versions", f"{V3}/project/CDP/versions", {}),
    (f"{V3}/user", "", {"accountId": "u-anna"}),
    (f"{V3}/user/search", "", {"query": "anna"}),
    (f"{V3}/mypermissions", "", {"permissions": "ADD_COMMENTS", "projectKey": "CDP"}),
    (f"{V3}/search/jql", "", {"jql": "project = CDP", "maxResults": 1}),
    (f"{V3}/search/jql", "", {"jql": "project = CDP", "fields": "*all"}),
    (ISSUE, f"{V3}/issue/CDP-1", {"expand": "names,changelog"}),
    (f"{ISSUE}/changelog", f"{V3}/issue/CDP-1/changelog", {"maxResults": 1}),
    (f"{ISSUE}/transitions", f"{V3}/issue/CDP-1/transitions", {}),
    (f"{ISSUE}/comment", f"{V3}/issue/CDP-1/comment", {}),
    (f"{ISSUE}/properties", f"{V3}/issue/CDP-1/properties", {}),
]


@pytest.mark.parametrize(("path", "address", "query"), READS)
def test_what_is_read_has_the_published_shape(
    jira: httpx.Client, published: Any, path: str, address: str, query: dict[str, str]
) -> None:
    check(published, path, jira.get(address or path, params=query))


POSTS: list[tuple[str, dict[str, Any]]] = [
    (f"{V3}/search/jql", {"jql": "project = CDP", "fields": ["*all"], "maxResults": 2}),
    (f"{V3}/issue/bulkfetch", {"issueIdsOrKeys": ["CDP-1", "CDP-2"], "fields": ["*all"]}),
    (f"{V3}/changelog/bulkfetch", {"issueIdsOrKeys": ["CDP-1"], "maxResults": 1}),
    (f"{V3}/issue", {"fields": {"project": {"key": "CDP"}, "summary": "New"}}),
]


@pytest.mark.parametrize(("path", "body"), POSTS)
def test_what_is_asked_for_by_post_has_the_published_shape(
    jira: httpx.Client, published: Any, path: str, body: dict[str, Any]
) -> None:
    check(published, path, jira.post(path, json=body))


def test_comments_have_the_published_shape_when_made_edited_and_listed(
    jira: httpx.Client, published: Any
) -> None:
    properties = [{"key": "interlock", "value": {"conflict": "C-1"}}]
    made = jira.post(
        f"{V3}/issue/CDP-1/comment", json={"body": mentioning("u-anna"), "properties": properties}
    )
    check(published, f"{ISSUE}/comment", made)
    id_ = made.json()["id"]
    edited = jira.put(f"{V3}/issue/CDP-1/comment/{id_}", json={"body": document("Other")})
    check(published, f"{ISSUE}/comment/{{id}}", edited)
    query = {"expand": "properties"}
    listed = jira.post(f"{V3}/comment/list", params=query, json={"ids": [int(id_)]})
    check(published, f"{V3}/comment/list", listed)
    keys = jira.get(f"{V3}/comment/{id_}/properties")
    check(published, COMMENT_PROPERTIES, keys)
    one = jira.get(f"{V3}/comment/{id_}/properties/interlock")
    check(published, f"{COMMENT_PROPERTIES}/{{propertyKey}}", one)


def test_changes_are_logged_in_the_published_shape(jira: httpx.Client, published: Any) -> None:
    fields = {
        "duedate": "2026-12-24",
        "assignee": {"accountId": "u-uwe"},
        "priority": {"name": "High"},
        "description": document("Other"),
        "labels": ["cdp", "core"],
        "fixVersions": [],
        "parent": None,
        "customfield_10015": None,
    }
    assert jira.put(f"{V3}/issue/CDP-1", json={"fields": fields}).status_code == 204
    check(published, f"{ISSUE}/changelog", jira.get(f"{V3}/issue/CDP-1/changelog"))


def test_a_version_that_moves_keeps_the_published_shape(jira: httpx.Client, published: Any) -> None:
    [version] = jira.get(f"{V3}/project/CDP/versions").json()
    moved = jira.put(f"{V3}/version/{version['id']}", json={"releaseDate": "2027-01-15"})
    check(published, f"{V3}/version/{{id}}", moved)
