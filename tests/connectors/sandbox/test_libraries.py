"""The client libraries of both tools work with the stand-ins."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import requests
from jira import JIRA
from simple_salesforce import Salesforce

from connectors.sandbox import Sandbox
from tests.connectors.sandbox.documents import V3


def test_the_jira_library_reads_metadata_and_identity(sandbox: Sandbox) -> None:
    library = JIRA(
        sandbox.jira_url,
        basic_auth=("interlock@example.com", "sandbox-token"),
        options={"rest_api_version": "3"},
        max_retries=0,
        timeout=5,
    )
    assert library.myself()["accountId"] == "interlock"
    assert library.server_info()["deploymentType"] == "Cloud"
    assert "Start date" in [field["name"] for field in library.fields()]
    assert [project.key for project in library.projects()] == ["CDP", "HELP"]
    assert "Blocks" in [kind.name for kind in library.issue_link_types()]
    assert [version.name for version in library.project_versions("CDP")] == ["2.0"]
    assert [person.accountId for person in library.search_users(query="anna")] == ["u-anna"]
    assert [issue.key for issue in library.enhanced_search_issues("key = CDP-1")] == ["CDP-1"]


def test_simple_salesforce_describes_and_queries(
    sandbox: Sandbox, salesforce: httpx.Client
) -> None:
    token = salesforce.headers["Authorization"].removeprefix("Bearer ")
    host = sandbox.salesforce_url.removeprefix("http://")
    library = Salesforce(
        instance=host, session_id=token, version="62.0", session=requests.Session()
    )
    library.base_url = f"{sandbox.salesforce_url}/services/data/v62.0/"
    rows = library.query_all("SELECT Name FROM Opportunity ORDER BY Name")["records"]
    assert rows[0]["Name"] == "Fleet cover"
    assert library.api_usage["api-usage"].total == 15_000


def test_the_command_serves_both_tools_until_it_gets_a_signal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "connectors.sandbox", "--load", str(tmp_path)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        addresses = [re.split(r"\s+", process.stdout.readline().strip()) for _ in range(2)]
        tools = dict(addresses)
        assert httpx.get(f"{tools['Jira']}{V3}/serverInfo").status_code == 200
        assert httpx.get(f"{tools['Salesforce']}/services/data").status_code == 200
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=20) == 0
