"""What Interlock wants to say on one record, before any tool's own format.

`model.comments` decides what is to be said; each connector renders a remark in its tool's
format (ADF, Chatter segments, a cell note, a row of a file) and keeps its marker there.
"Comment" is the thing that stands in the tool, "remark" is its content.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from model.records import Ref

MARKER_PREFIX = "interlock"


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A run of plain text; it is data and is escaped by whoever renders it."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class LinkSpan:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class MentionSpan:
    """A person to be notified; `identity` is theirs in the tool that shows the remark."""

    name: str
    identity: str | None


Span = TextSpan | LinkSpan | MentionSpan


@dataclass(frozen=True, slots=True)
class Paragraph:
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[tuple[Span, ...], ...]


Block = Paragraph | Bullets


class CommentState(StrEnum):
    OPEN = "open"
    DECIDED = "decided"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class CommentContent:
    """The wanted content of the one comment a conflict has on a record.

    `facts` are the columns of a findings file (ERP, CSV), in order: heading to value.
    """

    conflict_id: str
    state: CommentState
    heading: str
    blocks: tuple[Block, ...]
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def marker(self) -> str:
        """What finds this comment again in its tool, whatever its words: `interlock:C-1a2b3c4d`."""
        return f"{MARKER_PREFIX}:{self.conflict_id}"

    @property
    def digest(self) -> str:
        """A fingerprint of all that a reader sees, to tell whether an edit is due."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Target:
    """The record in the tool that carries a comment: `ref` and what people call it."""

    ref: Ref
    key: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PostedComment:
    """A comment of ours as it stands in the tool now."""

    target: Ref
    conflict_id: str
    comment_id: str
    """The tool's own id of it: a comment id, a feed item id, `Sheet!B7`, a row's key."""
    digest: str | None
    """`CommentContent.digest` at the time of writing; None when the tool no longer tells."""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class CommentChange:
    """One difference between what a tool should say and what it says.

    Without `posted` the comment is created, with it the same comment is edited in place.
    `notify` is False where the matter did not change for the reader.
    """

    target: Target
    content: CommentContent
    posted: PostedComment | None = None
    notify: bool = True


@dataclass(frozen=True, slots=True)
class RefusedChange:
    """A change that a tool did not take: why, and what a person can do about it."""

    change: CommentChange
    reason: str
    remedy: str
    retryable: bool = True


Outcome = PostedComment | RefusedChange
