"""Replies read incrementally: what a tool's texts become, and the pages they come in.

A reading begins some time before the newest change seen, as a pull does, and reads everything
again once a day: a reply on a record that could not be seen for a while is found then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.base import Cursor, ReplyPage
from connectors.kit.cursors import begin_reading
from connectors.kit.plausible import is_from_future
from connectors.kit.timestamps import find_instant
from model.replies.reply import Reply

LOOK_BACK = timedelta(days=30)
"""How far a whole reading goes back in tools whose texts are listed for all records at once."""
_FULL_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text that a tool showed: when it changed, and the reply that it is; None for our own."""

    changed_at: datetime | None
    reply: Reply | None


def reply_pages(
    cursor: Cursor | None,
    now: datetime,
    overlap: timedelta,
    read: Callable[[datetime | None], Iterable[Iterable[ReadText]]],
) -> Iterator[ReplyPage]:
    """A page per group of texts, then one with the cursor.

    `read` gives the texts that changed since an instant, all of them without one. The pages before
    the last carry the cursor of the beginning, so a reading that is cut off begins again.
    """
    reading = begin_reading(cursor, now, overlap, _FULL_EVERY)
    for texts in read(reading.since):
        replies: list[Reply] = []
        for text in texts:
            if text.changed_at:
                # Not beyond the beginning: texts already read may have changed since then.
                reading = reading.seen(text.changed_at)
            if text.reply:
                replies.append(text.reply)
        yield ReplyPage(tuple(replies), cursor or {})
    yield ReplyPage((), reading.to_cursor())


def find_written_at(record: Any, path: str, now: datetime) -> datetime | None:
    """The instant at a path; None where it is in the future, since it is not true then."""
    instant = find_instant(record, path)
    return None if instant is None or is_from_future(instant, now) else instant


def mentions_interlock(text: str) -> bool:
    """Whether a text on a record without comments of ours may be meant for Interlock."""
    return "interlock" in text.lower()


def storable(text: Any) -> str:
    """A text that PostgreSQL can store; empty for what is no text."""
    # It keeps no NUL and no half of a surrogate pair.
    words = text if isinstance(text, str) else ""
    return words.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
