from __future__ import annotations

from typing import Any

import httpx
import pytest

from connectors.sandbox import Sandbox
from tests.connectors.sandbox.documents import DATA

ELEMENTS = f"{DATA}/chatter/feed-elements"


@pytest.fixture
def sam(sandbox: Sandbox) -> str:
    user = sandbox.salesforce.user_named("sam@example.com")
    assert user is not None
    return str(user["Id"])


def text(content: str) -> dict[str, str]:
    return {"type": "Text", "text": content}


def post(client: httpx.Client, subject: str, *segments: Any, **members: Any) -> httpx.Response:
    body = {"feedElementType": "FeedItem", "subjectId": subject} | members
    return client.post(ELEMENTS, json=body | {"body": {"messageSegments": list(segments)}})


def feed(client: httpx.Client, subject: str, **query: Any) -> Any:
    return client.get(f"{DATA}/chatter/feeds/record/{subject}/feed-elements", params=query).json()


def test_a_post_is_in_the_feed_of_its_record(salesforce: httpx.Client, deal: str, sam: str) -> None:
    mention = {"type": "Mention", "id": sam}
    made = post(salesforce, deal, text("Late, "), mention, visibility="InternalUsers")
    assert made.status_code == 201
    [element] = feed(salesforce, deal)["elements"]
    assert element == made.json()
    assert element["body"]["text"] == "Late, @Sam <b>Sales</b>"
    assert element["visibility"] == "InternalUsers"
    assert element["parent"]["id"] == deal


def test_a_mention_notifies_once_however_often_the_post_is_edited(
    salesforce: httpx.Client, deal: str, sam: str
) -> None:
    mention = {"type": "Mention", "id": sam}
    id_ = post(salesforce, deal, mention, text(" decide")).json()["id"]
    edited = {"body": {"messageSegments": [mention, text(" decide by Friday")]}}
    response = salesforce.patch(f"{ELEMENTS}/{id_}", json=edited).json()
    assert response["body"]["text"] == "@Sam <b>Sales</b> decide by Friday"
    assert response["capabilities"]["edit"]["latestRevision"] == 2
    [sent] = salesforce.get("/_sandbox/notifications").json()
    assert (sent["to"], sent["feedItem"]) == (sam, id_)


def test_a_feed_is_paginated_newest_element_first(salesforce: httpx.Client, deal: str) -> None:
    for number in range(5):
        post(salesforce, deal, text(str(number)))
    page = feed(salesforce, deal, pageSize=3)
    texts = [element["body"]["text"] for element in page["elements"]]
    rest = salesforce.get(page["nextPageUrl"]).json()
    texts += [element["body"]["text"] for element in rest["elements"]]
    assert texts == ["4", "3", "2", "1", "0"]
    assert rest["nextPageUrl"] is None


@pytest.mark.parametrize(
    ("segments", "code"),
    [
        ([], "MISSING_ARGUMENT"),
        ([text("x" * 10_001)], "STRING_TOO_LONG"),
        ([{"type": "Mention", "id": "005000000000099AAA"}], "INVALID_ID_FIELD"),
        ([{"type": "Blink", "text": "!"}], "JSON_PARSER_ERROR"),
        ([{"type": "MarkupBegin", "markupType": "Bold"}, text("open")], "INVALID_MARKUP"),
        (
            [{"type": "MarkupBegin", "markupType": "Hyperlink", "url": "file:///x"}],
            "INVALID_MARKUP",
        ),
    ],
)
def test_an_invalid_body_is_refused_with_the_code_of_chatter(
    salesforce: httpx.Client, deal: str, segments: list[Any], code: str
) -> None:
    refused = post(salesforce, deal, *segments)
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, code)
    assert feed(salesforce, deal)["elements"] == []


def test_more_than_25_mentions_are_refused(salesforce: httpx.Client, deal: str, sam: str) -> None:
    refused = post(salesforce, deal, *[{"type": "Mention", "id": sam}] * 26)
    assert refused.json()[0]["errorCode"] == "LIMIT_EXCEEDED"


def test_a_feed_item_created_through_sobjects_is_in_the_same_feed(
    salesforce: httpx.Client, deal: str
) -> None:
    items = f"{DATA}/sobjects/FeedItem"
    id_ = salesforce.post(items, json={"ParentId": deal, "Body": "Plain"}).json()["id"]
    salesforce.patch(f"{items}/{id_}", json={"Body": "Plainer"})
    [element] = feed(salesforce, deal)["elements"]
    assert (element["id"], element["body"]["text"]) == (id_, "Plainer")
    assert salesforce.delete(f"{ELEMENTS}/{id_}").status_code == 204
    assert feed(salesforce, deal)["elements"] == []


def test_a_person_can_post_as_themselves(salesforce: httpx.Client, deal: str, sam: str) -> None:
    session = salesforce.post("/_sandbox/sessions", json={"username": "sam@example.com"}).json()
    salesforce.headers["Authorization"] = f"Bearer {session['access_token']}"
    assert post(salesforce, deal, text("I decide")).json()["actor"]["id"] == sam
