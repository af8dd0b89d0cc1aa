"""JSON Web Tokens signed with a private key (RFC 7519), by which an app signs in."""

from __future__ import annotations

from collections.abc import Mapping

import jwt

from connectors.base import ConnectionFailed, ConnectorContext
from connectors.kit.secrets import require_secret


def read_private_key(context: ConnectorContext, variable: str, setting: str) -> str:
    """The PEM text in an environment variable; see `require_secret`."""
    # An environment file holds the PEM on one line, with its line breaks written as \n.
    return require_secret(context, variable, setting).replace("\\n", "\n")


def sign_claims(connection: str, claims: Mapping[str, object], key: str, variable: str) -> str:
    """The signed token (RS256); raises ConnectionFailed for text that is no private key.

    `variable` is where the key comes from, for the remedy; the key itself is never shown.
    """
    try:
        return jwt.encode(dict(claims), key, algorithm="RS256")
    except (ValueError, TypeError, jwt.PyJWTError):
        raise ConnectionFailed(
            connection,
            f"the environment variable {variable} does not hold an RSA private key",
            "Set it to the whole PEM text of a private key that belongs to the app.",
        ) from None
