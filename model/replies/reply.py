"""What a person wrote in a tool to Interlock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from model.records import Ref


@dataclass(frozen=True, slots=True)
class Reply:
    """A text beside or below our comments, as it stood when it was last read.

    `reply_id` is the tool's own id, unique within its connection; an edited reply keeps it. `text`
    is plain text or Markdown, so that quotes and code can be told from what the author says.
    `author` is the account as the tool's identities name it, None where a file has none.
    `conflict_id` is set where the place itself names the conflict: a thread below our post, a cell
    or a row. With `is_answer` the whole text is a command (an answer column), otherwise only what
    follows `/interlock`. `written_at` is in UTC, None where the tool does not say.
    """

    record: Ref
    reply_id: str
    text: str
    author: str | None
    author_name: str = ""
    written_at: datetime | None = None
    conflict_id: str | None = None
    is_answer: bool = False
