"""A comment in GitHub Flavored Markdown, with its marker in an HTML comment that nobody sees.

The format: https://github.github.com/gfm/. GitHub and GitLab turn `@name`, `#12` and `GH-12` into
mentions and references after Markdown is rendered, so a backslash does not stop them; a zero-width
space behind the sign does.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from connectors.kit.addresses import is_web_address
from connectors.kit.rich_text.lines import Line, fit_lines, to_lines
from model.comment_content import (
    MARKER_PREFIX,
    CommentContent,
    LinkSpan,
    MentionSpan,
    Span,
    TextSpan,
)

GITHUB_LIMIT = 65_536
"""Characters of one comment on GitHub."""

_RESERVE = 500
"""Characters kept for the marker and the notice that the text was shortened."""
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$=:&])")
_LOGIN = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")
# The dash of `GH-12` has its backslash by then.
_REFERENCE_SIGN = re.compile(r"([@#]|\bGH\\-)(?=\w)", re.IGNORECASE)
_MARKER = re.compile(rf"<!-- {MARKER_PREFIX}:(\S+) ([0-9a-f]{{16}}) -->\s*$")


def render(content: CommentContent, notify: bool = True, limit: int = GITHUB_LIMIT) -> str:
    """The body of a comment; without `notify` people are named and not mentioned."""

    def size_of(line: Line) -> int:
        return len(_render_line(line, notify)) + 2

    lines = fit_lines(to_lines(content), limit - _RESERVE, size_of)
    parts = [_render_line(line, notify) for line in lines]
    return f"{_join(lines, parts)}\n\n<!-- {content.marker} {content.digest} -->"


def find_marker(body: str) -> tuple[str, str] | None:
    """The conflict id and digest at the end of a comment's body; None for other comments."""
    match = _MARKER.search(body)
    return (match[1], match[2]) if match else None


def escape(text: str) -> str:
    """Text in which no character means anything to Markdown, and nobody is mentioned."""
    # CommonMark allows a backslash before any ASCII punctuation.
    escaped = _PUNCTUATION.sub(r"\\\1", text)
    return _REFERENCE_SIGN.sub("\\1\u200b", escaped)


def _join(lines: list[Line], parts: list[str]) -> str:
    """Bullets of one list on lines that follow each other, a blank line between all else."""
    text = ""
    for at, (line, part) in enumerate(zip(lines, parts, strict=True)):
        is_same_list = at > 0 and line.is_bullet and lines[at - 1].is_bullet
        text += part if at == 0 else f"\n{part}" if is_same_list else f"\n\n{part}"
    return text


def _render_line(line: Line, notify: bool) -> str:
    text = "".join(_render_span(span, notify) for span in line.spans)
    return f"- {text}" if line.is_bullet else text


def _render_span(span: Span, notify: bool) -> str:
    match span:
        # Anything else than a login could mention others, or be Markdown.
        case MentionSpan(identity=str(identity)) if notify and _LOGIN.fullmatch(identity):
            return f"@{identity}"
        case MentionSpan(name):
            return escape(name)
        case LinkSpan(text, url) if is_web_address(url):
            # In angle brackets an address may contain parentheses.
            return f"[{escape(text) or escape(url)}](<{quote(url, safe=_SAFE_IN_URL)}>)"
        case TextSpan(text, strong=True) if text.strip():
            return text.replace(text.strip(), f"**{escape(text.strip())}**", 1)
        case TextSpan(text) | LinkSpan(text):
            return escape(text)


_SAFE_IN_URL = ":/?#[]@!$&'()*+,;=%~"
