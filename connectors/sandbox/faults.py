"""Faults that can be switched on while the sandbox runs, and the log of what was asked.

A fault is a rule: the requests it matches, what goes wrong, and how often. The rules of one
tool are tried in the order they were added; the first that matches a request is carried out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Kind = Literal["latency", "429", "5xx", "drop_after", "truncate", "stale_search", "expire_token"]


class Fault(BaseModel):
    """One rule, as POSTed to `/_sandbox/faults`."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    match: str = ".*"
    """Regular expression searched in "METHOD /path", as in `POST /rest/api/3/issue/.*/comment`."""
    times: int | None = Field(default=None, ge=1)
    """How many requests it hits before it is used up; None: until it is cleared."""
    after: int = Field(default=0, ge=0)
    """How many matching requests pass unharmed first."""
    seconds: float = Field(default=1.0, ge=0, le=60)
    """How long `latency` waits."""
    status: int | None = None
    """Status of `429` (429 in Jira, 403 in Salesforce) and of `5xx` (503)."""
    retry_after: int | None = None
    """Seconds in the Retry-After header, which is left out when None."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Further headers, such as `RateLimit-Reason`."""

    @field_validator("match")
    @classmethod
    def _compiles(cls, match: str) -> str:
        try:
            re.compile(match)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return match

    def hits(self, method: str, path: str) -> bool:
        """Whether this request is hit; counts it if so. A stale search is a state, not a hit."""
        if self.kind == "stale_search" or not re.search(self.match, f"{method} {path}"):
            return False
        if self.after:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    @property
    def used_up(self) -> bool:
        return self.times == 0

    def response_headers(self) -> dict[str, str]:
        waiting = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return waiting | self.headers


@dataclass
class Faults:
    """The faults of one tool that are switched on."""

    rules: list[Fault] = field(default_factory=list)

    def for_request(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request. Faults that are used up go away."""
        found = next((rule for rule in self.rules if rule.hits(method, path)), None)
        self.rules = [rule for rule in self.rules if not rule.used_up]
        return found


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the log keeps it; `status` is 0 when the connection was dropped."""

    method: str
    path: str
    query: str
    status: int
