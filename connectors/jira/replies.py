"""Comments that people write on issues, read as replies.

Those on the issues that carry our comments, and on any other issue of the projects those that
name Interlock, which JQL finds by their text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from connectors.base import Cursor, ReplyPage
from connectors.jira.api import JiraApi
from connectors.jira.comment_api import CommentApi
from connectors.jira.issue_batches import chunks
from connectors.jira.pull import list_visible_projects, projects_jql
from connectors.jira.releases import RELEASE_PREFIX
from connectors.jira.settings import JiraSettings
from connectors.kit.exceptions import RequestFailed
from connectors.kit.json_path import find_value
from connectors.kit.replies import (
    ReadText,
    find_written_at,
    mentions_interlock,
    reply_pages,
    storable,
)
from connectors.kit.rich_text.adf_text import to_markdown
from connectors.kit.stream_records import read_id
from connectors.kit.timestamps import find_instant
from model.comment_content import Target
from model.records import Kind, Ref
from model.replies.reply import Reply

_IN_FLIGHT = 6
_NOT_VISIBLE = {403, 404}
Comments = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class JiraReplies:
    """The replies of one connection."""

    connection: str
    settings: JiraSettings
    api: JiraApi
    comments: CommentApi

    def pages(
        self, targets: Sequence[Target], cursor: Cursor | None, now: datetime
    ) -> Iterator[ReplyPage]:
        """See `Connector.find_replies`."""
        overlap = timedelta(minutes=self.settings.overlap_minutes)
        return reply_pages(cursor, now, overlap, partial(self._read, targets, now))

    def _read(
        self, targets: Sequence[Target], now: datetime, since: datetime | None
    ) -> Iterator[Iterator[ReadText]]:
        """The comments of all issues that changed since then, a hundred issues at a time."""
        # The projects first: a bad login finds nothing, and would look like an idle site.
        visible, _ = list_visible_projects(self.connection, self.api, self.settings)
        own_account = self.api.fetch_account_id()
        commented = {
            target.ref.native_id
            for target in targets
            if not target.ref.native_id.startswith(RELEASE_PREFIX)
        }
        issues = self._changed(commented, visible, since) | self._addressed(visible, since)
        with ThreadPoolExecutor(_IN_FLIGHT) as pool:
            for ids in chunks(sorted(issues, key=int)):
                listed = self._list(pool, ids)
                own = self._marked(listed, own_account)
                yield (
                    self._read_comment(issue, comment, issue in commented, own, now)
                    for issue, comments in listed.items()
                    for comment in comments
                )

    def _changed(
        self, commented: set[str], visible: Sequence[str], since: datetime | None
    ) -> set[str]:
        if since is None or not commented:
            return commented
        # By time and not by id: for one issue that was deleted, Jira refuses a whole list of ids.
        return commented.intersection(self._search(f"{projects_jql(visible)}{_changed_jql(since)}"))

    def _addressed(self, visible: Sequence[str], since: datetime | None) -> set[str]:
        """Issues with a comment in which Interlock is named."""
        # A search for a word; the sign before it is none for Jira.
        jql = f'{projects_jql(visible)} AND comment ~ "interlock"{_changed_jql(since)}'
        return self._search(jql)

    def _search(self, jql: str) -> set[str]:
        return {id_ for id_ in self.api.search_ids(f"{jql} ORDER BY id ASC") if id_ is not None}

    def _list(self, pool: Executor, ids: Sequence[str]) -> dict[str, Comments]:
        return dict(zip(ids, pool.map(self._list_visible, ids), strict=True))

    def _list_visible(self, issue: str) -> Comments:
        try:
            return self.comments.list_comments(issue)
        except RequestFailed as error:
            # An issue that was deleted or locked away takes no others' replies with it.
            if error.status in _NOT_VISIBLE:
                return []
            raise

    def _marked(self, listed: Mapping[str, Comments], own_account: str) -> set[str]:
        """Ids of our own comments: by our account, or marked by one that we had before."""
        issue_of = {str(comment["id"]): issue for issue, each in listed.items() for comment in each}
        by_us = {
            str(comment["id"])
            for comments in listed.values()
            for comment in comments
            if own_account in _accounts(comment)
        }
        others = {id_: issue for id_, issue in issue_of.items() if id_ not in by_us}
        return by_us | {marked.comment_id for marked in self.comments.find_marked(others)}

    def _read_comment(
        self,
        issue: str,
        comment: Mapping[str, Any],
        is_commented: bool,
        own: set[str],
        now: datetime,
    ) -> ReadText:
        changed_at = find_instant(comment, "updated")
        text = storable(to_markdown(comment.get("body")))
        if str(comment["id"]) in own or not (is_commented or mentions_interlock(text)):
            return ReadText(changed_at, None)
        # Whoever may edit others' comments must not decide in their name.
        author = "updateAuthor" if find_value(comment, "updateAuthor.accountId") else "author"
        reply = Reply(
            Ref(self.connection, Kind.WORK_ITEM, issue),
            str(comment["id"]),
            text,
            read_id(find_value(comment, f"{author}.accountId")),
            storable(find_value(comment, f"{author}.displayName")),
            find_written_at(comment, "updated", now),
        )
        return ReadText(changed_at, reply)


def _accounts(comment: Mapping[str, Any]) -> set[Any]:
    """Ids of whoever wrote a comment and whoever edited it last."""
    ids = [find_value(comment, f"{role}.accountId") for role in ("author", "updateAuthor")]
    return {id_ for id_ in ids if isinstance(id_, str)}


def _changed_jql(since: datetime | None) -> str:
    # In epoch milliseconds, which JQL does not read in the account's time zone.
    return f" AND updated >= {int(since.timestamp() * 1000)}" if since else ""
