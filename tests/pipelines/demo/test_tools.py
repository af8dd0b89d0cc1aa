from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.demo.place import DemoFailed, Place, demo_place
from pipelines.demo.stage import stage
from pipelines.demo.story import read_story
from pipelines.demo.tools import already_running, port_of, tools_running
from pipelines.instance import HOME_VARIABLE, open_instance


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


@pytest.mark.usefixtures("stranger")
def test_the_tools_alone_say_which_port_is_taken(place: Place) -> None:
    ports = port_of(place.jira_url), port_of(place.salesforce_url)
    call = ["sandbox", "--jira-port", str(ports[0]), "--salesforce-port", str(ports[1])]
    result = CliRunner().invoke(app, call, env={HOME_VARIABLE: str(place.home)})
    assert result.exit_code == 1
    assert f"port {ports[0]}" in result.stderr


def test_the_tools_alone_need_a_story_to_show(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["sandbox"], env={HOME_VARIABLE: str(tmp_path)})
    assert result.exit_code == 1
    assert "interlock demo" in result.stderr
