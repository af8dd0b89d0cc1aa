"""Signing in by OAuth 2.0, and renewing the session once per request when Salesforce ends it.

Client credentials: https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_client_credentials_flow.htm
JWT bearer: https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from connectors.base import ConnectionFailed, ConnectorContext
from connectors.kit.auth import AccessToken, RenewedTokenAuth
from connectors.kit.clock import Clock
from connectors.kit.conventions import parse_error_body
from connectors.kit.exceptions import RequestFailed
from connectors.kit.secrets import require_secret
from connectors.kit.signed_tokens import read_private_key, sign_claims
from connectors.kit.tls import explain_tls, tls_context
from connectors.masking import mask_secrets
from connectors.salesforce.refusals import read_error
from connectors.salesforce.settings import SalesforceSettings

_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_JWT_LIFETIME = timedelta(minutes=3)
_TIMEOUT_SECONDS = 30.0
_USER_ID = re.compile(r"005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$")


def build_auth(
    settings: SalesforceSettings, context: ConnectorContext, clock: Clock
) -> RenewedTokenAuth:
    """Signs in at the first use, and again, once per request, when Salesforce ends the session."""
    return RenewedTokenAuth(lambda: _sign_in(settings, context), clock)


def _sign_in(settings: SalesforceSettings, context: ConnectorContext) -> AccessToken:
    """Raises ConnectionFailed, and RequestFailed where a retry may help."""
    connection = context.name
    grant = _grant(settings, context)
    try:
        response = httpx.post(
            f"{settings.url}/services/oauth2/token",
            data=grant,
            timeout=_TIMEOUT_SECONDS,
            verify=tls_context(),
        )
    except httpx.RequestError as error:
        if problem := explain_tls(error):
            raise RequestFailed(connection, *problem) from None
        what = f"{settings.url} does not answer ({type(error).__name__})"
        remedy = "Check `url` in interlock.yaml and the network."
        raise RequestFailed(connection, what, remedy, transient=True) from None
    answer = parse_error_body(response.content)
    if not response.is_success:
        answer = mask_secrets(connection, answer)
    session = _parse_session(answer) if response.is_success else None
    if session is None:
        raise _refusal(connection, settings, response, answer)
    return session


def _parse_session(answer: Any) -> AccessToken | None:
    """Read a token answer; its `id` is an address that ends with the user's id."""
    if not isinstance(answer, dict):
        return None
    user_id = _USER_ID.search(str(answer.get("id")))
    token = answer.get("access_token")
    # What cannot stand in a header is no token.
    is_token = isinstance(token, str) and token.isascii() and token.isprintable() and token
    return AccessToken(str(token), user_id=user_id[0]) if user_id and is_token else None


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


def _grant(settings: SalesforceSettings, context: ConnectorContext) -> dict[str, str]:
    client_id = require_secret(context, settings.client_id_env, "client_id_env")
    if settings.client_secret_env:
        secret = require_secret(context, settings.client_secret_env, "client_secret_env")
        return {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
        }
    variable = settings.private_key_env or ""
    claims = {
        "iss": client_id,
        "sub": settings.username,
        "aud": settings.audience,
        "exp": datetime.now(UTC) + _JWT_LIFETIME,
    }
    key = read_private_key(context, variable, "private_key_env")
    return {
        "grant_type": _JWT_GRANT,
        "assertion": sign_claims(context.name, claims, key, variable),
    }
