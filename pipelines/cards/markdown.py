"""Markdown for Dagster's metadata: text from tools stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&-])")


def escaped(text: str) -> str:
    """Text that means nothing to Markdown or HTML, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def link(text: str, url: str) -> str:
    """A link; only web addresses and paths of this site become one."""
    if not url.startswith(("http://", "https://", "/")):
        return escaped(text)
    return f"[{escaped(text)}]({quote(url, safe=':/?#&=%@,;+~.-_')})"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def image(text: str, svg: str) -> str:
    """An SVG as an image that travels inside the text."""
    return f"![{escaped(text)}](data:image/svg+xml,{quote(svg, safe='')})"
