"""How one tool's HTTP API words its errors and limits, as data for the shared client.

The defaults suit APIs that follow the common practice: RFC 9457 problem details or a `message`,
status 429 or a 403 with rate limit headers, limits counted by endpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from connectors.base import ConnectionFailed
from connectors.kit.exceptions import RequestFailed

EVERYTHING = "*"
"""The pause scope that concerns all requests of a client."""

# A tool may answer with a whole page; an error stays readable in a log.
_LONGEST_QUOTE = 300
_MESSAGE_FIELDS = ("error", "title", "message", "detail", "error_description")

Headers = Mapping[str, str]
"""Response headers; looked up in any case."""


def parse_error_body(content: bytes) -> Any:
    """The body of an error answer where it is JSON, else None."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def error_text(answer: Any) -> str:
    """The messages of an error body, joined, at most 300 characters.

    Reads one object or a list of them: the fields of RFC 9457 and OAuth 2.0 errors, `message`,
    and `errors` as a list of texts or objects.
    """
    parts = answer if isinstance(answer, list) else [answer]
    words = [word for part in parts if isinstance(part, dict) for word in _messages(part)]
    return quote(words)


def quote(words: list[str]) -> str:
    """Messages of a tool as one text short enough for a log line."""
    return "; ".join(dict.fromkeys(words))[:_LONGEST_QUOTE]


def _messages(part: Mapping[str, Any]) -> list[str]:
    words = [str(part[name]) for name in _MESSAGE_FIELDS if isinstance(part.get(name), str)]
    if isinstance(nested := part.get("error"), dict):
        words += _messages(nested)
    errors = part.get("errors")
    for error in errors if isinstance(errors, list) else ():
        words += _messages(error) if isinstance(error, dict) else [str(error)]
    return [word for word in words if word]


def is_rate_limited(status: int, headers: Headers, answer: Any) -> bool:
    """Whether a refusal is for too many requests.

    Some APIs use 403 for it and tell only by their headers or text, GitHub among them:
    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    if status != 403:
        return status == 429
    is_spent = headers.get("X-RateLimit-Remaining") == "0"
    return is_spent or "Retry-After" in headers or "rate limit" in error_text(answer).lower()


def path_scope(headers: Headers, path: str) -> str:  # noqa: ARG001
    """Limits are counted by endpoint, so only the requested path pauses."""
    return path


def everything_scope(headers: Headers, path: str) -> str:  # noqa: ARG001
    """Limits are counted by account, so every request pauses."""
    return EVERYTHING


def _unchanged(error: RequestFailed) -> ConnectionFailed:
    return error


@dataclass(frozen=True, slots=True)
class HttpConventions:
    """What a tool's errors and limits mean.

    `read_error` turns an error body into text for people; `remedies` says by status what a person
    can do; `explain` may replace an error whose code says more than its status; `is_rate_limited`
    recognises refusals for too many requests from status, headers and body; `pause_scope` names
    what has to pause then: a path, or `EVERYTHING`.
    """

    read_error: Callable[[Any], str] = error_text
    remedies: Mapping[int, str] = field(default_factory=dict)
    explain: Callable[[RequestFailed], ConnectionFailed] = _unchanged
    is_rate_limited: Callable[[int, Headers, Any], bool] = is_rate_limited
    pause_scope: Callable[[Headers, str], str] = path_scope
