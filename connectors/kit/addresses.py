"""Web addresses that tools state, and that comments contain."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit


def is_web_address(url: str) -> bool:
    """Whether a tool accepts it as a link; for one bad address it refuses a whole comment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_plain = url.isprintable() and " " not in url
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and is_plain


def web_address(value: Any) -> str | None:
    """The value where it is an address that people may open; None for anything else.

    `javascript:`, `data:` and `file:` would run or show what the tool's users wrote.
    """
    return value if isinstance(value, str) and is_web_address(value) else None
