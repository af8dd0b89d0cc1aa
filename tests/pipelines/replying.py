"""Replies of people in the tools of the small instance, before a sync reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.base import ConnectionFailed, Cursor, ReplyPage
from connectors.jira.connector import JiraConnector
from connectors.spreadsheets.connector import SpreadsheetConnector
from model.comment_content import Target
from model.records import Ref
from model.replies.reply import Reply
from tests.pipelines.small import NOW

JONAS, TOBIAS, LENA, SABINE, STRANGER = (
    f"5b10a2844c20165700ede2{end}" for end in ("1a", "1c", "1d", "1h", "ff")
)
"""Accounts in Jira: head of IT, programme lead, marketing, COO, and nobody of the model."""
NAMES = {
    JONAS: "Jonas",
    TOBIAS: "Tobias",
    LENA: "Lena",
    SABINE: "Sabine",
    STRANGER: "Sven Stranger",
}


@dataclass
class Written:
    """What stands in the tools: replies by connection, and the connections that fail."""

    replies: dict[str, list[Reply]] = field(default_factory=lambda: defaultdict(list))
    failing: set[str] = field(default_factory=set)
    asked: list[tuple[str, tuple[str, ...], Cursor | None]] = field(default_factory=list)

    def write(
        self,
        text: str,
        author: str | None = JONAS,
        on: str = "CDP-2",
        minutes: int = 1,
        reply_id: str = "",
        name: str = "it-jira",
        **fields: Any,
    ) -> None:
        """Write a reply on a record, or edit the one with this id."""
        written_at: datetime | None = NOW + timedelta(minutes=minutes)
        there = self.replies[name]
        reply_id = reply_id or str(len(there) + 1)
        there[:] = [each for each in there if each.reply_id != reply_id]
        there.append(
            Reply(
                Ref(name, "work_item", on) if isinstance(on, str) else on,
                reply_id,
                text,
                author,
                fields.pop("author_name", NAMES.get(author or "", "")),
                fields.pop("written_at", written_at),
                **fields,
            )
        )

    def find(
        self, name: str, targets: Sequence[Target], cursor: Cursor | None
    ) -> Iterator[ReplyPage]:
        self.asked.append((name, tuple(target.key for target in targets), cursor))
        if name in self.failing:
            raise ConnectionFailed(name, "it is closed for today", "Wait until tomorrow.")
        # Every reply again, as the protocol allows.
        yield ReplyPage(tuple(self.replies[name]), {"read": len(self.replies[name])})


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    """What people wrote, in place of what the connectors find in the tools."""
    written = Written()

    def find_replies(
        self: Any, targets: Sequence[Target], cursor: Cursor | None, now: datetime
    ) -> Iterator[ReplyPage]:
        return written.find(self.name, targets, cursor)

    for connector in (JiraConnector, SpreadsheetConnector):
        monkeypatch.setattr(connector, "find_replies", find_replies)
    return written
