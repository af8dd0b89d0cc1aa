"""The promises of `Connector.find_replies`, as tests over a running stand-in of the tool."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import chain

import pytest

from connectors.base import ConnectionFailed, Connector, Cursor, ReplyPage
from connectors.testing.stand_in import StandIn
from connectors.testing.steps import WRONG_SECRET, content, needs_comments, post
from model.comment_content import CommentChange, PostedComment, Target
from model.replies.reply import Reply
from model.replies.text import command_texts

ANSWER = "ack because it fits"


class ReplyContract:
    """A part of `ConnectorContract`, whose fixtures it uses."""

    def test_a_reply_is_found_with_its_record_and_text(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        posted, target = commented(stand_in, connector)
        stand_in.reply(posted, ANSWER)
        (reply,) = read_replies(stand_in, target)
        assert (reply.record, reply.is_answer) == (target.ref, reply.author is None)
        assert reply.reply_id
        assert reply.conflict_id in (None, posted.conflict_id)
        assert command_of(reply).endswith(ANSWER)

    def test_a_reply_is_found_again_as_it_was(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        posted, target = commented(stand_in, connector)
        stand_in.reply(posted, ANSWER)
        pages = reply_pages(stand_in, target)
        first = replies_of(pages)
        assert replies_of(reply_pages(stand_in, target)) == first
        later = replies_of(reply_pages(stand_in, target, pages[-1].cursor))
        assert set(later) <= set(first)

    def test_a_reply_arrives_after_a_reading_without_one(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        posted, target = commented(stand_in, connector)
        before = reply_pages(stand_in, target)
        stand_in.reply(posted, ANSWER)
        (reply,) = replies_of(reply_pages(stand_in, target, before[-1].cursor))
        assert command_of(reply).endswith(ANSWER)

    def test_an_edited_reply_keeps_its_id_and_has_its_new_text(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        posted, target = commented(stand_in, connector)
        stand_in.reply(posted, ANSWER)
        first = reply_pages(stand_in, target)
        stand_in.edit_reply(posted, "escalate")
        (after,) = replies_of(reply_pages(stand_in, target, first[-1].cursor))
        assert after.reply_id == replies_of(first)[0].reply_id
        assert command_of(after).endswith("escalate")

    def test_our_own_comments_are_no_replies(self, stand_in: StandIn, connector: Connector) -> None:
        posted, target = commented(stand_in, connector)
        worse = content("It says: /interlock ack")
        post(connector, CommentChange(target, worse, posted))
        post(connector, CommentChange(target, content(conflict_id="C-2")))
        assert read_replies(stand_in, target) == []

    def test_a_reply_survives_an_edit_of_our_comment(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        posted, target = commented(stand_in, connector)
        stand_in.reply(posted, ANSWER)
        before = read_replies(stand_in, target)
        edited = post(connector, CommentChange(target, content("It is later."), posted))
        assert connector.find_comments([target]) == [edited]
        assert read_replies(stand_in, target) == before

    def test_reading_replies_resumes_after_each_page(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        posted, target = commented(stand_in, connector)
        stand_in.reply(posted, ANSWER)
        pages = reply_pages(stand_in, target)
        everything = set(replies_of(pages))
        for number in range(1, len(pages) + 1):
            before = pages[:number]
            after = reply_pages(stand_in, target, before[-1].cursor)
            assert set(replies_of([*before, *after])) == everything, f"page {number}"

    def test_replies_that_cannot_be_read_are_an_error(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        _, target = commented(stand_in, connector)
        if not stand_in.break_replies():
            pytest.skip("its replies are read without requests")
        with pytest.raises(ConnectionFailed) as failed:
            read_replies(stand_in, target)
        assert failed.value.reason and failed.value.remedy

    def test_no_secret_is_in_an_error_about_replies(
        self, stand_in: StandIn, connector: Connector
    ) -> None:
        _, target = commented(stand_in, connector)
        try:
            list(stand_in.connect(WRONG_SECRET).find_replies([target], None, stand_in.now))
        except ConnectionFailed as error:
            shown = [str(error), repr(error), repr(error.__cause__)]
            assert not [text for text in shown if WRONG_SECRET in text]


def commented(stand_in: StandIn, connector: Connector) -> tuple[PostedComment, Target]:
    """A record with a comment of ours that may be replied to."""
    target = needs_comments(stand_in, connector)
    return post(connector, CommentChange(target, content())), target


def reply_pages(stand_in: StandIn, target: Target, cursor: Cursor | None = None) -> list[ReplyPage]:
    """All pages of replies, read by a connector of its own after the cursor was stored."""
    connector = stand_in.connect()
    loaded = json.loads(json.dumps(cursor))
    pages = list(connector.find_replies([target], loaded, stand_in.now))
    connector.close()
    return pages


def replies_of(pages: Iterable[ReplyPage]) -> list[Reply]:
    return list(chain.from_iterable(page.replies for page in pages))


def read_replies(stand_in: StandIn, target: Target) -> list[Reply]:
    return replies_of(reply_pages(stand_in, target))


def command_of(reply: Reply) -> str:
    """The one command of a reply, as Interlock reads it."""
    (command,) = [reply.text] if reply.is_answer else command_texts(reply.text)
    return command
