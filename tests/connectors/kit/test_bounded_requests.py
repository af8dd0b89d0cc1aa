"""Answers to libraries that use `requests`: neither endless nor unpacked without a limit."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import requests

from connectors.kit.bounded_requests import AnswerTooLarge, BoundedAdapter


@contextmanager
def serving(body: bytes, encoding: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Encoding", encoding)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def get(body: bytes, encoding: str, adapter: BoundedAdapter) -> requests.Response:
    with serving(body, encoding) as url, requests.Session() as session:
        session.mount("http://", adapter)
        return session.get(url)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_answer_beyond_the_bytes_is_refused_also_after_decompression(encoding: str) -> None:
    text = b" " * 2_000_001
    body = gzip.compress(text) if encoding == "gzip" else text

    with pytest.raises(AnswerTooLarge, match="larger than 1 MB"):
        get(body, encoding, BoundedAdapter(most_bytes=2_000_000))


def test_an_answer_within_the_limits_is_given_whole() -> None:
    assert get(gzip.compress(b'{"a": 1}'), "gzip", BoundedAdapter()).json() == {"a": 1}


def test_an_answer_beyond_the_time_is_refused() -> None:
    with pytest.raises(AnswerTooLarge):
        get(b"{}", "identity", BoundedAdapter(most_seconds=-1))
