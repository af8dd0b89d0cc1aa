"""Serves applications over HTTP in a thread of this process."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


class _Server(uvicorn.Server):
    """Ends at once; uvicorn's own looks ten times a second whether it should, and then waits."""

    def __init__(self, application: ASGIApp) -> None:
        # No proxy headers: their middleware wraps `send`, and `drop_after` needs the original one.
        # No date: the middleware sends that of the tool's own clock.
        config = uvicorn.Config(
            application, log_level="error", lifespan="off", proxy_headers=False, date_header=False
        )
        super().__init__(config)
        self.ended = asyncio.Event()

    async def main_loop(self) -> None:
        await self.ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Without waiting for clients: one with an open connection would delay the end.
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()

    def end(self) -> None:
        self.should_exit = True
        self.ended.set()


@contextmanager
def serve_in_thread(applications: Iterable[tuple[ASGIApp, socket.socket]]) -> Iterator[None]:
    """Serve each application at its bound socket until the block ends."""
    servers = [(_Server(application), listener) for application, listener in applications]
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        await asyncio.gather(*(server.serve([listener]) for server, listener in servers))

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    # Before the thread starts, so that clients can connect as soon as the block is entered.
    for _, listener in servers:
        listener.listen(128)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        for server, _ in servers:
            loop.call_soon_threadsafe(server.end)
        thread.join()
