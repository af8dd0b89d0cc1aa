"""The face that Salesforce shows to the pipelines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.base import (
    AccessProblem,
    ConnectionFailed,
    ConnectorContext,
    Cursor,
    Page,
    RawRecord,
    ReplyPage,
)
from connectors.kit.answers import pages_of_stream
from connectors.kit.client import HttpClient
from connectors.kit.clock import Clock
from connectors.kit.connector import HttpConnector
from connectors.salesforce.access import SalesforceAccessCheck
from connectors.salesforce.deals import map_deal
from connectors.salesforce.feed import Feed
from connectors.salesforce.fields import OpportunityFields, choose_fields, find_field_problems
from connectors.salesforce.org import Org
from connectors.salesforce.pull import OpportunityPull
from connectors.salesforce.queries import QueryClient
from connectors.salesforce.replies import FeedReplies
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.sign_in import build_auth
from connectors.salesforce.tool import TOOL
from model.comment_content import Target
from model.records import Mapped


class SalesforceConnector(HttpConnector):
    """One org."""

    streams = ("opportunities",)

    def __init__(
        self, settings: SalesforceSettings, context: ConnectorContext, clock: Clock
    ) -> None:
        auth = build_auth(settings, context, clock)
        client = HttpClient(
            context.name,
            settings.url,
            auth,
            settings.credentials,
            clock,
            TOOL.http,
            budget=settings.budget,
        )
        self._feed = Feed(settings, client, auth, clock)
        super().__init__(context, client, [settings.function], self._feed)
        self._settings = settings
        self._queries = QueryClient(self.name, settings.api, client)
        self._replies = FeedReplies(self._queries, auth)
        self._org = Org(self.name, settings, auth, clock)

    def find_access_problems(self) -> list[AccessProblem]:
        return SalesforceAccessCheck(self._settings, self._org, self._feed).find_problems()

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        return pages_of_stream(stream, self._pages(cursor, now))

    def _pages(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        yield from OpportunityPull(self._queries, self._fields()).pages(cursor, now)

    def rewind(self, stream: str, cursor: Cursor) -> Cursor:
        """The cursor to read all again from, which keeps the deletions already known."""
        del stream
        return {name: value for name, value in cursor.items() if name not in {"stamp", "all_from"}}

    def map(self, stream: str, raw: RawRecord, observed_at: datetime) -> Mapped:
        del stream, observed_at  # one stream, and Salesforce dates its changes itself
        return map_deal(self.name, self._settings, raw, self.lookups.references)

    def find_replies(
        self, targets: Sequence[Target], cursor: Cursor | None, now: datetime
    ) -> Iterator[ReplyPage]:
        return self._replies.pages(targets, cursor, now)

    def close(self) -> None:
        super().close()
        self._org.close()

    def _fields(self) -> OpportunityFields:
        """The fields to read. Raises ConnectionFailed where a needed one is hidden."""
        deal, history = self._org.describe("Opportunity"), self._org.describe("OpportunityHistory")
        fields = choose_fields(self._settings, deal, history)
        missing = [p for p in find_field_problems(fields, self._settings) if p.blocking]
        if missing:
            what = "; ".join(problem.what for problem in missing)
            raise ConnectionFailed(self.name, what, missing[0].remedy)
        return fields


def open_connector(
    settings: SalesforceSettings, context: ConnectorContext, clock: Clock | None = None
) -> SalesforceConnector:
    """Nothing is asked of Salesforce yet: the first use signs in."""
    return SalesforceConnector(settings, context, clock or Clock())
