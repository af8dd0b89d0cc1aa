"""Faults that can be injected while the sandbox runs, and the entries of its request log.

A fault says which requests it applies to, what goes wrong, and how often. The faults of one tool
are tried in the order in which they were added; the first that matches a request is injected.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

FaultKind = Literal[
    "latency", "429", "5xx", "drop_after", "truncate", "stale_search", "expire_token"
]


class Fault(BaseModel):
    """One fault, as POSTed to `/_sandbox/faults`."""

    model_config = ConfigDict(extra="forbid")

    kind: FaultKind
    match: str = ".*"
    """Regular expression searched in "METHOD /path", as in `POST /rest/api/3/issue/.*/comment`."""
    times: int | None = Field(default=None, ge=1)
    """Number of requests to which it applies; None: all, until it is cleared."""
    after: int = Field(default=0, ge=0)
    """Number of matching requests that pass unchanged first."""
    seconds: float = Field(default=1.0, ge=0, le=60)
    """Delay of `latency`."""
    status: int | None = None
    """HTTP status of `429` (default: 429 in Jira, 403 in Salesforce) and of `5xx` (503)."""
    retry_after: int | None = None
    """Seconds in the Retry-After header; None: no such header."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Further headers, such as `RateLimit-Reason`."""

    @field_validator("match")
    @classmethod
    def _check_pattern(cls, match: str) -> str:
        try:
            re.compile(match)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return match

    def take_request(self, method: str, path: str) -> bool:
        """Whether the fault applies to this request, which is counted if so."""
        # A stale search is a state of the tool from its addition until it is cleared.
        if self.kind == "stale_search" or not re.search(self.match, f"{method} {path}"):
            return False
        # Requests that pass first count only if they match.
        if self.after:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    @property
    def is_used_up(self) -> bool:
        return self.times == 0

    def response_headers(self) -> dict[str, str]:
        retry = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return retry | self.headers


@dataclass
class ActiveFaults:
    """The faults of one tool, in the order in which they were added."""

    rules: list[Fault] = field(default_factory=list)

    def for_request(self, method: str, path: str) -> Fault | None:
        """The fault that applies to this request; removes those that are used up."""
        fault = next((rule for rule in self.rules if rule.take_request(method, path)), None)
        self.rules = [rule for rule in self.rules if not rule.is_used_up]
        return fault


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """An entry of the request log; `status` is 0 when the connection was dropped."""

    method: str
    path: str
    query: str
    status: int
