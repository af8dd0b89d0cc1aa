"""Replies of people in the tools of the small instance, before a sync reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.base import ConnectionFailed, Connector, Cursor, ReplyPage
from connectors.jira.connector import JiraConnector
from connectors.spreadsheets.connector import SpreadsheetConnector
from model.comment_content import Target
from model.conflicts import Conflict
from model.records import Ref
from model.replies.reply import Reply
from model.wording import to_plain_text
from pipelines.instance import Instance
from pipelines.steps.comment import comment
from pipelines.steps.replies import RepliesResult, follow_replies
from tests.pipelines.small import NOW
from tests.pipelines.syncing import stored_conflict

JONAS, TOBIAS, LENA, SABINE, STRANGER = (
    f"5b10a2844c20165700ede2{end}" for end in ("1a", "1c", "1d", "1h", "ff")
)
"""Accounts in Jira: head of IT, programme lead, marketing, COO, and nobody of the model."""
NAMES = {JONAS: "Jonas", TOBIAS: "Tobias", LENA: "Lena", SABINE: "Sabine", STRANGER: "Sven"}


@dataclass
class Written:
    """What stands in the tools: replies by connection, and the connections that fail."""

    instance: Instance
    replies: dict[str, list[Reply]] = field(default_factory=lambda: defaultdict(list))
    failing: set[str] = field(default_factory=set)
    asked: dict[str, tuple[set[str], Cursor | None]] = field(default_factory=dict)

    def write(
        self,
        text: str,
        author: str | None = JONAS,
        on: str = "CDP-2",
        minutes: float = 1,
        reply_id: str = "",
        name: str = "it-jira",
        **fields: Any,
    ) -> None:
        """Write a reply on a record that long after NOW, or edit the one with this id."""
        there = self.replies[name]
        reply_id = reply_id or str(len(there) + 1)
        there[:] = [each for each in there if each.reply_id != reply_id]
        fields = {
            "author_name": NAMES.get(author or "", ""),
            "written_at": NOW + timedelta(minutes=minutes),
            **fields,
        }
        there.append(Reply(self.ref(on), reply_id, text, author, **fields))

    def say(self, command: str, author: str | None = JONAS, **fields: Any) -> None:
        """Write a reply that names the late handover."""
        self.write(f"/interlock {self.conflict().id} {command}", author, **fields)

    def ref(self, key: str) -> Ref:
        """The reference of the record that people call by this key."""
        with self.instance.engine.connect() as connection:
            found = connection.exec_driver_sql(
                "select r.ref from record r left join work_item w on w.record_id = r.id "
                "left join deal d on d.record_id = r.id where %(key)s in (w.key, d.key) limit 1",
                {"key": key},
            )
            return Ref.parse(found.scalar_one())

    def follow(self, minutes: float = 5, days: int = 0) -> RepliesResult:
        """Read and follow the replies, that long after NOW."""
        return follow_replies(self.instance, NOW + timedelta(minutes=minutes, days=days))

    def outcomes(self, minutes: float = 5, days: int = 0) -> list[str]:
        """What came of the replies that are new, in the order in which they were followed."""
        return [each.outcome.kind.value for each in self.follow(minutes, days).outcomes]

    def answer(self) -> str:
        """What the author of the only new reply is told."""
        (recorded,) = self.follow().outcomes
        return recorded.outcome.answer

    def conflict(self, rule: str = "late_handover") -> Conflict:
        return stored_conflict(self.instance, rule)

    def comment_text(self, key: str = "CDP-2", rule: str = "late_handover") -> str:
        """What the comment about a conflict on a Jira issue should say now; empty if unchanged."""
        now = NOW + timedelta(minutes=10)
        difference = comment(self.instance, "it-jira", now, dry_run=True).difference
        conflict_id = self.conflict(rule).id
        texts = [
            to_plain_text(change.content)
            for change in difference.changes
            if change.target.key == key and change.content.conflict_id == conflict_id
        ]
        return texts[0] if texts else ""

    def find(
        self, name: str, targets: Sequence[Target], cursor: Cursor | None
    ) -> Iterator[ReplyPage]:
        self.asked[name] = {target.key for target in targets}, cursor
        if name in self.failing:
            raise ConnectionFailed(name, "it is closed for today", "Wait until tomorrow.")
        # Every reply again, as the protocol allows.
        yield ReplyPage(tuple(self.replies[name]), {"read": len(self.replies[name])})


def stand_in(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the connectors find what was written here, in place of what stands in the tools."""

    def find_replies(
        self: Connector, targets: Sequence[Target], cursor: Cursor | None, now: datetime
    ) -> Iterator[ReplyPage]:
        return written.find(self.name, targets, cursor)

    for connector in (JiraConnector, SpreadsheetConnector):
        monkeypatch.setattr(connector, "find_replies", find_replies)
