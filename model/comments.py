"""The comments that a tool should show, against those that it shows: the difference to apply.

Comments are desired state. For each open or decided conflict and each record it concerns there
is exactly one; a resolved conflict keeps those it had, marked as resolved. A comment beyond a
ceiling is postponed with its reason and not lost: the next run computes the same difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from model.comment_content import CommentChange, CommentContent, CommentState, PostedComment, Target
from model.findings import Severity
from model.records import Ref


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Most comments in force on one record, and most new comments per day and connection."""

    # Defaults that a team can read: three comments on one issue, forty new ones a day in one tool.
    per_item: int = 3
    per_day: int = 40


@dataclass(frozen=True, slots=True)
class DesiredComment:
    """The comment that a record should carry; `changed_at` is when its conflict last changed.

    With `waits_because` it is edited where it stands, but not created.
    """

    target: Target
    content: CommentContent
    severity: Severity
    changed_at: datetime
    waits_because: str = ""

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
    """A comment that is not created now: a ceiling, or the age of its data, does not allow it."""

    target: Target
    content: CommentContent
    reason: str


@dataclass(frozen=True, slots=True)
class DisplacedComment:
    """A comment about a conflict that its own record cannot carry, and why.

    `instead` carries it: an unfinished item of the same connection that determines the dates of the
    record. None where there is no such item.
    """

    target: Target
    conflict_id: str
    reason: str
    instead: Target | None


@dataclass(frozen=True, slots=True)
class CommentDiff:
    """What to change, what is postponed, and the comments that are up to date."""

    changes: tuple[CommentChange, ...] = ()
    postponed: tuple[PostponedComment, ...] = ()
    unchanged: tuple[tuple[CommentContent, PostedComment], ...] = ()


CommentKey = tuple[str, Ref]
"""A conflict id and the record that carries its comment."""


def diff_with_lookups(
    desired: Sequence[DesiredComment],
    recorded: Mapping[CommentKey, RecordedComment],
    ceilings: Ceilings,
    created_today: int,
    find: Callable[[Sequence[Target]], list[PostedComment]],
) -> CommentDiff:
    """The difference, for which `find` reads only what this run may change.

    That is every record with a comment that was recorded, and every record on which the ceilings
    permit a new one: a run that was killed may have written it without recording it.
    """
    assumed = [
        PostedComment(ref, conflict_id, "", record.digest)
        for (conflict_id, ref), record in recorded.items()
    ]
    before = diff_comments(desired, assumed, recorded, ceilings, created_today)
    keys = recorded.keys()
    wanted = [each.target for each in desired if each.key in keys] + _creations(before)
    posted: list[PostedComment] = []
    read: set[Ref] = set()
    while True:
        # Several conflicts may concern one record, which is read only once.
        unread = [target for target in dict.fromkeys(wanted) if target.ref not in read]
        if unread:
            posted += find(unread)
            read |= {target.ref for target in unread}
        difference = diff_comments(desired, posted, recorded, ceilings, created_today)
        wanted = _creations(difference)
        # A comment that was there already leaves the ceiling to the next one, not read so far.
        if all(target.ref in read for target in wanted):
            return difference


def _creations(difference: CommentDiff) -> list[Target]:
    return [change.target for change in difference.changes if change.posted is None]


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
            # The item's ceiling is asked first: it says more to the reader of this one record.
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
    # Worst first, so that under a ceiling the least severe comments wait; ids make the order
    # total.
    ordered = sorted(desired, key=lambda d: (-d.severity, d.content.conflict_id, str(d.target.ref)))
    counter = _CeilingCounter(ceilings, created_today, _count_in_force(ordered, posted_by_key))
    changes: list[CommentChange] = []
    postponed: list[PostponedComment] = []
    unchanged: list[tuple[CommentContent, PostedComment]] = []
    for comment in ordered:
        existing, record = posted_by_key.get(comment.key), recorded.get(comment.key)
        # What the tool shows decides, not what was recorded: what was deleted is written again.
        if existing is None:
            _create(comment, counter, changes, postponed)
        elif _posted_digest(existing, record) == comment.content.digest:
            unchanged.append((comment.content, existing))
        else:
            notify = _has_changed_matter(comment, record)
            changes.append(CommentChange(comment.target, comment.content, existing, notify))
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
    refusal = comment.waits_because or counter.refusal(comment.target.ref)
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
        # Unknown when it was written, so silence is the safer of the two.
        return False
    return recorded.state is not comment.content.state or comment.changed_at > recorded.written_at
