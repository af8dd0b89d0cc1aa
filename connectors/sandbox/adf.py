"""Atlassian Document Format (ADF): which documents Jira accepts, and their plain text.

Reference: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from __future__ import annotations

from connectors.sandbox.json_http import Json

INLINE = {"text", "mention", "hardBreak", "emoji", "inlineCard", "date", "status"}
BLOCKS: dict[str, set[str]] = {
    "paragraph": INLINE,
    "heading": INLINE,
    "codeBlock": {"text"},
    "rule": set(),
    "bulletList": {"listItem"},
    "orderedList": {"listItem"},
    "listItem": {"paragraph", "bulletList", "orderedList", "codeBlock"},
    "blockquote": {"paragraph", "bulletList", "orderedList", "codeBlock"},
    "panel": {"paragraph", "heading", "bulletList", "orderedList", "rule", "codeBlock"},
    "expand": {"paragraph", "heading", "bulletList", "orderedList", "panel", "table", "codeBlock"},
    "table": {"tableRow"},
    "tableRow": {"tableCell", "tableHeader"},
    "tableCell": {"paragraph", "heading", "bulletList", "orderedList", "panel", "codeBlock"},
    "tableHeader": {"paragraph", "heading", "bulletList", "orderedList", "panel", "codeBlock"},
}
"""What each block may contain. A document contains every block that is not in PARTS."""
PARTS = {"listItem", "tableRow", "tableCell", "tableHeader"}
MARKS = {"strong", "em", "underline", "strike", "code", "link", "textColor", "subsup"}


def find_document_error(document: object) -> str | None:
    """Why this is not a valid document; None when it is."""
    if not isinstance(document, dict) or document.get("type") != "doc":
        return "not a document"
    if document.get("version") != 1:
        return "version has to be 1"
    return _find_error_in_children(document, set(BLOCKS) - PARTS)


def _find_error_in_children(node: Json, allowed: set[str]) -> str | None:
    content = node.get("content", [])
    if not isinstance(content, list):
        return f"content of {node['type']} is not a list"
    return next(
        (error for child in content if (error := _find_error_in_node(child, allowed))), None
    )


def _find_error_in_node(node: object, allowed: set[str]) -> str | None:
    if not isinstance(node, dict) or node.get("type") not in allowed:
        return f"{node.get('type') if isinstance(node, dict) else node} is not allowed here"
    if node["type"] in BLOCKS:
        return _find_error_in_children(node, BLOCKS[node["type"]])
    if node["type"] == "text":
        return _find_error_in_text(node)
    # Jira rejects a mention without an account id: nobody could be notified.
    if node["type"] == "mention" and not (node.get("attrs") or {}).get("id"):
        return "a mention needs an id"
    return None


def _find_error_in_text(node: Json) -> str | None:
    if not isinstance(node.get("text"), str) or not node["text"]:
        return "a text node needs text"
    for mark in node.get("marks", []):
        if mark.get("type") not in MARKS:
            return f"mark {mark.get('type')} is not known"
        if mark["type"] == "link" and not (mark.get("attrs") or {}).get("href"):
            return "a link needs an href"
    return None


def plain_text(node: Json) -> str:
    """The text of a document, one line per block."""
    if node["type"] == "text":
        return str(node["text"])
    if node["type"] in ("mention", "status"):
        return str(node["attrs"].get("text", ""))
    inner = "".join(plain_text(child) for child in node.get("content", []))
    # One line end per block, however deeply the blocks are nested.
    block = node["type"] in BLOCKS or node["type"] == "hardBreak"
    return f"{inner}\n" if block and not inner.endswith("\n") else inner


def mentioned_ids(node: Json) -> list[str]:
    """Account ids of the people that a document mentions, in order."""
    own = [node["attrs"]["id"]] if node["type"] == "mention" else []
    return own + [id_ for child in node.get("content", []) for id_ in mentioned_ids(child)]


def text_to_document(text: str) -> Json:
    """A document from plain text: blank lines separate paragraphs, other line ends break lines."""
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return {"type": "doc", "version": 1, "content": [_paragraph(block) for block in blocks]}


def _paragraph(block: str) -> Json:
    content: list[Json] = []
    for line in block.strip("\n").split("\n"):
        if content:
            content.append({"type": "hardBreak"})
        if line:
            content.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": content}
