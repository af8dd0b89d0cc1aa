"""Replies on issues: whose they are, what counts as one, and that none is read past."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from connectors.base import ConnectionFailed, ReplyPage
from connectors.jira.connector import JiraConnector
from connectors.sandbox import Sandbox
from model.comment_content import PostedComment, Target
from model.replies.reply import Reply
from model.replies.text import command_texts
from tests.connectors.jira.builders import (
    EMAIL,
    NOW,
    Site,
    add_fault,
    comment_change,
    configure,
    connect,
    edit_comment,
    find_target,
    issue,
    list_requests,
    write_comment,
)

LIST = r"GET /rest/api/3/issue/\d+/comment$"
PEOPLE = [
    {"account_id": "ada", "display_name": "Ada", "email": "ada@example.com"},
    {"account_id": "bob", "display_name": "Bob", "email": "bob@example.com"},
]


def pages(
    connector: JiraConnector, *targets: Target, cursor: Any = None, at: timedelta = timedelta(0)
) -> list[ReplyPage]:
    return list(connector.find_replies(targets, cursor, NOW + at))


def replies(connector: JiraConnector, *targets: Target, **how: Any) -> list[Reply]:
    return [reply for page in pages(connector, *targets, **how) for reply in page.replies]


def commented(sandbox: Sandbox, key: str, **overrides: Any) -> tuple[JiraConnector, Target]:
    """An issue with our comment, at an instant of the site's own clock."""
    configure(sandbox, now=(NOW - timedelta(days=2)).isoformat())
    connector = connect(sandbox.jira_url, **overrides)
    (outcome,) = connector.apply([comment_change(sandbox, key)])
    assert isinstance(outcome, PostedComment)
    configure(sandbox, now=NOW.isoformat())
    return connector, find_target(sandbox, key)


