"""Comments on issues, of the account or the app that the connection signs in as.

https://docs.github.com/en/rest/issues/comments
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from connectors.github.api import NOT_VISIBLE, GitHubApi
from connectors.github.mapping import MILESTONE_PREFIX
from connectors.kit.clock import Clock
from connectors.kit.json_path import find_value
from connectors.kit.markdown_comments import MarkdownComments
from model.comment_content import Target

_GONE = "Nothing, if the issue was deleted or transferred: the next sync reads where it is."


class GitHubComments(MarkdownComments):
    """The comments of one connection."""

    # GitHub asks for it, to stay below its secondary limits.
    seconds_between_writes = 1.0
    not_visible = NOT_VISIBLE
    remedies: ClassVar[Mapping[int, str]] = {
        301: _GONE,
        403: "Let the account write issues of this repository; the issue may also be locked.",
        404: _GONE,
        410: _GONE,
        422: "Look at the issue in GitHub: its comments may be closed, or the text not accepted.",
    }

    def __init__(self, api: GitHubApi, clock: Clock) -> None:
        super().__init__(api.client, clock)
        self.page_size = api.settings.page_size
        self._api = api

    def why_without(self, target: Target) -> str | None:
        is_milestone = target.ref.native_id.startswith(MILESTONE_PREFIX)
        return "GitHub has no comments on a milestone" if is_milestone else None

    def list_path(self, target: Target) -> str:
        repository, _, number = target.key.rpartition("#")
        return f"/repos/{repository}/issues/{int(number)}/comments"

    def comment_path(self, target: Target, comment_id: str) -> str:
        return f"/repos/{target.key.rpartition('#')[0]}/issues/comments/{int(comment_id)}"

    def is_own(self, comment: Any) -> bool:
        if app := self._api.settings.app:
            return bool(find_value(comment, "performed_via_github_app.id") == app.app_id)
        return bool(find_value(comment, "user.id") == self._account_id)

    @cached_property
    def _account_id(self) -> int:
        return int(self._api.fetch("/user")["id"])
