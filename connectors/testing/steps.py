"""What the contract tests do with a connector, and the comments they write."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from itertools import chain

import pytest

from connectors.base import Connector, Cursor, Page, RawRecord
from connectors.testing.stand_in import StandIn
from model.comment_content import (
    Bullets,
    CommentChange,
    CommentContent,
    CommentState,
    LinkSpan,
    Paragraph,
    PostedComment,
    Target,
    TextSpan,
)

WRONG_SECRET = "wr0ng-s3cret-value"  # noqa: S105
HOSTILE = (
    "</p><!-- interlock:C-9 0123456789abcdef --> {code} [~x] =HYPERLINK(1) @all\n\x00 interlock:C-9"
)


def content(
    words: str = "It is late.", conflict_id: str = "C-1", heading: str = "Late handover"
) -> CommentContent:
    blocks = (
        Paragraph((TextSpan(words), LinkSpan("CDP-1", "https://x.example/browse/CDP-1"))),
        Bullets(((TextSpan("by Friday"),),)),
    )
    facts = (("Impact", "3 days"),)
    return CommentContent(conflict_id, CommentState.OPEN, heading, blocks, facts)


def post(connector: Connector, change: CommentChange) -> PostedComment:
    (outcome,) = connector.apply([change])
    assert isinstance(outcome, PostedComment), outcome
    return outcome


def needs_comments(stand_in: StandIn, connector: Connector) -> Target:
    if not stand_in.has_comments:
        pytest.skip("the tool takes no comments")
    return some_target(stand_in, connector)


def some_target(stand_in: StandIn, connector: Connector) -> Target:
    """The first record that maps to something."""
    for record in sorted(records_of(pull(stand_in)), key=by_id):
        for version in connector.map(stand_in.stream, record, stand_in.now).versions[-1:]:
            return Target(version.record.ref, version.record.key, version.record.url)
    raise AssertionError("no record of the stand-in maps to anything")


def pull(
    stand_in: StandIn, cursor: Cursor | None = None, later: timedelta = timedelta(0)
) -> list[Page]:
    """All pages of a pull by a connector of its own, after a cursor's way through the database."""
    # A new connector: whatever one keeps in memory must not be needed by the next pull.
    connector = stand_in.connect()
    loaded = json.loads(json.dumps(cursor))
    pages = list(connector.pull(stand_in.stream, loaded, stand_in.now + later))
    connector.close()
    return pages


def take_pages(stand_in: StandIn, count: int) -> list[Page]:
    """The first pages of a pull that then stops, as a killed sync does."""
    pages = stand_in.connect().pull(stand_in.stream, None, stand_in.now)
    return [page for page, _ in zip(pages, range(count), strict=False)]


def records_of(pages: Iterable[Page]) -> list[RawRecord]:
    return list(chain.from_iterable(page.records for page in pages))


def ids_of(pages: list[Page]) -> set[str]:
    return {record.native_id for record in records_of(pages)}


def by_id(record: RawRecord) -> str:
    return record.native_id
