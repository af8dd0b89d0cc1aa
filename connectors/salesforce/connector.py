"""The face that Salesforce shows to the pipelines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from connectors.base import (
    AccessProblem,
    ConnectionFailed,
    ConnectorContext,
    Cursor,
    Page,
    RawRecord,
)
from connectors.kit.client import HttpClient
from connectors.kit.clock import Clock
from connectors.kit.known_functions import unknown_functions
from connectors.kit.posting import apply_changes
from connectors.salesforce.access import SalesforceAccessCheck
from connectors.salesforce.deals import map_deal
from connectors.salesforce.feed import Feed
from connectors.salesforce.fields import OpportunityFields, choose_fields, find_field_problems
from connectors.salesforce.org import Org
from connectors.salesforce.pull import OpportunityPull
from connectors.salesforce.queries import QueryClient
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.sign_in import SessionAuth
from connectors.salesforce.tool import TOOL
from model.comment_content import CommentChange, Outcome, PostedComment, Target
from model.records import Mapped


class SalesforceConnector:
    """One org; see `connectors.base.Connector` for what each method promises."""

    streams = ("opportunities",)

    def __init__(
        self, settings: SalesforceSettings, context: ConnectorContext, clock: Clock
    ) -> None:
        self.name = context.name
        self._settings = settings
        self._functions = context.lookups.functions
        self._references = context.lookups.references
        self._auth = SessionAuth(self.name, settings, context.environment)
        self._http = HttpClient(
            self.name,
            settings.url,
            self._auth,
            settings.credentials,
            clock,
            TOOL.http,
            budget=settings.budget,
        )
        self._org = Org(self.name, settings, self._auth, clock)
        self._feed = Feed(settings, self._http, self._auth)
        self._clock = clock

    def check(self) -> list[AccessProblem]:
        problems = SalesforceAccessCheck(self._settings, self._org, self._feed).find_problems()
        return problems + unknown_functions(self.name, [self._settings.function], self._functions)

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        del stream  # there is only one
        queries = QueryClient(self.name, self._settings.api, self._http)
        yield from OpportunityPull(queries, self._fields()).pages(cursor, now)

    def map(self, stream: str, raw: RawRecord, observed_at: datetime) -> Mapped:
        del stream, observed_at  # one stream, and Salesforce dates its changes itself
        return map_deal(self.name, self._settings, raw, self._references)

    def find_comments(self, targets: Sequence[Target]) -> list[PostedComment]:
        return [posted for target in targets for posted in self._feed.find_visible(target.ref)]

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        return apply_changes(self._feed, changes, self._clock)

    def close(self) -> None:
        self._http.close()
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
