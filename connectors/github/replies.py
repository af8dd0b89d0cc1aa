"""Comments that people write on issues, read as replies.

GitHub lists the comments of a whole repository by when they changed:
https://docs.github.com/en/rest/issues/comments#list-issue-comments-for-a-repository
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from connectors.base import Cursor, ReplyPage
from connectors.github.api import NOT_VISIBLE, GitHubApi, Json, not_github, repository_path
from connectors.github.comments import GitHubComments
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
from connectors.kit.rich_text.markdown import find_marker
from connectors.kit.stream_records import read_id
from connectors.kit.timestamps import find_instant
from model.comment_content import Target
from model.records import Kind, Ref
from model.replies.reply import Reply

_ISSUE_URL = re.compile(r"https?://[^?#]+/repos/([^/?#]+/[^/?#]+)/issues/(\d+)")
# Readers do not see it, so it is nothing that somebody said.
_HIDDEN = re.compile(r"<!--.*?(-->|\Z)", re.DOTALL)
Refs = dict[str, Ref | None]
"""The issues of a reading by `owner/name#number`; None for one that is not read."""


@dataclass(frozen=True, slots=True)
class GitHubReplies:
    """The replies of one connection."""

    connection: str
    api: GitHubApi
    comments: GitHubComments

    def pages(
        self, targets: Sequence[Target], cursor: Cursor | None, now: datetime
    ) -> Iterator[ReplyPage]:
        """See `Connector.find_replies`."""
        overlap = timedelta(minutes=self.api.settings.overlap_minutes)
        return reply_pages(cursor, now, overlap, partial(self._read, targets, now))

    def _read(
        self, targets: Sequence[Target], now: datetime, since: datetime | None
    ) -> Iterator[list[ReadText]]:
        repositories, _ = self.api.find_repositories()
        commented: Mapping[str, Ref] = {target.key.lower(): target.ref for target in targets}
        others: Refs = {}
        for repository in repositories.values():
            for page in self._changed_comments(repository, since or now - LOOK_BACK):
                yield [self._read_comment(one, commented, others, now) for one in page]

    def _changed_comments(self, repository: Json, since: datetime) -> Iterator[list[Json]]:
        path = f"{repository_path(repository)}/issues/comments"
        begin = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        try:
            for page in self.api.fetch_pages(path, sort="updated", direction="asc", since=begin):
                for comment in page:
                    if not isinstance(comment, dict) or read_id(comment.get("id")) is None:
                        raise not_github(self.connection, f"GET {path}", comment)
                yield page
        except RequestFailed as error:
            # Without issues, or locked away meanwhile: the other repositories go on.
            if error.status not in NOT_VISIBLE:
                raise

    def _read_comment(
        self, comment: Json, commented: Mapping[str, Ref], others: Refs, now: datetime
    ) -> ReadText:
        changed_at = find_instant(comment, "updated_at")
        body = storable(comment.get("body"))
        text = _HIDDEN.sub("", body).strip()
        key = self._issue_key(comment)
        is_ours = self.comments.is_own(comment) or _is_marked(body)
        if is_ours or not text or not (key in commented or mentions_interlock(text)):
            return ReadText(changed_at, None)
        record = commented.get(key) or self._find_issue(key, comment["issue_url"], others)
        if record is None:
            return ReadText(changed_at, None)
        # The login, by which GitHub's own records name people, too.
        login = read_id(find_value(comment, "user.login"))
        written_at = find_written_at(comment, "updated_at", now)
        reply = Reply(record, str(comment["id"]), text, login, login or "", written_at)
        return ReadText(changed_at, reply)

    def _issue_key(self, comment: Json) -> str:
        address = comment.get("issue_url")
        match = _ISSUE_URL.fullmatch(address) if isinstance(address, str) else None
        if match is None:
            raise not_github(self.connection, "the request for comments", address)
        return f"{match[1]}#{match[2]}".lower()

    def _find_issue(self, key: str, address: str, others: Refs) -> Ref | None:
        """The issue of a comment, which names it by address only; None for a pull request."""
        if key not in others:
            issue = self.api.fetch_visible(address)
            is_read = issue is not None and issue.get("pull_request") is None
            ref = Ref(self.connection, Kind.WORK_ITEM, str(issue["id"])) if issue else None
            others[key] = ref if is_read else None
        return others[key]


def _is_marked(body: str) -> bool:
    """Whether our marker stands at the end, and not within the quote of a comment of ours."""
    return find_marker(body) is not None and not body.rstrip().splitlines()[-1].startswith(">")
