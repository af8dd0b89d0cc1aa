"""Turns what went wrong with one request into an error with a remedy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import orjson

from connectors.base import ConnectionFailed
from connectors.kit.clock import Clock
from connectors.kit.conventions import HttpConventions, parse_error_body
from connectors.kit.exceptions import AnswerLost, RequestFailed
from connectors.kit.rate_limits import Pauses, requested_pause
from connectors.kit.tls import explain_tls
from connectors.masking import mask_secrets

_LONGEST_PAUSE = 60.0
"""Seconds; for a longer pause the run ends, and a later one goes on."""
# Errors that occur before the first byte of a request leaves, so a write had no effect.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Call:
    """A request as errors name it: `GET /rest/api/3/issue/10001`."""

    method: str
    path: str
    is_read: bool

    def __str__(self) -> str:
        # Without the query, which may contain what people wrote.
        return f"{self.method} {self.path.partition('?')[0]}"


@dataclass(frozen=True, slots=True)
class Failures:
    """The errors of one connection; a limit also makes the following requests pause."""

    connection: str
    credentials: str
    clock: Clock
    pauses: Pauses
    conventions: HttpConventions

    def foreign_link(self, base_url: httpx.URL, url: httpx.URL) -> RequestFailed:
        return RequestFailed(
            self.connection,
            f"a link of the tool leads away from {base_url.host} to {url.host}; it was not "
            "followed",
            "Check the connection's url and that nothing rewrites the tool's answers.",
        )

    def unanswered(self, call: Call, error: httpx.RequestError) -> ConnectionFailed:
        if problem := explain_tls(error):
            # It fails before anything is sent, and alike at every attempt.
            return RequestFailed(self.connection, *problem)
        what = f"{call} got no answer ({type(error).__name__})"
        if call.is_read or isinstance(error, _NEVER_SENT):
            remedy = "Check the url and the network; the next run goes on where this one stopped."
            return RequestFailed(self.connection, what, remedy, transient=True)
        return self._lost(what)

    def refused(self, call: Call, response: httpx.Response, content: bytes) -> ConnectionFailed:
        status = response.status_code
        # Before a text is cut, which could leave the beginning of a secret.
        body = mask_secrets(self.connection, parse_error_body(content))
        # Before all else: some tools refuse with 403, which otherwise means a missing permission.
        if self.conventions.is_rate_limited(status, response.headers, body):
            return self.conventions.explain(self._limited(call, response, body))
        # A server that fails may have carried a write out before it did.
        if status >= 500 and not call.is_read:
            return self._lost(f"{call} was answered with {status}")
        message = self.conventions.read_error(body)
        failed = RequestFailed(
            self.connection,
            f"{call} was answered with {status}" + (f": {message}" if message else ""),
            self._remedy(status),
            status=status,
            answer=body,
            transient=status >= 500,
        )
        return self.conventions.explain(failed)

    def unreadable(
        self, call: Call, status: int, content: bytes, error: orjson.JSONDecodeError
    ) -> ConnectionFailed:
        is_page = content.lstrip().startswith(b"<")
        what = f"the answer to {call} is " + (
            "a web page, probably one to sign in"
            if is_page
            else f"not whole JSON ({len(content)} bytes, unreadable from character {error.pos})"
        )
        if not call.is_read:
            return self._lost(what)
        remedy = "Check that the url is the tool's API " + (
            "and that nothing in between asks people to sign in."
            if is_page
            else "and look for a proxy that cuts answers."
        )
        return RequestFailed(self.connection, what, remedy, status=status, transient=not is_page)

    def _lost(self, what: str) -> AnswerLost:
        remedy = "It may have taken effect; the next run looks before it writes again."
        return AnswerLost(self.connection, what, remedy)

    def _limited(self, call: Call, response: httpx.Response, body: Any) -> RequestFailed:
        now = self.clock.now()
        pause = requested_pause(response.headers, now)
        is_short = pause is None or pause <= _LONGEST_PAUSE
        # All threads of the client pause, or each of them would run into the same limit.
        if pause is not None and is_short:
            self.pauses.hold(self.conventions.pause_scope(response.headers, call.path), pause)
        again = now + timedelta(seconds=pause or _LONGEST_PAUSE)
        return RequestFailed(
            self.connection,
            f"{call} was refused for too many requests",
            f"Run again after {again:%Y-%m-%d %H:%M:%S} UTC; what was read so far stays.",
            # Always 429: callers take a 403 for a missing permission.
            status=429,
            answer=body,
            transient=is_short,
        )

    def _remedy(self, status: int) -> str:
        if remedy := self.conventions.remedies.get(status):
            return remedy
        if status == 401:
            return f"Renew the credentials: {self.credentials}."
        if status == 403:
            return f"Give the account the missing permission: {self.credentials}."
        if status >= 500:
            return "The tool is in trouble; the next run goes on where this one stopped."
        return (
            "Correct what interlock.yaml names of the tool (its url, and the paths, projects or "
            "queries below it), or let the account see it."
        )
