"""What a person wrote in Atlassian Document Format, as Markdown.

Only what tells the author's own words from others' is kept: quotes, code and mentions. Emphasis
and list signs are left out, so that a command reads the same in bold or in a list. What is struck
through is left out: its author has taken it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from connectors.kit.json_path import find_value
from connectors.kit.rich_text.own_words import fence, inline_code, mention, quote
from connectors.kit.timestamps import parse_instant

_DEEPEST = 60
"""Levels; editors allow a handful, and what is deeper is no text of a person."""
_BLOCKS = {"paragraph", "heading", "blockquote", "codeBlock", "rule", "mediaSingle", "mediaGroup"}


def to_markdown(document: Any) -> str:
    """The text of a document of any shape, a blank line between its paragraphs.

    Quotes are behind `> `, code between fences or backticks, and a mention is
    `@[Name](account id)`.
    """
    return "\n\n".join(_blocks(document, 0))


def _blocks(node: Any, depth: int) -> list[str]:
    """The paragraphs, quotes and code blocks of a node, none of them empty."""
    if depth > _DEEPEST or not isinstance(node, dict):
        return []
    if node.get("type") == "codeBlock":
        return [fence(_inline(_children(node)))]
    blocks = [
        block
        for is_block, group in groupby(_children(node), _is_block)
        for block in (
            [inner for child in group for inner in _blocks(child, depth + 1)]
            if is_block
            else [_inline(group).strip()]
        )
        if block
    ]
    if blocks and node.get("type") == "blockquote":
        return [quote("\n\n".join(blocks))]
    return blocks


def _children(node: Any) -> list[Any]:
    content = node.get("content")
    return content if isinstance(content, list) else []


def _is_block(node: Any) -> bool:
    # Whatever has content of its own is a block, also one that this version does not know.
    is_object = isinstance(node, dict)
    return is_object and (str(node.get("type")) in _BLOCKS or isinstance(node.get("content"), list))


def _inline(nodes: Iterable[Any]) -> str:
    return "".join(part for node in nodes for part in _inline_texts(node))


def _inline_texts(node: Any) -> Iterator[str]:
    kind = find_value(node, "type")
    if kind == "hardBreak":
        yield "\n"
    elif kind == "text":
        text = _text_at(node, "text")
        marks = find_value(node, "marks[*].type")
        if "strike" not in marks:
            yield inline_code(text) if "code" in marks else text
    elif kind == "mention":
        yield _mention(node)
    elif kind == "date":
        yield _day(find_value(node, "attrs.timestamp"))
    else:
        # Blanks around an address, so that it does not grow together with the text beside it.
        url = _text_at(node, "attrs.url")
        yield f" {url} " if url else _text_at(node, "attrs.text")


def _mention(node: Any) -> str:
    name = _text_at(node, "attrs.text")
    return mention(name, _text_at(node, "attrs.id")) or name


def _day(timestamp: Any) -> str:
    """The day of a date node, whose timestamp is midnight UTC."""
    try:
        return parse_instant(timestamp).date().isoformat()
    except ValueError:
        return ""


def _text_at(node: Any, path: str) -> str:
    value = find_value(node, path)
    return value if isinstance(value, str) else ""
