"""How one request can fail. Both errors survive pickling, since Dagster moves them between
processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.base import ConnectionFailed
from connectors.masking import mask_secrets


@dataclass
class RequestFailed(ConnectionFailed):
    """A request that failed for good.

    `status` is the HTTP status (None: the tool could not be reached; 429: any refusal for too
    many requests, whatever its status was). `answer` is the body where it was JSON. `transient`
    means that a later run may succeed: the tool is down, busy, or sent half an answer.
    """

    status: int | None = None
    answer: Any = field(default=None, repr=False)
    transient: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.answer = mask_secrets(self.connection, self.answer)


@dataclass
class AnswerLost(ConnectionFailed):
    """A write that may or may not have taken effect; look for its effect before repeating it."""
