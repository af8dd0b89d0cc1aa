"""For whom a comment is worded."""

from __future__ import annotations

from dataclasses import dataclass

from model.comment_content import DEFAULT_FORM, CommentForm


@dataclass(frozen=True, slots=True)
class CommentAudience:
    """For whom a comment is worded, and where.

    `connection` is that whose people read it, `form` what fits there, `card_url` where the whole
    story is. `record_id` is the record that carries it: its owners are addressed.
    """

    connection: str
    card_url: str
    record_id: int | None = None
    form: CommentForm = DEFAULT_FORM
