"""Answers of the wrong shape: a record fails alone, a page as an error with its remedy."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.base import ConnectionFailed, Page
from model.records import Mapped, WorkItem
from tests.connectors.json_shapes import (
    EFFORTS,
    JSON,
    answering,
    json_answer,
    map_anything,
    mutations,
    pull_or_fail,
)
from tests.connectors.rest.builders import connect
from tests.connectors.rest.tracker import Tracker, issue

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URL = "https://tracker.example"
STREAMS = ("issues", "milestones", "sales", "bookings")
ANSWERS: dict[str, Any] = {
    "issues": [issue(1), issue(2)],
    "milestones": {"values": [{"id": 1, "title": "x", "state": "open"}, {"id": 2}], "total": 2},
    "sales": {"data": {"items": [{"id": 1, "name": "x", "stage": "Won", "amount": 5}]}, "next": ""},
    "bookings": {"items": [{"id": 1, "type": "Ist", "money": {"value": 1, "currency": "EUR"}}]},
}


def pull_answer(stream: str, answer: Any) -> list[Page]:
    """Pull a stream whose every request is answered so."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    with answering(lambda _: httpx.Response(200, content=body)):
        return list(connect(URL).pull(stream, None, NOW))


def mapped(**fields: Any) -> Mapped:
    return map_anything(connect(URL), "issues", json.dumps(issue(1) | fields), NOW)


def item(**fields: Any) -> WorkItem:
    record = mapped(**fields).versions[-1].record
    assert isinstance(record, WorkItem)
    return record


@pytest.mark.parametrize("answer", [{"message": "Try later"}, None, "x", 7, {}])
def test_a_page_without_its_list_names_the_stream_and_what_came(answer: Any) -> None:
    with pytest.raises(ConnectionFailed, match=r"tracker: issues: .*the answer to GET /issues"):
        pull_answer("issues", answer)


@pytest.mark.parametrize(
    "answer",
    [
        {"message": "Try later"},
        {"error": "Try later"},
        {"error": {"message": "Try later"}},
        {"errors": ["Try later"]},
    ],
)
def test_the_words_of_the_tool_come_before_the_settings(answer: Any) -> None:
    with pytest.raises(ConnectionFailed) as caught:
        pull_answer("issues", answer)
    assert caught.value.reason.startswith('issues: the tool says "Try later": the answer to GET')
    assert caught.value.remedy.startswith("Look after what the tool says; if nothing is wrong")


@pytest.mark.parametrize(
    "odd", [rb'"\ud800"', b"NaN", b"9" * 10_000, b"[" * 5000 + b"]" * 5000, b'"\xff"']
)
def test_an_odd_value_holds_its_record_and_its_siblings_are_read(odd: bytes) -> None:
    first, last = pull_answer(
        "issues", b'\xef\xbb\xbf[{"id":1},{"id":2,"x":' + odd + b'},{"id":3}]'
    )
    assert [record.native_id for record in first.records] == ["1", "3"]
    assert [problem.native_id for problem in first.problems] == ["2"]
    assert last.snapshot_ids == {"1", "2", "3"}


@pytest.mark.parametrize("native_id", [2**64 + 1, 10**100])
def test_an_id_beyond_64_bits_is_read_exactly(native_id: int) -> None:
    first, _ = pull_answer("issues", [{"id": native_id, "number": native_id}])
    assert [record.native_id for record in first.records] == [str(native_id)]
    key = (
        map_anything(connect(URL), "issues", first.records[0].payload, NOW).problems[0].known_as[0]
    )
    assert key == f"acme/api#{native_id}"


def test_an_id_that_comes_twice_is_read_once_and_noticed(tracker: Tracker) -> None:
    tracker.issues = [issue(1), issue(1), issue(2, title="First"), issue(2, title="Second")]
    tracker.issues.insert(3, issue(3))
    pages = list(connect(tracker.url).pull("issues", None, NOW))
    titles = [json.loads(record.payload)["title"] for page in pages for record in page.records]
    assert titles == ["Issue 1", "First", "Issue 3"]
    problems = [problem for page in pages for problem in page.problems]
    assert [(problem.native_id, problem.held) for problem in problems] == [
        ("1001", False),
        ("1002", False),
    ]
    assert pages[-1].snapshot_ids == {"1001", "1002", "1003"}


