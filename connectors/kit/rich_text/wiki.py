"""A comment in Jira's wiki markup, which Data Center and Server accept (REST API v2).

The markup: https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
"""

from __future__ import annotations

import re

from connectors.kit.addresses import is_web_address
from connectors.kit.rich_text.lines import Line, fit_lines, to_lines
from model.comment_content import CommentContent, LinkSpan, MentionSpan, Span, TextSpan

_ROOM = 30_000
"""Characters; a field of Jira holds 32,767."""
_MARKUP = re.compile(r"([\\{}\[\]|*_?\-+^~!#@&<>:()])")


def render(content: CommentContent) -> str:
    """The body of a comment; what does not fit is left out at its end, with a notice."""
    lines = fit_lines(to_lines(content), _ROOM, lambda line: len(_render_line(line)) + 2)
    text = ""
    for at, line in enumerate(lines):
        is_same_list = at > 0 and line.is_bullet and lines[at - 1].is_bullet
        text += ("\n" if is_same_list else "\n\n" if at else "") + _render_line(line)
    return text


def escape(text: str) -> str:
    """Text in which no character is markup: each that could be has a backslash before it."""
    return _MARKUP.sub(r"\\\1", text)


def _render_line(line: Line) -> str:
    text = "".join(_render_span(span) for span in line.spans)
    return f"* {text}" if line.is_bullet else text


def _render_span(span: Span) -> str:
    match span:
        case MentionSpan(identity=str(identity)) if re.fullmatch(r"[\w.@:-]+", identity):
            return f"[~{identity}]"
        case MentionSpan(name):
            return escape(name)
        case LinkSpan(text, url) if is_web_address(url) and not set(url) & set("|]["):
            return f"[{escape(text)}|{url}]"
        case TextSpan(text, strong=True) if text.strip():
            return text.replace(text.strip(), f"*{escape(text.strip())}*", 1)
        case TextSpan(text) | LinkSpan(text):
            return escape(text)
