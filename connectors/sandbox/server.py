"""Run the stand-ins on loopback, each at its own port, in a thread of this process."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.sandbox import storage
from connectors.sandbox.github.application import github_application
from connectors.sandbox.github.file_format import GitHubFile
from connectors.sandbox.github.host import GitHubHost, build_github
from connectors.sandbox.jira.application import jira_application
from connectors.sandbox.jira.build_site import build as build_jira
from connectors.sandbox.jira.file_format import JiraFile
from connectors.sandbox.jira.recordings import is_recording, load_recorded
from connectors.sandbox.jira.site import JiraSite
from connectors.sandbox.salesforce.application import salesforce_application
from connectors.sandbox.salesforce.build_org import build as build_salesforce
from connectors.sandbox.salesforce.file_format import SalesforceFile
from connectors.sandbox.salesforce.org import SalesforceOrg
from connectors.sandbox.serving import serve_in_thread


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The running stand-ins. Tests may read their states, and change them between requests."""

    jira_url: str
    salesforce_url: str
    github_url: str
    jira: JiraSite
    salesforce: SalesforceOrg
    github: GitHubHost


@contextmanager
def running_sandbox(
    *,
    jira: Mapping[str, Any] | None = None,
    salesforce: Mapping[str, Any] | None = None,
    github: Mapping[str, Any] | None = None,
    load: Path | None = None,
    state: Path | None = None,
    jira_port: int = 0,
    salesforce_port: int = 0,
    github_port: int = 0,
) -> Iterator[Sandbox]:
    """Run the tools until the block ends; port 0 stands for any free one.

    They start with the state saved in the folder `state`; without one, with the contents given as
    `jira`, `salesforce` and `github` (in the format of the files), then with the files in the
    folder `load`, else empty. With `state`, each change is saved there before the response is sent.
    Raises OSError for a folder that does not exist or a port that is taken, ValueError for an
    invalid file.
    """
    if load and not load.is_dir():
        raise NotADirectoryError(f"{load} is not a folder; name one with jira.json in it")
    with ExitStack() as stack:
        ports = (jira_port, salesforce_port, github_port)
        sockets = [stack.enter_context(_bind_socket(port)) for port in ports]
        urls = [_socket_url(listener) for listener in sockets]
        site = _open_site(jira, load, state, urls[0])
        org = _open_org(salesforce, load, state, urls[1])
        host = _open_host(github, load, state, urls[2])
        applications = [
            jira_application(site, _save_function(site, state, "jira")),
            salesforce_application(org, _save_function(org, state, "salesforce")),
            github_application(host, _save_function(host, state, "github")),
        ]
        with serve_in_thread(list(zip(applications, sockets, strict=True))):
            yield Sandbox(urls[0], urls[1], urls[2], site, org, host)


def serve_until_stopped(
    *, load: Path | None, state: Path | None, jira_port: int, salesforce_port: int, github_port: int
) -> None:
    """Run the tools, print their URLs, and return on SIGINT or SIGTERM."""
    stopped = threading.Event()
    # Both signals, because Ctrl-C sends one and process managers send the other.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with running_sandbox(
        load=load,
        state=state,
        jira_port=jira_port,
        salesforce_port=salesforce_port,
        github_port=github_port,
    ) as sandbox:
        sys.stdout.write(f"Jira       {sandbox.jira_url}\nSalesforce {sandbox.salesforce_url}\n")
        sys.stdout.write(f"GitHub     {sandbox.github_url}/api/v3\n")
        sys.stdout.flush()
        stopped.wait()


def _open_site(
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


def _open_org(
    content: Mapping[str, Any] | None, directory: Path | None, state: Path | None, url: str
) -> SalesforceOrg:
    saved = state / "salesforce.json" if state else None
    if saved and saved.exists():
        org = storage.load(SalesforceOrg, saved, url)
        # The daily limit is not part of what is resumed: each start is a new day.
        org.requests_today = 0
        return org
    if content is None:
        content = storage.read_description(directory, "salesforce") if directory else {}
    return build_salesforce(SalesforceFile.model_validate(content), url)


def _open_host(
    content: Mapping[str, Any] | None, directory: Path | None, state: Path | None, url: str
) -> GitHubHost:
    saved = state / "github.json" if state else None
    if saved and saved.exists():
        return storage.load(GitHubHost, saved, url)
    if content is None:
        content = storage.read_description(directory, "github") if directory else {}
    return build_github(GitHubFile.model_validate(content), url)


def _save_function(
    state: storage.ToolState, directory: Path | None, name: str
) -> Callable[[], None]:
    if directory is None:
        return lambda: None
    path = directory / f"{name}.json"
    return lambda: storage.save(state, path)


@contextmanager
def _bind_socket(port: int) -> Iterator[socket.socket]:
    # Without the protocol asyncio does not set TCP_NODELAY, which costs 40 ms per request.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        # A restart finds the port in TIME_WAIT, where binding it would fail for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            problem = f"port {port} of 127.0.0.1 cannot be used; choose another"
            raise OSError(error.errno, problem) from error
        yield listener


def _socket_url(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"
