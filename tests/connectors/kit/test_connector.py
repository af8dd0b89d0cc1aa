"""What connectors over HTTP share: access problems of both kinds, and comments or their refusal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from connectors.base import (
    AccessProblem,
    ConnectionFailed,
    ConnectorContext,
    Cursor,
    Page,
    RawRecord,
)
from connectors.kit.client import HttpClient
from connectors.kit.comments import HttpComments
from connectors.kit.connector import HttpConnector
from model.comment_content import (
    CommentChange,
    CommentContent,
    CommentState,
    Outcome,
    PostedComment,
    RefusedChange,
    Target,
)
from model.operating_model.lookups import ConnectionLookups
from model.records import Kind, Mapped, Ref

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TARGET = Target(Ref("tracker", Kind.WORK_ITEM, "1"), "A-1")
OTHER = Target(Ref("tracker", Kind.WORK_ITEM, "2"), "A-2")
CONTENT = CommentContent("C-1", CommentState.OPEN, "Late", ())
CHANGES = [CommentChange(TARGET, CONTENT), CommentChange(OTHER, CONTENT)]
NO_RIGHT = AccessProblem("the account may not comment", "Give it the right")


class Client:
    """Counts how often it is closed; nothing here sends a request."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


class Comments:
    """A store in which one comment stands, and which commented nowhere else."""

    posted = PostedComment(TARGET.ref, "C-1", "7", CONTENT.digest)

    def why_without(self, target: Target) -> str | None:
        return None if target == TARGET else "it is locked"

    def find_all(self, targets: Sequence[Target]) -> list[PostedComment]:
        return [self.posted for target in targets if target == TARGET]

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        return (
            PostedComment(change.target.ref, "C-1", "8", change.content.digest)
            for change in changes
        )


class Tracker(HttpConnector):
    """A connector whose access problems are those given, or the failure."""

    access: tuple[AccessProblem, ...] | ConnectionFailed = ()

    @property
    def streams(self) -> tuple[str, ...]:
        return ("issues",)

    def find_access_problems(self) -> Iterable[AccessProblem]:
        if isinstance(self.access, ConnectionFailed):
            raise self.access
        yield from self.access

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        return iter(())

    def map(self, stream: str, raw: RawRecord, observed_at: datetime) -> Mapped:
        return Mapped()


def tracker(*functions: str, comments: Any = None) -> Tracker:
    lookups = ConnectionLookups(functions=frozenset({"it"}))
    context = ConnectorContext("tracker", Path(), {}, lookups)
    return Tracker(context, cast("HttpClient", Client()), functions, comments)


@pytest.fixture
def writing() -> Tracker:
    return tracker(comments=cast("HttpComments", Comments()))


def test_a_connection_without_problems_has_none() -> None:
    assert tracker("it").check() == []


def test_problems_of_the_tool_come_before_unknown_functions_in_the_order_of_their_names() -> None:
    connector = tracker("sales", "it", "hr")
    connector.access = (NO_RIGHT,)

    tool, *functions = connector.check()

    assert tool == NO_RIGHT
    assert [problem.what for problem in functions] == [
        '"hr" is no function of the operating model',
        '"sales" is no function of the operating model',
    ]
    assert "in the connection tracker" in functions[0].remedy


def test_a_tool_that_cannot_be_reached_is_a_problem_and_hides_no_unknown_function() -> None:
    connector = tracker("hr")
    connector.access = ConnectionFailed("tracker", "it does not answer", "Look at its status page")

    assert [(problem.what, problem.remedy) for problem in connector.check()] == [
        ("it does not answer", "Look at its status page"),
        (
            '"hr" is no function of the operating model',
            "Correct it in the connection tracker, or add the function",
        ),
    ]


def test_a_tool_that_is_only_read_refuses_each_change_for_good_and_says_what_to_do() -> None:
    outcomes = list(tracker().apply(CHANGES))

    assert all(isinstance(outcome, RefusedChange) for outcome in outcomes)
    refused = cast("list[RefusedChange]", outcomes)
    assert [refusal.change for refusal in refused] == CHANGES
    assert {refusal.reason for refusal in refused} == {
        "tracker is only read: its tool takes no comments from Interlock"
    }
    assert all("another tool" in each.remedy and not each.retryable for each in refused)


def test_a_tool_that_is_only_read_shows_no_comment_and_says_why_it_gets_none() -> None:
    assert tracker().find_comments([TARGET]) == []
    assert tracker().comment_obstacle(TARGET) == "tracker is only read"


def test_a_tool_with_comments_shows_writes_and_misses_them_as_its_store_does(
    writing: Tracker,
) -> None:
    assert writing.find_comments([OTHER, TARGET]) == [Comments.posted]
    assert list(writing.apply(CHANGES)) == [
        PostedComment(TARGET.ref, "C-1", "8", CONTENT.digest),
        PostedComment(OTHER.ref, "C-1", "8", CONTENT.digest),
    ]
    assert writing.comment_obstacle(TARGET) is None
    assert writing.comment_obstacle(OTHER) == "it is locked"


def test_a_tool_whose_replies_are_not_read_has_none(writing: Tracker) -> None:
    assert list(writing.find_replies([TARGET], None, NOW)) == []


def test_closing_it_closes_its_client_once(writing: Tracker) -> None:
    writing.close()

    assert cast("Client", writing.client).closed == 1
