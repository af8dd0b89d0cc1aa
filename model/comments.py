"""What each tool should say now, against what it says: the difference, within the ceilings.

Comments are desired state. For each open or decided conflict and each record it concerns there
is exactly one; a resolved conflict keeps those it had, marked as resolved. What exceeds a ceiling
is postponed and named, never lost: the next run computes the same difference again.
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
    """How much may be said: comments in force on one record, and new ones a day a connection."""

    per_item: int = 3
    per_day: int = 40


@dataclass(frozen=True, slots=True)
class DesiredComment:
    """The comment one record should carry; `changed_at` is when its matter last changed."""

    target: Target
    content: CommentContent
    severity: Severity
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class RecordedComment:
    """A comment of ours as the warehouse remembers it."""

    digest: str
    state: CommentState
    written_at: datetime


@dataclass(frozen=True, slots=True)
class PostponedComment:
    """A comment that a ceiling holds back for now."""

    target: Target
    content: CommentContent
    reason: str


@dataclass(frozen=True, slots=True)
class CommentDiff:
    """What to change, what waits, and the comments that already say what they should."""

    changes: tuple[CommentChange, ...] = ()
    postponed: tuple[PostponedComment, ...] = ()
    unchanged: tuple[tuple[CommentContent, PostedComment], ...] = ()


CommentKey = tuple[str, Ref]
"""A conflict id and the record that carries its comment."""


@dataclass
class _Room:
    """What is left below the ceilings while a difference is computed."""

    ceilings: Ceilings
    created_today: int
    on_item: Counter[Ref] = field(default_factory=Counter)

    def refusal(self, ref: Ref) -> str | None:
        if self.on_item[ref] >= self.ceilings.per_item:
            return f"this record already carries {self.ceilings.per_item} comments"
        if self.created_today >= self.ceilings.per_day:
            return f"the ceiling of {self.ceilings.per_day} new comments a day is reached"
        return None

    def take(self, ref: Ref) -> None:
        self.on_item[ref] += 1
        self.created_today += 1


def diff_comments(
    wanted: Iterable[DesiredComment],
    found: Sequence[PostedComment],
    written: Mapping[CommentKey, RecordedComment],
    ceilings: Ceilings,
    created_today: int,
) -> CommentDiff:
    """Compare what should be said with what the tool says; worst conflicts come first.

    `found` are our comments in the tool, `written` what the warehouse remembers of them. A reader
    is notified of a new comment and of an edit whose matter changed, not of a mere new date.
    """
    standing_now = {(p.conflict_id, p.target): p for p in reversed(found)}
    ordered = sorted(wanted, key=lambda w: (-w.severity, w.content.conflict_id, str(w.target.ref)))
    room = _Room(ceilings, created_today, _in_force(ordered, standing_now))
    changes: list[CommentChange] = []
    postponed: list[PostponedComment] = []
    unchanged: list[tuple[CommentContent, PostedComment]] = []
    for want in ordered:
        place = (want.content.conflict_id, want.target.ref)
        posted = standing_now.get(place)
        if posted is None:
            _create(want, room, changes, postponed)
        elif _says(posted, written.get(place)) == want.content.digest:
            unchanged.append((want.content, posted))
        else:
            notify = _matter_changed(want, written.get(place))
            changes.append(CommentChange(want.target, want.content, posted, notify))
    return CommentDiff(tuple(changes), tuple(postponed), tuple(unchanged))


def _in_force(
    wanted: Sequence[DesiredComment], standing: Mapping[CommentKey, PostedComment]
) -> Counter[Ref]:
    return Counter(
        want.target.ref
        for want in wanted
        if want.content.state is not CommentState.RESOLVED
        and (want.content.conflict_id, want.target.ref) in standing
    )


def _create(
    want: DesiredComment,
    room: _Room,
    changes: list[CommentChange],
    postponed: list[PostponedComment],
) -> None:
    if want.content.state is CommentState.RESOLVED:
        return
    refusal = room.refusal(want.target.ref)
    if refusal:
        postponed.append(PostponedComment(want.target, want.content, refusal))
        return
    room.take(want.target.ref)
    changes.append(CommentChange(want.target, want.content))


def _says(posted: PostedComment, written: RecordedComment | None) -> str | None:
    """The digest of what stands in the tool; where it cannot tell, what we last wrote there."""
    return posted.digest or (written.digest if written else None)


def _matter_changed(want: DesiredComment, written: RecordedComment | None) -> bool:
    if written is None:
        return False
    return written.state is not want.content.state or want.changed_at > written.written_at
