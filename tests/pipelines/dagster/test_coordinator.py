"""Who launched a run, asked of a real webserver: only the header of the proxy counts."""

import json
import os
import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from pipelines.coordinator import LOCAL_PERSON, PERSON_TAG
from tests.pipelines.small import MODEL, SETTINGS

REPOSITORY = Path(__file__).parents[3]
LOCAL = "local@nordlicht.example"

LAUNCH = """
mutation ($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    ... on LaunchRunSuccess { run { id } }
    ... on PythonError { message }
  }
}
"""
TAGS = "query ($id: ID!) { runOrError(runId: $id) { ... on Run { tags { key value } } } }"


@dataclass(frozen=True)
class Webserver:
    url: str
    environment: Mapping[str, str]


@pytest.fixture(scope="module")
def webserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webserver]:
    """A dagster-webserver on an instance folder, without a daemon that would start its runs."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(MODEL, home / "operating_model")
    shutil.copy(MODEL.parent / "dagster.yaml", home)
    tools = {"it-jira": {"url": "http://127.0.0.1:1"}, "sales": {"url": "http://127.0.0.1:1"}}
    connections = {name: tools.get(name, {}) | values for name, values in SETTINGS.items()}
    (home / "interlock.yaml").write_text(yaml.safe_dump({"connections": connections}))
    port = _free_port()
    names = {"DAGSTER_HOME": str(home), "INTERLOCK_HOME": str(home)}
    environment = {**os.environ, **names, LOCAL_PERSON: LOCAL}
    with subprocess.Popen(
        [sys.executable, "-m", "dagster_webserver", "-m", "pipelines.definitions", "-p", str(port)],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if "Serving" in line)
        yield Webserver(f"http://127.0.0.1:{port}", environment)
        process.terminate()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def query_graphql(
    webserver: Webserver, query: str, headers: dict[str, str], **variables: Any
) -> dict[str, Any]:
    body = {"query": query, "variables": variables}
    # "Serving" is printed before the port is open, so a refused connection is tried again.
    transport = httpx.HTTPTransport(retries=8)
    with httpx.Client(transport=transport, timeout=60) as http:
        answer = http.post(f"{webserver.url}/graphql", json=body, headers=headers)
    data: dict[str, Any] = answer.json()["data"]
    return data


def launched_tags(webserver: Webserver, **headers: str) -> dict[str, str]:
    """The tags of a run whose launch form claims to be the Head of IT."""
    claimed = [{"key": key, "value": "jonas-krueger"} for key in (PERSON_TAG, "user")]
    params = {
        "selector": {
            "repositoryLocationName": "pipelines.definitions",
            "repositoryName": "__repository__",
            "jobName": "decide",
        },
        "runConfigData": {"conflict": "C-1", "verdict": "hold", "reason": "Because"},
        "executionMetadata": {"tags": claimed},
    }
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    run = query_graphql(webserver, LAUNCH, names, params=params)["launchRun"]["run"]
    return tags_of(webserver, run["id"])


def tags_of(webserver: Webserver, run_id: str) -> dict[str, str]:
    tags = query_graphql(webserver, TAGS, {}, id=run_id)["runOrError"]["tags"]
    return {tag["key"]: tag["value"] for tag in tags}


def test_the_person_in_the_header_of_the_proxy_wins_over_what_the_form_claims(
    webserver: Webserver,
) -> None:
    tags = launched_tags(webserver, x_forwarded_email="ute.behrens@nordlicht.example")

    assert tags[PERSON_TAG] == tags["user"] == "ute.behrens@nordlicht.example"


def test_without_a_proxy_the_local_person_wins_over_what_the_form_claims(
    webserver: Webserver,
) -> None:
    tags = launched_tags(webserver)

    assert tags[PERSON_TAG] == tags["user"] == LOCAL


def test_a_run_launched_without_a_request_has_no_verified_person(
    webserver: Webserver,
) -> None:
    run_id = str(uuid.uuid4())
    form = json.dumps({"conflict": "C-1", "verdict": "hold", "reason": "Because"})
    launch = ["job", "launch", "-m", "pipelines.definitions", "-j", "decide", "--run-id", run_id]
    claimed = ["--tags", json.dumps({PERSON_TAG: "jonas-krueger", "user": "jonas-krueger"})]
    subprocess.run(
        [sys.executable, "-m", "dagster", *launch, *claimed, "--config-json", form],
        cwd=REPOSITORY,
        env=webserver.environment,
        check=True,
        capture_output=True,
    )

    tags = tags_of(webserver, run_id)

    assert tags[PERSON_TAG] == ""
    assert tags["user"] == "not verified"
