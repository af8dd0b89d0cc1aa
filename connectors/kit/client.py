"""The HTTP client of all connectors: limits, retries, same-origin links, errors with a remedy.

A read is repeated, since it changes nothing. A write may have taken effect although its answer
never arrived, so it is repeated only when the tool certainly did nothing; otherwise `AnswerLost`
tells the caller to look before trying again (see `posting`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import orjson
import tenacity

from connectors.base import ConnectionFailed
from connectors.kit.clock import Clock
from connectors.kit.conventions import HttpConventions, parse_error_body
from connectors.kit.exceptions import AnswerLost, RequestFailed
from connectors.kit.paginators import PageRequest, Paginator, Params, guarded_pages
from connectors.kit.rate_limits import Pauses, requested_pause
from connectors.kit.tls import tls_context

_ATTEMPTS = 5
_LONGEST_PAUSE = 60.0
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: the parsed JSON `body` (None where there is none), status, headers.

    `next_link` is the address of `Link: <…>; rel="next"`, if there is one. A 304 to a request
    with `If-None-Match` is a success without a body.
    """

    body: Any
    status: int
    headers: Mapping[str, str] = field(repr=False)
    next_link: str | None = None


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    params: Params | None
    json: Any
    headers: Mapping[str, str]
    is_read: bool

    def __str__(self) -> str:
        # Without the query, which may hold what people wrote.
        return f"{self.method} {self.path.partition('?')[0]}"


