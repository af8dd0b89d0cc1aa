"""Pages of a list, read to the end and never for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from connectors.base import ConnectionFailed
from connectors.kit import paginators
from connectors.kit.paginators import (
    CursorToken,
    LinkHeader,
    NextUrl,
    Offset,
    PageNumber,
    PageRequest,
    Paginator,
    SinglePage,
    guarded_pages,
)

RECORDS = list("abcdefg")
REQUEST = PageRequest("/things", {"state": "all"})


@dataclass(frozen=True)
class Answer:
    body: Any
    next_link: str | None = None


def read_all(
    paginator: Paginator, tool: Callable[[PageRequest], Answer], request: PageRequest = REQUEST
) -> list[str]:
    pages = guarded_pages("api", request, paginator, tool)
    return [record for page in pages for record in page.body["items"]]


def by_offset(request: PageRequest) -> Answer:
    params = request.params or {}
    start = int(params["offset"])
    return Answer({"items": RECORDS[start : start + int(params["limit"])], "total": len(RECORDS)})


def by_number(request: PageRequest) -> Answer:
    page = int((request.params or {})["page"])
    return Answer({"items": RECORDS[(page - 1) * 3 : page * 3], "pages": 3})


def by_token(request: PageRequest) -> Answer:
    values = request.json or request.params
    start = int(values.get("after", 0))
    token = str(start + 3) if start + 3 < len(RECORDS) else None
    return Answer({"items": RECORDS[start : start + 3], "meta": {"next": token}})


def by_link(request: PageRequest) -> Answer:
    start = int(request.path.partition("from=")[2] or 0)
    link = f"/things?from={start + 3}" if start + 3 < len(RECORDS) else None
    return Answer({"items": RECORDS[start : start + 3], "next": link}, link)


@pytest.mark.parametrize(
    ("paginator", "tool"),
    [
        (Offset("items", 3), by_offset),
        (Offset("items", 3, total="total"), by_offset),
        (PageNumber("items"), by_number),
        (PageNumber("items", total_pages="pages"), by_number),
        (CursorToken("meta.next", "after"), by_token),
        (LinkHeader(), by_link),
        (NextUrl("next"), by_link),
        (SinglePage(), lambda _: Answer({"items": RECORDS})),
    ],
)
def test_every_record_is_read_once(
    paginator: Paginator, tool: Callable[[PageRequest], Answer]
) -> None:
    assert read_all(paginator, tool) == RECORDS


def test_a_token_goes_into_the_body_of_a_post() -> None:
    request = PageRequest("/search", json={"query": "x"}, method="POST")
    assert read_all(CursorToken("meta.next", "after"), by_token, request) == RECORDS


def test_a_total_saves_the_request_for_an_empty_page() -> None:
    asked: list[PageRequest] = []

    def counting(request: PageRequest) -> Answer:
        asked.append(request)
        return by_offset(request)

    read_all(Offset("items", 7, total="total"), counting)
    assert len(asked) == 1


def test_a_short_page_is_not_the_last() -> None:
    def shrinking(request: PageRequest) -> Answer:
        start = int((request.params or {})["offset"])
        return Answer({"items": RECORDS[start : start + 2]})

    assert read_all(Offset("items", 3), shrinking) == RECORDS


def test_a_repeated_token_is_an_error() -> None:
    tool = iter([Answer({"items": [n], "meta": {"next": "same"}}) for n in range(9)])
    with pytest.raises(ConnectionFailed, match=r"GET /things gave the same meta\.next twice"):
        read_all(CursorToken("meta.next", "after"), lambda _: next(tool))


def test_links_that_lead_in_a_circle_are_an_error() -> None:
    circle = {"/things": "/b", "/b": "/c", "/c": "/b"}
    with pytest.raises(ConnectionFailed, match="leads back"):
        read_all(LinkHeader(), lambda r: Answer({"items": [r.path]}, circle[r.path]))


@pytest.mark.parametrize("paginator", [Offset("items", 3), PageNumber("items")])
def test_a_tool_that_ignores_the_page_parameter_is_an_error(paginator: Paginator) -> None:
    with pytest.raises(ConnectionFailed, match="same page twice in a row"):
        read_all(paginator, lambda _: Answer({"items": RECORDS}))


def test_pages_without_an_end_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paginators, "MOST_PAGES", 5)

    def endless(request: PageRequest) -> Answer:
        return Answer({"items": [(request.params or {})["page"]]})

    with pytest.raises(ConnectionFailed, match="more than 5 pages"):
        read_all(PageNumber("items"), endless)


def test_an_error_names_no_query() -> None:
    request = PageRequest("/things?secret=1")
    with pytest.raises(ConnectionFailed) as caught:
        read_all(PageNumber("items"), lambda _: Answer({"items": RECORDS}), request)
    assert "secret" not in str(caught.value)


def test_two_empty_pages_with_a_new_link_each_lead_on() -> None:
    links = {"/things": "/things?2", "/things?2": "/things?3", "/things?3": None}
    empty: dict[str, list[str]] = {"items": []}

    assert read_all(LinkHeader(), lambda request: Answer(empty, links[request.path])) == []
