"""The connector over the configured streams of a JSON API."""

from __future__ import annotations

from collections.abc import Iterator
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
from connectors.kit.connector import HttpConnector
from connectors.kit.json_path import find_value
from connectors.kit.secrets import require_secret
from connectors.kit.stream_records import read_id
from connectors.rest.fields import read_source
from connectors.rest.mapping import RestMapping
from connectors.rest.pull import ConfiguredStream
from connectors.rest.settings import (
    BasicSettings,
    BearerSettings,
    HeaderSettings,
    RestSettings,
)
from model.records import Mapped
from model.rules.words import format_count


class RestConnector(HttpConnector):
    """One JSON API. Nothing is ever written to it."""

    def __init__(self, settings: RestSettings, context: ConnectorContext, clock: Clock) -> None:
        auth, headers = _auth(settings, context), settings.headers
        client = HttpClient(
            context.name, settings.url, auth, settings.credentials, clock, None, headers,
            settings.budget,
        )  # fmt: skip
        super().__init__(context, client, map(settings.function_of, settings.streams))
        self._settings = settings
        self._mapping = RestMapping(self.name, settings, context.lookups)

    @property
    def streams(self) -> tuple[str, ...]:
        return tuple(self._settings.streams)

    def find_access_problems(self) -> Iterator[AccessProblem]:
        """Whether the first pages of each stream can be read, and its fields are in them."""
        for stream in self.streams:
            yield from self._check_stream(stream)

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        return self._stream(stream).to_list_stream().pages(cursor, now)

    def map(self, stream: str, raw: RawRecord, observed_at: datetime) -> Mapped:
        return self._mapping.map(stream, raw, observed_at)

    def _stream(self, name: str) -> ConfiguredStream:
        return ConfiguredStream(name, self._settings.streams[name], self.client)

    def _check_stream(self, name: str) -> Iterator[AccessProblem]:
        try:
            # The third is asked for only where the second names another page than itself.
            pages = islice(self._stream(name).fetch(), 3)
            records = [record for page in pages for record in page]
        except ConnectionFailed as error:
            yield AccessProblem(error.reason, error.remedy)
            return
        settings = self._settings.streams[name]
        if records and all(read_id(find_value(record, settings.id)) is None for record in records):
            yield AccessProblem(
                f"{name}: none of {format_count(len(records), 'record')} has a usable id at "
                f"{settings.id}, so none can be read",
                f"Correct `id` of the stream {name} in interlock.yaml.",
            )
        declared = settings.fields.model_dump()
        for field, source in declared.items():
            is_source = isinstance(source, str) and field not in {
                "parent_stream",
                "always_currency",
            }
            if is_source and records and all(read_source(r, source) is None for r in records):
                yield AccessProblem(
                    f"{name}: none of {format_count(len(records), 'record')} has a value for "
                    f"{field} at {source}",
                    f"Correct it in interlock.yaml, if {field} should be there.",
                    blocking=False,
                )


def open_connector(
    settings: RestSettings, context: ConnectorContext, clock: Clock | None = None
) -> RestConnector:
    """Connect without asking anything yet; raises ConnectionFailed when a secret is not set."""
    return RestConnector(settings, context, clock or Clock())


def _auth(settings: RestSettings, context: ConnectorContext) -> httpx.Auth:
    match settings.auth:
        case BearerSettings(token_env=variable):
            return BearerAuth(require_secret(context, variable, "auth.token_env"))
        case BasicSettings(username=username, password_env=variable):
            return httpx.BasicAuth(username, require_secret(context, variable, "auth.password_env"))
        case HeaderSettings(header=header, value_env=variable):
            return HeaderAuth(header, require_secret(context, variable, "auth.value_env"))
        case _:
            return httpx.Auth()
