"""Atlassian Document Format: a comment rendered in it, and plain text read from it.

Node and mark names follow Atlassian's published schema of the format, version 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from connectors.kit.addresses import is_web_address
from connectors.kit.rich_text.lines import Line, fit_lines, to_lines
from model.comment_content import CommentContent, LinkSpan, MentionSpan, Span, TextSpan

Node = dict[str, Any]

_ROOM = 30_000
"""Bytes of JSON; Jira accepts 32,767 characters and does not document how it counts nodes."""
# Bytes for the list and separators around a line.
_NODE_OVERHEAD = 40
_NOTICE = "… shortened: there is more to this than fits here."
_BLOCKS = {"paragraph", "heading", "listItem", "blockquote", "codeBlock", "tableCell", "rule"}


def render(content: CommentContent) -> Node:
    """The document for a comment; what does not fit is left out at its end, with a notice."""
    lines = fit_lines(to_lines(content), _ROOM, _size, _NOTICE)
    return {"type": "doc", "version": 1, "content": _group_bullets(map(_render_line, lines))}


def plain_text(value: Any) -> str:
    """The text of a document, one line per block; plain strings are returned unchanged.

    A link counts as its address, which identifies its target better than its text.
    """
    if isinstance(value, str):
        return value
    return "".join(_find_texts(value)).strip() if isinstance(value, dict) else ""


def _render_line(line: Line) -> Node:
    inline = [node for span in line.spans for node in _render_span(span)]
    paragraph = {"type": "paragraph", "content": inline}
    return {"type": "listItem", "content": [paragraph]} if line.is_bullet else paragraph


def _render_span(span: Span) -> list[Node]:
    match span:
        case MentionSpan(name, identity) if identity:
            return [{"type": "mention", "attrs": {"id": identity, "text": f"@{name}"}}]
        case MentionSpan(name):
            return _text_node(name)
        case LinkSpan(text, url):
            # For one address that is no web page, Jira refuses the whole comment.
            is_link = is_web_address(url)
            return _text_node(text, {"type": "link", "attrs": {"href": url}} if is_link else None)
        case TextSpan(text, strong):
            return _text_node(text, {"type": "strong"} if strong else None)


def _text_node(text: str, mark: Node | None = None) -> list[Node]:
    # An empty text node would make Jira refuse the whole document.
    if not text:
        return []
    return [{"type": "text", "text": text} | ({"marks": [mark]} if mark else {})]


def _size(line: Line) -> int:
    return len(orjson.dumps(_render_line(line))) + _NODE_OVERHEAD


def _group_bullets(nodes: Iterable[Node]) -> list[Node]:
    """Put neighbouring list items into one bullet list."""
    grouped: list[Node] = []
    for node in nodes:
        if node["type"] != "listItem":
            grouped.append(node)
        elif grouped and grouped[-1]["type"] == "bulletList":
            grouped[-1]["content"].append(node)
        else:
            grouped.append({"type": "bulletList", "content": [node]})
    return grouped


def _find_texts(node: Node) -> Iterator[str]:
    attrs = node.get("attrs") or {}
    if node.get("type") == "text":
        yield _link_address(node) or str(node.get("text") or "")
    elif node.get("type") in {"inlineCard", "blockCard", "embedCard"}:
        # Blanks around it, so that it does not grow together with the text beside it.
        yield f" {attrs.get('url') or ''} "
    elif node.get("type") == "hardBreak":
        yield "\n"
    for child in node.get("content") or ():
        yield from _find_texts(child)
    if node.get("type") in _BLOCKS:
        yield "\n"


def _link_address(node: Node) -> str | None:
    for mark in node.get("marks") or ():
        if mark.get("type") == "link":
            return f" {(mark.get('attrs') or {}).get('href') or ''} "
    return None
