"""Opening a session: the client credentials flow and the JWT bearer flow.

References: https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm
and https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_jwt_flow.htm
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from urllib.parse import parse_qsl

import jwt
from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.json_http import Json, json_response
from connectors.sandbox.salesforce.org import SalesforceOrg
from connectors.sandbox.salesforce.request import SalesforceServer

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LOGIN_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")


class OAuthError(Exception):
    """An error response of the token endpoint (RFC 6749, 5.2): its code and description."""


async def token(salesforce: SalesforceServer, request: Request) -> Response:
    """The token endpoint."""
    form = dict(parse_qsl((await request.body()).decode()))
    grants: dict[str, Callable[[], Json]] = {
        "client_credentials": lambda: _client_credentials_user(salesforce.org, form, request),
        JWT_BEARER: lambda: _jwt_bearer_user(salesforce.org, form),
    }
    try:
        grant = grants.get(form.get("grant_type", ""))
        if grant is None:
            raise OAuthError("unsupported_grant_type", "grant type not supported")
        user = grant()
    except OAuthError as error:
        code, description = error.args
        return json_response({"error": code, "error_description": description}, 400)
    return json_response(_session_response(salesforce, user["Id"]))


def _session_response(salesforce: SalesforceServer, user_id: str) -> Json:
    base = salesforce.org.base_url
    return {
        "access_token": salesforce.open_session(user_id),
        "scope": "api",
        "instance_url": base,
        "id": f"{base}/id/00D000000000001EAA/{user_id}",
        "token_type": "Bearer",
        "issued_at": str(int(salesforce.org.clock().timestamp() * 1000)),
    }


def _client_credentials_user(org: SalesforceOrg, form: dict[str, str], request: Request) -> Json:
    id_, secret = _basic_credentials(request) or (
        form.get("client_id", ""),
        form.get("client_secret", ""),
    )
    if id_ != org.client_id:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    # Compared in constant time, as a real server would.
    if not hmac.compare_digest(secret.encode(), org.client_secret.encode()):
        raise OAuthError("invalid_client", "invalid client credentials")
    return _active_user(org, org.username)


def _basic_credentials(request: Request) -> tuple[str, str] | None:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        id_, _, secret = base64.b64decode(credentials).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return id_, secret


def _jwt_bearer_user(org: SalesforceOrg, form: dict[str, str]) -> Json:
    """The user of an assertion; it is signed by the app's key, for this org, and not expired."""
    try:
        claims = jwt.decode(
            form.get("assertion", ""),
            org.public_key,
            algorithms=["RS256"],
            audience=[org.base_url, *LOGIN_HOSTS],
            issuer=org.client_id,
            options={"require": ["exp", "iss", "sub", "aud"]},
        )
    except jwt.InvalidAudienceError as error:
        raise OAuthError("invalid_grant", "audience is invalid") from error
    except jwt.InvalidIssuerError as error:
        raise OAuthError("invalid_client_id", "client identifier invalid") from error
    except jwt.ExpiredSignatureError as error:
        raise OAuthError("invalid_grant", "expired authorization code") from error
    except (jwt.InvalidTokenError, ValueError) as error:
        raise OAuthError("invalid_grant", "invalid assertion") from error
    return _active_user(org, claims["sub"])


def _active_user(org: SalesforceOrg, username: str) -> Json:
    user = org.user_named(username)
    if user is None or not user["IsActive"]:
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")
    return user
