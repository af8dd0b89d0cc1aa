"""GitHub behind the face that every connector shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import httpx

from connectors.base import (
    AccessProblem,
    ConnectionFailed,
    ConnectorContext,
    Cursor,
    Page,
    RawRecord,
)
from connectors.github.api import GitHubApi, open_client
from connectors.github.auth import build_auth
from connectors.github.comments import GitHubComments
from connectors.github.mapping import GitHubMapping
from connectors.github.pull import GitHubPull
from connectors.github.settings import GitHubSettings
from connectors.kit.clock import Clock
from connectors.kit.known_functions import unknown_functions
from model.comment_content import CommentChange, Outcome, PostedComment, Target
from model.records import Mapped


class GitHubConnector:
    """One GitHub connection; see `connectors.base.Connector`."""

    streams = ("issues", "milestones")

    def __init__(
        self, settings: GitHubSettings, context: ConnectorContext, auth: httpx.Auth, clock: Clock
    ) -> None:
        self.name = context.name
        self._settings = settings
        self._functions = context.lookups.functions
        self._client = open_client(self.name, settings, auth, clock)
        self._api = GitHubApi(self.name, settings, self._client)
        self._mapping = GitHubMapping(self.name, settings, context.lookups)
        self._comments = GitHubComments(self._api, clock)

    def check(self) -> list[AccessProblem]:
        """Whether each repository can be seen under its name, and its issues can be read."""
        named = (self._settings.function, *self._settings.functions.values())
        unknown = unknown_functions(self.name, named, self._functions)
        try:
            return [*self._find_problems(), *unknown]
        except ConnectionFailed as error:
            return [AccessProblem(error.reason, error.remedy), *unknown]

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        pull = GitHubPull(self._api)
        return pull.milestone_pages() if stream == "milestones" else pull.issue_pages(cursor, now)

    def map(self, stream: str, raw: RawRecord, observed_at: datetime) -> Mapped:  # noqa: ARG002
        return self._mapping.map(raw, observed_at)

    def find_comments(self, targets: Sequence[Target]) -> list[PostedComment]:
        return self._comments.find_all(targets)

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        return self._comments.apply(changes)

    def close(self) -> None:
        self._client.close()

    def _find_problems(self) -> Iterator[AccessProblem]:
        repositories, hidden = self._api.find_repositories()
        for problem in hidden:
            yield AccessProblem(problem.reason, problem.remedy)
        for name, repository in repositories.items():
            # A token may see a repository and not its issues, which the listing then refuses.
            next(self._api.fetch_pages(f"/repos/{repository['full_name']}/issues"), None)
            if repository["full_name"].lower() != name.lower():
                what = f"the repository {name} is now called {repository['full_name']}"
                remedy = "Write its new name in repositories; the old one leads there for now."
                yield AccessProblem(what, remedy, blocking=False)


def open_connector(
    settings: GitHubSettings, context: ConnectorContext, clock: Clock | None = None
) -> GitHubConnector:
    """Connect without asking anything yet; raises ConnectionFailed when a secret is not set."""
    clock = clock or Clock()
    return GitHubConnector(settings, context, build_auth(settings, context, clock), clock)
