"""How much a connection may take: of one answer, and of one run.

A tool in trouble, or somebody who answers in its place, may send a body without an end, one byte
every few seconds, or ever new pages. Such an answer is refused by measure and is not asked for
again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from connectors.base import ConnectionFailed, ConnectionSettings
from connectors.kit.clock import Clock

if TYPE_CHECKING:
    # Settings are read by every command, and most of them need no HTTP.
    import httpx

_MEGABYTE = 1_000_000


class RequestBudget(BaseModel):
    """`budget` of a connection: `answer_megabytes` (decompressed) and `answer_seconds` of one
    answer, `requests` and `hours` of one run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer_megabytes: int = Field(default=64, ge=1)
    answer_seconds: int = Field(default=300, ge=1)
    # Far above a first reading of a large site, far below what a loop does in a night.
    requests: int = Field(default=200_000, ge=1)
    hours: float = Field(default=6, gt=0)


class HttpConnectionSettings(ConnectionSettings):
    """What connections over HTTP have in common."""

    budget: RequestBudget = RequestBudget()


@dataclass
class BudgetExceeded(ConnectionFailed):
    """More was needed than the connection's `budget` allows; never worth an immediate retry."""


@dataclass
class Spending:
    """What a run has taken of its budget so far; shared by all threads of one client."""

    connection: str
    budget: RequestBudget
    clock: Clock
    requests: int = 0
    began: datetime = field(init=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def __post_init__(self) -> None:
        self.began = self.clock.now()

    def count_request(self) -> None:
        """Raises BudgetExceeded when the run has used up its requests or its time."""
        # `+=` reads and writes in two steps, between which another thread may count.
        with self._lock:
            self.requests += 1
        if self.requests > self.budget.requests:
            raise self._exceeded(f"one run needed more than {self.budget.requests:,} requests")
        if self.clock.now() - self.began > timedelta(hours=self.budget.hours):
            raise self._exceeded(f"one run took longer than {self.budget.hours:g} hours")

    def read_body(self, call: object, response: httpx.Response) -> bytes:
        """The whole decompressed body. Raises BudgetExceeded, and httpx.RequestError as it does.

        For its time see `deadline`.
        """
        size, parts = 0, []
        limit = self.budget.answer_megabytes * _MEGABYTE
        # Decompressed parts: a small compressed body may hold gigabytes.
        for part in response.iter_bytes():
            size += len(part)
            if size > limit:
                raise self._exceeded(
                    f"the answer to {call} is larger than {self.budget.answer_megabytes} MB"
                )
            parts.append(part)
        return b"".join(parts)

    def too_slow(self, call: object) -> BudgetExceeded:
        """The error where an answer, headers and body, is not complete in its time."""
        seconds = self.budget.answer_seconds
        return self._exceeded(f"the answer to {call} took longer than {seconds} seconds")

    def _exceeded(self, what: str) -> BudgetExceeded:
        return BudgetExceeded(
            self.connection,
            what,
            "What was read so far stays. Find out why the tool answers so much, or raise "
            f"`budget` of the connection {self.connection} in interlock.yaml.",
        )
