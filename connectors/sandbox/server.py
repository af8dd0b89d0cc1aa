"""Start the stand-ins on loopback, each on a port of its own, in a thread of this process."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from connectors.sandbox import storage
from connectors.sandbox.jira.application import jira_application
from connectors.sandbox.jira.building import build as build_jira
from connectors.sandbox.jira.files import JiraFile
from connectors.sandbox.jira.recorded import is_recording, load_recorded
from connectors.sandbox.jira.site import JiraSite
from connectors.sandbox.salesforce.application import salesforce_application
from connectors.sandbox.salesforce.building import build as build_salesforce
from connectors.sandbox.salesforce.files import SalesforceFile
from connectors.sandbox.salesforce.org import SalesforceOrg
from connectors.sandbox.switchboard import Switchboard


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The running stand-ins; the states may be looked at, and changed between requests."""

    jira_url: str
    salesforce_url: str
    jira: JiraSite
    salesforce: SalesforceOrg


@contextmanager
def running_sandbox(
    *,
    jira: Mapping[str, Any] | None = None,
    salesforce: Mapping[str, Any] | None = None,
    load: Path | None = None,
    state: Path | None = None,
    jira_port: int = 0,
    salesforce_port: int = 0,
) -> Iterator[Sandbox]:
    """Run both tools until the block ends; port 0 takes a free one.

    What they hold at the start: the saved state in `state` if there is one, else the contents
    given as `jira` and `salesforce` (the files' format), else the files in `load`, else nothing.
    With `state` each change is kept there before it is answered. Raises OSError for a folder
    that is not there or a port that is taken, ValueError for a file with mistakes.
    """
    if load and not load.is_dir():
        raise NotADirectoryError(f"{load} is not a folder; name one with jira.json in it")
    with _listening(jira_port) as jira_socket, _listening(salesforce_port) as salesforce_socket:
        site = _jira(jira, load, state, _url(jira_socket))
        org = _salesforce(salesforce, load, state, _url(salesforce_socket))
        boards = [
            (jira_application(site, _saver(site, state, "jira")), jira_socket),
            (salesforce_application(org, _saver(org, state, "salesforce")), salesforce_socket),
        ]
        with _serving(boards):
            yield Sandbox(site.base_url, org.base_url, site, org)


def serve_until_stopped(
    *, load: Path | None, state: Path | None, jira_port: int, salesforce_port: int
) -> None:
    """Run both tools, say where they are, and end on SIGINT or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with running_sandbox(
        load=load, state=state, jira_port=jira_port, salesforce_port=salesforce_port
    ) as sandbox:
        sys.stdout.write(f"Jira       {sandbox.jira_url}\nSalesforce {sandbox.salesforce_url}\n")
        sys.stdout.flush()
        stopped.wait()


def _jira(
    content: Mapping[str, Any] | None, directory: Path | None, state: Path | None, url: str
) -> JiraSite:
    saved = state / "jira.json" if state else None
    if saved and saved.exists():
        return storage.load(JiraSite, saved, url)
    if content is None and directory and is_recording(directory):
        return load_recorded(directory, url)
    if content is None:
        content = storage.read_description(directory, "jira") if directory else {}
    return build_jira(JiraFile.model_validate(content), url)


def _salesforce(
    content: Mapping[str, Any] | None, directory: Path | None, state: Path | None, url: str
) -> SalesforceOrg:
    saved = state / "salesforce.json" if state else None
    if saved and saved.exists():
        org = storage.load(SalesforceOrg, saved, url)
        org.requests_today = 0
        return org
    if content is None:
        content = storage.read_description(directory, "salesforce") if directory else {}
    return build_salesforce(SalesforceFile.model_validate(content), url)


def _saver(state: storage.State, directory: Path | None, name: str) -> Callable[[], None]:
    if directory is None:
        return lambda: None
    path = directory / f"{name}.json"
    return lambda: storage.save(state, path)


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    # Without the protocol asyncio does not switch TCP_NODELAY on: 40 ms a request.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            problem = f"port {port} of 127.0.0.1 cannot be used; choose another"
            raise OSError(error.errno, problem) from error
        yield listener


def _url(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def _serving(boards: list[tuple[Switchboard, socket.socket]]) -> Iterator[None]:
    servers = [(_server(board), listener) for board, listener in boards]

    async def serve() -> None:
        await asyncio.gather(*(server.serve([listener]) for server, listener in servers))

    for _, listener in servers:
        listener.listen(128)
    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    try:
        yield
    finally:
        for server, _ in servers:
            server.should_exit = server.force_exit = True
        thread.join()


def _server(board: Switchboard) -> uvicorn.Server:
    # A wrapped `send` would hide the transport that `drop_after` closes: no proxy headers.
    config = uvicorn.Config(board, log_level="error", lifespan="off", proxy_headers=False)
    return uvicorn.Server(config)