class HttpClient:
    """Requests to one origin, as JSON. Safe to use from several threads.

    `credentials` says where the secret comes from (`the environment variable X`) and never
    contains it. Paths are joined to `base_url`, whose own path is kept. Redirects are not
    followed.
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
    ) -> None:
        self.connection = connection
        self._credentials = credentials
        self._clock = clock or Clock()
        self._conventions = conventions or HttpConventions()
        self._pauses = Pauses(self._clock)
        self._http = httpx.Client(
            verify=tls_context(),
            base_url=base_url,
            auth=auth,
            timeout=_TIMEOUT,
            headers={"Accept": "application/json"} | dict(headers or {}),
        )

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
        return self._persist(_Call(method, path, params, json, headers or {}, is_read=True))

    def pages(self, request: PageRequest, paginator: Paginator) -> Iterator[Answer]:
        """All pages of a list, each read when it is asked for.

        Raises RequestFailed, and ConnectionFailed when the pages repeat themselves or never end.
        """

        def read(page: PageRequest) -> Answer:
            return self.fetch(page.method, page.path, params=page.params, json=page.json)

        return guarded_pages(self.connection, request, paginator, read)

    def write(
        self, method: str, path: str, *, params: Params | None = None, json: Any = None
    ) -> Any:
        """Send a request that changes something; repeated only when it certainly had no effect.

        Returns the JSON body, None for an empty one. Raises RequestFailed when the tool refused,
        AnswerLost when it is not known whether the write took effect.
        """
        return self._persist(_Call(method, path, params, json, {}, is_read=False)).body

    def close(self) -> None:
        self._http.close()

    def _persist(self, call: _Call) -> Answer:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_is_worth_repeating),
            stop=tenacity.stop_after_attempt(_ATTEMPTS),
            wait=tenacity.wait_exponential_jitter(multiplier=0.5, max=20),
            sleep=self._clock.sleep,
            reraise=True,
        )
        return retrying(self._send, call)

    def _send(self, call: _Call) -> Answer:
        request = self._build_request(call)
        self._pauses.wait(call.path)
        try:
            response = self._http.send(request)
        except httpx.RequestError as error:
            raise self._unanswered(call, error) from error
        return self._read_answer(call, response)

    def _build_request(self, call: _Call) -> httpx.Request:
        request = self._http.build_request(
            call.method, call.path, params=call.params, json=call.json, headers=call.headers
        )
        # Credentials go with every request, so a link in an answer must not choose their receiver.
        if _origin(request.url) != _origin(self._http.base_url):
            raise RequestFailed(
                self.connection,
                f"a link of the tool leads away from {self._http.base_url.host} "
                f"to {request.url.host}; it was not followed",
                "Check the connection's url and that nothing rewrites the tool's answers.",
            )
        return request

    def _unanswered(self, call: _Call, error: httpx.RequestError) -> ConnectionFailed:
        what = f"{call} got no answer ({type(error).__name__})"
        if call.is_read or isinstance(error, _NEVER_SENT):
            remedy = "Check the url and the network; the next run goes on where this one stopped."
            return RequestFailed(self.connection, what, remedy, transient=True)
        return self._lost(what)

    def _lost(self, what: str) -> AnswerLost:
        remedy = "It may have taken effect; the next run looks before it writes again."
        return AnswerLost(self.connection, what, remedy)

    def _read_answer(self, call: _Call, response: httpx.Response) -> Answer:
        if response.status_code == httpx.codes.NOT_MODIFIED and "If-None-Match" in call.headers:
            return _answer(response, None)
        if not response.is_success:
            raise self._refused(call, response)
        if not response.content and not call.is_read:
            return _answer(response, None)
        try:
            return _answer(response, orjson.loads(response.content))
        except orjson.JSONDecodeError as error:
            raise self._unreadable(call, response, error) from error

    def _refused(self, call: _Call, response: httpx.Response) -> ConnectionFailed:
        status, body = response.status_code, parse_error_body(response.content)
        if self._conventions.is_rate_limited(status, response.headers, body):
            return self._conventions.explain(self._limited(call, response, body))
        if status >= 500 and not call.is_read:
            return self._lost(f"{call} was answered with {status}")
        message = self._conventions.read_error(body)
        failed = RequestFailed(
            self.connection,
            f"{call} was answered with {status}" + (f": {message}" if message else ""),
            self._remedy(status),
            status=status,
            answer=body,
            transient=status >= 500,
        )
        return self._conventions.explain(failed)

    def _limited(self, call: _Call, response: httpx.Response, body: Any) -> RequestFailed:
        now = self._clock.now()
        pause = requested_pause(response.headers, now)
        is_short = pause is None or pause <= _LONGEST_PAUSE
        if pause is not None and is_short:
            self._pauses.hold(self._conventions.pause_scope(response.headers, call.path), pause)
        again = now + timedelta(seconds=pause or _LONGEST_PAUSE)
        return RequestFailed(
            self.connection,
            f"{call} was refused for too many requests",
            f"Run again after {again:%Y-%m-%d %H:%M:%S} UTC; what was read so far stays.",
            status=429,
            answer=body,
            transient=is_short,
        )

    def _remedy(self, status: int) -> str:
        if remedy := self._conventions.remedies.get(status):
            return remedy
        if status == 401:
            return f"Renew the credentials: {self._credentials}."
        if status == 403:
            return f"Give the account the missing permission: {self._credentials}."
        if status >= 500:
            return "The tool is in trouble; the next run goes on where this one stopped."
        return "Check the connection's settings with `interlock check`."

    def _unreadable(
        self, call: _Call, response: httpx.Response, error: orjson.JSONDecodeError
    ) -> ConnectionFailed:
        what = (
            f"the answer to {call} is not whole JSON "
            f"({len(response.content)} bytes, unreadable from character {error.pos})"
        )
        if not call.is_read:
            return self._lost(what)
        remedy = "Check that the url is the tool's API and look for a proxy that cuts answers."
        return RequestFailed(
            self.connection, what, remedy, status=response.status_code, transient=True
        )


def _answer(response: httpx.Response, body: Any) -> Answer:
    link = response.links.get("next") or {}
    return Answer(body, response.status_code, response.headers, link.get("url"))


def _is_worth_repeating(error: BaseException) -> bool:
    return isinstance(error, RequestFailed) and error.transient


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, url.host, port
