"""The comments on issues: found by their marker, kept from customers."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from connectors.jira.api import JiraApi
from connectors.jira.comment_api import CommentApi, MarkedComment
from connectors.jira.releases import RELEASE_PREFIX
from connectors.jira.settings import JiraSettings
from connectors.kit.answers import UnexpectedAnswer
from connectors.kit.clock import Clock
from connectors.kit.comments import HttpComments, as_written
from connectors.kit.exceptions import RequestFailed
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange, Target

_IN_FLIGHT = 6
_SERVICE_DESK = "service_desk"
_REMEDIES = {
    400: "Look at the issue in Jira: comments may be closed on it, or the text is not accepted.",
    403: "Give the account the permissions Add Comments and Edit Own Comments in this project.",
    404: "Nothing, if the issue or comment was deleted; else let the account browse the issue.",
    413: "Jira's limit of comments on this issue is reached; close it or continue in another.",
}
"""Refusals that concern one comment; any other failure concerns the whole connection."""


class JiraComments(HttpComments):
    """The comments of one connection."""

    remedies = _REMEDIES

    def __init__(
        self, settings: JiraSettings, api: JiraApi, comments: CommentApi, clock: Clock
    ) -> None:
        super().__init__(clock)
        self.settings = settings
        self.api = api
        self.comments = comments

    def why_without(self, target: Target) -> str | None:
        is_release = target.ref.native_id.startswith(RELEASE_PREFIX)
        return "Jira has no comments on a release" if is_release else None

    def find_all(self, targets: Sequence[Target]) -> list[PostedComment]:
        """Our comments on these issues; an issue that cannot be seen has none.

        Raises ConnectionFailed when Jira cannot be read.
        """
        issues = {t.ref.native_id: t for t in targets if self.why_without(t) is None}
        with ThreadPoolExecutor(_IN_FLIGHT) as pool:
            listed = zip(issues, pool.map(self._visible_ids, issues), strict=True)
            issue_of = {comment_id: issue for issue, ids in listed for comment_id in ids}
        marked = self.comments.find_marked(issue_of)
        return [self._posted(issues[comment.issue], comment) for comment in marked]

    def find(self, target: Target) -> list[PostedComment]:
        issue = target.ref.native_id
        issue_of = dict.fromkeys(self.comments.list_ids(issue), issue)
        return [self._posted(target, comment) for comment in self.comments.find_marked(issue_of)]

    def create(self, change: CommentChange) -> PostedComment:
        return self._as_written(change, self.comments.add(_issue(change), change.content))

    def edit(self, change: CommentChange, comment_id: str) -> PostedComment:
        self.comments.edit(_issue(change), comment_id, change.content, change.notify)
        return self._as_written(change, comment_id)

    def delete(self, target: Target, comment_id: str) -> None:
        self.comments.remove(target.ref.native_id, comment_id)

    def confirm(self, change: CommentChange, posted: PostedComment) -> Outcome:
        """Read back that customers of a service desk cannot see it, and delete it if they can."""
        issue, key = _issue(change), change.target.key
        if not self._is_service_desk(key) or not self.comments.is_public(issue, posted.comment_id):
            return posted
        self.comments.remove(issue, posted.comment_id)
        return RefusedChange(
            change,
            f"Jira showed the comment on {key} to customers, so it was removed",
            "Let the account write internal comments in this service project.",
            retryable=False,
        )

    def _visible_ids(self, issue: str) -> list[str]:
        try:
            return self.comments.list_ids(issue)
        except UnexpectedAnswer:
            # Whatever is to be written here is looked for again, and refused with the reason.
            return []
        except RequestFailed as error:
            if error.status in self.not_visible:
                return []
            raise

    def _is_service_desk(self, key: str) -> bool:
        # A project that cannot be seen is taken for one, as the cautious assumption.
        return self._project_types.get(key.rpartition("-")[0], _SERVICE_DESK) == _SERVICE_DESK

    @cached_property
    def _project_types(self) -> dict[str, str]:
        return self.api.fetch_projects()

    def _as_written(self, change: CommentChange, comment_id: str) -> PostedComment:
        return as_written(change, comment_id, self._url(change.target, comment_id))

    def _posted(self, target: Target, comment: MarkedComment) -> PostedComment:
        url = self._url(target, comment.comment_id)
        return PostedComment(
            target.ref, comment.conflict_id, comment.comment_id, comment.digest, url
        )

    def _url(self, target: Target, comment_id: str) -> str:
        return f"{self.settings.url}/browse/{target.key}?focusedCommentId={comment_id}"


def _issue(change: CommentChange) -> str:
    return change.target.ref.native_id
