"""The ASGI middleware around each stand-in: injects faults, logs requests, saves the state.

It is the outermost one, because `drop_after` closes the transport of the server itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Protocol, cast

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.sandbox.faults import ActiveFaults, Fault, LoggedRequest

ADMIN_PREFIX = "/_sandbox"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class FaultTarget(Protocol):
    """What the middleware needs of the stand-in behind it to inject a fault."""

    def rate_limited_response(self, fault: Fault) -> Response:
        """The tool's response to too many requests."""
        ...

    def unavailable_response(self, fault: Fault) -> Response:
        """The tool's response while it is unavailable."""
        ...

    def expire_tokens(self) -> None: ...

    def freeze_search(self) -> None:
        """Let searches see the data of this moment until `recover`."""
        ...

    def recover(self) -> None:
        """Accept expired tokens again, and let searches see current data."""
        ...


@dataclass
class SandboxMiddleware:
    """Forwards requests to `app`; `save` is called after each that may have changed something."""

    app: ASGIApp
    tool: FaultTarget
    save: Callable[[], None]
    minutes_ahead: Callable[[], int] = lambda: 0
    faults: ActiveFaults = field(default_factory=ActiveFaults)
    request_log: list[LoggedRequest] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        # Faults never apply to the sandbox's own endpoints, or they could not be cleared.
        is_admin_request = path.startswith(ADMIN_PREFIX)
        fault = None if is_admin_request else self.faults.for_request(method, path)
        messages = await self._respond(fault, scope, receive)
        # Saved before the response is sent: a client that has one finds its change on disk.
        if method not in SAFE_METHODS:
            self.save()
        dropped = fault is not None and fault.kind == "drop_after"
        if not is_admin_request:
            self._log(scope, 0 if dropped else messages[0]["status"])
        if dropped:
            await _drop_connection(receive, send)
            return
        messages[0]["headers"] = [*messages[0]["headers"], (b"date", self._date())]
        for message in messages:
            await send(message)

    def _date(self) -> bytes:
        """What the tool's clock shows; where it stands still for a test, only its deviation."""
        now = datetime.now(UTC) + timedelta(minutes=self.minutes_ahead())
        return format_datetime(now, usegmt=True).encode()

    async def _respond(self, fault: Fault | None, scope: Scope, receive: Receive) -> list[Message]:
        if fault is None:
            return await _collect(self.app, scope, receive)
        # These two have no effect on the state: the request does not reach the application.
        if fault.kind == "429":
            return await _collect(self.tool.rate_limited_response(fault), scope, receive)
        if fault.kind == "5xx":
            return await _collect(self.tool.unavailable_response(fault), scope, receive)
        if fault.kind == "latency":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "expire_token":
            self.tool.expire_tokens()
        messages = await _collect(self.app, scope, receive)
        return _truncate(messages) if fault.kind == "truncate" else messages

    def _log(self, scope: Scope, status: int) -> None:
        query = scope["query_string"].decode()
        self.request_log.append(LoggedRequest(scope["method"], scope["path"], query, status))


async def _collect(app: ASGIApp, scope: Scope, receive: Receive) -> list[Message]:
    messages: list[Message] = []

    async def collect(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, collect)
    return messages


def _truncate(messages: list[Message]) -> list[Message]:
    """The first half of the body, with the Content-Length of that half."""
    start, body = messages[0], b"".join(message.get("body", b"") for message in messages[1:])
    half = body[: len(body) // 2]
    # A wrong Content-Length would be an HTTP error; the fault is a body that is not valid JSON.
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    headers.append((b"content-length", str(len(half)).encode()))
    return [{**start, "headers": headers}, {"type": "http.response.body", "body": half}]


class _Cycle(Protocol):
    transport: asyncio.Transport


async def _drop_connection(receive: Receive, send: Send) -> None:
    """Close the TCP connection without a response."""
    # ASGI has no message for that; uvicorn's `send` is a method of the object with the transport.
    cycle = cast("_Cycle", send.__self__)  # type: ignore[attr-defined]
    cycle.transport.abort()
    # The server would respond with 500 if the application returned before the disconnect.
    while (await receive())["type"] != "http.disconnect":
        pass
