"""What can go wrong with one request, and how a tool words its refusal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from connectors.base import ConnectionFailed

_LONGEST_QUOTE = 300


@dataclass
class RequestFailed(ConnectionFailed):
    """A request that failed for good: the tool's `status` (None: it could not be reached).

    `answer` is the tool's own error, parsed where it was JSON. `transient` is what another run
    may well get past: the tool is down, busy, or sent half an answer.
    """

    status: int | None = None
    answer: Any = field(default=None, repr=False)
    transient: bool = False


@dataclass
class AnswerLost(ConnectionFailed):
    """A write of which nobody knows whether it took effect; look for the effect first."""


def error_body(response: httpx.Response) -> Any:
    """The tool's own error where it is JSON, else None."""
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return None


def said(answer: Any) -> str:
    """The tool's own words: Jira's `errorMessages` and `errors`, Salesforce's list of messages."""
    parts = answer if isinstance(answer, list) else [answer]
    words = [word for part in parts if isinstance(part, dict) for word in _words(part)]
    return "; ".join(words)[:_LONGEST_QUOTE]


def _words(part: dict[str, Any]) -> list[str]:
    named = part.get("errors")
    fields = [f"{name}: {text}" for name, text in named.items()] if isinstance(named, dict) else []
    single = [part.get(name) for name in ("errorCode", "error", "message", "error_description")]
    return [str(word) for word in (*(part.get("errorMessages") or ()), *fields, *single) if word]
