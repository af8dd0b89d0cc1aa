"""Jira Cloud behind the face that every connector shows."""

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
from connectors.jira.access import JiraAccessCheck
from connectors.jira.api import JiraApi
from connectors.jira.comment_api import CommentApi
from connectors.jira.comments import JiraComments
from connectors.jira.mapping import IssueMapping
from connectors.jira.pull import IssuePull
from connectors.jira.releases import ReleaseMapping, pull_releases
from connectors.jira.settings import JiraSettings
from connectors.jira.tool import TOOL
from connectors.kit.client import HttpClient
from connectors.kit.clock import Clock
from connectors.kit.known_functions import unknown_functions
from model.comment_content import CommentChange, Outcome, PostedComment, Target
from model.records import Mapped


class JiraConnector:
    """One Jira Cloud connection; see `connectors.base.Connector`."""

    streams = ("issues", "versions")

    def __init__(
        self, settings: JiraSettings, context: ConnectorContext, token: str, clock: Clock
    ) -> None:
        self.name = context.name
        self._settings = settings
        self._functions = context.lookups.functions
        auth = httpx.BasicAuth(settings.email, token)
        self._client = HttpClient(
            self.name,
            settings.api,
            auth,
            settings.credentials,
            clock,
            TOOL.http,
            budget=settings.budget,
        )
        self._access = JiraAccessCheck(settings, token)
        self._api = JiraApi(self.name, self._client)
        self._issues = IssueMapping(self.name, settings, context.lookups)
        self._releases = ReleaseMapping(self.name, settings)
        self._comments = JiraComments(settings, self._api, CommentApi(self._client, clock), clock)

    def check(self) -> list[AccessProblem]:
        named = (self._settings.function, *self._settings.functions.values())
        unknown = unknown_functions(self.name, named, self._functions)
        return [*self._access.find_problems(), *unknown]

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:  # noqa: ARG002
        """See `Connector.pull`; `now` is not used, as Jira's own clock dates every change."""
        if stream == "versions":
            return pull_releases(self.name, self._api, self._settings)
        return IssuePull(self.name, self._api, self._settings).pages(cursor)

    def map(self, stream: str, raw: RawRecord, observed_at: datetime) -> Mapped:
        mapping = self._releases if stream == "versions" else self._issues
        return mapping.map(raw, observed_at)

    def find_comments(self, targets: Sequence[Target]) -> list[PostedComment]:
        return self._comments.find_all(targets)

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        return self._comments.apply(changes)

    def close(self) -> None:
        self._client.close()


def open_connector(
    settings: JiraSettings, context: ConnectorContext, clock: Clock | None = None
) -> JiraConnector:
    """Connect without asking anything yet; raises ConnectionFailed when the token is not set."""
    token = context.environment.get(settings.token_env)
    if not token:
        raise ConnectionFailed(
            context.name,
            f"the environment variable {settings.token_env} is not set",
            f"Set it to the API token of {settings.email}.",
        )
    return JiraConnector(settings, context, token, clock or Clock())
