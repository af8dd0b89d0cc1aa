"""Secrets from the environment; settings only name the variables."""

from __future__ import annotations

from connectors.base import ConnectionFailed, ConnectorContext


def require_secret(context: ConnectorContext, variable: str) -> str:
    """The value of an environment variable; raises ConnectionFailed where it is not set."""
    value = context.environment.get(variable, "").strip()
    if not value:
        raise ConnectionFailed(
            context.name,
            f"the environment variable {variable} is not set",
            f"Set {variable} and run again.",
        )
    return value
