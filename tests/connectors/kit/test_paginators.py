"""Pages of a list, read to the end and never for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import ConnectionFailed
from connectors.kit import paginators
from connectors.kit.answers import UnexpectedAnswer, UnexpectedPaging
from connectors.kit.paginators import (
    CursorToken,
    EndlessPages,
    LinkHeader,
    NextUrl,
    Offset,
    PageNumber,
    PageRequest,
    Paginator,
    SinglePage,
    guarded_pages,
)
from tests.connectors.json_shapes import EFFORTS, JSON, mutations

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


@pytest.mark.parametrize(
    ("paginator", "body", "expected"),
    [
        (CursorToken("next", "cursor"), {"next": {"x": 1}}, 'a text or number at "next"'),
        (CursorToken("next", "cursor"), {"next": [1]}, 'a text or number at "next"'),
        (CursorToken("next", "cursor"), {"next": True}, 'a text or number at "next"'),
        (NextUrl("next"), {"next": 7}, 'an address at "next"'),
        (Offset("items", 2, total="total"), {"items": [1], "total": {}}, 'a number at "total"'),
        (Offset("items", 2, total="total"), {"items": [], "total": 5}, "the records after 0 of 5"),
        (
            PageNumber("items", total_pages="pages"),
            {"items": [], "pages": "3"},
            "the records of page 1 of 3",
        ),
    ],
)
def test_a_page_that_does_not_say_whether_another_follows_is_no_last_page(
    paginator: Paginator, body: Any, expected: str
) -> None:
    with pytest.raises(UnexpectedAnswer, match=f"GET /things should hold {expected}"):
        list(guarded_pages("api", REQUEST, paginator, lambda _: Answer(body)))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"page": {"after": "b"}}, r'an object at "result\.pages", .* object with "items", "page"'),
        ({"pages": "b"}, r'an object at "result\.pages", .* holds the text "b"'),
        ({"pages": []}, r'an object at "result\.pages", .* holds an empty list'),
    ],
)
@pytest.mark.parametrize("kind", ["cursor", "next_url"])
def test_a_first_page_without_the_object_that_should_hold_the_cursor_is_an_error(
    kind: str, body: Any, expected: str
) -> None:
    field, records = "result.pages.after", "result.items"
    paginator = (
        CursorToken(field, "cursor", records) if kind == "cursor" else NextUrl(field, records)
    )
    answer = Answer({"result": {"items": [1, 2], **body}})
    with pytest.raises(UnexpectedPaging, match=expected) as caught:
        list(guarded_pages("api", REQUEST, paginator, lambda _: answer))
    assert f'the paginator {kind} has the field "result.pages.after"' in caught.value.reason


def test_a_cursor_cannot_stand_in_a_list() -> None:
    with pytest.raises(UnexpectedPaging, match="hold an object, for the paginator cursor"):
        paginator = CursorToken("next", "cursor", "$")
        list(guarded_pages("api", REQUEST, paginator, lambda _: Answer([1, 2])))


@pytest.mark.parametrize(
    "body",
    [
        {"items": [1], "paging": {"next": {"after": None}}},
        {"items": [1], "paging": {"next": {}}},
        {"items": [1], "paging": {"next": None}},
        {"items": [1], "paging": None},
        # HubSpot: an only page has no `paging`.
        {"items": [1]},
        {"items": [], "total": 0},
    ],
)
def test_a_page_that_names_no_further_one_is_the_last(body: Any) -> None:
    paginator = CursorToken("paging.next.after", "after", "items")
    assert len(list(guarded_pages("api", REQUEST, paginator, lambda _: Answer(body)))) == 1


def test_the_last_of_several_pages_may_leave_out_what_held_the_cursor() -> None:
    bodies: Any = iter(
        [{"items": [1], "at": 1, "paging": {"next": {"after": "b"}}}, {"items": [2], "at": 2}]
    )
    paginator = CursorToken("paging.next.after", "after", "items")
    assert read_all(paginator, lambda _: Answer(next(bodies))) == [1, 2]


@pytest.mark.parametrize("paginator", [Offset("items", 2), PageNumber("items")])
def test_a_last_page_that_repeats_for_ever_ends_also_if_it_tells_the_time(
    paginator: Paginator,
) -> None:
    clock = iter(range(1000))
    with pytest.raises(EndlessPages, match="gave the same page twice in a row"):
        read_all(paginator, lambda _: Answer({"items": [1, 2], "at": next(clock)}))


PAGINATORS = [
    LinkHeader(),
    NextUrl("next"),
    CursorToken("next", "cursor"),
    Offset("items", 2, total="total"),
    PageNumber("items", total_pages="total"),
]
PAGES = mutations(st.just({"items": [1, 2], "next": "https://api.example/2", "total": 5})) | JSON


@EFFORTS
def test_any_page_gives_a_list_or_an_error_with_a_remedy(effort: settings) -> None:
    @effort
    @given(st.sampled_from(PAGINATORS), st.lists(PAGES, min_size=1, max_size=4))
    def check(paginator: Paginator, bodies: list[Any]) -> None:
        answers = iter(bodies)
        pages = guarded_pages("api", REQUEST, paginator, lambda _: Answer(next(answers, {})))
        try:
            list(pages)
        except ConnectionFailed as error:
            assert error.reason and error.remedy

    check()
