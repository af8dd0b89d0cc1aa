"""Opening a session: client credentials, and the JWT bearer flow.

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

from connectors.sandbox.answers import Json, answer
from connectors.sandbox.salesforce.call import Salesforce
from connectors.sandbox.salesforce.org import SalesforceOrg

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LOGIN_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")


class NoToken(Exception):
    """OAuth's own error: a code and a description."""


async def token(salesforce: Salesforce, request: Request) -> Response:
    form = dict(parse_qsl((await request.body()).decode()))
    grants: dict[str, Callable[[], Json]] = {
        "client_credentials": lambda: _client(salesforce.org, form, request),
        JWT_BEARER: lambda: _bearer(salesforce.org, form),
    }
    try:
        grant = grants.get(form.get("grant_type", ""))
        if grant is None:
            raise NoToken("unsupported_grant_type", "grant type not supported")
        user = grant()
    except NoToken as refusal:
        code, description = refusal.args
        return answer({"error": code, "error_description": description}, 400)
    return answer(_session(salesforce, user["Id"]))


def _session(salesforce: Salesforce, user_id: str) -> Json:
    base = salesforce.org.base_url
    return {
        "access_token": salesforce.open_session(user_id),
        "scope": "api",
        "instance_url": base,
        "id": f"{base}/id/00D000000000001EAA/{user_id}",
        "token_type": "Bearer",
        "issued_at": str(int(salesforce.org.clock().timestamp() * 1000)),
    }


def _client(org: SalesforceOrg, form: dict[str, str], request: Request) -> Json:
    id_, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
    if id_ != org.client_id:
        raise NoToken("invalid_client_id", "client identifier invalid")
    if not hmac.compare_digest(secret.encode(), org.client_secret.encode()):
        raise NoToken("invalid_client", "invalid client credentials")
    return _user(org, org.username)


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        id_, _, secret = base64.b64decode(credentials).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return id_, secret


def _bearer(org: SalesforceOrg, form: dict[str, str]) -> Json:
    """The assertion is signed by the app's key, for the app, for this org, and not too old."""
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
        raise NoToken("invalid_grant", "audience is invalid") from error
    except jwt.InvalidIssuerError as error:
        raise NoToken("invalid_client_id", "client identifier invalid") from error
    except jwt.ExpiredSignatureError as error:
        raise NoToken("invalid_grant", "expired authorization code") from error
    except (jwt.InvalidTokenError, ValueError) as error:
        raise NoToken("invalid_grant", "invalid assertion") from error
    return _user(org, claims["sub"])


def _user(org: SalesforceOrg, username: str) -> Json:
    user = org.user_named(username)
    if user is None or not user["IsActive"]:
        raise NoToken("invalid_grant", "user hasn't approved this consumer")
    return user
