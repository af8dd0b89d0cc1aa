"""Markdown for Dagster's metadata: text from tools stays text, and nothing hides behind a click."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

import dagster as dg

INLINE = 999
"""Dagster shows Markdown up to this many characters at once, longer one behind a click."""

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&]")
_STARTS_BLOCK = re.compile(r"^(\d*)([-+#=.)])")


def escape(text: str) -> str:
    """Text that means nothing to Markdown or HTML, on one line."""
    flat = _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
    return _STARTS_BLOCK.sub(r"\1\\\2", flat)


def link(text: str, url: str | None) -> str:
    """A link; only web addresses and paths of this site become one."""
    if url is None or not url.startswith(("http://", "https://", "/")):
        return escape(text)
    return f"[{escape(text)}]({quote(url, safe=':/?#&=%@,;+~.-_')})"


def bullets(lines: Iterable[str]) -> list[str]:
    """Items of a list; their lines are Markdown already."""
    return [f"- {line}" for line in lines]


def table_head(cells: Sequence[str]) -> str:
    """The first two lines of a table."""
    return f"{table_row(cells)}\n{table_row(['---'] * len(cells))}\n"


def table_row(cells: Sequence[str]) -> str:
    """A line of a table; the cells are Markdown already."""
    return f"| {' | '.join(cells)} |"


def metadata_entries(
    name: str, lines: Iterable[str], head: str = ""
) -> dict[str, dg.MarkdownMetadataValue]:
    """Lines as metadata: as many entries, each with the same head, as stay inline."""
    pages: list[str] = []
    for line in lines:
        if pages and len(pages[-1]) + len(line) < INLINE:
            pages[-1] += f"\n{line}"
        else:
            pages.append(head + line)
    return {
        name if number == 1 else f"{name} ({number})": dg.MarkdownMetadataValue(page)
        for number, page in enumerate(pages, start=1)
    }
