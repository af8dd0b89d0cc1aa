"""Names of records in text: Jira keys, WBS elements, document numbers, web addresses.

Any tool may point at any other's record. A reference is normalised here so that a key in a cell
and a key in a web address meet: upper case, no surrounding punctuation, and for an address of a
known shape the name that it contains. The shapes are declared by the tools, so one set of them has
to be used on both sides: where a reference is read and where a record's own names are stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_URL = re.compile(r"https?://[^\s<>\"'|\])}]+")
_TOKEN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_./-]*[A-Za-z0-9])?")
_LIST = re.compile(r"[;,\n|]|\s{2,}")


@dataclass(frozen=True, slots=True)
class UrlShape:
    """Addresses of one tool's records, and the name of the record in them.

    `pattern` is a regular expression that matches the beginning of an address, in any case, and
    `name` a template of its groups: `UrlShape(r"https://github\\.com/([^/]+/[^/]+)/issues/(\\d+)",
    r"\\1#\\2")`. A number alone is no name: it would match a row number in a workbook.
    """

    pattern: str
    name: str = r"\1"


@dataclass(frozen=True, slots=True)
class ReferenceFormats:
    """How the installed tools write references: addresses, and names within free text.

    `names` are regular expressions of names that are more than one word of letters, digits, dots,
    slashes and dashes, such as `acme/api#12`.
    """

    urls: tuple[UrlShape, ...] = ()
    names: tuple[str, ...] = ()

    def normalise(self, name: str) -> str:
        """The form in which two spellings of one name meet.

        An address that no shape matches stays whole: its last part names nothing by itself.
        """
        name = name.strip()
        if name.lower().startswith(("http://", "https://")):
            return self._name_in(name) or name.rstrip("/.,;").upper()
        return " ".join(name.upper().split())

    def split_list(self, text: str) -> dict[str, str]:
        """Names in a field that holds nothing else: `CDP-12; CDP-14`, one address, one title.

        Each with its spelling there. Every part counts, so what matches no record can be reported
        as dangling.
        """
        names: dict[str, str] = {}
        for part in filter(None, map(str.strip, _LIST.split(text))):
            names.setdefault(self.normalise(part), part)
        return names

    def find_in_text(self, text: str) -> list[str]:
        """Names that stand somewhere in free text: addresses, declared names, words with digits.

        Most of them name nothing; only those that match a known record become dependencies.
        """
        # Addresses first: their parts would be taken for names otherwise.
        addresses, text = _take(_URL, text)
        declared: list[str] = []
        for pattern in self.names:
            matches, text = _take(re.compile(pattern, re.IGNORECASE), text)
            declared += matches
        words = (word for word in _TOKEN.findall(text) if _looks_like_a_name(word))
        return list(dict.fromkeys(map(self.normalise, (*addresses, *declared, *words))))

    def _name_in(self, address: str) -> str | None:
        for shape in self.urls:
            # `re` keeps compiled patterns itself.
            if match := re.match(shape.pattern, address, re.IGNORECASE):
                return match.expand(shape.name).upper()
        return None


def combine(formats: Iterable[ReferenceFormats]) -> ReferenceFormats:
    """The formats of several tools; where two shapes match an address, the first one counts."""
    each = tuple(formats)
    return ReferenceFormats(
        tuple(shape for tool in each for shape in tool.urls),
        tuple(name for tool in each for name in tool.names),
    )


def _take(pattern: re.Pattern[str], text: str) -> tuple[list[str], str]:
    """What a pattern matches, and the text with blanks in place of it."""
    return [match[0] for match in pattern.finditer(text)], pattern.sub(" ", text)


def _looks_like_a_name(word: str) -> bool:
    """A bare number is a year or an amount more often than a record."""
    return any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
