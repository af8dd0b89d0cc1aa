"""The SOQL queries.

Values are quoted by `format_soql`; names come from `fields`, never from records.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from simple_salesforce.format import format_soql

ALL_IDS = "SELECT Id FROM Opportunity"
OPEN_IDS = "SELECT Id FROM Opportunity WHERE IsClosed = FALSE"
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


_WRITER = "CreatedById, CreatedBy.Name, CreatedDate, LastEditById, LastEditDate, SystemModstamp"


def select_posts(deal_ids: Sequence[str], since: datetime) -> str:
    """What was posted or edited on these deals (at most IDS_PER_QUERY) since then."""
    return format_soql(
        "SELECT Id, ParentId, Body, IsRichText, {writer:literal} FROM FeedItem "
        "WHERE ParentId IN {ids} AND SystemModstamp >= {since}",
        writer=_WRITER,
        ids=list(deal_ids),
        since=since,
    )


def select_post_comments(deal_ids: Sequence[str], since: datetime) -> str:
    """What was commented below posts on these deals (at most IDS_PER_QUERY) since then."""
    return format_soql(
        "SELECT Id, ParentId, FeedItemId, CommentBody, IsRichText, {writer:literal} "
        "FROM FeedComment WHERE ParentId IN {ids} AND SystemModstamp >= {since}",
        writer=_WRITER,
        ids=list(deal_ids),
        since=since,
    )


def select_own_posts(post_ids: Sequence[str], user_id: str) -> str:
    """Those of these posts (at most IDS_PER_QUERY) that a user wrote."""
    return format_soql(
        "SELECT Id, Body, IsRichText FROM FeedItem WHERE Id IN {ids} AND CreatedById = {user}",
        ids=list(post_ids),
        user=user_id,
    )
