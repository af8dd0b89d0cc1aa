"""Signing in by a personal access token, or as the installation of a GitHub App.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import httpx

from connectors.base import ConnectorContext
from connectors.github.api import not_github, open_client
from connectors.github.settings import GitHubSettings
from connectors.kit.auth import AccessToken, BearerAuth, RenewedTokenAuth
from connectors.kit.clock import Clock
from connectors.kit.secrets import require_secret
from connectors.kit.signed_tokens import read_private_key, sign_claims
from connectors.kit.timestamps import parse_instant

_CLOCK_DRIFT = timedelta(seconds=60)
_LIFETIME = timedelta(minutes=9)
"""GitHub accepts a JWT for at most ten minutes from its issue."""


def build_auth(settings: GitHubSettings, context: ConnectorContext, clock: Clock) -> httpx.Auth:
    """Raises ConnectionFailed when the environment variable is not set."""
    if settings.app is None:
        return BearerAuth(require_secret(context, str(settings.token_env), "token_env"))
    app, name = settings.app, context.name
    key = read_private_key(context, app.private_key_env, "app.private_key_env")

    def sign_in() -> AccessToken:
        now = clock.now()
        claims = {"iat": now - _CLOCK_DRIFT, "exp": now + _LIFETIME, "iss": str(app.app_id)}
        signed = BearerAuth(sign_claims(name, claims, key, app.private_key_env))
        with closing(open_client(name, settings, signed, clock)) as client:
            # Safe to repeat: a token that is not used expires.
            answer = client.read("POST", f"/app/installations/{app.installation}/access_tokens")
        try:
            return AccessToken(str(answer["token"]), parse_instant(answer["expires_at"]))
        except (LookupError, TypeError, ValueError) as error:
            raise not_github(name, "the request for an access token", None) from error

    return RenewedTokenAuth(sign_in, clock)
