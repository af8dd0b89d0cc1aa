"""A deadline over a whole answer, from its first header to the end of its body.

httpx's time limit counts between two reads: a byte of a header, or an interim answer (`102
Processing`), once a second never reaches it.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import local
from typing import Any

import httpcore
import httpx


class Deadline(local):
    """When the answer that this thread waits for has to be complete, by the monotonic clock."""

    _ends: float | None = None

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Let what this thread reads of its connections inside the block end in time.

        A read beyond it raises httpx.ReadTimeout.
        """
        # A request that renews a token inside another request has its own time.
        outer, self._ends = self._ends, time.monotonic() + seconds
        try:
            yield
        finally:
            self._ends = outer

    @property
    def is_over(self) -> bool:
        return self._ends is not None and time.monotonic() >= self._ends

    def shorten(self, timeout: float | None) -> float | None:
        """The timeout of one read; raises httpcore.ReadTimeout where no time is left."""
        if self._ends is None:
            return timeout
        left = self._ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the answer took too long")
        return left if timeout is None else min(timeout, left)


def impose(deadline: Deadline, client: httpx.Client) -> None:
    """Let the deadline hold for all that the client reads, also through proxies."""
    # httpx hands no network backend on to httpcore. A transport of our own would take one, but
    # a client that is given a transport ignores HTTPS_PROXY and NO_PROXY.
    for transport in (client._transport, *client._mounts.values()):
        if isinstance(transport, httpx.HTTPTransport):
            pool = transport._pool
            pool._network_backend = _Backend(pool._network_backend, deadline)


class _Backend(httpcore.NetworkBackend):
    """Opens connections whose reads end with the deadline."""

    def __init__(self, inner: httpcore.NetworkBackend, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self._deadline)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    """A connection whose reads end with the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.shorten(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.start_tls(ssl_context, server_hostname, timeout)
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
