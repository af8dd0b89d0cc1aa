"""What people write on the feeds of deals, read as replies.

Comments below our posts, whose marker names their conflict, and posts and comments that name
Interlock. Salesforce cannot search a body by its text, so what is new on the feeds is read in
batches of deals: of those with a post of ours and of open ones each time, of all once a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from connectors.base import Cursor, ReplyPage
from connectors.kit.answers import Answered
from connectors.kit.auth import RenewedTokenAuth
from connectors.kit.exceptions import RequestFailed
from connectors.kit.json_path import find_value
from connectors.kit.replies import (
    LOOK_BACK,
    ReadText,
    find_written_at,
    mentions_interlock,
    reply_pages,
    storable,
)
from connectors.kit.rich_text.chatter import find_marker
from connectors.kit.rich_text.html_text import to_markdown
from connectors.kit.rich_text.own_words import mention
from connectors.kit.timestamps import find_instant
from connectors.salesforce import soql
from connectors.salesforce.queries import QueryClient
from model.comment_content import Target
from model.records import Kind, Ref
from model.replies.reply import Reply

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
# Rows of a transaction in flight appear up to ten minutes later with an earlier stamp.
_OVERLAP = timedelta(minutes=10)
_NOT_VISIBLE = {403, 404}
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FeedReplies:
    """The replies of one connection."""

    queries: QueryClient
    auth: RenewedTokenAuth

    def pages(
        self, targets: Sequence[Target], cursor: Cursor | None, now: datetime
    ) -> Iterator[ReplyPage]:
        """See `Connector.find_replies`."""
        return reply_pages(cursor, now, _OVERLAP, partial(self._read, targets, now))

    def _read(
        self, targets: Sequence[Target], now: datetime, since: datetime | None
    ) -> Iterator[Iterator[ReadText]]:
        commented = {target.ref.native_id for target in targets}
        listed = self._rows(soql.OPEN_IDS if since else soql.ALL_IDS)
        deals = commented.union(_id_in(row, "Id") for row in listed)
        for ids in _batches(sorted(deals)):
            yield self._read_feeds(ids, since or now - LOOK_BACK, now)

    def _read_feeds(
        self, deals: Sequence[str], since: datetime, now: datetime
    ) -> Iterator[ReadText]:
        comments = list(self._rows(soql.select_post_comments(deals, since)))
        conflicts = self._conflicts({_id_in(row, "FeedItemId") for row in comments})
        for row in comments:
            conflict = conflicts.get(_id_in(row, "FeedItemId"))
            yield self._read_row(row, "CommentBody", "comments", conflict, now)
        for row in self._rows(soql.select_posts(deals, since)):
            yield self._read_row(row, "Body", "feed-elements", None, now)

    def _conflicts(self, posts: set[str]) -> dict[str, str]:
        """Conflict by post, of those posts that are ours."""
        own = self.auth.token().user_id or ""
        return {
            _id_in(row, "Id"): marker[0]
            for ids in _batches(sorted(posts))
            for row in self._rows(soql.select_own_posts(ids, own))
            if (marker := find_marker(_text_of(row, "Body")))
        }

    def _read_row(
        self, row: Row, body: str, resource: str, conflict: str | None, now: datetime
    ) -> ReadText:
        changed_at = find_instant(row, "SystemModstamp")
        text = _text_of(row, body)
        is_addressed = mentions_interlock(text)
        # A copy of our post ends with its marker; it is nobody's answer.
        is_ours = self._is_own(row.get("CreatedById")) or find_marker(text) is not None
        if is_ours or not text or not (conflict or is_addressed):
            return ReadText(changed_at, None)
        id_ = _id_in(row, "Id")
        # Whoever may edit others' posts must not decide in their name.
        author, name = row.get("CreatedById"), find_value(row, "CreatedBy.Name")
        if (editor := row.get("LastEditById")) and editor != author:
            author, name = editor, None
        reply = Reply(
            Ref(self.queries.connection, Kind.DEAL, _id_in(row, "ParentId")),
            id_,
            self._with_mentions(text, resource, id_) if is_addressed else text,
            author if isinstance(author, str) and _ID.fullmatch(author) else None,
            storable(name),
            find_written_at(row, "LastEditDate" if row.get("LastEditDate") else "CreatedDate", now),
            conflict,
        )
        return ReadText(changed_at, reply)

    def _is_own(self, user_id: Any) -> bool:
        # An id has 15 characters, to which some answers add a checksum of three.
        return str(user_id)[:15] == str(self.auth.token().user_id)[:15]

    def _with_mentions(self, text: str, resource: str, id_: str) -> str:
        """The text with the user ids of the people it mentions, which a query does not give."""
        if "@" not in text:
            return text
        try:
            answer = self.queries.http.read("GET", f"{self.queries.api}/chatter/{resource}/{id_}")
        except RequestFailed as error:
            # Deleted or hidden since the query.
            if error.status in _NOT_VISIBLE:
                return text
            raise
        # The longest name first, since one may begin another.
        for name, user_id in sorted(_mentions(answer), key=lambda m: (-len(m[0]), m)):
            text = text.replace(f"@{name}", mention(name, user_id) or f"@{name}")
        return text

    def _rows(self, query: str) -> Iterator[Row]:
        """The rows of a query. Raises UnexpectedRecord for one that is none."""
        for page in self.queries.fetch_pages(query):
            for row in page:
                if not _has_ids(row):
                    request = f"GET {self.queries.api}/query"
                    answered = Answered(self.queries.connection, request, page)
                    raise answered.unexpected_record("the ids of each row", row)
                yield row


_ID_FIELDS = ("Id", "ParentId", "FeedItemId")


def _has_ids(row: Any) -> bool:
    """Whether all ids of a row are ids; its own may not be missing."""
    if not isinstance(row, dict) or "Id" not in row:
        return False
    ids = [row[name] for name in _ID_FIELDS if name in row]
    return all(isinstance(id_, str) and _ID.fullmatch(id_) for id_ in ids)


def _id_in(row: Row, name: str) -> str:
    return str(row.get(name))


def _text_of(row: Row, body: str) -> str:
    text = storable(row.get(body))
    return to_markdown(text) if row.get("IsRichText") is True else text.strip()


def _mentions(answer: Any) -> set[tuple[str, str]]:
    """Name and user id of everybody whom a post or comment mentions."""
    segments = find_value(answer, "body.messageSegments[*]")
    return {
        (name, user_id)
        for segment in segments
        if find_value(segment, "type") == "Mention"
        for name, user_id in [(find_value(segment, "name"), find_value(segment, "record.id"))]
        if isinstance(name, str) and isinstance(user_id, str) and name and _ID.fullmatch(user_id)
    }


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    starts = range(0, len(ids), soql.IDS_PER_QUERY)
    return (ids[start : start + soql.IDS_PER_QUERY] for start in starts)
