"""A limit on the answers to libraries that speak HTTP through `requests`, which has none itself."""

from __future__ import annotations

import time
from typing import Any

import requests
from requests.adapters import HTTPAdapter

_MOST_BYTES = 64 * 1024 * 1024
_MOST_SECONDS = 120.0
_CHUNK = 16 * 1024
"""Small, because a compressed chunk may become a thousand times as long."""


class AnswerTooLarge(requests.RequestException):
    """An answer beyond the limit of bytes, also after decompression, or of time."""


class BoundedAdapter(HTTPAdapter):
    """Reads each answer whole before it is handed over, up to the limits; mount it on a session."""

    def __init__(self, most_bytes: int = _MOST_BYTES, most_seconds: float = _MOST_SECONDS) -> None:
        self._most_bytes, self._most_seconds = most_bytes, most_seconds
        super().__init__()

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        """The answer, read to its end; raises AnswerTooLarge."""
        ends = time.monotonic() + self._most_seconds
        response = super().send(request, *args, **{**options, "stream": True})
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > self._most_bytes or time.monotonic() > ends:
                response.close()
                raise AnswerTooLarge(
                    f"the answer is larger than {self._most_bytes >> 20} MB, or takes longer than "
                    f"{self._most_seconds:.0f} s"
                )
        response._content = bytes(body)
        return response


def bound_answers(session: requests.Session) -> None:
    """Put the limits on all answers to a session."""
    for scheme in ("https://", "http://"):
        session.mount(scheme, BoundedAdapter())
