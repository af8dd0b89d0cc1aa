from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import httpx
import pytest

from pipelines.demo.place import DemoFailed, Place, demo_place
from pipelines.demo.stage import stage
from pipelines.demo.story import read_story
from pipelines.demo.tools import already_running, port_of, tools_running
from pipelines.instance import open_instance


@pytest.fixture
def place(home: Path) -> Place:
    instance = open_instance(home, {})
    found = demo_place(instance)
    stage(instance, found, read_story(), date(2026, 11, 20))
    return found


@pytest.fixture
def stranger(place: Place) -> Iterator[None]:
    """Another program where the demo wants its Jira."""
    server = HTTPServer(("127.0.0.1", port_of(place.jira_url)), SimpleHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_tools_run_while_they_are_needed(place: Place) -> None:
    assert not already_running(place)
    with tools_running(place):
        assert already_running(place)
        assert "CDP-18" in httpx.get(place.jira_url).text
    assert not already_running(place)


def test_tools_that_run_already_are_used_and_left_running(place: Place) -> None:
    with tools_running(place):
        with tools_running(place):
            pass
        assert already_running(place)


@pytest.mark.usefixtures("stranger")
def test_a_port_that_somebody_else_has_is_named(place: Place) -> None:
    with pytest.raises(DemoFailed, match=place.jira_url), tools_running(place):
        pass
