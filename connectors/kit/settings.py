"""Types for the settings of connections in interlock.yaml."""

from __future__ import annotations

from enum import Enum
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator


def by_name(kind: type[Enum]) -> BeforeValidator:
    """Let YAML write `finish_to_start` or `Critical` where a record holds a number."""

    def parse(value: object) -> object:
        if not isinstance(value, str):
            return value
        name = value.strip().upper().replace(" ", "_").replace("-", "_")
        if name not in kind.__members__:
            raise ValueError(f'"{value}" is none of {", ".join(kind.__members__).lower()}')
        return kind[name]

    return BeforeValidator(parse)


def _check_url(url: str) -> str:
    parts = urlsplit(url)
    # Credentials in an address would reach errors and the links in comments.
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError("must be an address like https://acme.atlassian.net, without credentials")
    # Paths are put behind it, and `//` is another address to some servers.
    return url.rstrip("/")


Url = Annotated[str, AfterValidator(_check_url)]
"""A web address without credentials and without a slash at its end."""


def _lower_case_keys(value: object) -> object:
    # Whatever is no map is left to its type to refuse.
    return {str(k).lower(): v for k, v in value.items()} if isinstance(value, dict) else value


LOWER_CASE_KEYS = BeforeValidator(_lower_case_keys)
"""Names of the tool in any case: `Annotated[dict[str, Priority], LOWER_CASE_KEYS]`."""
