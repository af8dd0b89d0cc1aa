"""Replies on the feeds of deals: whose they are, to which conflict, and that none is read past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.base import ConnectionFailed, ReplyPage
from connectors.salesforce import soql
from connectors.salesforce.connector import SalesforceConnector
from connectors.sandbox.salesforce.org import SalesforceOrg
from model.comment_content import (
    CommentChange,
    CommentContent,
    CommentState,
    Paragraph,
    PostedComment,
    Target,
    TextSpan,
)
from model.records import Kind, Ref
from model.replies.reply import Reply
from model.replies.text import command_texts
from tests.connectors.salesforce.conftest import ANNA, USERNAME, Connect, Person, deal_ids

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def target(org: SalesforceOrg, person: Person) -> Target:
    person.set(now=NOW.isoformat())
    return Target(Ref("crm", Kind.DEAL, deal_ids(org)[0]), "Nordwind")


@pytest.fixture
def post(crm: SalesforceConnector, target: Target) -> PostedComment:
    words = Paragraph((TextSpan("CDP-12 is late. Answer with /interlock ack."),))
    content = CommentContent("C-1a2b3c4d5e", CommentState.OPEN, "Promise at risk", (words,))
    (outcome,) = crm.apply([CommentChange(target, content)])
    assert isinstance(outcome, PostedComment)
    return outcome


def pages(
    crm: SalesforceConnector, *targets: Target, cursor: Any = None, at: timedelta = timedelta(0)
) -> list[ReplyPage]:
    return list(crm.find_replies(targets, cursor, NOW + at))


def replies(crm: SalesforceConnector, *targets: Target, **how: Any) -> list[Reply]:
    return [reply for page in pages(crm, *targets, **how) for reply in page.replies]


def user_id(org: SalesforceOrg, username: str) -> str:
    user = org.user_named(username)
    assert user
    return str(user["Id"])


def test_a_comment_below_our_post_names_author_conflict_and_instant(
    crm: SalesforceConnector,
    org: SalesforceOrg,
    person: Person,
    target: Target,
    post: PostedComment,
) -> None:
    id_ = person.comment(post.comment_id, "/interlock ack")
    anna = user_id(org, ANNA)
    assert replies(crm, target) == [
        Reply(target.ref, id_, "/interlock ack", anna, "Anna Weber", NOW, "C-1a2b3c4d5e")
    ]


def test_interlock_is_found_in_any_post_and_comment_on_a_deal_that_is_read(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person, target: Target
) -> None:
    other = deal_ids(org)[1]
    question = person.post_html(other, "<p>How is it going?</p>")
    comment = person.comment(question, "/interlock risk needs CDP-1 by 12 Jan")
    risk = person.post_html(other, "<p><b>/interlock</b> risk needs CDP-2</p>")
    person.comment(question, "fine")
    found = {reply.reply_id: reply for reply in replies(crm, target)}
    assert found.keys() == {comment, risk}
    assert {reply.record.native_id for reply in found.values()} == {other}
    assert {reply.conflict_id for reply in found.values()} == {None}


def test_a_closed_deal_without_a_post_of_ours_is_read_once_a_day(
    crm: SalesforceConnector, org: SalesforceOrg, person: Person, target: Target
) -> None:
    closed = deal_ids(org)[2]
    person.change(closed, StageName="Closed Won")
    cursor = pages(crm, target)[-1].cursor
    person.set(now=(NOW + timedelta(hours=1)).isoformat())
    person.post_html(deal_ids(org)[1], "<p>News</p>")
    cursor = pages(crm, target, cursor=cursor, at=timedelta(hours=1))[-1].cursor
    risk = person.post_html(closed, "<p>/interlock risk needs CDP-2</p>")
    later = timedelta(days=1, hours=2)
    assert [reply.reply_id for reply in replies(crm, target, cursor=cursor, at=later)] == [risk]


def test_a_mention_becomes_the_id_of_its_user(
    crm: SalesforceConnector,
    org: SalesforceOrg,
    person: Person,
    target: Target,
    post: PostedComment,
) -> None:
    anna = user_id(org, ANNA)
    person.comment_richly(
        post.comment_id,
        {"type": "Text", "text": "/interlock owner "},
        {"type": "Mention", "id": anna},
    )
    (reply,) = replies(crm, target)
    assert command_texts(reply.text) == [f"owner @[Anna Weber]({anna})"]


def test_our_own_posts_and_comments_are_no_replies(
    crm: SalesforceConnector, person: Person, target: Target, post: PostedComment
) -> None:
    person.comment(post.comment_id, "/interlock ack", username=USERNAME)
    assert replies(crm, target) == []


def test_a_post_of_ours_that_a_person_edited_or_copied_is_no_reply(
    crm: SalesforceConnector,
    org: SalesforceOrg,
    person: Person,
    target: Target,
    post: PostedComment,
) -> None:
    body = org.records["FeedItem"][post.comment_id]["Body"]
    person.post_html(target.ref.native_id, body)
    person.edit("FeedItem", post.comment_id, Body="/interlock ack")
    assert replies(crm, target) == []


def test_words_put_into_anothers_comment_are_those_of_whoever_edited_it(
    crm: SalesforceConnector,
    org: SalesforceOrg,
    person: Person,
    target: Target,
    post: PostedComment,
) -> None:
    id_ = person.comment(post.comment_id, "/interlock ack")
    person.overwrite(id_, LastEditById="005000000000077AAA", CommentBody="/interlock accept")
    (reply,) = replies(crm, target)
    assert (reply.author, reply.author_name) == ("005000000000077AAA", "")
    assert reply.text == "/interlock accept"


def test_a_code_block_and_a_quote_are_no_command(
    crm: SalesforceConnector, person: Person, target: Target, post: PostedComment
) -> None:
    person.comment(post.comment_id, "> /interlock ack")
    person.post_html(target.ref.native_id, "<code>/interlock ack</code><p>as above</p>")
    assert [command_texts(reply.text) for reply in replies(crm, target)] == [[], []]


def test_a_deleted_reply_no_longer_comes(
    crm: SalesforceConnector, person: Person, target: Target, post: PostedComment
) -> None:
    id_ = person.comment(post.comment_id, "/interlock ack")
    cursor = pages(crm, target)[-1].cursor
    person.remove("FeedComment", id_)
    assert replies(crm, target, cursor=cursor) == []


def test_a_later_reading_begins_ten_minutes_earlier_and_not_at_the_beginning(
    crm: SalesforceConnector, person: Person, target: Target, post: PostedComment
) -> None:
    person.comment(post.comment_id, "/interlock ack")
    person.set(now=(NOW + timedelta(minutes=20)).isoformat())
    late = person.comment(post.comment_id, "/interlock escalate")
    cursor = pages(crm, target, at=timedelta(minutes=20))[-1].cursor
    found = replies(crm, target, cursor=cursor, at=timedelta(minutes=30))
    assert [reply.reply_id for reply in found] == [late]


def test_a_stamp_of_the_future_hides_no_reply(
    crm: SalesforceConnector, person: Person, target: Target, post: PostedComment
) -> None:
    id_ = person.comment(post.comment_id, "/interlock ack")
    ahead = "2031-01-01T00:00:00.000+0000"
    person.overwrite(id_, SystemModstamp=ahead, CreatedDate=ahead)
    read = pages(crm, target)
    assert read[0].replies[0].written_at is None
    later = person.comment(post.comment_id, "/interlock escalate")
    found = replies(crm, target, cursor=read[-1].cursor, at=timedelta(minutes=5))
    assert later in [reply.reply_id for reply in found]


def test_more_replies_than_a_page_are_all_read(
    crm: SalesforceConnector, person: Person, target: Target, post: PostedComment
) -> None:
    person.set(batch_size=2)
    ids = {person.comment(post.comment_id, f"/interlock ack {n}") for n in range(7)}
    assert {reply.reply_id for reply in replies(crm, target)} == ids


def test_more_deals_than_a_query_takes_are_asked_for_in_batches(
    connect: Connect,
    org: SalesforceOrg,
    person: Person,
    target: Target,
    post: PostedComment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(soql, "IDS_PER_QUERY", 1)
    first = person.comment(post.comment_id, "/interlock ack")
    second = person.post_html(deal_ids(org)[2], "/interlock risk")
    assert {reply.reply_id for reply in replies(connect(), target)} == {first, second}


def test_a_deal_that_is_gone_takes_no_other_with_it(
    crm: SalesforceConnector,
    org: SalesforceOrg,
    person: Person,
    target: Target,
    post: PostedComment,
) -> None:
    id_ = person.comment(post.comment_id, "/interlock ack")
    gone = Target(Ref("crm", Kind.DEAL, deal_ids(org)[1]), "Südwind")
    person.delete(gone.ref.native_id)
    assert [reply.reply_id for reply in replies(crm, gone, target)] == [id_]


def test_a_mention_that_can_no_longer_be_looked_up_stays_a_name(
    crm: SalesforceConnector, person: Person, target: Target, post: PostedComment
) -> None:
    person.comment(post.comment_id, "/interlock owner @Anna Weber")
    person.fault("5xx", "GET .*/chatter/comments/", status=404)
    assert [reply.text for reply in replies(crm, target)] == ["/interlock owner @Anna Weber"]


def test_a_query_that_fails_for_good_is_an_error_and_not_the_end(
    crm: SalesforceConnector, person: Person, target: Target, post: PostedComment
) -> None:
    person.fault("5xx", "GET .*/query")
    with pytest.raises(ConnectionFailed):
        pages(crm, target)
