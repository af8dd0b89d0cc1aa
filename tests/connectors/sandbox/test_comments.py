from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.connectors.sandbox.documents import V3, document, mentioning

OF_ISSUE = f"{V3}/issue/CDP-1/comment"
MARKER = [{"key": "interlock", "value": {"conflict": "C-1"}}]


def add(client: httpx.Client, body: Any, issue: str = "CDP-1", **members: Any) -> httpx.Response:
    return client.post(f"{V3}/issue/{issue}/comment", json={"body": body} | members)


def test_a_comment_and_its_marker_are_written_in_one_call(jira: httpx.Client) -> None:
    id_ = add(jira, document("Late"), properties=MARKER).json()["id"]
    plain = jira.post(f"{V3}/comment/list", json={"ids": [int(id_)]}).json()["values"]
    assert "properties" not in plain[0]
    query = {"expand": "properties"}
    [read] = jira.post(f"{V3}/comment/list", params=query, json={"ids": [int(id_)]}).json()[
        "values"
    ]
    assert read["properties"] == MARKER
    assert read["body"] == document("Late")


def test_an_edit_replaces_body_and_properties_in_place(jira: httpx.Client) -> None:
    id_ = add(jira, document("Late"), properties=MARKER).json()["id"]
    properties = [{"key": "interlock", "value": {"conflict": "C-1", "digest": "2"}}]
    body = {"body": document("Later"), "properties": properties}
    assert jira.put(f"{OF_ISSUE}/{id_}", json=body).status_code == 200
    listed = jira.get(OF_ISSUE, params={"expand": "properties"}).json()
    assert listed["total"] == 2
    assert listed["comments"][1]["body"] == document("Later")
    assert listed["comments"][1]["properties"] == properties


def test_comments_are_paginated_with_a_total(jira: httpx.Client) -> None:
    for number in range(4):
        add(jira, document(str(number)))
    page = jira.get(OF_ISSUE, params={"startAt": 3, "maxResults": 5}).json()
    assert (page["total"], len(page["comments"])) == (5, 2)
    newest = jira.get(OF_ISSUE, params={"orderBy": "-created", "maxResults": 1}).json()
    assert newest["comments"][0]["body"] == document("3")


@pytest.mark.parametrize(
    "body",
    [
        "wiki *text*",
        {},
        {"type": "doc", "version": 1, "content": []},
        {"type": "doc", "content": document("No version")["content"]},
        {"type": "doc", "version": 1, "content": [{"type": "text", "text": "not in a block"}]},
        {"type": "doc", "version": 1, "content": [{"type": "marquee"}]},
        document(""),
        document("x" * 32_768),
    ],
)
def test_a_body_that_is_not_a_valid_document_is_refused(jira: httpx.Client, body: Any) -> None:
    response = add(jira, body)
    assert response.status_code == 400
    assert response.json()["errors"]["comment"]
    assert jira.get(OF_ISSUE).json()["total"] == 1


def test_a_body_of_the_maximum_length_is_accepted(jira: httpx.Client) -> None:
    assert add(jira, document("x" * 32_766)).status_code == 201


def test_adding_a_comment_notifies_people_involved_and_people_mentioned(jira: httpx.Client) -> None:
    add(jira, mentioning("u-uwe"), "CDP-3")
    [sent] = jira.get("/_sandbox/notifications").json()
    assert (sent["event"], sent["issue"], sent["to"]) == ("comment_created", "CDP-3", ["u-uwe"])


def test_a_name_in_plain_text_notifies_nobody(jira: httpx.Client) -> None:
    add(jira, document("@Uwe Klein please"), "CDP-3")
    [sent] = jira.get("/_sandbox/notifications").json()
    assert sent["to"] == []


def test_an_edit_notifies_unless_notify_users_is_false(jira: httpx.Client) -> None:
    id_ = add(jira, document("Late")).json()["id"]
    quiet = {"notifyUsers": "false"}
    jira.put(f"{OF_ISSUE}/{id_}", params=quiet, json={"body": document("Later")})
    jira.put(f"{OF_ISSUE}/{id_}", json={"body": document("Latest")})
    events = [sent["event"] for sent in jira.get("/_sandbox/notifications").json()]
    assert events == ["comment_created", "comment_updated"]


def test_a_service_desk_comment_is_public_unless_marked_internal(jira: httpx.Client) -> None:
    internal = [{"key": "sd.public.comment", "value": {"internal": True}}]
    assert add(jira, document("For all"), "HELP-1").json()["jsdPublic"] is True
    hidden = add(jira, document("For us"), "HELP-1", properties=internal)
    assert hidden.json()["jsdPublic"] is False


def test_a_deleted_comment_is_gone(jira: httpx.Client) -> None:
    id_ = add(jira, document("Late")).json()["id"]
    assert jira.delete(f"{OF_ISSUE}/{id_}").status_code == 204
    assert jira.get(f"{OF_ISSUE}/{id_}").status_code == 404
    assert jira.get(OF_ISSUE).json()["total"] == 1


def test_a_person_can_answer_as_themselves(jira: httpx.Client) -> None:
    as_anna = ("anna@example.com", "sandbox-token")
    response = jira.post(OF_ISSUE, auth=as_anna, json={"body": document("I decide")})
    assert response.json()["author"]["accountId"] == "u-anna"


def test_a_property_of_a_comment_can_be_set_read_and_removed(jira: httpx.Client) -> None:
    id_ = add(jira, document("Late")).json()["id"]
    path = f"{V3}/comment/{id_}/properties/interlock"
    assert jira.get(path).status_code == 404
    assert jira.put(path, json={"conflict": "C-1"}).status_code == 201
    assert jira.put(path, json={"conflict": "C-2"}).status_code == 200
    assert jira.get(path).json() == {"key": "interlock", "value": {"conflict": "C-2"}}
    assert jira.delete(path).status_code == 204
    assert jira.get(f"{V3}/comment/{id_}/properties").json() == {"keys": []}


def test_a_property_of_an_issue_can_be_read_back(jira: httpx.Client) -> None:
    path = f"{V3}/issue/CDP-1/properties/plan"
    jira.put(path, json={"seen": True})
    assert jira.get(path).json()["value"] == {"seen": True}
    keys = jira.get(f"{V3}/issue/CDP-1/properties").json()["keys"]
    assert [entry["key"] for entry in keys] == ["plan"]


def test_embedded_comments_stop_at_twenty(jira: httpx.Client) -> None:
    for number in range(24):
        add(jira, document(str(number)))
    embedded = jira.get(f"{V3}/issue/CDP-1").json()["fields"]["comment"]
    assert (len(embedded["comments"]), embedded["total"]) == (20, 25)
