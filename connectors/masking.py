"""Keeps a connection's secrets out of errors and problems, also where its tool repeats them.

The values are remembered per process and connection when they are read (see `kit.secrets`), since
an error may be raised far from there, also by a tool's own library.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Shown = TypeVar("_Shown", bound="DataclassInstance")
MASK = "•••"
_SHORTEST = 4
"""Characters; shorter values occur in any text."""
_SHORTEST_BASE64 = 6
_ESCAPE = re.compile("%[0-9A-F]{2}")

# By connection and variable: a value that was replaced is none any more.
_values: dict[tuple[str, str], str] = {}


def remember_secret(connection: str, variable: str, value: str) -> None:
    """Mask this value in all errors of the connection from now on."""
    if len(value) >= _SHORTEST:
        _values[connection, variable] = value


def mask_secrets(connection: str, value: Any) -> Any:
    """A text, or JSON with all its texts, without the connection's secrets in any usual form."""
    forms = {
        form
        for (owner, _), secret in tuple(_values.items())
        if owner == connection
        for form in _forms(secret)
    }
    # Longest first: one secret may be part of another.
    return _replace(value, sorted(forms, key=lambda form: (-len(form), form))) if forms else value


def mask_fields(connection: str, shown: _Shown, *names: str) -> _Shown:
    """A copy of a dataclass, such as a problem, without the connection's secrets in these texts."""
    return replace(
        shown, **{name: mask_secrets(connection, getattr(shown, name)) for name in names}
    )


def _replace(value: Any, forms: list[str]) -> Any:
    match value:
        case str():
            for form in forms:
                value = value.replace(form, MASK)
            return value
        case dict():
            return {_replace(k, forms): _replace(v, forms) for k, v in value.items()}
        case list():
            return [_replace(entry, forms) for entry in value]
        case _:
            return value


@cache
def _forms(secret: str) -> frozenset[str]:
    """The secret as it is, on one line, URL-encoded, and as base64 shows it."""
    encoded = {quote(secret, safe="", errors="replace"), quote_plus(secret, errors="replace")}
    # quote writes %2F, some tools %2f.
    encoded |= {_ESCAPE.sub(lambda escape: escape[0].lower(), text) for text in encoded}
    texts = {secret, " ".join(secret.split())} | encoded
    return frozenset(texts | _base64_forms(secret.encode("utf-8", "surrogateescape")))


def _base64_forms(secret: bytes) -> set[str]:
    """What base64 makes of the secret wherever it stands in the text, such as `user:secret`."""
    forms = {b64encode(secret).decode()}
    for offset in range(3):
        encoded = b64encode(bytes(offset) + secret).decode()
        # Characters at both ends also depend on the neighbours of the secret.
        forms.add(encoded[-(-offset * 8 // 6) : (offset + len(secret)) * 8 // 6])
    forms |= {form.replace("+", "-").replace("/", "_") for form in forms}
    return {form for form in forms if len(form) >= _SHORTEST_BASE64}
