"""What a connector is: it pulls, maps and comments; and `Tool`, by which a package declares one.

A connector is made from its settings by its tool's `open`. It holds no state of the sync: cursors
come in and go out as JSON, so any step can be killed and run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from connectors.masking import mask_secrets
from model.comment_content import (
    DEFAULT_FORM,
    CommentChange,
    CommentForm,
    Outcome,
    PostedComment,
    Target,
)
from model.keys import ToolReferences
from model.operating_model.lookups import ConnectionLookups
from model.records import Mapped, Problem, Ref
from model.replies.reply import Reply

if TYPE_CHECKING:
    from connectors.kit.conventions import HttpConventions

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
Cursor = dict[str, JsonValue]
"""Where a stream goes on; opaque to all but its connector. Stored as JSON."""


class ConnectionSettings(BaseModel):
    """One entry below `connections` in interlock.yaml; each tool adds its own fields."""

    # A misspelt key would otherwise be ignored, and its default used without a word.
    model_config = ConfigDict(extra="forbid", frozen=True)

    tool: str
    function: str
    """The function whose records these are, where nothing more precise is known."""
    schedule: str | None = None
    fresh_for: float | None = Field(default=None, gt=0, le=8760)
    """Hours for which its data count as fresh; otherwise that of the deployment."""
    reread_days: int = Field(default=7, gt=0)
    """How often everything is read again, whatever the tool says has changed."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One record as the tool answered it, verbatim, as JSON text."""

    native_id: str
    payload: str


@dataclass(frozen=True, slots=True)
class Page:
    """A step of a pull: its records, and where to go on once they are committed.

    `problems` are what could not even be landed. `snapshot_ids`, on the last page of a complete
    reading, are all native ids that exist now: records of the warehouse beyond them are gone from
    the tool (`gone_reason` says whether they were deleted or can no longer be seen). `deleted` are
    native ids that the tool itself reports as deleted, whatever the `gone_reason`.
    """

    records: tuple[RawRecord, ...]
    cursor: Cursor
    problems: tuple[Problem, ...] = ()
    snapshot_ids: frozenset[str] | None = None
    deleted: frozenset[str] = frozenset()
    gone_reason: str = "deleted"


@dataclass(frozen=True, slots=True)
class ReplyPage:
    """A step of reading replies, and where to go on once they are stored."""

    replies: tuple[Reply, ...]
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class AccessProblem:
    """Something that `check` found missing, and what to do. `blocking` stops a sync."""

    what: str
    remedy: str
    blocking: bool = True


class Connector(Protocol):
    """What the pipelines ask of every tool. `connectors.testing` tests these promises."""

    name: str
    """The connection's name in interlock.yaml."""

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of what it pulls, in order: `("issues", "versions")`."""
        ...

    def check(self) -> list[AccessProblem]:
        """Look whether all that is needed can be reached and seen; never raises for bad access."""
        ...

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Yield what changed since `cursor` (all of it without one); `now` is in UTC.

        Raises ConnectionFailed when the tool cannot be read any further; pages yielded before
        stay good.
        """
        ...

    def map(self, stream: str, raw: RawRecord, observed_at: datetime) -> Mapped:
        """Turn a raw record into shared records; pure, and never raises for bad data.

        `observed_at` is when this content was first landed, for tools that keep no dates of
        change themselves.
        """
        ...

    def comment_obstacle(self, target: Target) -> str | None:
        """Why this kind of record takes no comment at all: `Jira has no comments on a release`.

        None where it takes them. Nothing is asked of the tool, and neither `find_comments` nor
        `apply` is called for a record with an obstacle.
        """
        ...

    def find_comments(self, targets: Sequence[Target]) -> list[PostedComment]:
        """Our own comments on these records, by their markers."""
        ...

    def find_replies(
        self, targets: Sequence[Target], cursor: Cursor | None, now: datetime
    ) -> Iterator[ReplyPage]:
        """Yield what people wrote to Interlock since `cursor`: replies on `targets`, the records
        that carry our comments, and `/interlock` on any other record the connection reads.

        A reply may be yielded again; our own comments never are. Raises ConnectionFailed.
        """
        ...

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        """Carry the changes out, yielding one outcome per change as soon as it is known.

        A create whose answer was lost is looked for before it is tried again, so that exactly one
        comment results. Nothing is raised for a single refused change.
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

    def __post_init__(self) -> None:
        # Tools repeat a wrong token in their answers, and libraries an address with its query.
        self.reason = mask_secrets(self.connection, self.reason)
        self.remedy = mask_secrets(self.connection, self.remedy)
        # `args` are what was passed, which Python pickles and prints.
        self.args = tuple(mask_secrets(self.connection, value) for value in self.args)

    def __str__(self) -> str:
        about = f" ({self.record})" if self.record else ""
        return f"{self.connection}{about}: {self.reason.rstrip('.')}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class ConnectorContext:
    """What a connector is given beside its settings: its name, secrets, folder and lookups.

    `environment` has the values of the environment variables that the settings name, `home` is the
    instance folder against which relative paths are read.
    """

    name: str
    home: Path
    environment: Mapping[str, str] = field(repr=False)
    lookups: ConnectionLookups = field(default_factory=ConnectionLookups)


def open_with(function: str) -> Callable[[Any, ConnectorContext], Connector]:
    """`open_connector(settings, context)` or a connector's class, by module and name: `a.b:name`.

    The module is imported at the first use, so a declaration imports no library of its tool.
    """
    module, _, name = function.partition(":")

    def open_connector(settings: Any, context: ConnectorContext) -> Connector:
        connector: Connector = getattr(import_module(module), name)(settings, context)
        return connector

    return open_connector


@dataclass(frozen=True, slots=True)
class Tool:
    """All that Interlock knows of a tool, declared once by the package that connects it.

    A package publishes it as an entry point of the group `interlock.connectors`, named like the
    word after `tool:`. The module that holds it is imported by every command, so it imports no
    library of its tool; `open` does (see `open_with`).

    `mapping_version` is raised whenever the same raw record maps to something else: all records
    are then mapped again from landing. `references` are how people write the tool's records in
    other tools. `addresses` are those below which people find the records of a connection with
    these settings; the first one stands for all. `http` is what its API's errors and limits mean,
    for a tool that is reached over HTTP, and `comment_form` what its comments should be like.
    `example` is the entry of interlock.yaml that `interlock init` offers, indented as below
    `connections:`, and `permissions` says in Markdown what the account needs and why.
    """

    name: str
    title: str
    settings: type[ConnectionSettings]
    open: Callable[[Any, ConnectorContext], Connector]
    mapping_version: int
    example: str
    permissions: str
    references: ToolReferences = field(default_factory=ToolReferences)
    addresses: Callable[[Any], tuple[str, ...]] = lambda _settings: ()
    http: HttpConventions | None = None
    comment_form: CommentForm = DEFAULT_FORM