def test_a_reply_names_its_author_record_and_instant(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector, target = commented(sandbox, "CDP-1")
    id_ = write_comment(sandbox, "CDP-1", "/interlock ack")
    assert replies(connector, target) == [
        Reply(target.ref, id_, "/interlock ack", "ada", "Ada", NOW)
    ]


def test_an_internal_comment_of_a_service_desk_is_a_reply(jira: Site) -> None:
    sandbox = jira(issue("HELP-1"))
    connector, target = commented(sandbox, "HELP-1", projects=["HELP"])
    internal = {"key": "sd.public.comment", "value": {"internal": True}}
    write_comment(sandbox, "HELP-1", "/interlock ack", properties=[internal])
    assert [reply.text for reply in replies(connector, target)] == ["/interlock ack"]


def test_interlock_is_found_on_any_issue_of_the_projects(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"), issue("HELP-1"))
    connector, target = commented(sandbox, "CDP-1")
    write_comment(sandbox, "CDP-2", "no word about it")
    id_ = write_comment(sandbox, "CDP-2", "/Interlock risk needs CDP-1 by 12 Jan")
    write_comment(sandbox, "HELP-1", "/interlock ack")
    (reply,) = replies(connector, target)
    assert (reply.reply_id, reply.record) == (id_, find_target(sandbox, "CDP-2").ref)


def test_a_later_reading_asks_for_changed_issues_only(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"))
    connector, first = commented(sandbox, "CDP-1")
    _, second = commented(sandbox, "CDP-2")
    write_comment(sandbox, "CDP-2", "We look at it.")
    cursor = pages(connector, first, second)[-1].cursor
    configure(sandbox, now=(NOW + timedelta(hours=1)).isoformat())
    write_comment(sandbox, "CDP-2", "/interlock ack")
    before = len(list_requests(sandbox))
    found = replies(connector, first, second, cursor=cursor, at=timedelta(hours=1))
    assert [reply.text for reply in found] == ["We look at it.", "/interlock ack"]
    asked = [request for request in list_requests(sandbox)[before:] if "/issue/" in request]
    assert asked == [f"GET /rest/api/3/issue/{second.ref.native_id}/comment"]


def test_a_reply_that_search_shows_late_is_not_read_past(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"))
    connector, first = commented(sandbox, "CDP-1", overlap_minutes=60)
    _, second = commented(sandbox, "CDP-2", overlap_minutes=60)
    add_fault(sandbox, "stale_search")
    late = write_comment(sandbox, "CDP-1", "/interlock ack")
    cursor = pages(connector, first, second)[-1].cursor
    configure(sandbox, now=(NOW + timedelta(minutes=20)).isoformat())
    write_comment(sandbox, "CDP-2", "/interlock ack")
    cursor = pages(connector, first, second, cursor=cursor, at=timedelta(minutes=20))[-1].cursor
    httpx.delete(f"{sandbox.jira_url}/_sandbox/faults").raise_for_status()
    found = replies(connector, first, second, cursor=cursor, at=timedelta(minutes=40))
    assert late in [reply.reply_id for reply in found]


def test_a_comment_of_the_future_hides_no_reply_and_has_no_instant(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"))
    connector, target = commented(sandbox, "CDP-1")
    configure(sandbox, now="2031-01-01T09:00:00Z")
    write_comment(sandbox, "CDP-2", "/interlock ack")
    read = pages(connector, target)
    assert read[0].replies[0].written_at is None
    configure(sandbox, now=NOW.isoformat())
    id_ = write_comment(sandbox, "CDP-1", "/interlock ack")
    later = replies(connector, target, cursor=read[-1].cursor, at=timedelta(minutes=5))
    assert id_ in [reply.reply_id for reply in later]


def test_all_comments_are_read_not_only_the_first_page(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector, target = commented(sandbox, "CDP-1")
    ids = [write_comment(sandbox, "CDP-1", f"/interlock ack {n}") for n in range(105)]
    assert [reply.reply_id for reply in replies(connector, target)] == ids


def test_our_account_and_our_marker_are_never_replies(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector, target = commented(sandbox, "CDP-1")
    write_comment(sandbox, "CDP-1", "/interlock ack", email=EMAIL)
    marker = {"key": "interlock", "value": {"conflict": "C-9", "digest": "0" * 16}}
    write_comment(sandbox, "CDP-1", "/interlock ack", properties=[marker])
    assert replies(connector, target) == []


def test_a_comment_of_ours_that_a_person_edited_is_no_reply(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector, target = commented(sandbox, "CDP-1")
    stored = sandbox.jira.find("CDP-1")
    assert stored is not None
    edit_comment(sandbox, "CDP-1", stored.comments[0]["id"], "/interlock ack")
    assert replies(connector, target) == []


def test_words_put_into_anothers_comment_are_those_of_whoever_edited_it(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), users=PEOPLE)
    connector, target = commented(sandbox, "CDP-1")
    id_ = write_comment(sandbox, "CDP-1", "/interlock ack")
    edit_comment(sandbox, "CDP-1", id_, "/interlock accept", email="bob@example.com")
    (reply,) = replies(connector, target)
    assert (reply.author, reply.author_name, reply.text) == ("bob", "Bob", "/interlock accept")


def test_a_quote_of_our_text_is_no_command(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector, target = commented(sandbox, "CDP-1")
    ours = {"type": "paragraph", "content": [{"type": "text", "text": "/interlock ack"}]}
    write_comment(sandbox, "CDP-1", {"type": "blockquote", "content": [ours]}, "We disagree.")
    (reply,) = replies(connector, target)
    assert command_texts(reply.text) == []


def test_a_deleted_reply_no_longer_comes(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector, target = commented(sandbox, "CDP-1")
    id_ = write_comment(sandbox, "CDP-1", "/interlock ack")
    cursor = pages(connector, target)[-1].cursor
    url = f"{sandbox.jira_url}/rest/api/3/issue/CDP-1/comment/{id_}"
    httpx.delete(url, auth=("ada@example.com", "sandbox-token")).raise_for_status()
    assert replies(connector, target, cursor=cursor) == []


def test_an_issue_that_cannot_be_seen_is_left_out_alone(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("SEC-1"))
    connector, first = commented(sandbox, "CDP-1")
    _, second = commented(sandbox, "SEC-1")
    id_ = write_comment(sandbox, "CDP-1", "/interlock ack")
    hidden = write_comment(sandbox, "SEC-1", "/interlock ack")
    configure(sandbox, hidden_projects=["SEC"])
    read = pages(connector, first, second)
    assert [reply.reply_id for page in read for reply in page.replies] == [id_]
    configure(sandbox, hidden_projects=[])
    later = replies(connector, first, second, cursor=read[-1].cursor, at=timedelta(days=1))
    assert hidden in [reply.reply_id for reply in later], "not read again within a day"


def test_a_release_has_no_replies_and_is_not_asked_for(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector, target = commented(sandbox, "CDP-1")
    release = Target(type(target.ref)("jira-it", target.ref.kind, "version-1"), "1.0")
    assert replies(connector, release) == []


def test_a_page_that_fails_for_good_is_an_error_and_not_the_end(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector, target = commented(sandbox, "CDP-1")
    add_fault(sandbox, "5xx", LIST)
    with pytest.raises(ConnectionFailed):
        pages(connector, target)


def test_a_bad_login_is_an_error_and_not_an_idle_site(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    _, target = commented(sandbox, "CDP-1")
    with pytest.raises(ConnectionFailed):
        pages(connect(sandbox.jira_url, token="wrong"), target)
