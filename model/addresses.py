"""Web addresses of records: whose they are, and the name that stands in them.

An address belongs to a connection if it begins with one of the connection's own addresses. Another
host may use the same paths and even the same keys for records that have nothing to do with ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Scheme, "www." and a default port are left out by people and added by browsers.
_START = re.compile(
    r"(?:http://(?:www\.)?([^/?#]*?)(?::80)?|https://(?:www\.)?([^/?#]*?)(?::443)?)(?=[/?#]|$)",
    re.IGNORECASE,
)
_ENCODED = re.compile(r"%(2D|2E|3\d|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UrlShape:
    """Addresses of one tool's records, and the name of the record in them.

    `pattern` is a regular expression of what follows the address of a connection, in any case, from
    its beginning, and `name` a template of its groups: `UrlShape(r"/([^/]+/[^/]+)/issues/(\\d+)",
    r"\\1#\\2")`. The name is the one that a connector gives to the record.
    """

    pattern: str
    name: str = r"\1"


@dataclass(frozen=True, slots=True)
class Site:
    """The addresses below which the records of a connection are found, and the shapes of the rest.

    The first address stands for all of them; two connections to one site have the same first.
    """

    connection: str
    addresses: tuple[str, ...]
    shapes: tuple[UrlShape, ...]

    @property
    def id(self) -> str:
        return shorten(self.addresses[0]).upper()

    def find_name(self, address: str) -> tuple[int, str] | None:
        """The length of the own address that it begins with, and the name; None if not ours."""
        # The longest first: the API of a GitHub server lies below its web address.
        for base in sorted(map(shorten, self.addresses), key=len, reverse=True):
            rest = _decode(address[len(base) :])
            if address[: len(base)].lower() != base.lower() or rest[:1] not in ("/", "?", "#"):
                continue
            for shape in self.shapes:
                # `re` keeps compiled patterns itself.
                if match := re.match(shape.pattern, rest, re.IGNORECASE):
                    return len(base), match.expand(shape.name)
        return None


def _decode(rest: str) -> str:
    """Letters, digits and hyphens that are written by their codes, as any address may write them.

    No other characters, which could divide the address elsewhere (RFC 3986, section 6.2.2.2).
    """
    return _ENCODED.sub(lambda match: chr(int(match[1], 16)), rest)


def is_address(text: str) -> bool:
    return text[:8].lower().startswith(("http://", "https://"))


def shorten(address: str) -> str:
    """An address without the parts in which two spellings of it may differ."""
    return _START.sub(lambda match: match[1] or match[2] or "", address, count=1).rstrip("/")


def find_owner(address: str, sites: Iterable[Site]) -> tuple[str, str] | None:
    """The id of the site that an address belongs to, and the name in it.

    None for an address that no connection has, and for one in which two tools at the same address
    see different names.
    """
    short = shorten(address)
    matches = [(match, site.id) for site in sites if (match := site.find_name(short))]
    longest = max((length for (length, _), _ in matches), default=0)
    # Of two connections one may be below the other, as in https://x.example and …/jira.
    owners = {(site, name) for (length, name), site in matches if length == longest}
    return owners.pop() if len(owners) == 1 else None
