"""What came of a command in a reply, and what its author is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from model.replies.reply import Reply


class OutcomeKind(StrEnum):
    """What came of a command. Those of `TOLD` are answered in our own comment."""

    DECIDED = "decided"
    AGREED = "agreed"
    """The author agrees, and somebody else has to agree too."""
    SEEN = "seen"
    OWNER = "owner named"
    ESCALATED = "escalated"
    NOT_OURS = "not ours"
    RAISED = "risk raised"
    WITHDRAWN = "risk withdrawn"
    NOTHING_NEW = "nothing new"
    UNCONFIRMED = "to be confirmed"
    HELPED = "helped"
    REFUSED = "refused"
    NOT_UNDERSTOOD = "not understood"


TOLD = (OutcomeKind.HELPED, OutcomeKind.REFUSED, OutcomeKind.NOT_UNDERSTOOD)
"""The outcomes of which the author reads in a line of our comment."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one command: about which conflict, and what its author is told, if anything."""

    kind: OutcomeKind
    conflict_id: str | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A text of a reply as it was read: its number in the warehouse, and which text of it it is.

    `said_at` is when it was written, as far as is known: for an edit not before the text that it
    replaces was read.
    """

    id: int
    connection: str
    version: int
    reply: Reply
    said_at: datetime
    read_at: datetime


@dataclass(frozen=True, slots=True)
class RecordedOutcome:
    """An outcome as it is on record; `person` is the id of the author in the operating model."""

    reply: StoredReply
    position: int
    command: Mapping[str, Any]
    outcome: Outcome
    person: str | None
    at: datetime
