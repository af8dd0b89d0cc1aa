"""The content of a comment, before any tool's own format.

`model.wording` builds it, and each connector renders it in its tool's format (ADF, Chatter
segments, a cell note, a row of a file) and keeps its marker there. A comment is what stands in a
tool; its content is what it says.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from model.records import Ref

# Stands in every comment ever written: changing it would orphan them all.
MARKER_PREFIX = "interlock"


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Plain text. It is data: whoever renders it escapes it."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class LinkSpan:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class MentionSpan:
    """A person to be notified.

    `identity` is theirs in the tool that shows the comment; None where they have none there.
    """

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


@dataclass(frozen=True, slots=True)
class CommentForm:
    """What a tool's comments should be like: at most so many words, and whether a word can be a
    link there or its address would stand beside it.
    """

    most_words: int = 90
    has_links: bool = True


DEFAULT_FORM = CommentForm()


class CommentState(StrEnum):
    OPEN = "open"
    DECIDED = "decided"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class CommentContent:
    """The content of the one comment that a conflict has on a record.

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
        # Of the content alone, and of no name in the code: a digest that changed with a new version
        # of Interlock would edit every comment in every tool.
        blocks = [_block_to_json(block) for block in self.blocks]
        # A list, not an object: it has one order, so equal content has one text.
        content = [self.conflict_id, self.state.value, self.heading, blocks, self.facts]
        # 64 bits tell two versions of one comment apart; no attacker gains by a collision.
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def _block_to_json(block: Block) -> dict[str, Any]:
    match block:
        case Paragraph(spans):
            return {"paragraph": [_span_to_json(span) for span in spans]}
        case Bullets(items):
            return {"bullets": [[_span_to_json(span) for span in spans] for spans in items]}


def _span_to_json(span: Span) -> dict[str, Any]:
    match span:
        case TextSpan(text, strong):
            return {"text": text, "strong": strong}
        case LinkSpan(text, url):
            return {"link": text, "url": url}
        case MentionSpan(name, identity):
            return {"mention": name, "identity": identity}


@dataclass(frozen=True, slots=True)
class Target:
    """The record in the tool that carries a comment: `ref` and what people call it."""

    ref: Ref
    key: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class PostedComment:
    """A comment of ours as it stands in the tool now.

    `comment_id` is the tool's own id of it: a comment id, a feed item id, `Sheet!B7`, a row's key.
    `digest` is `CommentContent.digest` at the time of writing; None where the tool keeps none.
    """

    target: Ref
    conflict_id: str
    comment_id: str
    digest: str | None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class CommentChange:
    """One difference between the comments that a tool should show and those it shows.

    Without `posted` the comment is created, with it the same comment is edited in place.
    `notify` is False where the matter did not change for the reader.
    """

    target: Target
    content: CommentContent
    posted: PostedComment | None = None
    notify: bool = True


@dataclass(frozen=True, slots=True)
class RefusedChange:
    """A change that a tool did not take: why, and what a person can do about it.

    `retryable` tells whether the next sync may succeed without anybody doing anything.
    """

    change: CommentChange
    reason: str
    remedy: str
    retryable: bool = True


Outcome = PostedComment | RefusedChange
