"""Markdown for Dagster's metadata: text from tools is escaped, and every entry shows at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

import dagster as dg

INLINE = 999
"""Characters of Markdown that Dagster shows at once; it hides longer text behind a click."""

# The characters that begin inline Markdown, HTML or an HTML entity, wherever they are.
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&]")
# A heading, list item, quote or table rule; these have a meaning only at the start of a line.
_STARTS_BLOCK = re.compile(r"^(\d*)([-+#=.)])")


def escape(text: str) -> str:
    """The text on one line, without meaning to Markdown or HTML."""
    flat = _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
    return _STARTS_BLOCK.sub(r"\1\\\2", flat)


def link(text: str, url: str | None) -> str:
    """A Markdown link; the text alone where `url` is no web address and no path of this site."""
    # A path that begins with two slashes would lead to another host.
    if url is None or url.startswith("//") or not url.startswith(("http://", "https://", "/")):
        return escape(text)
    # Percent-encoded, a bracket or blank in the address cannot end the link.
    return f"[{escape(text)}]({quote(url, safe=':/?#&=%@,;+~.-_')})"


def bullets(lines: Iterable[str]) -> list[str]:
    """The items of a list; each line is Markdown already."""
    return [f"- {line}" for line in lines]


def table_head(cells: Sequence[str]) -> str:
    """The first two lines of a table."""
    return f"{table_row(cells)}\n{table_row(['---'] * len(cells))}\n"


def table_row(cells: Sequence[str]) -> str:
    """One line of a table; each cell is Markdown already."""
    return f"| {' | '.join(cells)} |"


def metadata_entries(
    name: str, lines: Iterable[str], head: str = ""
) -> dict[str, dg.MarkdownMetadataValue]:
    """Lines as metadata entries `name`, `name (2)`, …: as many as it takes to show each at once.

    Every entry begins with `head`, for example the head of a table.
    """
    pages: list[str] = []
    for line in lines:
        if pages and len(pages[-1]) + len(line) < INLINE:
            # A line is never split: half a link or table row would show as raw text.
            pages[-1] += f"\n{line}"
        else:
            pages.append(head + line)
    return {
        name if number == 1 else f"{name} ({number})": dg.MarkdownMetadataValue(page)
        for number, page in enumerate(pages, start=1)
    }
