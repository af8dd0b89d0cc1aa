"""Ways in which APIs split a list into pages, and the guards that end every such list.

A paginator turns one request and its answer into the request of the next page; it holds no state,
so a list can be read from several threads and begun again anywhere. Paths such as
`meta.next_token` name fields of the JSON body (see `json_path`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import orjson

from connectors.base import ConnectionFailed
from connectors.kit.answers import Answered
from connectors.kit.json_path import find_gap, find_value

Params = Mapping[str, str | int | bool]
# All three occur: null, an empty text, and false where the field is a flag.
_NO_FURTHER_PAGE: tuple[Any, ...] = (None, "", False)
_MOST_DIGITS = 18
MOST_PAGES = 100_000
"""Far beyond any real list; a tool that gives more would be read for ever."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page to ask for: a path or whole address, its query, and a JSON body for POST."""

    path: str
    params: Params | None = None
    json: Any = None
    method: str = "GET"


class PageAnswer(Protocol):
    """What a paginator looks at: the JSON body and the `Link` header of an answer."""

    @property
    def body(self) -> Any: ...

    @property
    def next_link(self) -> str | None: ...


@dataclass
class EndlessPages(ConnectionFailed):
    """A list whose pages repeat themselves, or are more than any real list has."""


class UnclearPage(ValueError):
    """A page that does not say in a readable form whether another one follows."""

    def __init__(self, expected: str, came: Any) -> None:
        super().__init__(expected)
        self.expected = expected
        self.came = came


class Paginator(Protocol):
    """`following` raises UnclearPage."""

    @property
    def repetition(self) -> str:
        """What a tool did whose pages lead to one that was read: `leads back to …`."""
        ...

    def content(self, answer: PageAnswer) -> Any:
        """What of a page differs from that of every other page."""
        ...

    def first(self, request: PageRequest) -> PageRequest:
        """The request of the first page."""
        ...

    def check_first(self, answer: PageAnswer) -> None:
        """Raises UnclearPage for a first page that cannot be one of a list paged like this."""
        ...

    def following(self, request: PageRequest, answer: PageAnswer) -> PageRequest | None:
        """The request of the page after this one; None after the last."""
        ...


class _Repeating:
    """The words of paginators whose next page is named by an address or a number."""

    __slots__ = ()

    @property
    def repetition(self) -> str:
        return "leads back to a page that was read"

    def content(self, answer: PageAnswer) -> Any:
        return answer.body

    def check_first(self, answer: PageAnswer) -> None:
        """Any page may be the first one."""


@dataclass(frozen=True, slots=True)
class SinglePage(_Repeating):
    """A list that comes in one answer."""

    def first(self, request: PageRequest) -> PageRequest:
        return request

    def following(self, request: PageRequest, answer: PageAnswer) -> PageRequest | None:  # noqa: ARG002
        return None


@dataclass(frozen=True, slots=True)
class LinkHeader(_Repeating):
    """`Link: <…>; rel="next"` (RFC 8288), as GitHub and GitLab page."""

    def first(self, request: PageRequest) -> PageRequest:
        return request

    def following(self, request: PageRequest, answer: PageAnswer) -> PageRequest | None:
        return _follow(request, answer.next_link)


@dataclass(frozen=True, slots=True)
class NextUrl(_Repeating):
    """The address of the next page in a field of the body: Salesforce's `nextRecordsUrl`.

    With `records`, the path of the records, a first page that has some has to fit `field`.
    """

    field: str = "next"
    records: str | None = None

    def first(self, request: PageRequest) -> PageRequest:
        return request

    def check_first(self, answer: PageAnswer) -> None:
        _check_field("next_url", answer, self.field, self.records)

    def following(self, request: PageRequest, answer: PageAnswer) -> PageRequest | None:
        link = find_value(answer.body, self.field)
        if link in _NO_FURTHER_PAGE:
            return None
        if not isinstance(link, str):
            raise UnclearPage(f'an address at "{self.field}"', link)
        return _follow(request, link)


@dataclass(frozen=True, slots=True)
class CursorToken:
    """A token in the body of a page, sent back as a parameter (or in the JSON body of a POST).

    With `records`, the path of the records, a first page that has some has to fit `token`.
    """

    token: str
    param: str
    records: str | None = None

    @property
    def repetition(self) -> str:
        return f"gave the same {self.token} twice"

    def content(self, answer: PageAnswer) -> Any:
        return answer.body

    def first(self, request: PageRequest) -> PageRequest:
        return request

    def check_first(self, answer: PageAnswer) -> None:
        _check_field("cursor", answer, self.token, self.records)

    def following(self, request: PageRequest, answer: PageAnswer) -> PageRequest | None:
        token = find_value(answer.body, self.token)
        if token in _NO_FURTHER_PAGE:
            return None
        if isinstance(token, bool) or not isinstance(token, str | int):
            raise UnclearPage(f'a text or number at "{self.token}"', token)
        return _with_value(request, self.param, token)


@dataclass(frozen=True, slots=True)
class Offset(_Repeating):
    """`offset` and `limit`. The list ends with an empty page, or where `total` says so."""

    records: str
    limit: int
    offset_param: str = "offset"
    limit_param: str = "limit"
    total: str | None = None

    def first(self, request: PageRequest) -> PageRequest:
        return _with_value(_with_value(request, self.limit_param, self.limit), self.offset_param, 0)

    def following(self, request: PageRequest, answer: PageAnswer) -> PageRequest | None:
        # By what came, not by `limit`: the tool may cap the limit without saying so.
        count = _count_records(answer, self.records)
        offset = int(_value_of(request, self.offset_param)) + count
        total = _find_total(answer, self.total)
        if count == 0 and total is not None and offset < total:
            raise UnclearPage(f"the records after {offset} of {total}", [])
        # A short page is not the last: some tools shorten pages whose records are large.
        if count == 0 or offset == total:
            return None
        return _with_value(request, self.offset_param, offset)

    def content(self, answer: PageAnswer) -> Any:
        return find_value(answer.body, self.records)


