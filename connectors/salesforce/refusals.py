"""What a Salesforce error code means for the run, in words that help.

Codes: https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.base import ConnectionFailed
from connectors.http import RequestFailed

_LIMIT = "REQUEST_LIMIT_EXCEEDED"
_WINDOW = timedelta(hours=24)
_HIDDEN = {"INVALID_FIELD", "INVALID_TYPE"}
_SHOW_IT = (
    "Give the user of this connection read access to it (object permissions and field-level "
    "security), or correct interlock.yaml."
)


def error_codes(answer: Any) -> set[str]:
    """The `errorCode`s of an answer, which is a list of errors."""
    parts = answer if isinstance(answer, list) else []
    return {str(part.get("errorCode")) for part in parts if isinstance(part, dict)}


@contextmanager
def explained() -> Iterator[None]:
    """Let errors pass, with Salesforce's own remedy where its code tells more than a status."""
    try:
        yield
    except RequestFailed as error:
        codes = error_codes(error.answer)
        if _LIMIT in codes:
            raise _spent(error.connection) from error
        if codes & _HIDDEN:
            error.remedy = _SHOW_IT
        raise


def ends_the_run(error: RequestFailed) -> bool:
    """Whether further requests would fail alike: signed out, or the tool cannot be reached."""
    return error.transient or error.status in (None, 401)


def _spent(connection: str) -> ConnectionFailed:
    """The daily limit counts the calls of the last 24 hours, so it frees itself bit by bit."""
    free = datetime.now(UTC) + _WINDOW
    return ConnectionFailed(
        connection,
        "the org's API calls of the last 24 hours are used up (REQUEST_LIMIT_EXCEEDED)",
        f"All of them are free again by {free:%Y-%m-%d %H:%M} UTC at the latest; the next sync "
        "goes on where this one stopped.",
    )
