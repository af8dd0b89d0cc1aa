"""Comments on issues: found by the marker in their Markdown, written, edited in place.

https://docs.github.com/en/rest/issues/comments
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connectors.github.api import NOT_VISIBLE, GitHubApi
from connectors.github.pull import MILESTONE_PREFIX
from connectors.kit.clock import Clock
from connectors.kit.exceptions import RequestFailed
from connectors.kit.posting import apply_change
from connectors.kit.rich_text.markdown import find_marker, render
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange, Target

_SECONDS_BETWEEN_WRITES = 1.0
"""What GitHub asks of clients, to stay below its secondary limits."""
_GONE = "Nothing, if the issue was deleted or transferred: the next sync reads where it is."
_REMEDIES = {
    301: _GONE,
    403: "Let the account write issues of this repository; the issue may also be locked.",
    404: _GONE,
    410: _GONE,
    422: "Look at the issue in GitHub: its comments may be closed, or the text is not accepted.",
}
"""Refusals that concern one comment; any other failure concerns the whole connection."""


@dataclass
class GitHubComments:
    """The comments of one connection; see `connectors.kit.posting.CommentStore`."""

    api: GitHubApi
    clock: Clock

    looks_before_create = True

    def find_all(self, targets: Sequence[Target]) -> list[PostedComment]:
        """Our comments on these issues; an issue that cannot be seen has none."""
        # One after the other, as GitHub asks: requests at the same time meet secondary limits.
        return [posted for target in targets for posted in self._find_visible(target)]

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        """One outcome per change; raises ConnectionFailed when GitHub accepts none any more."""
        return (self._apply(change) for change in changes)

    def find(self, target: Target) -> list[PostedComment]:
        return [
            PostedComment(target.ref, *marker, url=comment.get("html_url"))
            for comment in self.api.fetch_all(f"{_path(target)}/comments")
            if (marker := self._read_marker(comment))
        ]

    def create(self, change: CommentChange) -> PostedComment:
        return self._write(change, "POST", f"{_path(change.target)}/comments")

    def edit(self, change: CommentChange, comment_id: str) -> PostedComment:
        return self._write(change, "PATCH", _comment_path(change.target, comment_id))

    def delete(self, target: Target, comment_id: str) -> None:
        self.clock.sleep(_SECONDS_BETWEEN_WRITES)
        self.api.client.write("DELETE", _comment_path(target, comment_id))

    def confirm(self, change: CommentChange, posted: PostedComment) -> Outcome:  # noqa: ARG002
        return posted

    def remedy(self, change: CommentChange, error: RequestFailed) -> str | None:  # noqa: ARG002
        return _REMEDIES.get(error.status) if error.status else None

    def _apply(self, change: CommentChange) -> Outcome:
        if _is_milestone(change.target):
            reason = "GitHub has no comments on a milestone"
            return RefusedChange(change, reason, "Comment on one of its issues.", retryable=False)
        return apply_change(self, change, self.clock)

    def _find_visible(self, target: Target) -> list[PostedComment]:
        try:
            return [] if _is_milestone(target) else self.find(target)
        except RequestFailed as error:
            if error.status in NOT_VISIBLE:
                return []
            raise

    def _write(self, change: CommentChange, method: str, path: str) -> PostedComment:
        self.clock.sleep(_SECONDS_BETWEEN_WRITES)
        content = change.content
        body = {"body": render(content, notify=change.notify)}
        written = self.api.client.write(method, path, json=body)
        return PostedComment(
            change.target.ref,
            content.conflict_id,
            str(written["id"]),
            content.digest,
            written.get("html_url"),
        )

    def _read_marker(self, comment: Any) -> tuple[str, str, str] | None:
        """The conflict, id and digest of a comment of ours; None for all others."""
        marker = find_marker(str(comment.get("body") or ""))
        # Whoever copies the text of our comment copies its marker; theirs is not ours to edit.
        if marker is None or not self._is_own(comment):
            return None
        return marker[0], str(comment["id"]), marker[1]

    def _is_own(self, comment: Any) -> bool:
        if app := self.api.settings.app:
            return (comment.get("performed_via_github_app") or {}).get("id") == app.app_id
        return (comment.get("user") or {}).get("id") == self._account_id

    @cached_property
    def _account_id(self) -> int:
        return int(self.api.fetch("/user")["id"])


def _path(target: Target) -> str:
    repository, _, number = target.key.rpartition("#")
    return f"/repos/{repository}/issues/{int(number)}"


def _comment_path(target: Target, comment_id: str) -> str:
    repository = target.key.rpartition("#")[0]
    return f"/repos/{repository}/issues/comments/{int(comment_id)}"


def _is_milestone(target: Target) -> bool:
    return target.ref.native_id.startswith(MILESTONE_PREFIX)
