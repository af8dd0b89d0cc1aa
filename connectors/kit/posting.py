"""Exactly one comment per conflict and record, also when answers are lost.

A write whose answer was lost may have taken effect, and the tools have no idempotency keys. So
the comment is looked for by its marker before the write is tried again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from connectors.kit.clock import Clock
from connectors.kit.exceptions import AnswerLost, RequestFailed
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange, Target

# Each with a look before it; more would hold up the comments of all other conflicts.
ATTEMPTS = 3
SETTLING_SECONDS = 2.0
"""How long after a lost answer to wait before looking whether the write took effect."""

_T = TypeVar("_T")


class CommentStore(Protocol):
    """The comments of one connection, as its tool keeps them.

    All methods raise RequestFailed; the writing ones AnswerLost besides.
    """

    @property
    def looks_before_create(self) -> bool:
        """Whether a comment is looked for before the first attempt, too: one request more per new
        comment, which also guards against two syncs at once."""
        ...

    def find(self, target: Target) -> list[PostedComment]:
        """Our comments on a record, oldest first."""
        ...

    def create(self, change: CommentChange) -> PostedComment: ...

    def edit(self, change: CommentChange, comment_id: str) -> PostedComment: ...

    def delete(self, target: Target, comment_id: str) -> None: ...

    def confirm(self, change: CommentChange, posted: PostedComment) -> Outcome:
        """A last look at what is posted now: the comment, or why it had to be taken back."""
        ...

    def remedy(self, change: CommentChange, error: RequestFailed) -> str | None:
        """What to do about a refusal of this change; None where every other would fail alike."""
        ...


def apply_change(store: CommentStore, change: CommentChange, clock: Clock) -> Outcome:
    """Create or edit one comment.

    Raises ConnectionFailed when the tool accepts no change any more.
    """
    try:
        posted = _Posting(store, change, clock).post()
        return store.confirm(change, posted)
    except AnswerLost as error:
        return RefusedChange(change, error.reason, error.remedy)
    except RequestFailed as error:
        remedy = store.remedy(change, error)
        if remedy is None:
            raise
        return RefusedChange(change, error.reason, remedy)


@dataclass(frozen=True, slots=True)
class _Posting:
    """One change on its way into the tool."""

    store: CommentStore
    change: CommentChange
    clock: Clock

    def post(self) -> PostedComment:
        if self.change.posted:
            existing = self._find(keep=self.change.posted.comment_id)
            # A comment that a person deleted is edited in vain, which the tool then reports.
            return self._edit(existing.comment_id if existing else self.change.posted.comment_id)
        # Found where an earlier run wrote it and was killed before it could note that.
        existing = self._find() if self.store.looks_before_create else None
        return self._adopt(existing) if existing else self._create()

    def _create(self) -> PostedComment:
        existing = self._try_until_seen(lambda: self.store.create(self.change), lambda _: True)
        return self._adopt(existing)

    def _adopt(self, existing: PostedComment) -> PostedComment:
        """Use a comment that is there already, with the wanted content."""
        if existing.digest == self.change.content.digest:
            return existing
        return self._edit(existing.comment_id)

    def _edit(self, comment_id: str) -> PostedComment:
        return self._try_until_seen(
            lambda: self.store.edit(self.change, comment_id),
            lambda existing: existing.digest == self.change.content.digest,
        )

    def _try_until_seen(
        self, write: Callable[[], PostedComment], is_done: Callable[[PostedComment], bool]
    ) -> PostedComment:
        """Write; after a lost answer look for the effect, and write again only without it."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return write()
            except AnswerLost as lost:
                existing = self._look_after(lost)
                if existing and is_done(existing):
                    return existing
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def _look_after(self, lost: AnswerLost) -> PostedComment | None:
        """Our comment as it stands now; raises `lost` where it cannot be looked for."""
        # The tool may still be working on the write whose answer was lost.
        self.clock.sleep(SETTLING_SECONDS)
        try:
            return self._find()
        except RequestFailed as error:
            if self.store.remedy(self.change, error) is None:
                raise
            # Writing again without having looked could make a second comment.
            raise lost from error

    def _find(self, keep: str | None = None) -> PostedComment | None:
        """Our comment for this conflict; of several, `keep` or else the oldest stays."""
        target, conflict_id = self.change.target, self.change.content.conflict_id
        ours = [posted for posted in self.store.find(target) if posted.conflict_id == conflict_id]
        if not ours:
            return None
        # The oldest keeps its replies and the place where people have seen it.
        existing = next((posted for posted in ours if posted.comment_id == keep), ours[0])
        # Several come from a write that took effect long after its answer was lost. The extra ones
        # would go on showing the former text.
        for extra in ours:
            if extra is not existing:
                self.store.delete(target, extra.comment_id)
        return existing
