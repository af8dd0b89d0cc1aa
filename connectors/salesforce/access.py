"""Whether a connection can do its work: signed in, fields seen, Chatter reached, calls left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connectors.base import AccessProblem, ConnectionFailed
from connectors.http import RequestFailed
from connectors.salesforce.feed import Feed
from connectors.salesforce.fields import choose_fields, find_field_problems
from connectors.salesforce.org import Org
from connectors.salesforce.settings import SalesforceSettings

_NEARLY_SPENT = 0.9
_OPEN_CHATTER = (
    "Enable Chatter for the user of this connection, and give its app the scopes api and "
    "chatter_api."
)


@dataclass(frozen=True, slots=True)
class SalesforceAccessCheck:
    """The checks of one connection, in the order in which they build on each other."""

    settings: SalesforceSettings
    org: Org
    feed: Feed

    def find_problems(self) -> list[AccessProblem]:
        """All that is missing; never raises for bad access."""
        try:
            found = self._calls_left()
        except ConnectionFailed as error:
            return [AccessProblem(error.reason, error.remedy)]
        return [*found, *_noted(self._fields), *_noted(self._chatter)]

    def _calls_left(self) -> list[AccessProblem]:
        """The first call, so it also shows whether signing in works at all."""
        calls = self.org.calls()
        if calls is None or calls[0] < calls[1] * _NEARLY_SPENT:
            return []
        what = f"{calls[0]} of the {calls[1]} API calls of the last 24 hours are used"
        remedy = "Let this connection sync less often, or raise the org's limit."
        return [AccessProblem(what, remedy, blocking=False)]

    def _fields(self) -> list[AccessProblem]:
        deal, history = self.org.describe("Opportunity"), self.org.describe("OpportunityHistory")
        return find_field_problems(choose_fields(self.settings, deal, history), self.settings)

    def _chatter(self) -> list[AccessProblem]:
        deal = self.org.any_deal()
        if deal is None:
            what = "no opportunity is visible, so nothing can be read or said"
            remedy = "Share the opportunities with the user of this connection."
            return [AccessProblem(what, remedy, blocking=False)]
        try:
            self.feed.reach(deal)
        except RequestFailed as error:
            what = f"the feed of an opportunity cannot be read: {error.reason}"
            return [AccessProblem(what, _OPEN_CHATTER)]
        return []


def _noted(look: Callable[[], list[AccessProblem]]) -> list[AccessProblem]:
    try:
        return look()
    except ConnectionFailed as error:
        return [AccessProblem(error.reason, error.remedy)]
