"""What connectors over HTTP do alike: checking access, commenting or refusing to, closing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from connectors.base import (
    AccessProblem,
    ConnectionFailed,
    ConnectorContext,
    Cursor,
    Page,
    RawRecord,
    ReplyPage,
)
from connectors.kit.client import HttpClient
from connectors.kit.comments import HttpComments
from connectors.kit.known_functions import unknown_functions
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange, Target
from model.records import Mapped


class HttpConnector(ABC):
    """A `connectors.base.Connector` whose subclass pulls, maps, and looks for access problems.

    `functions` are those that the connection's settings name. Without `comments` the tool is only
    read, and every change is refused.
    """

    def __init__(
        self,
        context: ConnectorContext,
        client: HttpClient,
        functions: Iterable[str],
        comments: HttpComments | None = None,
    ) -> None:
        self.name = context.name
        self.client = client
        self.lookups = context.lookups
        self._functions = frozenset(functions)
        self._comments = comments

    @property
    @abstractmethod
    def streams(self) -> tuple[str, ...]: ...

    @abstractmethod
    def find_access_problems(self) -> Iterable[AccessProblem]:
        """What is missing, beside functions; may raise ConnectionFailed."""

    @abstractmethod
    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]: ...

    @abstractmethod
    def map(self, stream: str, raw: RawRecord, observed_at: datetime) -> Mapped: ...

    def check(self) -> list[AccessProblem]:
        # Before the tool is asked: a wrong function is reported even while the tool cannot be
        # reached.
        unknown = unknown_functions(self.name, self._functions, self.lookups.functions)
        try:
            return [*self.find_access_problems(), *unknown]
        except ConnectionFailed as error:
            return [AccessProblem(error.reason, error.remedy), *unknown]

    def comment_obstacle(self, target: Target) -> str | None:
        return self._comments.why_without(target) if self._comments else f"{self.name} is only read"

    def find_comments(self, targets: Sequence[Target]) -> list[PostedComment]:
        return self._comments.find_all(targets) if self._comments else []

    def find_replies(
        self,
        targets: Sequence[Target],  # noqa: ARG002
        cursor: Cursor | None,  # noqa: ARG002
        now: datetime,  # noqa: ARG002
    ) -> Iterator[ReplyPage]:
        return iter(())

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        if self._comments:
            return self._comments.apply(changes)
        return (self._refuse(change) for change in changes)

    def close(self) -> None:
        self.client.close()

    def _refuse(self, change: CommentChange) -> RefusedChange:
        return RefusedChange(
            change,
            f"{self.name} is only read: its tool takes no comments from Interlock",
            "Comment on the record's counterpart in another tool, or tell its owner.",
            retryable=False,
        )
