"""What a connector is: the three things it may do (pull, map, comment), and a check before.

A connector is made from its settings by `open_connector` in its package. It holds no state of
the sync: cursors come in and go out as JSON, so any step can be killed and run again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from model.comment_content import CommentChange, Outcome, PostedComment, Target
from model.records import Mapped, Problem, Ref, State

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
Cursor = dict[str, JsonValue]
"""Where a stream goes on; opaque to all but its connector. Stored as JSON."""


class ConnectionSettings(BaseModel):
    """One entry below `connections` in interlock.yaml; each connector adds its own fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tool: str
    function: str
    """The function whose records these are, where nothing more precise is said."""
    pool: int = 1
    schedule: str | None = None


@dataclass(frozen=True, slots=True)
class Lookups:
    """What mapping needs to know of the operating model, prepared for one connection.

    `statuses` maps the tool's own status, in lower case, to the shared state.
    `functions` are the ids that exist; `initiatives` maps a label (lower case) to an initiative
    id, `wbs` maps a WBS prefix to one.
    """

    statuses: Mapping[str, State] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()
    initiatives: Mapping[str, str] = field(default_factory=dict)
    wbs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as the tool said it, word for word, as JSON text."""

    native_id: str
    payload: str


@dataclass(frozen=True, slots=True)
class Page:
    """A step of a pull: what it brought and where to go on once that is committed.

    `problems` are what could not even be landed. `snapshot_ids`, on the last page of a complete
    sweep, names every native id that exists now: what the warehouse holds beyond it is gone
    from the tool (`gone_reason` says whether it was deleted or can no longer be seen). `deleted`
    are native ids beyond it which the tool itself reports as deleted, whatever the `gone_reason`.
    """

    records: tuple[RawRecord, ...]
    cursor: Cursor
    problems: tuple[Problem, ...] = ()
    snapshot_ids: frozenset[str] | None = None
    deleted: frozenset[str] = frozenset()
    gone_reason: str = "deleted"


@dataclass(frozen=True, slots=True)
class AccessProblem:
    """Something `check` found missing: what, and what to do. `blocking` stops a sync."""

    what: str
    remedy: str
    blocking: bool = True


class Connector(Protocol):
    """The face every tool shows to the pipelines."""

    name: str
    """The connection's name in interlock.yaml."""

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of what it pulls, in order: `("issues", "versions")`."""
        ...

    def check(self) -> list[AccessProblem]:
        """Look whether everything needed can be reached and seen; never raises for bad access."""
        ...

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Yield what changed since `cursor` (all of it without one).

        Raises ConnectionFailed when the tool cannot be read any further; pages yielded before
        stay good.
        """
        ...

    def map(self, stream: str, landed: RawRecord, observed_at: datetime) -> Mapped:
        """Turn a landed record into shared records; pure, and never raises for bad data.

        `observed_at` is when this content was first landed, for tools that keep no dates of
        change themselves.
        """
        ...

    def find_comments(self, targets: Sequence[Target]) -> list[PostedComment]:
        """Our own comments on these records, by their markers."""
        ...

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        """Carry the changes out, yielding one outcome a change as soon as it is known.

        A create whose answer was lost is looked for before it is tried again: the outcome is
        one comment. Nothing is raised for a single refused change.
        """
        ...

    def close(self) -> None: ...


@dataclass
class ConnectionFailed(Exception):
    """A tool cannot be read or written further: what happened, where, and what to do next."""

    connection: str
    reason: str
    remedy: str
    record: Ref | None = None

    def __str__(self) -> str:
        about = f" ({self.record})" if self.record else ""
        return f"{self.connection}{about}: {self.reason.rstrip('.')}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """What a connector is given beside its settings: its name, secrets, place and lookups.

    `secrets` are the values of the environment variables that the settings name, `home` is the
    instance folder against which relative paths are read.
    """

    name: str
    home: Path
    environment: Mapping[str, str] = field(repr=False)
    lookups: Lookups = field(default_factory=Lookups)
