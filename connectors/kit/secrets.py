"""Secrets from the environment; settings only name the variables."""

from __future__ import annotations

import re

from connectors.base import ConnectionFailed, ConnectorContext
from connectors.masking import remember_secret

_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")


def require_secret(context: ConnectorContext, variable: str, setting: str) -> str:
    """The value of an environment variable; raises ConnectionFailed where it is not set.

    `setting` is where interlock.yaml names the variable, below the connection: `auth.token_env`.
    From then on the connection's errors show the value masked.
    """
    # A secret that was read from a file often ends with a line break.
    value = context.environment.get(variable, "").strip()
    if not value:
        if not _NAME.fullmatch(variable):
            # Not quoted: it may be the secret itself.
            raise ConnectionFailed(
                context.name,
                f"`{setting}` in interlock.yaml takes the name of an environment variable, and "
                "what stands there is none (capital letters, digits and _)",
                "Write the variable's name there and the secret into the variable; if the secret "
                "itself stood in the file, replace it in its tool.",
            )
        raise ConnectionFailed(
            context.name,
            f"the environment variable {variable} is not set",
            f"Set {variable} and run again.",
        )
    remember_secret(context.name, variable, value)
    return value
