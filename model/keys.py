"""Names of records in text: Jira keys, WBS elements, document numbers, web addresses.

Any tool may point at any other's record. A reference is normalised here so that a key in a cell
and a key in a web address meet: upper case, no surrounding punctuation, and for an address of a
connection the name that it contains, together with the site. One set of formats has to be used on
both sides: where a reference is read and where a record's own names are stored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from model.addresses import Site, UrlShape, find_owner, is_address, shorten

# Parentheses count in pairs: "(see https://…)" ends before the last one, but a query may have some.
# A comma or semicolon belongs to an address only if its query goes on behind it.
_ADDRESS_REST = (
    r"(?:[^\s<>\"'`|\[\]{}(),;]|\([^\s<>\"'`|()]*\)"
    r"|[,;](?!https?://)(?=[^\s,;|]*[&=]))+"
)
_ADDRESS = rf"https?://{_ADDRESS_REST}"
_URL = re.compile(_ADDRESS, re.IGNORECASE)
# [label](address) of Markdown, with or without <>, an image by a ! before it, and [label|address]
# of wiki markup.
_MARKUP_LINK = re.compile(
    rf"!?\[([^\[\]|]*)(?:\]\(\s*<?|\|)({_ADDRESS})[^\[\]()\n]*[\])]", re.IGNORECASE
)
_SLACK_LINK = re.compile(rf"<({_ADDRESS})\|([^<>|\n]*)>", re.IGNORECASE)
# Programs put these in place of the hyphen that people type; those of _DASHES also join words.
_HYPHENS = "\u2010\u2011\ufe63\uff0d"
_DASHES = "\u2012\u2013\u2014\u2212"
_ANY_HYPHEN = re.compile(f"[{_HYPHENS}{_DASHES}]")
_HYPHEN_IN_NAME = re.compile(f"[{_HYPHENS}]|(?<=[A-Za-z])[{_DASHES}](?=[0-9])")
_TOKEN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_./-]*[A-Za-z0-9])?")
# Parts of a list end at ; , | a line break, or two blanks; an address may contain the first two.
_PART = re.compile(rf"(?:{_ADDRESS}|[^;,|\s]|[^\S\n](?!\s))+", re.IGNORECASE)
# In a list, words are part of a name ("Launch plan"), so only these few are left out, and only
# before or behind something that is a key or an address as a whole.
_KEY = r"[A-Z][A-Z0-9_]*-\d+|\S*#\d+|https?://\S+"
_REMARKED = re.compile(
    r"(?:(?:see|cf\.|after|needs|blocked by|depends on|waits for|siehe|vgl\.|nach|wartet auf)\s+)?"
    rf"({_KEY})(?:\s*\([^()]*\))?",
    re.IGNORECASE,
)
_BRACKETS = {
    "(": ")",
    "[": "]",
    "<": ">",
    "{": "}",
    '"': '"',
    "'": "'",
    "“": "”",
    "„": "“",
    "*": "*",
    "`": "`",
}
_TRAILING = ".,;:!?"


@dataclass(frozen=True, slots=True)
class ToolReferences:
    """How people write references to the records of one tool: addresses, and names in free text.

    `names` are regular expressions of names that are more than one word of letters, digits, dots,
    slashes and dashes, such as `acme/api#12`. `unify` turns a spelling of a name into the one that
    the connector gives to the record, and returns what is none of the tool's names as it is.
    """

    urls: tuple[UrlShape, ...] = ()
    names: tuple[str, ...] = ()
    unify: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class ReferenceFormats:
    """How references to the records of all connections are written.

    `own_site` is the site of the connection whose records are read, see `for_connection`.
    """

    sites: tuple[Site, ...] = ()
    names: tuple[str, ...] = ()
    # Not part of the representation, which tells whether records have to be mapped again: that of a
    # function differs in every process.
    unify: tuple[Callable[[str], str], ...] = field(default=(), repr=False)
    own_site: str = ""
    # Part of the representation: raised whenever one text is normalised to something else.
    version: int = 2

    def for_connection(self, name: str) -> ReferenceFormats:
        """The formats as the records of a connection use them.

        An address of its own site is there the name alone, like the key beside it.
        """
        return replace(self, own_site=self._site_of(name))

    def normalise(self, name: str) -> str:
        """The form in which two spellings of one name meet.

        An address of a connection becomes the site and the name; any other stays whole.
        """
        name = _strip_punctuation(name)
        if not is_address(name):
            if find_owner(f"https://{name.partition(' ')[0]}", self.sites) is None:
                return self._unify(_ANY_HYPHEN.sub("-", name))
            name = f"https://{name}"
        # Behind an address may stand the type of a dependency: `https://… FF+3d`.
        address, *rest = name.split()
        return " ".join([self._normalise_address(address), *rest]).upper()

    def stored_names(self, connection: str, name: str) -> set[str]:
        """The names under which a record of a connection is found that is called `name`."""
        # A name is stored twice: as people write it, and as an address of its site is read.
        site, normalised = self._site_of(connection), self.normalise(name)
        if not site or is_address(name.strip()):
            return {normalised}
        return {normalised, _qualify(site, normalised)}

    def split_list(self, text: str) -> dict[str, str]:
        """Names in a field that holds nothing else: `CDP-12; CDP-14`, one address, one title.

        Each with its spelling there. Every part counts, so what matches no record can be reported
        as dangling.
        """
        names: dict[str, str] = {}
        # The label of a link is not a name of its own.
        text = _SLACK_LINK.sub(r" \1 ", _MARKUP_LINK.sub(r" \2 ", text))
        for part in _PART.findall(_HYPHEN_IN_NAME.sub("-", text)):
            spelling = _strip_punctuation(part)
            if remarked := _REMARKED.fullmatch(spelling):
                spelling = _strip_punctuation(remarked[1])
            if spelling:
                names.setdefault(self.normalise(spelling), spelling)
        return names

    def find_in_text(self, text: str) -> list[str]:
        """Names that stand somewhere in free text: addresses, declared names, words with digits.

        Most of them name nothing; only those that match a known record become dependencies.
        """
        # Addresses first: their parts would be taken for names otherwise.
        text = _SLACK_LINK.sub(_unfold_slack_link, _MARKUP_LINK.sub(_unfold_link, text))
        addresses, text = _take(_URL, text)
        if without_scheme := self._own_addresses():
            bare, text = _take(without_scheme, text)
            addresses += bare
        text = _HYPHEN_IN_NAME.sub("-", text)
        declared: list[str] = []
        for pattern in self.names:
            matches, text = _take(re.compile(pattern, re.IGNORECASE), text)
            declared += matches
        words = (word for word in _TOKEN.findall(text) if _looks_like_a_name(word))
        return list(dict.fromkeys(map(self.normalise, (*addresses, *declared, *words))))

    def _own_addresses(self) -> re.Pattern[str] | None:
        """Addresses of the connections as people type them, without scheme."""
        bases = {shorten(address) for site in self.sites for address in site.addresses}
        if not bases:
            return None
        # The longest first, and in one order, so that the pattern is found among the compiled ones.
        hosts = "|".join(map(re.escape, sorted(bases, key=lambda base: (-len(base), base))))
        return re.compile(
            rf"(?<![\w./@:-])(?:www\.)?(?:{hosts})(?=[/?#]){_ADDRESS_REST}", re.IGNORECASE
        )

    def _normalise_address(self, address: str) -> str:
        owner = find_owner(address, self.sites)
        # The last part of another host's address may be the key or row number of a record of ours.
        if owner is None:
            return address.rstrip(f"/*{_TRAILING}")
        # With its site, since another site may have a record of the same name.
        site, name = owner[0], self._unify(owner[1])
        return name if site == self.own_site else _qualify(site, name)

    def _unify(self, name: str) -> str:
        for unify in self.unify:
            name = unify(name)
        return " ".join(name.upper().split())

    def _site_of(self, connection: str) -> str:
        return next((site.id for site in self.sites if site.connection == connection), "")


def combine(tools: Iterable[ToolReferences], sites: Iterable[Site] = ()) -> ReferenceFormats:
    """The formats of several tools and of the sites that are connected."""
    each = tuple(tools)
    return ReferenceFormats(
        tuple(sites),
        tuple(name for tool in each for name in tool.names),
        tuple(tool.unify for tool in each if tool.unify),
    )


def _qualify(site: str, name: str) -> str:
    # The site first: connectors look at how a name begins to tell whether it is one of their own.
    return f"{site} {name}"


def _strip_punctuation(text: str) -> str:
    """Without brackets and quotation marks around all of it, and punctuation at its end."""
    text = text.strip()
    while len(text) > 1 and (text[-1] in _TRAILING or _BRACKETS.get(text[0]) == text[-1]):
        text = (text[:-1] if text[-1] in _TRAILING else text[1:-1]).strip()
    return text


def _unfold_link(link: re.Match[str]) -> str:
    """A link as its label and its address; a label that repeats a part of the address goes.

    In `[CDP-12](https://other.example/browse/CDP-12)` the address says whose CDP-12 is meant.
    """
    return _unfold(link[1].strip(), link[2])


def _unfold(label: str, address: str) -> str:
    return f" {address} " if label.lower() in address.lower() else f" {label} {address} "


def _unfold_slack_link(link: re.Match[str]) -> str:
    """As `_unfold_link`; Slack writes the address first."""
    return _unfold(link[2].strip(), link[1])


def _take(pattern: re.Pattern[str], text: str) -> tuple[list[str], str]:
    """What a pattern matches, and the text with blanks in place of it."""
    return [match[0] for match in pattern.finditer(text)], pattern.sub(" ", text)


def _looks_like_a_name(word: str) -> bool:
    """A bare number is a year or an amount more often than a record."""
    return any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
