"""The comments of a connection over HTTP: what is the same for every tool that takes them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from connectors.kit.answers import UnexpectedAnswer, describe
from connectors.kit.clock import Clock
from connectors.kit.exceptions import AnswerLost, RequestFailed
from connectors.kit.posting import apply_change
from connectors.kit.stream_records import read_id
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange, Target


class HttpComments(ABC):
    """A `CommentStore` whose subclass only lists, writes and deletes comments of one record.

    `remedies` says by status what to do about a refusal that concerns one comment; any other
    failure concerns the whole connection. With a status of `not_visible` a record cannot be seen,
    so it shows no comments.
    """

    remedies: ClassVar[Mapping[int, str]] = {}
    not_visible: Collection[int] = frozenset({403, 404})

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    @property
    def looks_before_create(self) -> bool:
        return True

    @abstractmethod
    def find(self, target: Target) -> list[PostedComment]: ...

    @abstractmethod
    def create(self, change: CommentChange) -> PostedComment: ...

    @abstractmethod
    def edit(self, change: CommentChange, comment_id: str) -> PostedComment: ...

    @abstractmethod
    def delete(self, target: Target, comment_id: str) -> None: ...

    def confirm(self, change: CommentChange, posted: PostedComment) -> Outcome:  # noqa: ARG002
        return posted

    def remedy(self, change: CommentChange, error: RequestFailed) -> str | None:  # noqa: ARG002
        # One record whose comments cannot be read or written is left out; the others go on.
        if isinstance(error, UnexpectedAnswer):
            return error.remedy
        return self.remedies.get(error.status) if error.status else None

    def why_without(self, target: Target) -> str | None:  # noqa: ARG002
        """Why the tool has no comments on such a record; None where it has."""
        return None

    def find_all(self, targets: Sequence[Target]) -> list[PostedComment]:
        """Our comments on these records; one that cannot be seen has none.

        Raises ConnectionFailed when the tool cannot be read.
        """
        visible = (target for target in targets if self.why_without(target) is None)
        return [posted for target in visible for posted in self._find_visible(target)]

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        """One outcome per change; raises ConnectionFailed when the tool accepts none any more."""
        return (self._apply(change) for change in changes)

    def _apply(self, change: CommentChange) -> Outcome:
        if reason := self.why_without(change.target):
            remedy = "Comment on one of its issues."
            return RefusedChange(change, reason, remedy, retryable=False)
        return apply_change(self, change, self.clock)

    def _find_visible(self, target: Target) -> list[PostedComment]:
        try:
            return self.find(target)
        except UnexpectedAnswer:
            # Whatever is to be written here is then looked for again, and refused with the reason;
            # without that look, a second comment would be written.
            if self.looks_before_create:
                return []
            raise
        except RequestFailed as error:
            # A record that was moved or locked away takes none of the others' comments with it.
            if error.status in self.not_visible:
                return []
            raise


def as_written(change: CommentChange, comment_id: str, url: str | None = None) -> PostedComment:
    """The comment of a change as it stands once the tool accepted it."""
    content = change.content
    return PostedComment(change.target.ref, content.conflict_id, comment_id, content.digest, url)


def written_id(connection: str, answer: Any) -> str:
    """The id of a comment in the answer to its creation.

    Raises AnswerLost for an answer that names none: the comment was accepted all the same.
    """
    comment_id = read_id(answer.get("id")) if isinstance(answer, dict) else None
    if comment_id is None:
        raise AnswerLost(
            connection,
            f"the answer to a new comment should name its id, and holds {describe(answer)}",
            "It may have been written; the next run looks before it writes again.",
        )
    return comment_id
