"""Signing in by token and as a GitHub App, and what the settings accept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from connectors.base import ConnectionFailed
from connectors.kit.clock import Clock
from connectors.sandbox import Sandbox, running_sandbox
from model.comment_content import CommentChange, PostedComment
from tests.connectors.github.builders import connect, issue, pull, repositories, settings, titles_of
from tests.connectors.github.test_comments import content, first_issue, target_of

APP = {"app_id": 42, "installation": 7, "private_key_env": "APP_KEY"}
AS_APP: dict[str, Any] = {"token_env": None, "app": APP}


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def sandbox(key: rsa.RSAPrivateKey) -> Any:
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    app = {"app_id": 42, "installation": 7, "public_key": public.decode()}
    with running_sandbox(github=repositories(issue("A")) | {"app": app}) as running:
        yield running


def environment(key: rsa.RSAPrivateKey) -> dict[str, str]:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return {"APP_KEY": pem.decode().replace("\n", "\\n")}


def sign_ins(sandbox: Sandbox) -> int:
    log = httpx.get(f"{sandbox.github_url}/_sandbox/requests").json()
    return len([request for request in log if request["path"].endswith("/access_tokens")])


def test_an_app_signs_in_once_and_reads(sandbox: Sandbox, key: rsa.RSAPrivateKey) -> None:
    connector = connect(sandbox, environment(key), **AS_APP)
    assert titles_of(pull(connector)) == ["A"]
    assert sign_ins(sandbox) == 1


def test_a_token_is_used_for_its_hour_and_renewed_when_it_is_revoked(
    sandbox: Sandbox, key: rsa.RSAPrivateKey
) -> None:
    moment = [datetime.now(UTC)]
    connector = connect(sandbox, environment(key), Clock(lambda: moment[0]), **AS_APP)
    pull(connector)
    moment[0] += timedelta(minutes=50)
    pull(connector)
    assert sign_ins(sandbox) == 1
    fault = {"kind": "expire_token", "match": "GET .*/repos/acme/api$", "times": 1}
    httpx.post(f"{sandbox.github_url}/_sandbox/faults", json=fault).raise_for_status()
    moment[0] -= timedelta(minutes=50)
    pull(connector)
    assert sign_ins(sandbox) == 2


def test_comments_of_an_app_are_its_own(sandbox: Sandbox, key: rsa.RSAPrivateKey) -> None:
    target = target_of(first_issue(sandbox))
    (by_account,) = connect(sandbox).apply([CommentChange(target, content())])
    connector = connect(sandbox, environment(key), **AS_APP)
    assert connector.find_comments([target]) == []
    (by_app,) = connector.apply([CommentChange(target, content())])
    assert isinstance(by_account, PostedComment)
    assert connector.find_comments([target]) == [by_app]
    assert [c.login for c in first_issue(sandbox).comments] == ["interlock", "interlock[bot]"]


def test_a_key_of_another_app_is_refused_without_showing_it(
    sandbox: Sandbox, key: rsa.RSAPrivateKey
) -> None:
    own = AS_APP | {"app": APP | {"app_id": 43}}
    (problem,) = connect(sandbox, environment(key), **own).check()
    assert "Integration not found" in problem.what
    assert "APP_KEY" in problem.remedy


@pytest.mark.parametrize("value", ["no key", "-----BEGIN RSA PRIVATE KEY-----\\nx\\n"])
def test_what_is_no_private_key_is_named(sandbox: Sandbox, value: str) -> None:
    (problem,) = connect(sandbox, {"APP_KEY": value}, **AS_APP).check()
    assert "APP_KEY does not hold an RSA private key" in problem.what
    assert value not in problem.what


@pytest.mark.parametrize("own", [{}, AS_APP])
def test_a_secret_that_is_not_set_is_named(own: dict[str, Any]) -> None:
    with pytest.raises(ConnectionFailed, match="is not set"):
        connect(environment={"OTHER": "x"}, **own)


@pytest.mark.parametrize(
    "own",
    [
        {"token_env": None},
        {"app": APP},
        {"repositories": []},
        {"repositories": ["acme"]},
        {"repositories": ["acme/api/issues"]},
        {"url": "https://user:secret@github.example"},
        {"priorities": {"p1": "urgent"}},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(own: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(**own)
    assert "secret" not in str(caught.value)
