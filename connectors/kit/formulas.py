"""Text from tools that is written into files which spreadsheet programs open."""

from __future__ import annotations

_BEGINNINGS = tuple("=+-@\t\r\n＝＋－＠")
"""The characters are those of the OWASP page "CSV Injection"."""


def escape_formula(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_BEGINNINGS) else text
