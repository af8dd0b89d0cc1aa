"""Answers without measure, from a server that sends them."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from connectors.kit.budget import BudgetExceeded, RequestBudget
from connectors.kit.client import HttpClient
from connectors.kit.paginators import CursorToken, PageRequest

MEGABYTE = 1_000_000
SLOW_HEADERS = {
    "/interim": (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "/header": (b"HTTP/1.1 200 OK\r\nX-A: ", b"x"),
    "/silence": (b"", b""),
}


class Hostile(BaseHTTPRequestHandler):
    """`/large` sends 3 MB, `/bomb` the same compressed, `/drip` a byte at a time, else pages.

    The paths of SLOW_HEADERS never come to the end of their headers.
    """

    requests = 0

    def do_GET(self) -> None:
        type(self).requests += 1
        if self.path in SLOW_HEADERS:
            self.repeat(*SLOW_HEADERS[self.path])
            return
        body = b'"' + b"x" * 3 * MEGABYTE + b'"'
        self.send_response(200)
        if self.path.startswith("/bomb"):
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        elif not self.path.startswith(("/large", "/drip")):
            body = b'{"next": "%d"}' % self.requests
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            if self.path.startswith("/drip"):
                for position in range(len(body)):
                    self.wfile.write(body[position : position + 1])
                    stopping.wait(0.01)
            else:
                self.wfile.write(body)
        except ConnectionError:
            return

    def repeat(self, first: bytes, again: bytes) -> None:
        """Send headers that never end."""
        self.close_connection = True
        try:
            self.wfile.write(first)
            while not stopping.wait(0.01):
                self.wfile.write(again)
        except ConnectionError:
            return

    def log_message(self, *_: object) -> None:
        """Keep the test's output quiet."""


stopping = threading.Event()


@pytest.fixture
def server() -> Iterator[str]:
    stopping.clear()
    Hostile.requests = 0
    with ThreadingHTTPServer(("127.0.0.1", 0), Hostile) as hostile:
        threading.Thread(target=hostile.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{hostile.server_port}"
        stopping.set()
        hostile.shutdown()


def connect(server: str, **limits: float) -> HttpClient:
    auth = httpx.BasicAuth("bot", "secret")
    return HttpClient("it", server, auth, "the variable X", budget=RequestBudget(**limits))


@pytest.mark.parametrize("path", ["/large", "/bomb"])
def test_a_body_beyond_the_budget_is_refused_at_once(server: str, path: str) -> None:
    with pytest.raises(BudgetExceeded, match=r"it: the answer to GET .* is larger than 1 MB"):
        connect(server, answer_megabytes=1).read("GET", path)

    assert Hostile.requests == 1


def test_a_body_within_the_budget_is_read(server: str) -> None:
    assert len(connect(server, answer_megabytes=4).read("GET", "/bomb")) == 3 * MEGABYTE


@pytest.mark.parametrize("path", ["/drip", *SLOW_HEADERS])
def test_an_answer_that_trickles_in_ends_with_its_time(server: str, path: str) -> None:
    with pytest.raises(BudgetExceeded, match="took longer than 1 seconds"):
        connect(server, answer_seconds=1).read("GET", path)

    assert Hostile.requests == 1


def test_a_proxys_answer_ends_with_its_time_too(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server)
    monkeypatch.setitem(SLOW_HEADERS, "http://tool.example/", SLOW_HEADERS["/interim"])

    with pytest.raises(BudgetExceeded, match="took longer than 1 seconds"):
        connect("http://tool.example", answer_seconds=1).read("GET", "/")


def test_each_answer_on_a_kept_connection_has_the_whole_time(server: str) -> None:
    client = connect(server, answer_seconds=1)
    with pytest.raises(BudgetExceeded):
        client.read("GET", "/header")

    assert client.read("GET", "/page")["next"] == "2"


def test_ever_new_pages_end_with_the_requests_of_a_run(server: str) -> None:
    client = connect(server, requests=20)
    pages = client.pages(PageRequest("/pages"), CursorToken("next", "token"))

    with pytest.raises(BudgetExceeded, match="more than 20 requests"):
        list(pages)

    assert Hostile.requests == 20
