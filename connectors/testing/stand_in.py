"""What a connector's author provides so that its contract can be tested."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from connectors.base import Connector, Tool
from model.comment_content import PostedComment


class StandIn(ABC):
    """A tool that runs for a test, with a few records in it: at least three, on several pages
    where it has pages.
    """

    tool: Tool
    stream: str
    """The stream whose records are tested."""
    has_comments: bool = True
    """False for a tool that takes no comments; its connector then refuses every change."""
    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    """The instant of all pulls; the real one for a stand-in that has a clock of its own."""
    deletions_seen_after: timedelta = timedelta(0)
    """How much later a pull has to be so that it notices a deletion."""

    @abstractmethod
    def connect(self, secret: str | None = None) -> Connector:
        """A new connector to it, whose clock never really sleeps.

        `secret` replaces the right one. A tool without secrets ignores it.
        """

    @abstractmethod
    def native_ids(self) -> Collection[str]:
        """The native ids of all records that the stream has now."""

    @abstractmethod
    def rename(self, native_id: str, title: str) -> None:
        """Give a record another title, as a person would."""

    @abstractmethod
    def delete(self, native_id: str) -> None:
        """Delete a record, as a person would."""

    def comment_count(self, native_id: str) -> int:
        """How many comments stand on a record, read past the connector."""
        raise NotImplementedError

    def lose_next_answer(self) -> bool:
        """Let the next write of a comment take effect and lose its answer.

        False for a tool whose writes have no answers, such as a file.
        """
        return False

    def reply(self, posted: PostedComment, words: str) -> None:
        """Answer a comment of ours, as a person would: `ack because it fits`.

        The stand-in puts `/interlock` in front where replies begin with it.
        """
        raise NotImplementedError

    def edit_reply(self, posted: PostedComment, words: str) -> None:
        """Change the only answer to a comment of ours, as its author would."""
        raise NotImplementedError

    def break_replies(self) -> bool:
        """Let the tool answer every further request for replies with something that is not its own.

        False for a tool that is read without requests.
        """
        return False
