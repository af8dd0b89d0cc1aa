"""Signing in by OAuth 2.0, and renewing the session once per request when Salesforce ends it.

Client credentials: https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_client_credentials_flow.htm
JWT bearer: https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt

from connectors.base import ConnectionFailed
from connectors.kit.conventions import parse_error_body
from connectors.kit.exceptions import RequestFailed
from connectors.kit.tls import tls_context
from connectors.salesforce.refusals import read_error
from connectors.salesforce.settings import SalesforceSettings

_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_JWT_LIFETIME = timedelta(minutes=3)
_TIMEOUT_SECONDS = 30.0
_USER_ID = re.compile(r"005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$")


@dataclass(frozen=True, slots=True)
class OAuthSession:
    """An access token and the 15 or 18-character id of the user to whom it was issued."""

    token: str = field(repr=False)
    user_id: str


class SessionAuth(httpx.Auth):
    """Puts the session's token on requests; on a 401 it signs in again, once per request."""

    def __init__(
        self, connection: str, settings: SalesforceSettings, environment: Mapping[str, str]
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._environment = environment
        self._session: OAuthSession | None = None

    def session(self) -> OAuthSession:
        """The session in use, or a new one if there is none. Raises ConnectionFailed."""
        return self._session or self.renew()

    def renew(self) -> OAuthSession:
        """Sign in again. Raises ConnectionFailed, and RequestFailed where a retry may help."""
        self._session = _sign_in(self._connection, self._settings, self._environment)
        return self._session

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self.session().token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            request.headers["Authorization"] = f"Bearer {self.renew().token}"
            yield request


def _sign_in(
    connection: str, settings: SalesforceSettings, environment: Mapping[str, str]
) -> OAuthSession:
    grant = _grant(connection, settings, environment)
    try:
        response = httpx.post(
            f"{settings.url}/services/oauth2/token",
            data=grant,
            timeout=_TIMEOUT_SECONDS,
            verify=tls_context(),
        )
    except httpx.RequestError as error:
        what = f"{settings.url} does not answer ({type(error).__name__})"
        remedy = "Check `url` in interlock.yaml and the network."
        raise RequestFailed(connection, what, remedy, transient=True) from None
    answer = parse_error_body(response.content)
    session = _parse_session(answer) if response.is_success else None
    if session is None:
        raise _refusal(connection, settings, response, answer)
    return session


def _parse_session(answer: Any) -> OAuthSession | None:
    """Read a token answer; its `id` is an address that ends with the user's id."""
    if not isinstance(answer, dict):
        return None
    user_id = _USER_ID.search(str(answer.get("id")))
    token = answer.get("access_token")
    return OAuthSession(str(token), user_id[0]) if user_id and token else None


def _refusal(
    connection: str, settings: SalesforceSettings, response: httpx.Response, answer: Any
) -> ConnectionFailed:
    """A transient RequestFailed when Salesforce is down, else a ConnectionFailed."""
    words = read_error(answer) or "no token and user in the answer"
    what = f"sign-in failed with status {response.status_code}: {words}"
    if response.is_server_error:
        remedy = "Salesforce is in trouble; the next run goes on where this one stopped."
        return RequestFailed(connection, what, remedy, status=response.status_code, transient=True)
    remedy = f"Check the {settings.credentials} and that the app may use this flow."
    return ConnectionFailed(connection, what, remedy)


def _grant(
    connection: str, settings: SalesforceSettings, environment: Mapping[str, str]
) -> dict[str, str]:
    client_id = _secret(connection, environment, settings.client_id_env)
    if settings.client_secret_env:
        secret = _secret(connection, environment, settings.client_secret_env)
        return {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
        }
    assertion = _assertion(connection, settings, environment, client_id)
    return {"grant_type": _JWT_GRANT, "assertion": assertion}


def _assertion(
    connection: str, settings: SalesforceSettings, environment: Mapping[str, str], client_id: str
) -> str:
    name = settings.private_key_env or ""
    # An environment file holds the PEM on one line, with its line breaks written as \n.
    pem = _secret(connection, environment, name).replace("\\n", "\n")
    claims = {
        "iss": client_id,
        "sub": settings.username,
        "aud": settings.audience,
        "exp": datetime.now(UTC) + _JWT_LIFETIME,
    }
    try:
        return jwt.encode(claims, pem, algorithm="RS256")
    except (ValueError, TypeError, jwt.PyJWTError):
        raise ConnectionFailed(
            connection,
            f"the environment variable {name} does not hold an RSA private key",
            "Set it to the whole PEM text of the key whose certificate the app knows.",
        ) from None


def _secret(connection: str, environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise ConnectionFailed(
            connection, f"the environment variable {name} is not set", f"Set {name} and run again."
        )
    return value