@dataclass(frozen=True, slots=True)
class PageNumber(_Repeating):
    """`page=1`, `page=2` … The list ends with an empty page, or after `total_pages`."""

    records: str
    page_param: str = "page"
    start: int = 1
    total_pages: str | None = None

    def first(self, request: PageRequest) -> PageRequest:
        return _with_value(request, self.page_param, self.start)

    def following(self, request: PageRequest, answer: PageAnswer) -> PageRequest | None:
        page = int(_value_of(request, self.page_param))
        total = _find_total(answer, self.total_pages)
        if total is not None and page - self.start + 1 >= total:
            return None
        if _count_records(answer, self.records) == 0:
            if total is not None:
                raise UnclearPage(f"the records of page {page} of {total}", [])
            return None
        return _with_value(request, self.page_param, page + 1)

    def content(self, answer: PageAnswer) -> Any:
        # What surrounds the records may count requests or tell the time.
        return find_value(answer.body, self.records)


_Answer = TypeVar("_Answer", bound=PageAnswer)


def guarded_pages(
    connection: str,
    request: PageRequest,
    paginator: Paginator,
    read: Callable[[PageRequest], _Answer],
) -> Iterator[_Answer]:
    """Read a list to its end, each page when it is asked for.

    Raises EndlessPages when a page leads back to one that was read, when the tool answers two
    page requests in a row alike, or after `MOST_PAGES`: each would otherwise go on for ever.
    Raises UnexpectedPaging when a page does not say whether another one follows.
    """
    page = paginator.first(request)
    seen: set[bytes] = set()
    previous: Any = None
    while True:
        # Digests instead of requests: a list of 100,000 pages would fill the memory otherwise.
        seen.add(_identity(page))
        answer = read(page)
        yield answer
        try:
            if len(seen) == 1:
                paginator.check_first(answer)
            following = paginator.following(page, answer)
        except UnclearPage as unclear:
            answered = Answered(connection, f"{request.method} {_path(request)}", answer.body)
            raise answered.unexpected_paging(unclear.expected, unclear.came) from unclear
        if following is None:
            return
        content = paginator.content(answer)
        if _identity(following) in seen:
            raise _endless(connection, request, paginator.repetition)
        # A tool that does not know the page parameter answers with the first page for ever. A new
        # link leads on, also from one empty page to the next.
        if following.path == page.path and content == previous:
            raise _endless(connection, request, "gave the same page twice in a row")
        if len(seen) == MOST_PAGES:
            raise _endless(connection, request, f"has more than {MOST_PAGES} pages")
        page, previous = following, content


def _identity(page: PageRequest) -> bytes:
    content = [page.method, page.path, dict(page.params or {}), page.json]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()


def _endless(connection: str, request: PageRequest, what: str) -> EndlessPages:
    return EndlessPages(
        connection,
        f"{request.method} {_path(request)} {what}, so its pages never end",
        "Check that the url is the tool's API and that nothing rewrites its answers, then run "
        "again; if it stays, report it to the tool's maker with this path.",
    )


def _path(request: PageRequest) -> str:
    return request.path.partition("?")[0]


def _follow(request: PageRequest, link: str | None) -> PageRequest | None:
    """A link carries the whole query already, so the first page's parameters are dropped."""
    return replace(request, path=link, params=None) if link else None


def _with_value(request: PageRequest, name: str, value: Any) -> PageRequest:
    """Set a paging value where the request keeps its values: the JSON body of a POST, or the
    query."""
    if request.json is not None:
        return replace(request, json={**request.json, name: value})
    return replace(request, params={**(request.params or {}), name: value})


def _value_of(request: PageRequest, name: str) -> Any:
    values = request.json if request.json is not None else request.params or {}
    return values[name]


def _check_field(paginator: str, answer: PageAnswer, field: str, records: str | None) -> None:
    """Raises UnclearPage where the object is absent that should hold the field.

    Only for a first page, whose tool shows how it pages: behind the last page of several, some
    tools leave out the whole object, as they do on an only page with nothing but its records.
    """
    if records is None or _count_records(answer, records) == 0:
        return
    gap = find_gap(answer.body, field)
    if gap is None or _holds_only(answer.body, records):
        return
    path, nearest = gap
    where = f' at "{path}"' if path else ""
    raise UnclearPage(
        f'an object{where}, for the paginator {paginator} has the field "{field}"', nearest
    )


def _holds_only(body: Any, path: str) -> bool:
    """Whether there is nothing in an answer but the value at a path."""
    for key in path.removeprefix("$.").split("."):
        if not isinstance(body, dict) or list(body) != [key]:
            return False
        body = body[key]
    return True


def _count_records(answer: PageAnswer, records: str) -> int:
    values = find_value(answer.body, records)
    return len(values) if isinstance(values, list) else 0


def _find_total(answer: PageAnswer, path: str | None) -> int | None:
    """The number at a path; None where the tool states none. Raises UnclearPage."""
    total = find_value(answer.body, path) if path else None
    if isinstance(total, str) and total.isdecimal() and len(total) < _MOST_DIGITS:
        return int(total)
    if isinstance(total, bool) or not isinstance(total, int | None):
        raise UnclearPage(f'a number at "{path}"', total)
    return total
