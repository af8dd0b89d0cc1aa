"""A comment as plain text, for files and cell notes: one line per paragraph or bullet."""

from __future__ import annotations

from collections.abc import Callable

from connectors.kit.rich_text.lines import ELLIPSIS, Line, fit_lines, to_lines
from model.comment_content import CommentContent, LinkSpan, MentionSpan, Span


def render(
    content: CommentContent, limit: int, escape: Callable[[str], str] = lambda line: line
) -> str:
    """The text, at most `limit` characters; `escape` is applied to each line.

    Runs of blanks become one. What does not fit is cut, and the text ends with an ellipsis.
    """

    def render_line(line: Line) -> str:
        # One line stays one line, so that no text can look like a line of its own.
        text = " ".join("".join(map(_render_span, line.spans)).split())
        return escape(f"• {text}" if line.is_bullet else text)

    def size_of(line: Line) -> int:
        return len(render_line(line)) + 1

    space = limit - len(ELLIPSIS)
    return "\n".join(map(render_line, fit_lines(to_lines(content), space, size_of, notice=None)))


def _render_span(span: Span) -> str:
    match span:
        case LinkSpan(text, url):
            return f"{text} ({url})"
        case MentionSpan(name):
            return f"@{name}"
        case _:
            return span.text
