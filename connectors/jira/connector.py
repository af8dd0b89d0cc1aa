"""Jira Cloud behind the face that every connector shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import httpx

from connectors.base import (
    AccessProblem,
    ConnectorContext,
    Cursor,
    Page,
    RawRecord,
    ReplyPage,
)
from connectors.jira.access import JiraAccessCheck
from connectors.jira.api import JiraApi
from connectors.jira.comment_api import CommentApi
from connectors.jira.comments import JiraComments
from connectors.jira.mapping import IssueMapping
from connectors.jira.pull import IssuePull
from connectors.jira.releases import ReleaseMapping, pull_releases
from connectors.jira.replies import JiraReplies
from connectors.jira.settings import JiraSettings
from connectors.jira.tool import TOOL
from connectors.kit.answers import pages_of_stream
from connectors.kit.client import HttpClient
from connectors.kit.clock import Clock
from connectors.kit.connector import HttpConnector
from connectors.kit.secrets import require_secret
from model.comment_content import Target
from model.records import Mapped


class JiraConnector(HttpConnector):
    """One Jira Cloud connection."""

    streams = ("issues", "versions")

    def __init__(
        self, settings: JiraSettings, context: ConnectorContext, token: str, clock: Clock
    ) -> None:
        auth = httpx.BasicAuth(settings.email, token)
        client = HttpClient(
            context.name,
            settings.api,
            auth,
            settings.credentials,
            clock,
            TOOL.http,
            budget=settings.budget,
        )
        self._api = JiraApi(context.name, client)
        comment_api = CommentApi(client, clock)
        comments = JiraComments(settings, self._api, comment_api, clock)
        functions = (settings.function, *settings.functions.values())
        super().__init__(context, client, functions, comments)
        self._settings = settings
        self._access = JiraAccessCheck(settings, token)
        self._issues = IssueMapping(self.name, settings, context.lookups)
        self._releases = ReleaseMapping(self.name, settings)
        self._replies = JiraReplies(self.name, settings, self._api, comment_api)

    def find_access_problems(self) -> list[AccessProblem]:
        return self._access.find_problems()

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """See `Connector.pull`; Jira's own clock dates every change of an issue."""
        if stream == "versions":
            pages = pull_releases(self.name, self._api, self._settings, now)
        else:
            pages = IssuePull(self.name, self._api, self._settings).pages(cursor, now)
        return pages_of_stream(stream, pages)

    def rewind(self, stream: str, cursor: Cursor) -> Cursor | None:
        """The cursor to read all again from; known issues that a search misses are looked up."""
        return {"updated_from": None, "known": cursor.get("known")} if stream == "issues" else None

    def map(self, stream: str, raw: RawRecord, observed_at: datetime) -> Mapped:
        mapping = self._releases if stream == "versions" else self._issues
        return mapping.map(raw, observed_at)

    def find_replies(
        self, targets: Sequence[Target], cursor: Cursor | None, now: datetime
    ) -> Iterator[ReplyPage]:
        return self._replies.pages(targets, cursor, now)


def open_connector(
    settings: JiraSettings, context: ConnectorContext, clock: Clock | None = None
) -> JiraConnector:
    """Connect without asking anything yet; raises ConnectionFailed when the token is not set."""
    token = require_secret(context, settings.token_env, "token_env")
    return JiraConnector(settings, context, token, clock or Clock())
