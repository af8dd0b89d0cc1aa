"""Names of records in text: Jira keys, WBS elements, document numbers, web addresses.

Any tool may point at any other's record. A reference is normalised here so that a key in a cell
and a key in a web address meet: upper case, no surrounding punctuation, and for an address the
last part of its path that looks like a name.
"""

from __future__ import annotations

import re

_URL = re.compile(r"https?://[^\s<>\"'|\])}]+")
_TOKEN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_./-]*[A-Za-z0-9])?")
_TAIL = re.compile(r"/(?:browse|r/Opportunity|issues)/([A-Za-z0-9_-]+)")
_LIST = re.compile(r"[;,\n|]|\s{2,}")


def normalise(name: str) -> str:
    """The form in which two spellings of one name meet."""
    name = name.strip()
    if name.lower().startswith(("http://", "https://")):
        found = _TAIL.search(name)
        return found[1].upper() if found else name.rstrip("/.,;").upper()
    return " ".join(name.upper().split())


def listed(text: str) -> dict[str, str]:
    """Names in a field that holds nothing else: `CDP-12; CDP-14`, one web address, one title.

    Each with its spelling there. Every part counts, so what matches no record can be reported as
    dangling.
    """
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, _LIST.split(text))):
        found.setdefault(normalise(part), part)
    return found


def references(text: str) -> list[str]:
    """Names that stand somewhere in free text: web addresses, words of letters and digits.

    Most of them name nothing; only those that match a known record become dependencies.
    """
    addresses = _URL.findall(text)
    words = (word for word in _TOKEN.findall(_URL.sub(" ", text)) if _looks_like_a_name(word))
    return list(dict.fromkeys(normalise(name) for name in (*addresses, *words)))


def _looks_like_a_name(word: str) -> bool:
    """A bare number is a year or an amount more often than a record."""
    return any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
