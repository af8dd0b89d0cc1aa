"""Replies on issues of GitHub: whose they are, what counts as one, and that none is read past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from connectors.base import ConnectionFailed, ReplyPage
from connectors.github.connector import GitHubConnector
from connectors.kit.rich_text.markdown import render
from connectors.sandbox import Sandbox
from connectors.sandbox.github.host import StoredComment, StoredIssue
from model.comment_content import CommentChange, PostedComment, Target
from model.records import Kind, Ref
from model.replies import parse_reply
from model.replies.reply import Reply
from model.replies.text import command_texts
from tests.connectors.github.builders import NOW, connect, issue
from tests.connectors.github.conftest import Start
from tests.connectors.github.test_comments import add_fault, content, first_issue, target_of


@pytest.fixture
def sandbox(github: Start) -> Sandbox:
    issues = [issue("A"), issue("B"), issue("C", pull_request=True)]
    return github(*issues, issues=[issue("Consent banner")])


@pytest.fixture
def target(sandbox: Sandbox) -> Target:
    return target_of(first_issue(sandbox))


def say(
    sandbox: Sandbox,
    body: str,
    to: StoredIssue | None = None,
    login: str = "ada",
    at: datetime = NOW,
) -> str:
    """A comment of a person, at an instant of their choice."""
    id_ = sandbox.github.next_id()
    (to or first_issue(sandbox)).comments.append(StoredComment(id_, login, body, at, at))
    return str(id_)


def pages(
    connector: GitHubConnector,
    *targets: Target,
    cursor: Any = None,
    at: timedelta = timedelta(minutes=1),
) -> list[ReplyPage]:
    return list(connector.find_replies(targets, cursor, NOW + at))


def replies(connector: GitHubConnector, *targets: Target, **how: Any) -> list[Reply]:
    return [reply for page in pages(connector, *targets, **how) for reply in page.replies]


def commands(connector: GitHubConnector, *targets: Target) -> list[str]:
    return [text for reply in replies(connector, *targets) for text in command_texts(reply.text)]


def test_a_reply_names_its_author_record_and_instant(sandbox: Sandbox, target: Target) -> None:
    id_ = say(sandbox, "/interlock owner @bob")
    (reply,) = replies(connect(sandbox), target)
    assert reply == Reply(target.ref, id_, "/interlock owner @bob", "ada", "ada", NOW)
    (command,) = parse_reply(reply.text, (), NOW.date())
    assert command.person == "bob"  # type: ignore[union-attr]


def test_interlock_is_found_on_any_issue_and_on_no_pull_request(
    sandbox: Sandbox, target: Target
) -> None:
    _, second, pull_request = sandbox.github.repositories[0].issues
    banner = sandbox.github.repositories[1].issues[0]
    say(sandbox, "no word about it", second)
    ids = [say(sandbox, "/interlock risk needs CDP-1", to) for to in (second, banner)]
    say(sandbox, "/interlock risk needs CDP-1", pull_request)
    found = replies(connect(sandbox), target)
    assert [reply.reply_id for reply in found] == ids
    records = [Ref("code", Kind.WORK_ITEM, str(to.id)) for to in (second, banner)]
    assert [reply.record for reply in found] == records


def test_our_own_comments_are_no_replies_whoever_edits_or_copies_them(
    sandbox: Sandbox, target: Target
) -> None:
    connector = connect(sandbox)
    (posted,) = connector.apply([CommentChange(target, content())])
    assert isinstance(posted, PostedComment)
    first_issue(sandbox).comments[0].body = "/interlock ack"
    say(sandbox, f"/interlock ack\n\n{render(content())}")
    assert replies(connector, target, at=datetime.now(UTC) - NOW) == []


@pytest.mark.parametrize(
    "body",
    [
        "> /interlock ack\n\nno",
        "```\n/interlock ack\n```",
        "see `/interlock ack`",
        "<!--\n/interlock ack\n-->\nno",
        "<!-- \n/interlock ack",
    ],
)
def test_quotes_code_and_what_nobody_sees_are_no_commands(
    sandbox: Sandbox, target: Target, body: str
) -> None:
    say(sandbox, body)
    assert commands(connect(sandbox), target) == []


def test_a_reply_above_the_quote_of_our_comment_counts(sandbox: Sandbox, target: Target) -> None:
    quoted = "\n".join(f"> {line}" for line in render(content()).splitlines())
    say(sandbox, f"/interlock ack\n\n{quoted}")
    assert commands(connect(sandbox), target) == ["ack"]


def test_more_comments_than_a_page_are_all_read(sandbox: Sandbox, target: Target) -> None:
    ids = [say(sandbox, f"/interlock ack {n}") for n in range(7)]
    found = replies(connect(sandbox, page_size=2), target)
    assert [reply.reply_id for reply in found] == ids


def test_a_later_reading_begins_an_hour_earlier_and_not_at_the_beginning(
    sandbox: Sandbox, target: Target
) -> None:
    old = say(sandbox, "/interlock ack", at=NOW - timedelta(hours=3))
    new = say(sandbox, "/interlock ack")
    connector = connect(sandbox)
    first = pages(connector, target)
    assert [reply.reply_id for page in first for reply in page.replies] == [old, new]
    late = say(sandbox, "/interlock escalate", at=NOW - timedelta(minutes=50))
    found = replies(connector, target, cursor=first[-1].cursor, at=timedelta(minutes=10))
    assert {reply.reply_id for reply in found} == {new, late}


def test_an_edited_reply_is_read_again_with_its_new_text(sandbox: Sandbox, target: Target) -> None:
    id_ = say(sandbox, "/interlock ack", at=NOW - timedelta(days=9))
    say(sandbox, "/interlock ack")
    connector = connect(sandbox)
    cursor = pages(connector, target)[-1].cursor
    comment = first_issue(sandbox).comments[0]
    comment.body, comment.updated_at = "/interlock escalate", NOW + timedelta(hours=2)
    found = replies(connector, target, cursor=cursor, at=timedelta(hours=3))
    assert [(reply.reply_id, reply.text) for reply in found][-1] == (id_, "/interlock escalate")


def test_a_comment_of_the_future_hides_no_reply_and_has_no_instant(
    sandbox: Sandbox, target: Target
) -> None:
    say(sandbox, "/interlock ack", at=NOW + timedelta(days=900))
    connector = connect(sandbox)
    read = pages(connector, target)
    assert read[0].replies[0].written_at is None
    later = say(sandbox, "/interlock ack", at=NOW + timedelta(minutes=3))
    found = replies(connector, target, cursor=read[-1].cursor, at=timedelta(minutes=5))
    assert later in [reply.reply_id for reply in found]


def test_a_deleted_reply_no_longer_comes(sandbox: Sandbox, target: Target) -> None:
    say(sandbox, "/interlock ack")
    connector = connect(sandbox)
    cursor = pages(connector, target)[-1].cursor
    first_issue(sandbox).comments.clear()
    assert replies(connector, target, cursor=cursor) == []


def test_a_repository_that_cannot_be_seen_is_left_out_alone_and_read_later(
    sandbox: Sandbox, target: Target
) -> None:
    banner = sandbox.github.repositories[1].issues[0]
    hidden = say(sandbox, "/interlock risk", banner)
    id_ = say(sandbox, "/interlock ack")
    fault = {"kind": "5xx", "match": "GET .*/acme/web/issues/comments", "status": 404}
    httpx.post(f"{sandbox.github_url}/_sandbox/faults", json=fault).raise_for_status()
    connector = connect(sandbox)
    read = pages(connector, target)
    assert [reply.reply_id for page in read for reply in page.replies] == [id_]
    httpx.delete(f"{sandbox.github_url}/_sandbox/faults").raise_for_status()
    later = replies(connector, target, cursor=read[-1].cursor, at=timedelta(days=1, minutes=2))
    assert hidden in [reply.reply_id for reply in later]


def test_an_issue_that_cannot_be_seen_is_left_out_alone(sandbox: Sandbox, target: Target) -> None:
    second = sandbox.github.repositories[0].issues[1]
    say(sandbox, "/interlock risk", second)
    id_ = say(sandbox, "/interlock ack")
    fault = {"kind": "5xx", "match": "GET .*/issues/2$", "status": 404}
    httpx.post(f"{sandbox.github_url}/_sandbox/faults", json=fault).raise_for_status()
    assert [reply.reply_id for reply in replies(connect(sandbox), target)] == [id_]


def test_a_page_that_fails_for_good_is_an_error_and_not_the_end(
    sandbox: Sandbox, target: Target
) -> None:
    add_fault(sandbox, "5xx", "GET .*/issues/comments$", times=50)
    with pytest.raises(ConnectionFailed):
        pages(connect(sandbox), target)
