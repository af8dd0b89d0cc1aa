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
from pipelines.demo.demo_instance import DemoFailed, DemoInstance, require_demo_instance
from pipelines.demo.stage import stage
from pipelines.demo.stand_ins import are_tools_running, port_of, tools_running
from pipelines.demo.story import read_story
from pipelines.instance import HOME_VARIABLE, open_instance


@pytest.fixture
def demo(home: Path) -> DemoInstance:
    instance = open_instance(home, {})
    demo = require_demo_instance(instance)
    stage(instance, demo, read_story(), date(2026, 11, 20))
    return demo


@pytest.fixture
def foreign_server(demo: DemoInstance) -> Iterator[None]:
    """Another program at the port of the demo's Jira."""
    server = HTTPServer(("127.0.0.1", port_of(demo.jira_url)), SimpleHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_tools_run_while_they_are_needed(demo: DemoInstance) -> None:
    assert not are_tools_running(demo)
    with tools_running(demo):
        assert are_tools_running(demo)
        assert "CDP-18" in httpx.get(demo.jira_url).text
    assert not are_tools_running(demo)


def test_tools_that_run_already_are_used_and_left_running(demo: DemoInstance) -> None:
    with tools_running(demo):
        with tools_running(demo):
            pass
        assert are_tools_running(demo)


@pytest.mark.usefixtures("foreign_server")
def test_a_port_that_another_program_has_is_named(demo: DemoInstance) -> None:
    with pytest.raises(DemoFailed, match=demo.jira_url), tools_running(demo):
        pass


@pytest.mark.usefixtures("foreign_server")
def test_the_sandbox_command_names_the_port_that_is_taken(demo: DemoInstance) -> None:
    ports = port_of(demo.jira_url), port_of(demo.salesforce_url)
    call = ["sandbox", "--jira-port", str(ports[0]), "--salesforce-port", str(ports[1])]
    result = CliRunner().invoke(app, call, env={HOME_VARIABLE: str(demo.home)})
    assert result.exit_code == 1
    assert f"port {ports[0]}" in result.stderr


def test_the_sandbox_command_needs_contents_to_show(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["sandbox"], env={HOME_VARIABLE: str(tmp_path)})
    assert result.exit_code == 2
    assert "interlock demo" in result.stderr
