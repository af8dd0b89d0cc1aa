"""What a Salesforce error code means for the run, and what a person can do about it.

Codes: https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from connectors.base import ConnectionFailed
from connectors.kit.conventions import quote
from connectors.kit.exceptions import RequestFailed

_LIMIT = "REQUEST_LIMIT_EXCEEDED"
_DAILY = "the org's API calls of the last 24 hours"
_HIDDEN = {"INVALID_FIELD", "INVALID_TYPE"}
_SHOW_IT = (
    "Give the user of this connection read access to it (object permissions and field-level "
    "security), or correct interlock.yaml."
)


def read_error(answer: Any) -> str:
    """The REST API answers with a list of `errorCode` and `message`, OAuth with an object."""
    parts = answer if isinstance(answer, list) else [answer]
    names = ("errorCode", "error", "message", "error_description")
    return quote(
        [str(part[n]) for part in parts if isinstance(part, dict) for n in names if part.get(n)]
    )


def error_codes(answer: Any) -> set[str]:
    """The `errorCode`s of an answer, which is a list of errors."""
    parts = answer if isinstance(answer, list) else []
    return {str(part.get("errorCode")) for part in parts if isinstance(part, dict)}


def explain(error: RequestFailed) -> ConnectionFailed:
    """The error with Salesforce's own remedy where its code says more than a status."""
    codes = error_codes(error.answer)
    if _LIMIT in codes:
        return _limit_reached(error)
    if codes & _HIDDEN:
        error.remedy = _SHOW_IT
    return error


@contextmanager
def explained() -> Iterator[None]:
    """Explain errors of requests that do not go through the shared HTTP client."""
    try:
        yield
    except RequestFailed as error:
        raise explain(error) from error


def ends_the_run(error: RequestFailed) -> bool:
    """Whether other requests would fail alike: signed out, limited, or the tool is away."""
    return error.transient or error.status in (None, 401) or _LIMIT in error_codes(error.answer)


def _limit_reached(error: RequestFailed) -> ConnectionFailed:
    """A limit counts the calls of a moving window, so it frees itself bit by bit.

    The org's daily limit is reported with 403, Chatter's hourly one for each user and app by 503:
    https://developer.salesforce.com/docs/atlas.en-us.chatterapi.meta/chatterapi/intro_rate_limits.htm
    """
    hourly = error.status == HTTPStatus.SERVICE_UNAVAILABLE
    what = "this user's Chatter calls of the last hour" if hourly else _DAILY
    free = datetime.now(UTC) + timedelta(hours=1 if hourly else 24)
    return ConnectionFailed(
        error.connection,
        f"{what} are used up ({_LIMIT})",
        f"All of them are free again by {free:%Y-%m-%d %H:%M} UTC at the latest; the next sync "
        "goes on where this one stopped.",
    )
