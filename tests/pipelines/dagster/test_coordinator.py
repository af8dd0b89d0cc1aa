"""Who launched a run, asked of a real webserver: only the header of the proxy counts."""

import json
import os
import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from pipelines.coordinator import PERSON_TAG, PROOF_TAG, REFUSED_TAG
from pipelines.proxy_identity import LOCAL_PERSON, SECRET_HEADER, SECRET_VARIABLE
from tests.pipelines.small import MODEL, SETTINGS

pytestmark = pytest.mark.long

REPOSITORY = Path(__file__).parents[3]
LOCAL = "local@nordlicht.example"
SECRET = "a secret of the proxy and Interlock"
UTE = "ute.behrens@nordlicht.example"
PROVEN = [("X-Forwarded-Email", UTE), (SECRET_HEADER, SECRET)]

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
    """A webserver that shares a secret with the proxy; a local person is set, too."""
    names = {SECRET_VARIABLE: SECRET, LOCAL_PERSON: LOCAL}
    with _serving(tmp_path_factory.mktemp("home"), names) as webserver:
        yield webserver


@pytest.fixture
def local_webserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webserver]:
    """A webserver on a machine of one's own: no proxy, no secret."""
    with _serving(tmp_path_factory.mktemp("home"), {LOCAL_PERSON: LOCAL}) as webserver:
        yield webserver


@contextmanager
def _serving(home: Path, variables: Mapping[str, str]) -> Iterator[Webserver]:
    """A dagster-webserver on an instance folder, without a daemon that would start its runs."""
    shutil.copytree(MODEL, home / "operating_model")
    shutil.copy(MODEL.parent / "dagster.yaml", home)
    tools = {"it-jira": {"url": "http://127.0.0.1:1"}, "sales": {"url": "http://127.0.0.1:1"}}
    connections = {name: tools.get(name, {}) | values for name, values in SETTINGS.items()}
    (home / "interlock.yaml").write_text(yaml.safe_dump({"connections": connections}))
    port = _free_port()
    names = {"DAGSTER_HOME": str(home), "INTERLOCK_HOME": str(home)}
    environment = {**os.environ, **names, **variables}
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
    webserver: Webserver,
    query: str,
    headers: Sequence[tuple[str, str]],
    method: str = "POST",
    **variables: Any,
) -> dict[str, Any]:
    body = {"query": query, "variables": variables}
    in_url = {"query": query, "variables": json.dumps(variables)}
    sent: dict[str, Any] = {"params": in_url} if method == "GET" else {"json": body}
    # "Serving" is printed before the port is open, so a refused connection is tried again.
    transport = httpx.HTTPTransport(retries=8)
    with httpx.Client(transport=transport, timeout=60) as http:
        url = f"{webserver.url}/graphql"
        answer = http.request(method, url, headers=list(headers), **sent)
    data: dict[str, Any] = answer.json()["data"]
    return data


def launched_tags(
    webserver: Webserver, *headers: tuple[str, str], method: str = "POST", job: str = "decide"
) -> dict[str, str]:
    """The tags of a run whose launch form claims to be the Head of IT."""
    forms = {
        "decide": {"conflict": "C-1", "decision": {"dismiss": {}}, "reason": "Because"},
        "release": {"connection": "it-jira", "reason": "Because"},
    }
    claimed = [{"key": key, "value": "jonas-krueger"} for key in (PERSON_TAG, "user")]
    params = {
        "selector": {
            "repositoryLocationName": "pipelines.definitions",
            "repositoryName": "__repository__",
            "jobName": job,
        },
        "runConfigData": forms[job],
        "executionMetadata": {"tags": claimed},
    }
    run = query_graphql(webserver, LAUNCH, headers, method, params=params)["launchRun"]["run"]
    return tags_of(webserver, run["id"])


def tags_of(webserver: Webserver, run_id: str) -> dict[str, str]:
    tags = query_graphql(webserver, TAGS, [], id=run_id)["runOrError"]["tags"]
    return {tag["key"]: tag["value"] for tag in tags}


def test_the_person_whom_the_proxy_proves_wins_over_what_the_form_claims(
    webserver: Webserver,
) -> None:
    tags = launched_tags(webserver, *PROVEN)

    assert (tags[PERSON_TAG], tags["user"]) == (f"email:{UTE}", UTE)
    assert len(tags[PROOF_TAG]) == 64


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([], "no header X-Forwarded-Email"),
        ([("X-Forwarded-Email", UTE)], "neither X-Interlock-Proxy-Secret nor"),
        ([("X-Forwarded-Email", UTE), (SECRET_HEADER, "guessed")], "is not the secret"),
        ([("x-forwarded-email", "eve@nordlicht.example"), *PROVEN], "2 headers X-Forwarded-Email"),
        ([*PROVEN, (SECRET_HEADER.lower(), "guessed")], "2 headers X-Interlock-Proxy-Secret"),
    ],
)
def test_a_request_that_the_proxy_did_not_prove_has_no_person(
    webserver: Webserver, headers: list[tuple[str, str]], reason: str
) -> None:
    tags = launched_tags(webserver, *headers)

    assert (tags[PERSON_TAG], tags[PROOF_TAG], tags["user"]) == ("", "", "not verified")
    assert reason in tags[REFUSED_TAG]


@pytest.mark.parametrize("job", ["decide", "release"])
@pytest.mark.parametrize(
    ("method", "headers", "reason"),
    [
        ("GET", [], "a GET request"),
        ("POST", [("Sec-Fetch-Site", "cross-site")], "Sec-Fetch-Site: cross-site"),
        ("POST", [("Origin", "https://elsewhere.example")], "a page of https://elsewhere.example"),
    ],
)
def test_a_request_that_a_page_of_another_site_causes_has_no_person(
    webserver: Webserver, job: str, method: str, headers: list[tuple[str, str]], reason: str
) -> None:
    tags = launched_tags(webserver, *PROVEN, *headers, method=method, job=job)

    assert (tags[PERSON_TAG], tags[PROOF_TAG], tags["user"]) == ("", "", "not verified")
    assert reason in tags[REFUSED_TAG]


@pytest.mark.parametrize("header", ["Sec-Fetch-Site", "Origin"])
def test_a_request_of_the_ui_itself_has_its_person(webserver: Webserver, header: str) -> None:
    value = webserver.url if header == "Origin" else "same-origin"

    tags = launched_tags(webserver, *PROVEN, (header, value))

    assert tags[PERSON_TAG] == f"email:{UTE}"


def test_without_a_proxy_only_the_local_person_decides_and_is_shown_as_not_verified(
    local_webserver: Webserver,
) -> None:
    tags = launched_tags(local_webserver)
    forged = launched_tags(local_webserver, ("X-Forwarded-Email", UTE))
    rebound = launched_tags(local_webserver, ("Host", "evil.example:3000"))

    assert (tags[PERSON_TAG], tags["user"]) == (f"local:{LOCAL}", f"{LOCAL} (local, not verified)")
    assert (forged[PERSON_TAG], forged["user"]) == ("", "not verified")
    assert (rebound[PERSON_TAG], rebound["user"]) == ("", "not verified")
    assert "sent to the host evil.example:3000" in rebound[REFUSED_TAG]


def test_a_run_launched_without_a_request_has_no_verified_person(
    webserver: Webserver,
) -> None:
    run_id = str(uuid.uuid4())
    form = json.dumps({"conflict": "C-1", "decision": {"dismiss": {}}, "reason": "Because"})
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
