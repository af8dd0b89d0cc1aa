"""Answers that are not Salesforce's: a record fails alone, a page as an error with its remedy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.base import ConnectionFailed, ConnectorContext, Page
from connectors.kit.clock import Clock
from connectors.salesforce.connector import SalesforceConnector, open_connector
from connectors.salesforce.fields import OpportunityFields
from connectors.salesforce.pull import OpportunityPull
from connectors.salesforce.queries import QueryClient
from model.comment_content import CommentChange, CommentContent, CommentState, RefusedChange, Target
from model.operating_model.lookups import ConnectionLookups
from model.records import Kind, Ref
from tests.connectors.json_shapes import (
    EFFORTS,
    JSON,
    answering,
    answers_of,
    broken_tools,
    check_page,
    comment_or_fail,
    map_anything,
    mutations,
    replies_or_fail,
)
from tests.connectors.references import REFERENCES
from tests.connectors.salesforce import builders
from tests.connectors.salesforce.builders import opportunity, snapshot
from tests.connectors.salesforce.conftest import ENVIRONMENT

URL = "https://acme.example"
API = "/services/data/v62.0"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IDS = [f"00600000000000{number}AAA" for number in range(1, 4)]
FIELDS = OpportunityFields(("Id",), ("Id",), (), (), False, True)
POST = {"id": "0D5000000000001AAA", "actor": {"id": "005000000000001AAA"}, "body": {"text": "x"}}
ANSWERS: dict[str, Any] = {
    "POST /services/oauth2/token": {
        "access_token": "token",
        "id": f"{URL}/id/00D000000000001AAA/005000000000001AAA",
    },
    f"GET {API}/query": {
        "totalSize": 3,
        "done": True,
        "records": [
            opportunity(Id=id_) | snapshot("2026-02-01", OpportunityId=id_) | {"Id": id_}
            for id_ in IDS
        ],
    },
    f"GET {API}/sobjects/Opportunity/deleted": {
        "deletedRecords": [{"id": "006000000000009AAA", "deletedDate": "2026-03-01T00:00:00Z"}],
        "latestDateCovered": "2026-03-02T08:00:00.000+0000",
    },
    f"GET {API}/chatter/feeds/record/{IDS[0]}/feed-elements": {"elements": [POST]},
    f"POST {API}/chatter/feed-elements": POST,
    f"PATCH {API}/chatter/feed-elements/{POST['id']}": POST,
}
TARGET = Target(Ref("crm", Kind.DEAL, IDS[0]), "Nordwind")
CURSOR = {
    "stamp": "2026-02-01T00:00:00Z",
    "all_from": "2026-03-02T00:00:00Z",
    "deleted_until": "2026-03-01T00:00:00Z",
}


def connect() -> SalesforceConnector:
    lookups = ConnectionLookups(
        functions=frozenset({"sales"}), references=REFERENCES.for_connection("crm")
    )
    context = ConnectorContext("crm", Path(), ENVIRONMENT, lookups)
    return open_connector(builders.settings(url=URL), context, Clock(sleep=lambda _: None))


def read(connector: SalesforceConnector, cursor: Any = None) -> list[Page]:
    """A pull behind the describes, which another library asks for."""
    queries = QueryClient("crm", API, connector.client)
    return list(OpportunityPull(queries, FIELDS).pages(cursor, NOW))


def pull(cursor: Any = None, **broken: Any) -> list[Page]:
    with answering(answers_of(ANSWERS | broken)):
        return read(connect(), cursor)


def query(*rows: Any) -> dict[str, Any]:
    return {f"GET {API}/query": {"totalSize": len(rows), "done": True, "records": [*rows]}}


def test_the_stand_in_is_read_whole() -> None:
    pages = pull(CURSOR)
    assert [record.native_id for record in pages[0].records] == IDS
    assert pages[-1].snapshot_ids == set(IDS)
    assert pages[-1].deleted == {"006000000000009AAA"}


@pytest.mark.parametrize("answer", [{"message": "Try later"}, None, [], {"records": None}, "x"])
def test_a_query_without_its_rows_ends_no_deal(answer: Any) -> None:
    with pytest.raises(ConnectionFailed, match=rf"crm: .*the answer to GET {API}/query"):
        pull(**{f"GET {API}/query": answer})


@pytest.mark.parametrize("more", [{"totalSize": 5}, {"done": False}, {"totalSize": 5, "done": 1}])
def test_fewer_rows_than_counted_are_not_all_there_are(more: dict[str, Any]) -> None:
    with pytest.raises(ConnectionFailed, match=r"should hold .* of rows"):
        pull(**{f"GET {API}/query": {"totalSize": 0, "done": True, "records": []} | more})


@pytest.mark.parametrize("broken", [None, [], "x", {}, {"Id": None}, {"Id": "' OR Id != '"}])
def test_a_row_without_an_id_stops_no_sibling_and_ends_no_deal(broken: Any) -> None:
    pages = pull(**query(opportunity(Id=IDS[0]), broken, opportunity(Id=IDS[2])))
    assert [record.native_id for record in pages[0].records] == [IDS[0], IDS[2]]
    assert "record 2 has no usable id" in pages[0].problems[0].reason
    assert pages[-1].snapshot_ids is None


def test_a_deal_that_comes_twice_is_read_once_and_noticed() -> None:
    pages = pull(**query(opportunity(Id=IDS[0]), opportunity(Id=IDS[0])))
    assert [record.native_id for record in pages[0].records] == [IDS[0]]
    assert not pages[0].problems[0].held


@pytest.mark.parametrize("stamp", [None, "soon", 7, [], "0001-01-01T00:00:00Z"])
def test_a_stamp_that_cannot_be_read_is_never_kept_in_the_cursor(stamp: Any) -> None:
    """It would stop every later pull."""
    rows = [opportunity(Id=IDS[0]), opportunity(Id=IDS[1], SystemModstamp=stamp)]
    cursor = pull(CURSOR, **query(*rows))[-1].cursor
    assert cursor["stamp"] == rows[0]["SystemModstamp"]
    assert pull(cursor)[-1].snapshot_ids == set(IDS)


def test_a_delete_log_that_ends_nowhere_is_an_error() -> None:
    log = {"deletedRecords": [], "latestDateCovered": "soon"}
    with pytest.raises(ConnectionFailed, match="latestDateCovered"):
        pull(CURSOR, **{f"GET {API}/sobjects/Opportunity/deleted": log})


def test_a_deal_without_a_stage_is_reported() -> None:
    payload = json.dumps({"opportunity": opportunity(StageName=None), "history": []})
    (problem,) = map_anything(connect(), "opportunities", payload, NOW).problems
    assert "StageName is null" in problem.reason


def test_an_ordinary_deal_is_mapped_without_a_problem() -> None:
    payload = json.dumps({"opportunity": opportunity(), "history": [snapshot("2026-02-01")]})
    mapped = map_anything(connect(), "opportunities", payload, NOW)
    assert len(mapped.versions) == 2
    assert mapped.problems == ()


@pytest.mark.parametrize("answer", [{}, [], None, {"id": None}])
def test_a_post_whose_answer_names_no_id_is_looked_for(answer: Any) -> None:
    """It was accepted: to write it again would make a second one."""
    with answering(answers_of(ANSWERS | {f"POST {API}/chatter/feed-elements": answer})):
        content = CommentContent("C-1", CommentState.OPEN, "Late", ())
        (outcome,) = connect().apply([CommentChange(TARGET, content)])
    assert isinstance(outcome, RefusedChange)
    assert outcome.retryable


@EFFORTS
def test_any_answer_gives_records_problems_or_an_error_with_a_remedy(effort: settings) -> None:
    connector = connect()

    @effort
    @given(broken_tools(ANSWERS), st.sampled_from([None, CURSOR]))
    @example(ANSWERS, {"stamp": "soon", "all_from": 7, "deleted_until": "x", "deleted": 7})
    def check(answers: Mapping[str, Any], cursor: Any) -> None:
        with answering(answers_of(answers)):
            try:
                pages = read(connector, cursor)
                for page in pages:
                    check_page(page)
                # What a pull leaves in the cursor never stops the next one.
                read(connector, pages[-1].cursor)
            except ConnectionFailed as error:
                assert error.reason and error.remedy

    check()


@EFFORTS
def test_any_answer_about_posts_gives_an_outcome_or_an_error(effort: settings) -> None:
    @effort
    @given(broken_tools({k: v for k, v in ANSWERS.items() if "query" not in k}))
    def check(answers: Mapping[str, Any]) -> None:
        with answering(answers_of(answers)):
            comment_or_fail(connect(), TARGET)

    check()


FEED_ROW = {
    "Id": "0D7000000000001AAA",
    "ParentId": IDS[0],
    "FeedItemId": POST["id"],
    "Body": "<p>@Anna /interlock ack</p>",
    "CommentBody": "@Anna /interlock ack",
    "IsRichText": True,
    "CreatedById": "005000000000002AAA",
    "CreatedBy": {"Name": "Anna"},
    "CreatedDate": "2026-03-01T12:00:00.000+0000",
    "LastEditById": None,
    "LastEditDate": None,
    "SystemModstamp": "2026-03-01T12:00:00.000+0000",
}
MENTION = {"type": "Mention", "name": "Anna", "record": {"id": "005000000000002AAA"}}
FEED = {
    f"GET {API}/query": {"totalSize": 1, "done": True, "records": [FEED_ROW]},
    f"GET {API}/chatter/comments/{FEED_ROW['Id']}": {"body": {"messageSegments": [MENTION]}},
    f"GET {API}/chatter/feed-elements/{FEED_ROW['Id']}": {"body": {"messageSegments": [MENTION]}},
}


@EFFORTS
def test_any_answer_about_replies_gives_pages_or_an_error(effort: settings) -> None:
    seen = {"newest": "2026-03-01T09:00:00+00:00", "full_at": "2026-03-02T08:00:00+00:00"}

    @effort
    @given(broken_tools(FEED), st.sampled_from([None, seen]))
    def check(answers: Mapping[str, Any], cursor: Any) -> None:
        with answering(answers_of(ANSWERS | answers)):
            replies_or_fail(connect(), TARGET, cursor, NOW)

    check()


@pytest.mark.parametrize("answer", [None, [], "<html>", {"records": None}, {"records": [7]}])
def test_a_feed_that_is_none_is_no_end_of_replies(answer: Any) -> None:
    with (
        answering(answers_of(ANSWERS | FEED | {f"GET {API}/query": answer})),
        pytest.raises(ConnectionFailed),
    ):
        list(connect().find_replies([TARGET], None, NOW))


@EFFORTS
def test_any_payload_is_mapped_or_held(effort: settings) -> None:
    connector = connect()
    recorded = {"opportunity": opportunity(), "history": [snapshot("2026-02-01")]}

    @effort
    @given(mutations(st.just(recorded)) | JSON)
    def check(payload: Any) -> None:
        map_anything(connector, "opportunities", json.dumps(payload), NOW)

    check()
