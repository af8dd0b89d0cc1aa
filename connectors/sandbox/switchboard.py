"""What stands in front of each tool: carries out faults, logs requests, keeps the state.

An ASGI middleware, the outermost one, because a dropped connection has to be dropped in the
server's own transport.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, cast

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.sandbox.faults import Asked, Fault, Faults

ADMIN = "/_sandbox"
READING = {"GET", "HEAD", "OPTIONS"}


class Tool(Protocol):
    """What the switchboard needs of the tool behind it."""

    def limited(self, fault: Fault) -> Response:
        """The tool's answer to too many requests."""
        ...

    def broken(self, fault: Fault) -> Response:
        """The tool's answer when it is down."""
        ...

    def expire_tokens(self) -> None: ...

    def freeze_search(self) -> None:
        """From now on searches see the data as it is at this moment."""
        ...

    def thaw(self) -> None:
        """Make tokens valid and searches fresh again."""
        ...


@dataclass
class Switchboard:
    """`save` is called after each request that may have changed something."""

    app: ASGIApp
    tool: Tool
    save: Callable[[], None]
    faults: Faults = field(default_factory=Faults)
    asked: list[Asked] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        administers = path.startswith(ADMIN)
        fault = None if administers else self.faults.for_request(method, path)
        messages = await self._answer(fault, scope, receive)
        if method not in READING:
            self.save()
        dropped = fault is not None and fault.kind == "drop_after"
        if not administers:
            self._log(scope, 0 if dropped else messages[0]["status"])
        if dropped:
            await _drop(receive, send)
            return
        for message in messages:
            await send(message)

    async def _answer(self, fault: Fault | None, scope: Scope, receive: Receive) -> list[Message]:
        if fault is None:
            return await _collect(self.app, scope, receive)
        if fault.kind == "429":
            return await _collect(self.tool.limited(fault), scope, receive)
        if fault.kind == "5xx":
            return await _collect(self.tool.broken(fault), scope, receive)
        if fault.kind == "latency":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "expire_token":
            self.tool.expire_tokens()
        messages = await _collect(self.app, scope, receive)
        return _cut(messages) if fault.kind == "truncate" else messages

    def _log(self, scope: Scope, status: int) -> None:
        query = scope["query_string"].decode()
        self.asked.append(Asked(scope["method"], scope["path"], query, status))


async def _collect(app: ASGIApp, scope: Scope, receive: Receive) -> list[Message]:
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages


def _cut(messages: list[Message]) -> list[Message]:
    """Half of the body, with a Content-Length that agrees with it."""
    start, body = messages[0], b"".join(message.get("body", b"") for message in messages[1:])
    half = body[: len(body) // 2]
    headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    headers.append((b"content-length", str(len(half)).encode()))
    return [{**start, "headers": headers}, {"type": "http.response.body", "body": half}]


class _Cycle(Protocol):
    transport: asyncio.Transport


async def _drop(receive: Receive, send: Send) -> None:
    """Close the TCP connection without an answer.

    ASGI has no message for that; uvicorn's `send` is a method of the object that holds the
    transport. Waiting for the disconnect keeps the server from answering 500 by itself.
    """
    cycle = cast("_Cycle", send.__self__)  # type: ignore[attr-defined]
    cycle.transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
