"""The HTTP client of all connectors: limits, retries, same-origin links, errors with a remedy.

A read is repeated, since it changes nothing. A write may have taken effect although its answer
never arrived, so it is repeated only when the tool certainly did nothing; otherwise `AnswerLost`
tells the caller to look before trying again (see `posting`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
import tenacity

from connectors.kit.answers import quoted
from connectors.kit.budget import RequestBudget, Spending
from connectors.kit.clock import Clock, read_clock_difference
from connectors.kit.conventions import HttpConventions
from connectors.kit.deadline import Deadline, impose
from connectors.kit.exceptions import RequestFailed
from connectors.kit.failures import Call, Failures
from connectors.kit.json_text import read_json
from connectors.kit.paginators import PageRequest, Paginator, Params, guarded_pages
from connectors.kit.rate_limits import Pauses
from connectors.kit.tls import tls_context

# With the backoff about ten seconds; a longer outage ends the run, and the next one goes on.
_ATTEMPTS = 5
_BACKOFF = tenacity.wait_exponential_jitter(multiplier=0.5, max=20)
# Seconds; searches of large sites take tens of them, a connection never does.
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_NO_ADDRESS = (httpx.InvalidURL, ValueError, TypeError)
"""What httpx raises for addresses and values that cannot be sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: the parsed JSON `body` (None where there is none), status, headers.

    `next_link` is the address of `Link: <…>; rel="next"`, if there is one. A 304 to a request
    with `If-None-Match` is a success without a body.
    """

    body: Any
    status: int
    url: str
    headers: Mapping[str, str] = field(repr=False)
    next_link: str | None = None


class HttpClient:
    """Requests to one origin, as JSON. Safe to use from several threads.

    `credentials` says where the secret comes from (`the environment variable X`) and never
    contains it. Paths are joined to `base_url`, whose own path is kept. Redirects are not
    followed. `conventions` are those of the tool, usually `TOOL.http`. Beyond its `budget` every
    method raises BudgetExceeded.
    """

    def __init__(
        self,
        connection: str,
        base_url: str,
        auth: httpx.Auth,
        credentials: str,
        clock: Clock | None = None,
        conventions: HttpConventions | None = None,
        headers: Mapping[str, str] | None = None,
        budget: RequestBudget | None = None,
    ) -> None:
        self.connection = connection
        self._clock = clock or Clock()
        self._ahead = timedelta()
        self._pauses = Pauses(self._clock)
        self._spending = Spending(connection, budget or RequestBudget(), self._clock)
        self._failures = Failures(
            connection, credentials, self._clock, self._pauses, conventions or HttpConventions()
        )
        self._http = httpx.Client(
            verify=tls_context(),
            base_url=base_url,
            auth=auth,
            timeout=_TIMEOUT,
            # Without it some APIs answer errors as HTML pages, whose text helps nobody.
            headers={"Accept": "application/json"} | dict(headers or {}),
        )
        self._deadline = Deadline()
        impose(self._deadline, self._http)

    def read(
        self, method: str, path: str, *, params: Params | None = None, json: Any = None
    ) -> Any:
        """The JSON body of a request that changes nothing; repeated where that may help.

        `path` may be a paging link of the tool, which is followed on the same origin only. An
        empty body is an error. Raises RequestFailed.
        """
        return self.fetch(method, path, params=params, json=json).body

    def fetch(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Like `read`, with status and headers: for `Link`, `ETag` and the like."""
        request = self._build(method, path, params, json, headers)
        return self._persist(Call(method, path, is_read=True), request)

    def pages(self, request: PageRequest, paginator: Paginator) -> Iterator[Answer]:
        """All pages of a list, each read when it is asked for.

        Raises RequestFailed, and ConnectionFailed when the pages repeat themselves or never end.
        """

        latest: str | None = None

        def read(page: PageRequest) -> Answer:
            nonlocal latest
            path = page.path
            # A link counts from the page it stands on (RFC 3986, section 5), not from the base.
            if latest is not None and path != request.path:
                path = self._join(latest, path)
            answer = self.fetch(page.method, path, params=page.params, json=page.json)
            latest = answer.url
            return answer

        return guarded_pages(self.connection, request, paginator, read)

    def write(
        self, method: str, path: str, *, params: Params | None = None, json: Any = None
    ) -> Any:
        """Send a request that changes something; repeated only when it certainly had no effect.

        Returns the JSON body, None for an empty one. Raises RequestFailed when the tool refused,
        AnswerLost when it is not known whether the write took effect.
        """
        request = self._build(method, path, params, json)
        return self._persist(Call(method, path, is_read=False), request).body

    def tool_time(self, instant: datetime) -> datetime:
        """What the tool's clock shows at an instant of ours, by the `Date` of its last answer.

        Our own instant before its first answer, and where it sends no date.
        """
        return instant + self._ahead

    def close(self) -> None:
        self._http.close()

    def _build(
        self,
        method: str,
        path: str,
        params: Params | None,
        json: Any,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Request:
        try:
            request = self._http.build_request(
                method, path, params=params, json=json, headers=headers
            )
        except _NO_ADDRESS as error:
            raise self._no_address(path) from error
        # Credentials go with every request, so a link in an answer must not choose their receiver.
        if _origin(request.url) != _origin(self._http.base_url):
            raise self._failures.foreign_link(self._http.base_url, request.url)
        return request

    def _join(self, page: str, link: str) -> str:
        try:
            return str(httpx.URL(page).join(link))
        except _NO_ADDRESS as error:
            raise self._no_address(link) from error

    def _no_address(self, path: str) -> RequestFailed:
        return RequestFailed(
            self.connection,
            f"the tool names {quoted(path)} as an address, which is none; it was not followed",
            "Check the connection's url and that nothing rewrites the tool's answers.",
        )

    def _persist(self, call: Call, request: httpx.Request) -> Answer:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_worth_repeating),
            stop=tenacity.stop_after_attempt(_ATTEMPTS),
            wait=_BACKOFF,
            sleep=self._clock.sleep,
            reraise=True,
        )
        return retrying(self._send, call, request)

    def _send(self, call: Call, request: httpx.Request) -> Answer:
        self._spending.count_request()
        self._pauses.wait(call.path)
        response, body = self._receive(call, request)
        if response.status_code == httpx.codes.NOT_MODIFIED and "If-None-Match" in request.headers:
            return _answer(response, None)
        if not response.is_success:
            raise self._failures.refused(call, response, body)
        # Tools answer a DELETE or PUT without a body; a read without one was cut off on its way.
        if not body and not call.is_read:
            return _answer(response, None)
        try:
            return _answer(response, read_json(body))
        except orjson.JSONDecodeError as error:
            raise self._failures.unreadable(call, response.status_code, body, error) from error

    def _receive(self, call: Call, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        """The response and its whole body, within the budget."""
        with self._deadline.within(self._spending.budget.answer_seconds):
            try:
                response = self._http.send(request, stream=True)
                with closing(response):
                    date = response.headers.get("Date")
                    difference = read_clock_difference(date, self._clock.now())
                    self._ahead = self._ahead if difference is None else difference
                    return response, self._spending.read_body(call, response)
            except httpx.RequestError as error:
                if isinstance(error, httpx.ReadTimeout) and self._deadline.is_over:
                    raise self._spending.too_slow(call) from error
                raise self._failures.unanswered(call, error) from error


def _answer(response: httpx.Response, body: Any) -> Answer:
    link = response.links.get("next") or {}
    url = str(response.url)
    return Answer(body, response.status_code, url, response.headers, link.get("url"))


def _is_worth_repeating(error: BaseException) -> bool:
    # AnswerLost is no RequestFailed: whether to write again is for the caller to find out.
    return isinstance(error, RequestFailed) and error.transient


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    # httpx leaves out a port that is the default of the scheme.
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, url.host, port
