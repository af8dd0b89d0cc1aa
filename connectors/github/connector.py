"""GitHub behind the face that every connector shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.base import AccessProblem, ConnectorContext, Cursor, Page, RawRecord, ReplyPage
from connectors.github.api import GitHubApi, open_client, repository_path
from connectors.github.auth import build_auth
from connectors.github.comments import GitHubComments
from connectors.github.mapping import GitHubMapping
from connectors.github.pull import GitHubPull
from connectors.github.replies import GitHubReplies
from connectors.github.settings import GitHubSettings
from connectors.kit.answers import pages_of_stream
from connectors.kit.clock import Clock
from connectors.kit.connector import HttpConnector
from model.comment_content import Target
from model.records import Mapped


class GitHubConnector(HttpConnector):
    """One GitHub connection; nothing is asked of it yet.

    Raises ConnectionFailed when a secret is not set.
    """

    streams = ("issues", "milestones")

    def __init__(
        self, settings: GitHubSettings, context: ConnectorContext, clock: Clock | None = None
    ) -> None:
        clock = clock or Clock()
        auth = build_auth(settings, context, clock)
        client = open_client(context.name, settings, auth, clock)
        self._api = GitHubApi(settings, client)
        self._mapping = GitHubMapping(context.name, settings, context.lookups)
        functions = (settings.function, *settings.functions.values())
        comments = GitHubComments(self._api, clock)
        self._replies = GitHubReplies(context.name, self._api, comments)
        super().__init__(context, client, functions, comments)

    def find_access_problems(self) -> Iterator[AccessProblem]:
        """Whether each repository can be seen under its name, and its issues can be read."""
        repositories, hidden = self._api.find_repositories()
        for problem in hidden:
            yield AccessProblem(problem.reason, problem.remedy)
        for name, repository in repositories.items():
            # A token may see a repository and not its issues, which the listing then refuses.
            next(self._api.fetch_pages(f"{repository_path(repository)}/issues"), None)
            if repository["full_name"].lower() != name.lower():
                what = f"the repository {name} is now called {repository['full_name']}"
                remedy = "Write its new name in repositories; the old one leads there for now."
                yield AccessProblem(what, remedy, blocking=False)

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        pull = GitHubPull(self._api)
        pages = pull.milestone_pages if stream == "milestones" else pull.issue_pages
        return pages_of_stream(stream, pages(cursor, now))

    def map(self, stream: str, raw: RawRecord, observed_at: datetime) -> Mapped:  # noqa: ARG002
        return self._mapping.map(raw, observed_at)

    def find_replies(
        self, targets: Sequence[Target], cursor: Cursor | None, now: datetime
    ) -> Iterator[ReplyPage]:
        return self._replies.pages(targets, cursor, now)
