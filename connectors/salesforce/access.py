"""Whether a connection can do its work: sign-in, fields, Chatter and the API calls left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connectors.base import AccessProblem, ConnectionFailed
from connectors.kit.exceptions import RequestFailed
from connectors.salesforce.feed import Feed
from connectors.salesforce.fields import choose_fields, find_field_problems
from connectors.salesforce.org import Org
from connectors.salesforce.settings import SalesforceSettings

_NEARLY_USED_UP = 0.9
_ENABLE_CHATTER = (
    "Enable Chatter for the user of this connection, and give its app the scopes api and "
    "chatter_api."
)


@dataclass(frozen=True, slots=True)
class SalesforceAccessCheck:
    """The checks of one connection."""

    settings: SalesforceSettings
    org: Org
    feed: Feed

    def find_problems(self) -> list[AccessProblem]:
        """One problem per thing that is missing; never raises for bad access.

        When not even the first call succeeds, its failure is the only problem.
        """
        try:
            # The first call, so it also shows whether signing in works at all.
            problems = self._check_calls_left()
        except ConnectionFailed as error:
            return [AccessProblem(error.reason, error.remedy)]
        return [
            *problems,
            *_run_check(self._check_fields),
            *_run_check(self._check_chatter),
        ]

    def _check_calls_left(self) -> list[AccessProblem]:
        calls = self.org.calls()
        if calls is None or calls[0] < calls[1] * _NEARLY_USED_UP:
            return []
        what = f"{calls[0]} of the {calls[1]} API calls of the last 24 hours are used"
        remedy = "Let this connection sync less often, or raise the org's limit."
        return [AccessProblem(what, remedy, blocking=False)]

    def _check_fields(self) -> list[AccessProblem]:
        deal, history = self.org.describe("Opportunity"), self.org.describe("OpportunityHistory")
        return find_field_problems(choose_fields(self.settings, deal, history), self.settings)

    def _check_chatter(self) -> list[AccessProblem]:
        deal = self.org.any_deal()
        if deal is None:
            what = "no opportunity is visible, so nothing can be read or commented on"
            remedy = "Share the opportunities with the user of this connection."
            return [AccessProblem(what, remedy, blocking=False)]
        try:
            self.feed.reach(deal)
        except RequestFailed as error:
            what = f"the feed of an opportunity cannot be read: {error.reason}"
            return [AccessProblem(what, _ENABLE_CHATTER)]
        return []


def _run_check(check: Callable[[], list[AccessProblem]]) -> list[AccessProblem]:
    """The problems that a check finds; one that fails is a problem itself."""
    try:
        return check()
    except ConnectionFailed as error:
        return [AccessProblem(error.reason, error.remedy)]
