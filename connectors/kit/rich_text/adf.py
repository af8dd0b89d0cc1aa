"""Atlassian Document Format: a remark written in it, and plain text read from it.

Node and mark names follow Atlassian's published schema of the format, version 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from connectors.kit.addresses import is_web_address
from model.comment_content import (
    Block,
    Bullets,
    CommentContent,
    LinkSpan,
    MentionSpan,
    Span,
    TextSpan,
)

Node = dict[str, Any]

_ROOM = 30_000
"""Bytes of JSON; Jira takes 32,767 characters and does not say how it counts nodes."""
_LONGEST_RUN = 4_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BLOCKS = {"paragraph", "heading", "listItem", "blockquote", "codeBlock", "tableCell", "rule"}


def render(remark: CommentContent) -> Node:
    """The document for a remark; what does not fit is left out at its end, and that is said."""
    body = [node for block in remark.blocks for node in _block(block)]
    heading = _paragraph((TextSpan(remark.heading, strong=True),))
    shown = _fitting(body, _ROOM - _size(heading))
    if len(shown) < len(body):
        shown.append(_paragraph((TextSpan("… shortened: there is more to this than fits here."),)))
    return {"type": "doc", "version": 1, "content": [heading, *_joined(shown)]}


def plain_text(value: Any) -> str:
    """The words of a document, blocks on lines of their own; plain strings as they are.

    A link counts as its address, which says more surely what is meant than its words.
    """
    if isinstance(value, str):
        return value
    return "".join(_words(value)).strip() if isinstance(value, dict) else ""


def _block(block: Block) -> list[Node]:
    if isinstance(block, Bullets):
        return [{"type": "listItem", "content": [_paragraph(item)]} for item in block.items]
    return [_paragraph(block.spans)]


def _paragraph(spans: tuple[Span, ...]) -> Node:
    return {"type": "paragraph", "content": [node for span in spans for node in _inline(span)]}


def _inline(span: Span) -> list[Node]:
    if isinstance(span, MentionSpan):
        if span.identity:
            return [{"type": "mention", "attrs": {"id": span.identity, "text": f"@{span.name}"}}]
        return _run(span.name)
    if isinstance(span, LinkSpan):
        return _run(span.text, _link_mark(span.url))
    return _run(span.text, {"type": "strong"} if span.strong else None)


def _run(text: str, mark: Node | None = None) -> list[Node]:
    """A text node; an empty one would make Jira refuse the whole document."""
    text = _CONTROL.sub(" ", text)
    if len(text) > _LONGEST_RUN:
        text = text[: _LONGEST_RUN - 1] + "…"
    if not text:
        return []
    return [
        {"type": "text", "text": text, "marks": [mark]} if mark else {"type": "text", "text": text}
    ]


def _link_mark(url: str) -> Node | None:
    return {"type": "link", "attrs": {"href": url}} if is_web_address(url) else None


def _fitting(nodes: list[Node], room: int) -> list[Node]:
    shown: list[Node] = []
    for node in nodes:
        room -= _size(node)
        if room < 0:
            break
        shown.append(node)
    return shown


def _size(node: Node) -> int:
    return len(orjson.dumps(node)) + 40


def _joined(nodes: list[Node]) -> list[Node]:
    """Put neighbouring list items into one bullet list."""
    joined: list[Node] = []
    for node in nodes:
        if node["type"] != "listItem":
            joined.append(node)
        elif joined and joined[-1]["type"] == "bulletList":
            joined[-1]["content"].append(node)
        else:
            joined.append({"type": "bulletList", "content": [node]})
    return joined


def _words(node: Node) -> Iterator[str]:
    attrs = node.get("attrs") or {}
    if node.get("type") == "text":
        yield _address(node) or str(node.get("text") or "")
    elif node.get("type") in {"inlineCard", "blockCard", "embedCard"}:
        yield f" {attrs.get('url') or ''} "
    elif node.get("type") == "hardBreak":
        yield "\n"
    for child in node.get("content") or ():
        yield from _words(child)
    if node.get("type") in _BLOCKS:
        yield "\n"


def _address(node: Node) -> str | None:
    for mark in node.get("marks") or ():
        if mark.get("type") == "link":
            return f" {(mark.get('attrs') or {}).get('href') or ''} "
    return None
