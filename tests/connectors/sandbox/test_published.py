"""Responses of the Jira stand-in are valid by Atlassian's own OpenAPI description.

`jira_responses.json` is an excerpt of that description without its prose; INTERLOCK_JIRA_SPEC may
name the whole file instead. The description has no null, which Jira returns for an empty field:
null counts as absent.
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

EXCERPT = Path(__file__).with_name("jira_responses.json")
ISSUE = f"{V3}/issue/{{issueIdOrKey}}"
COMMENT_PROPERTIES = f"{V3}/comment/{{commentId}}/properties"


@pytest.fixture(scope="module")
def published() -> Any:
    return json.loads(Path(os.environ.get("INTERLOCK_JIRA_SPEC", EXCERPT)).read_text("utf-8"))


def check(published: Any, path: str, response: httpx.Response) -> None:
    """Raise ValidationError where a response does not have the schema of this path."""
    method = response.request.method.lower()
    responses = published["paths"][path][method]["responses"]
    schema = responses[str(response.status_code)]["content"]["application/json"]["schema"]
    document_schema = schema | {"components": published["components"]}
    jsonschema.Draft4Validator(document_schema).validate(_without_null(response.json()))


def _without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_null(member) for name, member in value.items() if member is not None}
    return [_without_null(member) for member in value] if isinstance(value, list) else value


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
def test_a_get_response_has_the_published_schema(
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
def test_a_post_response_has_the_published_schema(
    jira: httpx.Client, published: Any, path: str, body: dict[str, Any]
) -> None:
    check(published, path, jira.post(path, json=body))


def test_created_edited_and_listed_comments_have_the_published_schema(
    jira: httpx.Client, published: Any
) -> None:
    properties = [{"key": "interlock", "value": {"conflict": "C-1"}}]
    created = jira.post(
        f"{V3}/issue/CDP-1/comment", json={"body": mentioning("u-anna"), "properties": properties}
    )
    check(published, f"{ISSUE}/comment", created)
    id_ = created.json()["id"]
    edited = jira.put(f"{V3}/issue/CDP-1/comment/{id_}", json={"body": document("Other")})
    check(published, f"{ISSUE}/comment/{{id}}", edited)
    query = {"expand": "properties"}
    listed = jira.post(f"{V3}/comment/list", params=query, json={"ids": [int(id_)]})
    check(published, f"{V3}/comment/list", listed)
    keys = jira.get(f"{V3}/comment/{id_}/properties")
    check(published, COMMENT_PROPERTIES, keys)
    single = jira.get(f"{V3}/comment/{id_}/properties/interlock")
    check(published, f"{COMMENT_PROPERTIES}/{{propertyKey}}", single)


def test_the_changelog_has_the_published_schema(jira: httpx.Client, published: Any) -> None:
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


def test_an_edited_version_has_the_published_schema(jira: httpx.Client, published: Any) -> None:
    [version] = jira.get(f"{V3}/project/CDP/versions").json()
    moved = jira.put(f"{V3}/version/{version['id']}", json={"releaseDate": "2027-01-15"})
    check(published, f"{V3}/version/{{id}}", moved)