def test_an_api_that_repeats_its_page_hints_at_the_paginator() -> None:
    with pytest.raises(ConnectionFailed, match=r"same page twice.*of the stream bookings.*`total`"):
        pull_answer("bookings", {"items": [{"id": 1}]})


def test_an_empty_page_before_the_stated_total_is_not_the_end() -> None:
    with pytest.raises(ConnectionFailed, match="should hold the records after 0 of 5"):
        pull_answer("milestones", {"values": [], "total": 5})


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", 7, ["https://x"], {}],
)
def test_only_a_web_address_becomes_the_link_of_a_record(url: Any) -> None:
    result = mapped(html_url=url)
    assert result.versions[-1].record.url is None
    (problem,) = result.problems
    assert "is no web address" in problem.reason
    assert not problem.held


def test_labels_given_as_one_text_are_one_label() -> None:
    streams = {"issues": connect_labels("labels")}
    result = map_anything(
        connect(URL, streams=streams), "issues", json.dumps(issue(1, labels="cdp")), NOW
    )
    assert result.versions[-1].record.labels == ("cdp",)  # type: ignore[union-attr]


def connect_labels(path: str) -> dict[str, Any]:
    return {
        "path": "/issues",
        "record": "work_item",
        "fields": {"key": "{number}", "title": "title", "status": "state", "labels": path},
    }


@pytest.mark.parametrize(
    ("status", "shown"), [(None, "null"), (3, '"3"'), (True, "true"), ({}, "an empty object")]
)
def test_a_status_that_is_no_text_is_reported_as_it_came(status: Any, shown: str) -> None:
    (problem,) = mapped(state=status).problems
    assert f"the status {shown} is not mapped" in problem.reason


@EFFORTS
def test_any_answer_gives_records_problems_or_an_error_with_a_remedy(effort: settings) -> None:
    connector = connect(URL)

    @effort
    @given(st.data())
    def check(data: st.DataObject) -> None:
        stream = data.draw(st.sampled_from(STREAMS))
        pages = data.draw(st.lists(mutations(st.just(ANSWERS[stream])) | JSON, max_size=3))
        bodies = iter([*pages, ANSWERS[stream]])
        with answering(lambda _: json_answer(next(bodies, {}))):
            for page in pull_or_fail(connector, stream, None, NOW):
                for record in page.records:
                    map_anything(connector, stream, record.payload, NOW)

    check()


@EFFORTS
def test_a_record_of_any_shape_stops_no_sibling(effort: settings) -> None:
    connector = connect(URL)

    @effort
    @given(mutations(st.just(issue(2))) | JSON)
    @example({"id": 2, "pull_request": None})
    def check(broken: Any) -> None:
        with answering(lambda _: json_answer([issue(1), broken, issue(3)])):
            pages = list(connector.pull("issues", None, NOW))
        ids = {record.native_id for page in pages for record in page.records}
        assert {"1001", "1003"} <= ids

    check()


@EFFORTS
def test_any_payload_is_mapped_or_held(effort: settings) -> None:
    connector = connect(URL)
    records = {"issues": issue(1), "sales": ANSWERS["sales"]["data"]["items"][0]}
    records["bookings"] = ANSWERS["bookings"]["items"][0] | {"day": "2026-01-01"}

    @effort
    @given(st.data())
    def check(data: st.DataObject) -> None:
        stream = data.draw(st.sampled_from(sorted(records)))
        payload = data.draw(mutations(st.just(records[stream])) | JSON)
        map_anything(connector, stream, json.dumps(payload), NOW)

    check()


@EFFORTS
def test_check_names_problems_whatever_comes(effort: settings) -> None:
    connector = connect(URL)

    @effort
    @given(st.data())
    def check(data: st.DataObject) -> None:
        bodies = {s: data.draw(mutations(st.just(ANSWERS[s])) | JSON) for s in STREAMS}
        with answering(lambda r: json_answer(bodies[r.url.path.strip("/")])):
            for problem in connector.check():
                assert problem.what and problem.remedy

    check()
