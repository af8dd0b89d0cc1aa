"""The connector over the configured streams of a JSON API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

import httpx

from connectors.base import (
    AccessProblem,
    ConnectionFailed,
    ConnectorContext,
    Cursor,
    Page,
    RawRecord,
)
from connectors.kit.auth import BearerAuth, HeaderAuth
from connectors.kit.client import HttpClient
from connectors.kit.clock import Clock
from connectors.kit.known_functions import unknown_functions
from connectors.kit.secrets import require_secret
from connectors.rest.fields import read_source
from connectors.rest.mapping import RestMapping
from connectors.rest.pull import StreamPull
from connectors.rest.settings import (
    BasicSettings,
    BearerSettings,
    HeaderSettings,
    RestSettings,
)
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange, Target
from model.records import Mapped


class RestConnector:
    """One JSON API; see `connectors.base.Connector`. Nothing is ever written to it."""

    def __init__(
        self, settings: RestSettings, context: ConnectorContext, auth: httpx.Auth, clock: Clock
    ) -> None:
        self.name = context.name
        self._settings = settings
        self._functions = context.lookups.functions
        self._client = HttpClient(
            self.name,
            settings.url,
            auth,
            settings.credentials,
            clock,
            headers=settings.headers,
            budget=settings.budget,
        )
        self._mapping = RestMapping(self.name, settings, context.lookups)

    @property
    def streams(self) -> tuple[str, ...]:
        return tuple(self._settings.streams)

    def check(self) -> list[AccessProblem]:
        """Whether the first page of each stream can be read, and its fields are in it."""
        functions = {self._settings.function_of(stream) for stream in self.streams}
        unknown = unknown_functions(self.name, functions, self._functions)
        return [*(p for stream in self.streams for p in self._check_stream(stream)), *unknown]

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        return self._stream_pull(stream).pages(cursor, now)

    def map(self, stream: str, raw: RawRecord, observed_at: datetime) -> Mapped:
        return self._mapping.map(stream, raw, observed_at)

    def find_comments(self, targets: Sequence[Target]) -> list[PostedComment]:  # noqa: ARG002
        return []

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        """Every change is refused: how to write comments cannot be configured."""
        return (
            RefusedChange(
                change,
                f"{self.name} is only read: its tool takes no comments from Interlock",
                "Comment on the record's counterpart in another tool, or tell its owner.",
                retryable=False,
            )
            for change in changes
        )

    def close(self) -> None:
        self._client.close()

    def _stream_pull(self, name: str) -> StreamPull:
        return StreamPull(self.name, name, self._settings.streams[name], self._client)

    def _check_stream(self, name: str) -> Iterator[AccessProblem]:
        try:
            (records,) = islice(self._stream_pull(name).fetch(), 1)
        except ConnectionFailed as error:
            yield AccessProblem(error.reason, error.remedy)
            return
        declared = self._settings.streams[name].fields.model_dump()
        for field, source in declared.items():
            is_source = isinstance(source, str) and field not in {
                "parent_stream",
                "always_currency",
            }
            if is_source and records and all(read_source(r, source) is None for r in records):
                yield AccessProblem(
                    f"{name}: none of {len(records)} records has a value for {field} at {source}",
                    f"Correct it in interlock.yaml, if {field} should be there.",
                    blocking=False,
                )


def open_connector(
    settings: RestSettings, context: ConnectorContext, clock: Clock | None = None
) -> RestConnector:
    """Connect without asking anything yet; raises ConnectionFailed when a secret is not set."""
    return RestConnector(settings, context, _auth(settings, context), clock or Clock())


def _auth(settings: RestSettings, context: ConnectorContext) -> httpx.Auth:
    match settings.auth:
        case BearerSettings(token_env=variable):
            return BearerAuth(require_secret(context, variable))
        case BasicSettings(username=username, password_env=variable):
            return httpx.BasicAuth(username, require_secret(context, variable))
        case HeaderSettings(header=header, value_env=variable):
            return HeaderAuth(header, require_secret(context, variable))
        case _:
            return httpx.Auth()
