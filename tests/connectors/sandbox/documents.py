"""API paths and small documents that several tests use."""

from __future__ import annotations

from typing import Any

V3 = "/rest/api/3"
DATA = "/services/data/v62.0"


def document(*texts: str) -> dict[str, Any]:
    """An ADF document with one paragraph per text."""
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": text}]} for text in texts
    ]
    return {"type": "doc", "version": 1, "content": paragraphs}


def mentioning(account_id: str) -> dict[str, Any]:
    """A document that mentions one person."""
    mention = {"type": "mention", "attrs": {"id": account_id, "text": "@someone"}}
    paragraph = {"type": "paragraph", "content": [mention, {"type": "text", "text": " please"}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}
