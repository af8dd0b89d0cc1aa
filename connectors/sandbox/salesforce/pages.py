"""The page of a deal, as its team would see it, and the list of all deals."""

from __future__ import annotations

from starlette.routing import Route

from connectors.sandbox.salesforce.org import SalesforceOrg


def routes(org: SalesforceOrg) -> list[Route]:
    return []
