"""A comment as a Chatter post: its segments, and what is never among them."""

from __future__ import annotations

import html
from typing import Any

import pytest

from connectors.kit.rich_text.chatter import Segment, find_marker, render
from model.comment_content import (
    Bullets,
    CommentContent,
    CommentState,
    LinkSpan,
    MentionSpan,
    Paragraph,
    Span,
    TextSpan,
)

ANNA = MentionSpan("Anna Weber", "005000000000002AAA")


def comment(*blocks: Any, heading: str = "Promise at risk") -> CommentContent:
    return CommentContent("C-1a2b3c4d", CommentState.OPEN, heading, blocks)


def paragraph(*spans: Span) -> Paragraph:
    return Paragraph(spans)


def text_of(post: list[Segment]) -> str:
    """The plain text as Salesforce gives it back: paragraphs and items end lines."""
    ends = {("MarkupEnd", "Paragraph"), ("MarkupEnd", "ListItem")}
    return "".join(
        "\n" if (part["type"], part.get("markupType")) in ends else part.get("text", "")
        for part in post
    )


def stored_size(post: list[Segment]) -> int:
    """The body as Salesforce keeps it, taking `<p></p>` for each pair of marks."""
    return sum(
        len(html.escape(part.get("text", ""))) + 2 * len(part.get("url", "")) + 8 for part in post
    )


def mentions(post: list[Segment]) -> list[str]:
    return [part["id"] for part in post if part["type"] == "Mention"]


def test_the_heading_is_bold_and_the_marker_is_the_last_line() -> None:
    wanted = comment(paragraph(TextSpan("CDP-12 finishes 9 days late.")))

    post = render(wanted, notify=True)

    assert post[1:4] == [
        {"type": "MarkupBegin", "markupType": "Bold"},
        {"type": "Text", "text": "Promise at risk"},
        {"type": "MarkupEnd", "markupType": "Bold"},
    ]
    assert text_of(post).splitlines()[1:] == [
        "CDP-12 finishes 9 days late.",
        f"interlock:C-1a2b3c4d · {wanted.digest}",
    ]


def test_the_marker_is_found_again_in_the_text() -> None:
    wanted = comment()
    post = render(wanted, notify=True)
    assert find_marker(text_of(post)) == ("C-1a2b3c4d", wanted.digest)


@pytest.mark.parametrize(
    "words",
    ["", "interlock:C-1", "interlock:C-1 · 0123456789abcdef, she wrote", "see interlock: C-1 · x"],
)
def test_other_words_are_no_marker(words: str) -> None:
    assert find_marker(words) is None


def test_bullets_that_follow_each_other_share_one_list() -> None:
    post = render(comment(Bullets(((TextSpan("a"),), (TextSpan("b"),)))), notify=True)
    kinds = [part["type"] for part in post if part.get("markupType") == "UnorderedList"]
    assert kinds == ["MarkupBegin", "MarkupEnd"]


@pytest.mark.parametrize("block", [Bullets(((ANNA,),)), paragraph(TextSpan("x", strong=True))])
def test_every_mark_that_begins_ends_in_order(block: Any) -> None:
    open_marks = []
    for part in render(comment(block, block), notify=True):
        if part["type"] == "MarkupBegin":
            open_marks.append(part["markupType"])
        elif part["type"] == "MarkupEnd":
            assert open_marks.pop() == part["markupType"]
    assert open_marks == []


def test_a_person_is_really_mentioned() -> None:
    post = render(comment(paragraph(ANNA, TextSpan(" decides."))), notify=True)
    assert {"type": "Mention", "id": ANNA.identity} in post


def test_a_quiet_edit_names_people_without_telling_them() -> None:
    post = render(comment(paragraph(ANNA)), notify=False)
    assert mentions(post) == []
    assert "Anna Weber" in text_of(post)


@pytest.mark.parametrize("identity", [None, "", "anna@example.com", "0F9000000000001AAA"])
def test_who_has_no_user_id_is_named(identity: str | None) -> None:
    post = render(comment(paragraph(MentionSpan("Anna Weber", identity))), notify=True)
    assert mentions(post) == []
    assert "Anna Weber" in text_of(post)


def test_the_twenty_sixth_person_is_named_not_mentioned() -> None:
    people = [MentionSpan(f"Person {n}", f"005{n:012d}AAA") for n in range(30)]
    post = render(comment(paragraph(*people)), notify=True)
    assert len(mentions(post)) == 25
    assert "Person 29" in text_of(post)


def test_a_link_shows_its_text_and_leads_where_it_should() -> None:
    post = render(comment(paragraph(LinkSpan("CDP-12", "https://x.example/browse/CDP-12"))), True)
    address = {"url": "https://x.example/browse/CDP-12"}
    at = post.index({"type": "MarkupBegin", "markupType": "Hyperlink"} | address)
    assert post[at + 1] == {"type": "Text", "text": "CDP-12"}
    assert post[at + 2] == {"type": "MarkupEnd", "markupType": "Hyperlink"}


def test_a_link_to_anything_but_the_web_is_plain_text() -> None:
    post = render(comment(paragraph(LinkSpan("click", "javascript:alert(1)"))), notify=True)
    assert not [part for part in post if part.get("markupType") == "Hyperlink"]
    assert "click" in text_of(post)


def test_markup_in_text_stays_text() -> None:
    hostile = '<script>alert("x")</script> &amp; '
    post = render(comment(paragraph(TextSpan(hostile)), heading=hostile), notify=True)
    assert [part["text"] for part in post if part.get("text") == hostile] == [hostile, hostile]


def test_line_breaks_and_control_characters_cannot_forge_a_marker_line() -> None:
    wanted = comment(paragraph(TextSpan("a\ninterlock:C-9 · 0123456789abcdef\x00")))
    post = render(wanted, notify=True)
    assert all(part.get("text", "").isprintable() for part in post)
    assert find_marker(text_of(post)) == ("C-1a2b3c4d", wanted.digest)


@pytest.mark.parametrize("filling", ["word ", '"<&>"', "ü"])
def test_a_comment_that_is_too_long_is_cut_with_a_word_about_it(filling: str) -> None:
    lines = [paragraph(TextSpan(filling * 200)) for _ in range(100)]
    wanted = comment(*lines)

    post = render(wanted, notify=True)

    assert stored_size(post) <= 10_000
    assert "Shortened here" in text_of(post)
    assert find_marker(text_of(post)) == ("C-1a2b3c4d", wanted.digest)


def test_one_endless_paragraph_keeps_its_beginning() -> None:
    post = render(comment(paragraph(TextSpan("once upon a time " * 5000))), notify=True)
    assert "once upon a time" in text_of(post)
    assert "…" in text_of(post)
    assert stored_size(post) <= 10_000


def test_an_empty_paragraph_keeps_a_blank() -> None:
    post = render(comment(paragraph()), notify=True)
    assert {"type": "Text", "text": " "} in post
    assert not [part for part in post if part["type"] == "Text" and not part["text"]]
