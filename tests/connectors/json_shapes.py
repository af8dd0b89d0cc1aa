"""JSON of any shape, and valid answers with one part dropped, replaced or repeated."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch

import httpx
import orjson
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from connectors.base import ConnectionFailed, Connector, Page, RawRecord
from model.comment_content import (
    CommentChange,
    CommentContent,
    CommentState,
    Paragraph,
    RefusedChange,
    Target,
    TextSpan,
)
from model.records import Mapped, Problem

WEB = ("http://", "https://", "file://")
"""Addresses of records; `file:` is that of a workbook, which no tool states."""
ODD_TEXTS = (
    "",
    " ",
    "null",
    "0",
    "-1",
    "1e400",
    "NaN",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "http://[",
    "https://elsewhere.example/x",
    "2026-02-30",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "\x00",
    "\u202e",
    "x" * 600,
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(ODD_TEXTS),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=4),
)
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda parts: st.one_of(
        st.lists(parts, max_size=3),
        st.dictionaries(st.sampled_from(["id", "key", "url", "message", "x"]), parts, max_size=3),
    ),
    max_leaves=4,
)

EFFORTS = pytest.mark.parametrize(
    "effort",
    [
        # The same examples each time, so that a change is judged by itself.
        pytest.param(settings(max_examples=40, derandomize=True), id="ordinary"),
        pytest.param(
            settings(max_examples=800, print_blob=True), id="campaign", marks=pytest.mark.long
        ),
    ],
)
"""Tries a property as a parameter `effort`: a little in `make test`, much in `make test-long`."""


@st.composite
def mutations(draw: st.DrawFn, answers: st.SearchStrategy[Any]) -> Any:
    """A valid answer in which one or two parts are missing, something else, or there twice."""
    answer = copy.deepcopy(draw(answers))
    for _ in range(draw(st.integers(1, 2))):
        places = list(_places(answer))
        if not places:
            return draw(JSON)
        holder, key = draw(st.sampled_from(places))
        match draw(st.sampled_from(["replace", "drop", "repeat", "wrap", "move"])):
            case "drop":
                del holder[key]
            case "repeat" if isinstance(holder, list):
                holder.insert(key, copy.deepcopy(holder[key]))
            case "wrap":
                holder[key] = [holder[key]]
            case "move":
                other, name = draw(st.sampled_from(places))
                holder[key] = copy.deepcopy(other[name])
            case _:
                holder[key] = draw(JSON)
    return answer


@st.composite
def broken_tools(draw: st.DrawFn, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a tool by `METHOD /path`, of which one or two are broken."""
    broken = dict(answers)
    for request in draw(st.lists(st.sampled_from(sorted(answers)), min_size=1, max_size=2)):
        broken[request] = draw(mutations(st.just(answers[request])) | JSON)
    return broken


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every part of a value as the container that holds it, and its key or index there."""
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in list(keys):
        yield value, key
        yield from _places(value[key])


@contextmanager
def answering(answer: Callable[[httpx.Request], httpx.Response | None]) -> Iterator[None]:
    """Every request of httpx is answered so; what the tool does not know (None) with 404."""

    def respond(request: httpx.Request) -> httpx.Response:
        return answer(request) or httpx.Response(404, json={"message": "Not Found"})

    # Not respx, which takes longer for a request than a connector does.
    with patch.object(httpx.HTTPTransport, "handle_request", lambda _, request: respond(request)):
        yield


def json_answer(body: Any) -> httpx.Response:
    # httpx sends nothing at all for `json=None`.
    return httpx.Response(200, content=json.dumps(body))


def answers_of(answers: Mapping[str, Any]) -> Callable[[httpx.Request], httpx.Response | None]:
    """A tool that answers `METHOD /path` so, whatever the query."""

    def answer(request: httpx.Request) -> httpx.Response | None:
        name = f"{request.method} {request.url.path}"
        return json_answer(answers[name]) if name in answers else None

    return answer


def comment_or_fail(connector: Connector, target: Target) -> None:
    """Look for comments and write one; there may be an outcome or ConnectionFailed, no more."""
    content = CommentContent("C-1", CommentState.OPEN, "Late", (Paragraph((TextSpan("x"),)),))
    try:
        for posted in connector.find_comments([target]):
            f"{posted.comment_id} {posted.url}".encode()
        (outcome,) = connector.apply([CommentChange(target, content)])
        if isinstance(outcome, RefusedChange):
            assert outcome.reason and outcome.remedy
    except ConnectionFailed as error:
        assert error.reason and error.remedy


def replies_or_fail(connector: Connector, target: Target, cursor: Any, now: datetime) -> None:
    """Read replies; there may be pages or ConnectionFailed, no more, and all can be stored."""
    try:
        for page in connector.find_replies([target], cursor, now):
            json.dumps(page.cursor)
            for reply in page.replies:
                texts = (reply.reply_id, reply.text, reply.author or "", reply.author_name)
                assert reply.reply_id and "\x00" not in "".join(texts)
                "".join(texts).encode()
                assert reply.written_at is None or reply.written_at.tzinfo
    except ConnectionFailed as error:
        assert error.reason and error.remedy


def pull_or_fail(connector: Connector, stream: str, cursor: Any, now: datetime) -> list[Page]:
    """The pages of a pull up to its ConnectionFailed, if it ends with one; nothing else may."""
    pages: list[Page] = []
    try:
        for page in connector.pull(stream, cursor, now):
            pages.append(page)
    except ConnectionFailed as error:
        assert error.reason and error.remedy
        assert "\n" not in str(error)
    for page in pages:
        check_page(page)
    return pages


def check_page(page: Page) -> None:
    """What landing needs: ids that are text of PostgreSQL, each once, and payloads of UTF-8."""
    ids = [record.native_id for record in page.records]
    assert len(ids) == len(set(ids))
    json.dumps(page.cursor)
    for record in page.records:
        assert record.native_id and "\x00" not in record.native_id
        (record.native_id + record.payload).encode()
        orjson.loads(record.payload)
    for problem in page.problems:
        check_problem(problem)


def check_problem(problem: Problem) -> None:
    assert problem.reason and problem.remedy
    text = "".join([problem.native_id, problem.reason, problem.remedy, *problem.known_as])
    text.encode()


def map_anything(connector: Connector, stream: str, payload: str, now: datetime) -> Mapped:
    """What a payload is mapped to, checked for what the warehouse needs."""
    mapped = connector.map(stream, RawRecord("1", payload), now)
    for problem in mapped.problems:
        check_problem(problem)
    for version in mapped.versions:
        assert version.valid_from.tzinfo
        assert version.record.url is None or version.record.url.startswith(WEB)
        version.record.model_dump_json().encode()
    return mapped
