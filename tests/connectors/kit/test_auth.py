"""How requests are signed, and tokens renewed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx

from connectors.base import ConnectionFailed, ConnectorContext
from connectors.kit.auth import AccessToken, BearerAuth, HeaderAuth, RenewedTokenAuth
from connectors.kit.clock import Clock
from connectors.kit.secrets import require_secret
from tests.connectors.kit.test_client import Time

URL = "https://tool.example/thing"


@respx.mock
def test_a_secret_goes_into_its_header() -> None:
    route = respx.get(URL).respond(json={})
    httpx.get(URL, auth=BearerAuth("t0ken"))
    httpx.get(URL, auth=HeaderAuth("PRIVATE-TOKEN", "t0ken"))
    first, second = (call.request.headers for call in route.calls)
    assert first["Authorization"] == "Bearer t0ken"
    assert second["PRIVATE-TOKEN"] == "t0ken"


class SignIn:
    """Gives tokens that last an hour, and counts them."""

    def __init__(self, time: Time) -> None:
        self.count = 0
        self._time = time

    def __call__(self) -> AccessToken:
        self.count += 1
        return AccessToken(f"token-{self.count}", self._time.now() + timedelta(hours=1))


@respx.mock
def test_a_token_is_used_until_shortly_before_it_expires() -> None:
    route = respx.get(URL).respond(json={})
    time = Time()
    sign_in = SignIn(time)
    auth = RenewedTokenAuth(sign_in, Clock(time.now, time.sleep))
    for pause in (0, 3400, 120):
        time.sleep(pause)
        httpx.get(URL, auth=auth)
    tokens = [call.request.headers["Authorization"] for call in route.calls]
    assert tokens == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


@respx.mock
def test_a_refused_token_is_renewed_once() -> None:
    respx.get(URL).respond(401)
    time = Time()
    sign_in = SignIn(time)
    auth = RenewedTokenAuth(sign_in, Clock(time.now, time.sleep))
    assert httpx.get(URL, auth=auth).status_code == 401
    assert sign_in.count == 2


def test_a_token_is_in_no_repr() -> None:
    assert "t0ken" not in repr(AccessToken("t0ken", datetime(2026, 3, 2, tzinfo=UTC)))


def test_a_secret_that_is_not_set_is_named() -> None:
    context = ConnectorContext("api", None, {"OTHER": "x"})  # type: ignore[arg-type]
    assert require_secret(context, "OTHER", "token_env") == "x"
    with pytest.raises(ConnectionFailed, match="API_TOKEN is not set"):
        require_secret(context, "API_TOKEN", "token_env")


@pytest.mark.parametrize("typed", ["ghp_Ab3t0ken", "ATATT3xFfGF0", "my token", "api_token"])
def test_a_secret_that_stands_where_its_name_belongs_is_never_shown(typed: str) -> None:
    context = ConnectorContext("api", None, {})  # type: ignore[arg-type]
    with pytest.raises(ConnectionFailed) as failed:
        require_secret(context, typed, "auth.token_env")
    assert "api: `auth.token_env` in interlock.yaml takes the name of" in str(failed.value)
    assert typed not in str(failed.value)
