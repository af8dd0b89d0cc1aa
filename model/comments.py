"""The comments that a tool should show, against those that it shows: the difference to apply.

Comments are desired state. For each open or decided conflict and each record it concerns there
is exactly one; a resolved conflict keeps those it had, marked as resolved. A comment beyond a
ceiling is postponed with its reason and not lost: the next run computes the same difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from model.comment_content import CommentChange, CommentContent, CommentState, PostedComment, Target
from model.findings import Severity
from model.records import Ref


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Most comments in force on one record, and most new comments per day and connection."""

    per_item: int = 3
    per_day: int = 40


@dataclass(frozen=True, slots=True)
class DesiredComment:
    """The comment that a record should carry; `changed_at` is when its conflict last changed."""

    target: Target
    content: CommentContent
    severity: Severity
    changed_at: datetime

    @property
    def key(self) -> CommentKey:
        return self.content.conflict_id, self.target.ref


@dataclass(frozen=True, slots=True)
class RecordedComment:
    """A comment of ours as the warehouse recorded it when it was written."""

    digest: str
    state: CommentState
    written_at: datetime


@dataclass(frozen=True, slots=True)
class PostponedComment:
    """A comment that a ceiling does not allow now."""

    target: Target
    content: CommentContent
    reason: str


@dataclass(frozen=True, slots=True)
class CommentDiff:
    """What to change, what is postponed, and the comments that are up to date."""

    changes: tuple[CommentChange, ...] = ()
    postponed: tuple[PostponedComment, ...] = ()
    unchanged: tuple[tuple[CommentContent, PostedComment], ...] = ()


CommentKey = tuple[str, Ref]
"""A conflict id and the record that carries its comment."""


@dataclass
class _CeilingCounter:
    """Counts comments against the ceilings while a difference is computed."""

    ceilings: Ceilings
    created_today: int
    on_record: Counter[Ref] = field(default_factory=Counter)

    def refusal(self, ref: Ref) -> str | None:
        """Why no further comment may be created on the record; None where it may."""
        if self.on_record[ref] >= self.ceilings.per_item:
            return f"this record already carries {self.ceilings.per_item} comments"
        if self.created_today >= self.ceilings.per_day:
            return f"the ceiling of {self.ceilings.per_day} new comments a day is reached"
        return None

    def count(self, ref: Ref) -> None:
        self.on_record[ref] += 1
        self.created_today += 1


def diff_comments(
    desired: Iterable[DesiredComment],
    posted: Sequence[PostedComment],
    recorded: Mapping[CommentKey, RecordedComment],
    ceilings: Ceilings,
    created_today: int,
) -> CommentDiff:
    """Compare the comments a tool should show with those it shows; worst conflicts come first.

    `posted` are our comments in the tool, `recorded` what the warehouse recorded of them. A reader
    is notified of a new comment and of an edit whose conflict changed, not of a mere new date.
    """
    # Reversed, so that of two comments with one key the tool's first remains.
    posted_by_key = {(p.conflict_id, p.target): p for p in reversed(posted)}
    ordered = sorted(desired, key=lambda d: (-d.severity, d.content.conflict_id, str(d.target.ref)))
    counter = _CeilingCounter(ceilings, created_today, _count_in_force(ordered, posted_by_key))
    changes: list[CommentChange] = []
    postponed: list[PostponedComment] = []
    unchanged: list[tuple[CommentContent, PostedComment]] = []
    for comment in ordered:
        standing, record = posted_by_key.get(comment.key), recorded.get(comment.key)
        if standing is None:
            _create(comment, counter, changes, postponed)
        elif _posted_digest(standing, record) == comment.content.digest:
            unchanged.append((comment.content, standing))
        else:
            notify = _has_changed_matter(comment, record)
            changes.append(CommentChange(comment.target, comment.content, standing, notify))
    return CommentDiff(tuple(changes), tuple(postponed), tuple(unchanged))


def _count_in_force(
    desired: Sequence[DesiredComment], posted: Mapping[CommentKey, PostedComment]
) -> Counter[Ref]:
    """How many unresolved comments each record carries already."""
    return Counter(
        comment.target.ref
        for comment in desired
        if comment.content.state is not CommentState.RESOLVED and comment.key in posted
    )


def _create(
    comment: DesiredComment,
    counter: _CeilingCounter,
    changes: list[CommentChange],
    postponed: list[PostponedComment],
) -> None:
    # Nobody has read of this conflict here, so nobody needs to read that it is over.
    if comment.content.state is CommentState.RESOLVED:
        return
    refusal = counter.refusal(comment.target.ref)
    if refusal:
        postponed.append(PostponedComment(comment.target, comment.content, refusal))
        return
    counter.count(comment.target.ref)
    changes.append(CommentChange(comment.target, comment.content))


def _posted_digest(posted: PostedComment, recorded: RecordedComment | None) -> str | None:
    """The digest of the comment in the tool; where the tool keeps none, of what we last wrote."""
    return posted.digest or (recorded.digest if recorded else None)


def _has_changed_matter(comment: DesiredComment, recorded: RecordedComment | None) -> bool:
    """Whether the conflict itself changed since the comment was written, not only its words."""
    if recorded is None:
        return False
    return recorded.state is not comment.content.state or comment.changed_at > recorded.written_at
