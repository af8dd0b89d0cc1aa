"""The SOQL queries.

Values are quoted by `format_soql`; names come from `fields`, never from records.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from simple_salesforce.format import format_soql

ALL_IDS = "SELECT Id FROM Opportunity"
IDS_PER_QUERY = 300
"""A query travels in the address, which Salesforce cuts off at 16 kB (HTTP 414)."""


def select_changed_deals(fields: Sequence[str], since: datetime | None) -> str:
    """Opportunities in order of change, from `since` on (inclusive, whole seconds)."""
    return format_soql(
        "SELECT {fields:literal} FROM Opportunity{where:literal} ORDER BY SystemModstamp, Id",
        fields=", ".join(fields),
        where=format_soql(" WHERE SystemModstamp >= {}", since) if since else "",
    )


def select_history(fields: Sequence[str], deal_ids: Sequence[str]) -> str:
    """The history rows of at most IDS_PER_QUERY deals, oldest first."""
    return format_soql(
        "SELECT {fields:literal} FROM OpportunityHistory WHERE OpportunityId IN {ids} "
        "ORDER BY CreatedDate, Id",
        fields=", ".join(fields),
        ids=list(deal_ids),
    )
