"""What is sent to sign in, and which answers are accepted or retried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
import respx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.base import ConnectionFailed
from connectors.kit.exceptions import RequestFailed
from tests.connectors.salesforce.builders import auth_of

BASE = "https://acme.example"
ENVIRONMENT = {"SF_CLIENT_ID": "client", "SF_CLIENT_SECRET": "secret"}
USER_ID = "005000000000001AAA"


def token_answer(user_id: str = USER_ID) -> dict[str, str]:
    return {"access_token": "token", "id": f"{BASE}/id/00D000000000001AAA/{user_id}"}


@pytest.fixture
def token_route(respx_mock: respx.MockRouter) -> respx.Route:
    return respx_mock.post(f"{BASE}/services/oauth2/token")


def test_client_credentials_are_sent_as_a_form(token_route: respx.Route) -> None:
    token_route.respond(json=token_answer())
    auth_of(ENVIRONMENT).token()
    assert parse_qs(token_route.calls[0].request.content.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["client"],
        "client_secret": ["secret"],
    }


def test_a_jwt_names_app_user_and_audience_and_expires_after_minutes(
    token_route: respx.Route,
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    audience = "https://test.salesforce.com"
    token_route.respond(json=token_answer())
    auth_of(
        {"SF_CLIENT_ID": "client", "SF_KEY": pem.decode()},
        client_secret_env=None,
        private_key_env="SF_KEY",
        username="bot",
        audience=audience,
    ).token()

    form = parse_qs(token_route.calls[0].request.content.decode())
    claims = jwt.decode(
        form["assertion"][0], key.public_key(), algorithms=["RS256"], audience=audience
    )
    assert (claims["iss"], claims["sub"]) == ("client", "bot")
    # Salesforce refuses a JWT that expires more than three minutes from now.
    expires = datetime.fromtimestamp(claims["exp"], UTC)
    assert expires <= datetime.now(UTC) + timedelta(minutes=3)


@pytest.mark.parametrize("user_id", [USER_ID, USER_ID[:15]])
def test_the_user_id_is_the_end_of_the_identity_address(
    token_route: respx.Route, user_id: str
) -> None:
    token_route.respond(json=token_answer(user_id))
    assert auth_of(ENVIRONMENT).token().user_id == user_id


@pytest.mark.parametrize(
    "answer", [{}, [], {"access_token": "token"}, {"access_token": "token", "id": "x"}]
)
def test_an_answer_without_token_or_user_is_a_failed_sign_in(
    token_route: respx.Route, answer: object
) -> None:
    token_route.respond(json=answer)
    with pytest.raises(ConnectionFailed, match="no token and user in the answer"):
        auth_of(ENVIRONMENT).token()


def test_a_session_is_used_until_it_ends(token_route: respx.Route) -> None:
    token_route.respond(json=token_answer())
    auth = auth_of(ENVIRONMENT)
    assert auth.token() is auth.token()
    assert token_route.call_count == 1


def test_a_request_that_stays_unauthorised_signs_in_again_once(
    token_route: respx.Route, respx_mock: respx.MockRouter
) -> None:
    token_route.respond(json=token_answer())
    respx_mock.get(f"{BASE}/data").respond(401)
    response = httpx.get(f"{BASE}/data", auth=auth_of(ENVIRONMENT))
    assert response.status_code == 401
    assert token_route.call_count == 2


def test_only_a_server_error_makes_a_retry_of_the_sign_in_worthwhile(
    token_route: respx.Route,
) -> None:
    auth = auth_of(ENVIRONMENT)
    token_route.respond(400, json={"error": "invalid_grant"})
    with pytest.raises(ConnectionFailed, match="invalid_grant") as refused:
        auth.token()
    assert not isinstance(refused.value, RequestFailed)
    token_route.respond(503)
    with pytest.raises(RequestFailed) as unavailable:
        auth.token()
    assert unavailable.value.transient
