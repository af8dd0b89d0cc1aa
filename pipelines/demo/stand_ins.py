"""Runs the stand-ins of Jira and Salesforce at the addresses in interlock.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from connectors.sandbox import running_sandbox
from pipelines.demo.demo_instance import DemoFailed, DemoInstance

_PROBE_PATH = "/_sandbox/faults"
_TIMEOUT_SECONDS = 3.0


def are_tools_running(demo: DemoInstance) -> bool:
    """Whether the stand-ins run already; raises DemoFailed if something else has their ports."""
    urls = (demo.jira_url, demo.salesforce_url)
    are_stand_ins = {url: _is_stand_in(url) for url in urls}
    foreign = [url for url, is_stand_in in are_stand_ins.items() if is_stand_in is False]
    if foreign or len(set(are_stand_ins.values())) > 1:
        taken = " and ".join(foreign) or "one of the demo's two tools, but not the other,"
        raise DemoFailed(
            f"Another program responds at {taken} where the demo wants its tools. Stop it, or "
            f"change the addresses of it-jira and sales in {demo.home / 'interlock.yaml'}"
        )
    return all(are_stand_ins.values())


@contextmanager
def tools_running(demo: DemoInstance) -> Iterator[None]:
    """Run the stand-ins until the block ends; use them where they run already."""
    if are_tools_running(demo):
        yield
        return
    with running_sandbox(
        load=demo.contents,
        state=demo.changes,
        jira_port=port_of(demo.jira_url),
        salesforce_port=port_of(demo.salesforce_url),
    ):
        yield


def port_of(url: str) -> int:
    """The port of an http URL."""
    return urlsplit(url).port or 80


def _is_stand_in(url: str) -> bool | None:
    """Whether a stand-in responds at a URL; None where nothing listens."""
    try:
        response = httpx.get(url + _PROBE_PATH, timeout=_TIMEOUT_SECONDS, trust_env=False)
        return response.status_code == httpx.codes.OK and isinstance(response.json(), list)
    # Nothing listens there, so the port is free.
    except httpx.ConnectError:
        return None
    except (httpx.HTTPError, ValueError):
        return False
