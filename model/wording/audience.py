"""For whom a comment is worded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommentAudience:
    """For whom a comment is worded: the connection whose people read it, and where the card is."""

    connection: str
    card_url: str
