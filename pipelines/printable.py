"""Text of tools made safe for a terminal or a log: no escape sequence, no forged line."""

from __future__ import annotations

import unicodedata

_HARMLESS_FORMATS = "\u00ad\u200c\u200d"
"""Soft hyphen and the two joiners, which ordinary words and emoji contain."""
_DANGEROUS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of controls (ESC, CR, backspace), of formats (the bidirectional overrides
among them), of surrogates, and of line and paragraph separators."""


def printable(text: str) -> str:
    """The text on one line, with each character written as an escape (`\\x1b`, `\\u202e`) that
    would move the cursor, begin a line, or change the order in which the others are shown."""
    if text.isprintable():
        return text
    return "".join(
        _escape(character) if _is_dangerous(character) else character for character in text
    )


def printable_lines(text: str) -> str:
    """The same for a text of several lines, which Interlock itself has put together."""
    return "\n".join(printable(line) for line in text.split("\n"))


def printable_json(text: str) -> str:
    """The same for a JSON document; its values stay equal, as JSON has escapes of its own."""
    return "\n".join(
        line if line.isprintable() else "".join(map(_escape_in_json, line))
        for line in text.split("\n")
    )


def _is_dangerous(character: str) -> bool:
    if character in _HARMLESS_FORMATS:
        return False
    return unicodedata.category(character) in _DANGEROUS


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _escape_in_json(character: str) -> str:
    if not _is_dangerous(character):
        return character
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
