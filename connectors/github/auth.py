"""Signing in by a personal access token, or as the installation of a GitHub App.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

from __future__ import annotations

from datetime import timedelta

import httpx
import jwt

from connectors.base import ConnectionFailed, ConnectorContext
from connectors.github.api import not_github, open_client
from connectors.github.settings import AppSettings, GitHubSettings
from connectors.kit.auth import AccessToken, BearerAuth, RenewedTokenAuth
from connectors.kit.clock import Clock
from connectors.kit.secrets import require_secret
from connectors.kit.timestamps import parse_instant

_CLOCK_DRIFT = timedelta(seconds=60)
_LIFETIME = timedelta(minutes=9)
"""GitHub accepts a JWT for at most ten minutes from its issue."""


def build_auth(settings: GitHubSettings, context: ConnectorContext, clock: Clock) -> httpx.Auth:
    """Raises ConnectionFailed when the environment variable is not set."""
    if settings.app is None:
        return BearerAuth(require_secret(context, str(settings.token_env)))
    app = settings.app
    # An environment file holds the PEM on one line, with its line breaks written as \n.
    key = require_secret(context, app.private_key_env).replace("\\n", "\n")

    def sign_in() -> AccessToken:
        signed = BearerAuth(_sign_jwt(context.name, app, key, clock))
        client = open_client(context.name, settings, signed, clock)
        try:
            # Safe to repeat: a token that is not used expires.
            answer = client.read("POST", f"/app/installations/{app.installation}/access_tokens")
            return AccessToken(str(answer["token"]), parse_instant(answer["expires_at"]))
        except (LookupError, TypeError, ValueError) as error:
            raise not_github(context.name, settings.url) from error
        finally:
            client.close()

    return RenewedTokenAuth(sign_in, clock)


def _sign_jwt(connection: str, app: AppSettings, key: str, clock: Clock) -> str:
    now = clock.now()
    claims = {"iat": now - _CLOCK_DRIFT, "exp": now + _LIFETIME, "iss": str(app.app_id)}
    try:
        return jwt.encode(claims, key, algorithm="RS256")
    except (ValueError, TypeError, jwt.PyJWTError):
        raise ConnectionFailed(
            connection,
            f"the environment variable {app.private_key_env} does not hold an RSA private key",
            "Set it to the whole PEM text of a private key of the app.",
        ) from None
