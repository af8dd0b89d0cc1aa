"""The one HTTP client of all connectors: limits, retries, same-origin links, errors that help.

A read may be repeated, so it is. A write may have taken effect although its answer never came;
it is repeated only when the tool surely did nothing, otherwise `AnswerLost` tells the caller to
look before it tries again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import orjson
import tenacity

from connectors.base import ConnectionFailed
from connectors.http_errors import AnswerLost, RequestFailed, error_body, said
from connectors.rate_limits import Clock, Pauses, asked_pause, scope_of

__all__ = ["AnswerLost", "Clock", "HttpClient", "RequestFailed"]

_ATTEMPTS = 5
_LONGEST_PAUSE = 60.0
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    params: Mapping[str, str | int | bool] | None
    json: Any
    reading: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path.partition('?')[0]}"


class HttpClient:
    """Requests to one origin, as JSON. Safe to use from several threads.

    `credentials` tells people where the secret comes from (`the environment variable X`), never
    the secret itself. Paths are joined to `base_url`, whose own path they keep. Answers come as
    `orjson` reads them; an empty one is None after a write, and no answer to a read. Redirects
    are not followed.
    """

    def __init__(
        self,
        connection: str,
        base_url: str,
        auth: httpx.Auth,
        credentials: str,
        clock: Clock | None = None,
    ) -> None:
        self._connection = connection
        self._credentials = credentials
        self._clock = clock or Clock()
        self._pauses = Pauses(self._clock)
        self._http = httpx.Client(
            base_url=base_url,
            auth=auth,
            timeout=_TIMEOUT,
            headers={"Accept": "application/json"},
        )

    def read(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int | bool] | None = None,
        json: Any = None,
    ) -> Any:
        """Send a request that changes nothing, again where that may help.

        `path` may be a paging link of the tool: it is followed on the same origin only. Raises
        RequestFailed.
        """
        return self._persist(_Call(method, path, params, json, reading=True))

    def write(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int | bool] | None = None,
        json: Any = None,
    ) -> Any:
        """Send a request that changes something, again only when it surely had no effect.

        Raises RequestFailed when the tool said no, AnswerLost when nobody knows.
        """
        return self._persist(_Call(method, path, params, json, reading=False))

    def close(self) -> None:
        self._http.close()

    def _persist(self, call: _Call) -> Any:
        backoff = tenacity.wait_exponential_jitter(initial=0.5, max=20)
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_worth_repeating),
            stop=tenacity.stop_after_attempt(_ATTEMPTS),
            wait=backoff,
            sleep=self._clock.sleep,
            reraise=True,
        )
        return retrying(self._once, call)

    def _once(self, call: _Call) -> Any:
        request = self._request(call)
        self._pauses.wait(call.path)
        try:
            response = self._http.send(request)
        except httpx.RequestError as error:
            raise self._unanswered(call, error) from error
        return self._content(call, response)

    def _request(self, call: _Call) -> httpx.Request:
        request = self._http.build_request(
            call.method, call.path, params=call.params, json=call.json
        )
        if _origin(request.url) != _origin(self._http.base_url):
            raise RequestFailed(
                self._connection,
                f"a link of the tool leads away from {self._http.base_url.host} "
                f"to {request.url.host}; it was not followed",
                "Check the connection's url and that nothing rewrites the tool's answers.",
            )
        return request

    def _unanswered(self, call: _Call, error: httpx.RequestError) -> ConnectionFailed:
        what = f"{call} got no answer ({type(error).__name__})"
        if call.reading or isinstance(error, _NEVER_SENT):
            remedy = "Check the url and the network; the next run goes on where this one stopped."
            return RequestFailed(self._connection, what, remedy, transient=True)
        return self._lost(what)

    def _lost(self, what: str) -> AnswerLost:
        remedy = "It may have taken effect; the next run looks before it writes again."
        return AnswerLost(self._connection, what, remedy)

    def _content(self, call: _Call, response: httpx.Response) -> Any:
        if response.status_code == 429:
            raise self._limited(call, response)
        if response.status_code >= 500 and not call.reading:
            raise self._lost(f"{call} was answered with {response.status_code}")
        if not response.is_success:
            raise self._refused(call, response)
        try:
            return orjson.loads(response.content) if response.content or call.reading else None
        except orjson.JSONDecodeError as error:
            raise self._unreadable(call, response, error) from error

    def _limited(self, call: _Call, response: httpx.Response) -> RequestFailed:
        now = self._clock.now()
        pause = asked_pause(response.headers, now)
        patient = pause is None or pause <= _LONGEST_PAUSE
        if pause is not None and patient:
            self._pauses.hold(scope_of(response.headers, call.path), pause)
        again = now + timedelta(seconds=pause or _LONGEST_PAUSE)
        return RequestFailed(
            self._connection,
            f"{call} was refused for too many requests",
            f"Run again after {again:%Y-%m-%d %H:%M:%S} UTC; what was read so far stays.",
            status=429,
            transient=patient,
        )

    def _refused(self, call: _Call, response: httpx.Response) -> RequestFailed:
        answer = error_body(response)
        words = said(answer)
        return RequestFailed(
            self._connection,
            f"{call} was answered with {response.status_code}" + (f": {words}" if words else ""),
            self._remedy(response.status_code),
            status=response.status_code,
            answer=answer,
            transient=response.status_code >= 500,
        )

    def _remedy(self, status: int) -> str:
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
        if not call.reading:
            return self._lost(what)
        remedy = "Check that the url is the tool's API and look for a proxy that cuts answers."
        return RequestFailed(
            self._connection, what, remedy, status=response.status_code, transient=True
        )


def _worth_repeating(error: BaseException) -> bool:
    return isinstance(error, RequestFailed) and error.transient


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, url.host, port
