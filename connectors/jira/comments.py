"""Carrying out what the comments on issues should become: one comment a conflict and issue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

from connectors.jira.api import JiraApi
from connectors.jira.comment_api import CommentApi, Marked
from connectors.jira.releases import RELEASE_PREFIX
from connectors.jira.settings import JiraSettings
from connectors.kit.clock import Clock
from connectors.kit.exceptions import AnswerLost, RequestFailed
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange, Target

_TRIES = 3
_SETTLING = 2.0
"""Seconds after a lost answer before looking whether the write took effect after all."""
_IN_FLIGHT = 6
_SERVICE_DESK = "service_desk"
_REMEDIES = {
    400: "Look at the issue in Jira: comments may be closed on it, or the text is not taken.",
    403: "Give the account the permissions Add Comments and Edit Own Comments in this project.",
    404: "Nothing, if the issue or comment was deleted; else let the account browse the issue.",
    413: "Jira's limit of comments on this issue is reached; close it or continue in another.",
}
"""Refusals that concern one comment; any other failure concerns the whole connection."""


@dataclass
class Comments:
    """The comments of one connection."""

    settings: JiraSettings
    api: JiraApi
    comments: CommentApi
    clock: Clock

    def find(self, targets: Sequence[Target]) -> list[PostedComment]:
        """Our comments on these issues; an issue that cannot be seen has none.

        Raises ConnectionFailed when Jira cannot be read.
        """
        issues = {t.ref.native_id: t for t in targets if not _is_release(t)}
        with ThreadPoolExecutor(_IN_FLIGHT) as pool:
            listed = zip(issues, pool.map(self._ids, issues), strict=True)
            places = {id_: issue for issue, ids in listed for id_ in ids}
        return [self._posted(issues[mark.issue], mark) for mark in self.comments.marked(places)]

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        """One outcome a change; raises ConnectionFailed when Jira takes none any more."""
        return (self._carried_out(change) for change in changes)

    def _ids(self, issue: str) -> list[str]:
        try:
            return self.comments.ids(issue)
        except RequestFailed as error:
            if error.status in {403, 404}:
                return []
            raise

    def _carried_out(self, change: CommentChange) -> Outcome:
        if _is_release(change.target):
            reason = "Jira has no comments on a release"
            return RefusedChange(change, reason, "Comment on one of its issues.", retryable=False)
        try:
            if change.posted:
                found = self._present(change)
                return self._edit(change, found.comment_id if found else change.posted.comment_id)
            return self._create(change)
        except AnswerLost as error:
            return RefusedChange(change, error.reason, error.remedy)
        except RequestFailed as error:
            if error.status not in _REMEDIES:
                raise
            return RefusedChange(change, error.reason, _REMEDIES[error.status])

    def _create(self, change: CommentChange) -> Outcome:
        """Write the comment unless it is there; after a lost answer look before trying again."""
        for _ in range(_TRIES):
            if found := self._present(change):
                return self._adopt(change, found)
            try:
                comment_id = self.comments.add(change.target.ref.native_id, change.content)
            except AnswerLost as error:
                lost = error
                self.clock.sleep(_SETTLING)
            else:
                return self._kept_internal(change, comment_id)
        if found := self._present(change):
            return self._adopt(change, found)
        raise lost

    def _adopt(self, change: CommentChange, found: Marked) -> Outcome:
        if found.digest == change.content.digest:
            return self._kept_internal(change, found.comment_id)
        return self._edit(change, found.comment_id)

    def _edit(self, change: CommentChange, comment_id: str) -> Outcome:
        """Give our comment the wanted content; after a lost answer see whether it has it."""
        for _ in range(_TRIES):
            try:
                self.comments.edit(
                    change.target.ref.native_id, comment_id, change.content, change.notify
                )
            except AnswerLost as error:
                lost = error
                self.clock.sleep(_SETTLING)
                found = self._present(change)
                if found is None or found.digest != change.content.digest:
                    continue
            return self._kept_internal(change, comment_id)
        raise lost

    def _present(self, change: CommentChange) -> Marked | None:
        """Our comment for this conflict; should there be more than one, the oldest stays."""
        issue, wanted = change.target.ref.native_id, change.content.conflict_id
        places = dict.fromkeys(self.comments.ids(issue), issue)
        mine = [mark for mark in self.comments.marked(places) if mark.conflict_id == wanted]
        for extra in mine[1:]:
            self.comments.remove(issue, extra.comment_id)
        return mine[0] if mine else None

    def _kept_internal(self, change: CommentChange, comment_id: str) -> Outcome:
        """On a service desk customers must not see it: read that back, and remove it if they do."""
        issue, key = change.target.ref.native_id, change.target.key
        if self._is_service_desk(key) and self.comments.is_public(issue, comment_id):
            self.comments.remove(issue, comment_id)
            return RefusedChange(
                change,
                f"Jira showed the comment on {key} to customers, so it was removed",
                "Let the account write internal comments in this service project.",
                retryable=False,
            )
        return self._posted(
            change.target,
            Marked(issue, comment_id, change.content.conflict_id, change.content.digest),
        )

    def _is_service_desk(self, key: str) -> bool:
        """A project that we cannot see is taken for one."""
        return self._projects.get(key.rpartition("-")[0], _SERVICE_DESK) == _SERVICE_DESK

    @cached_property
    def _projects(self) -> dict[str, str]:
        return self.api.fetch_projects()

    def _posted(self, target: Target, mark: Marked) -> PostedComment:
        url = f"{self.settings.url}/browse/{target.key}?focusedCommentId={mark.comment_id}"
        return PostedComment(target.ref, mark.conflict_id, mark.comment_id, mark.digest, url)


def _is_release(target: Target) -> bool:
    return target.ref.native_id.startswith(RELEASE_PREFIX)
