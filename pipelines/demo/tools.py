"""The stand-ins of Jira and Salesforce at the addresses of the instance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from connectors.sandbox import running_sandbox
from pipelines.demo.place import DemoFailed, Place

_SWITCHES = "/_sandbox/faults"
_PATIENCE = 3.0
"""Seconds."""


def already_running(place: Place) -> bool:
    """Whether the stand-ins answer already; raises DemoFailed if something else does."""
    urls = (place.jira_url, place.salesforce_url)
    answers = {url: _is_stand_in(url) for url in urls}
    foreign = [url for url, ours in answers.items() if ours is False]
    if foreign or len(set(answers.values())) > 1:
        taken = " and ".join(foreign) or "one of the demo's two tools, but not the other,"
        raise DemoFailed(
            f"Something else answers at {taken} where the demo wants its tools. Stop it, or "
            f"change the addresses of it-jira and sales in {place.home / 'interlock.yaml'}"
        )
    return all(answers.values())


@contextmanager
def tools_running(place: Place) -> Iterator[None]:
    """The stand-ins run while the block does; those that run already are used."""
    if already_running(place):
        yield
        return
    with running_sandbox(
        load=place.contents,
        state=place.changes,
        jira_port=port_of(place.jira_url),
        salesforce_port=port_of(place.salesforce_url),
    ):
        yield


def port_of(url: str) -> int:
    return urlsplit(url).port or 80


def _is_stand_in(url: str) -> bool | None:
    """None where nothing listens."""
    try:
        response = httpx.get(url + _SWITCHES, timeout=_PATIENCE, trust_env=False)
        return response.status_code == httpx.codes.OK and isinstance(response.json(), list)
    except httpx.ConnectError:
        return None
    except (httpx.HTTPError, ValueError):
        return False
