"""Remarks in Jira's document format, and words read back from it."""

from __future__ import annotations

import orjson
import pytest

from connectors.kit.rich_text.adf import plain_text, render
from model.comment_content import Bullets, LinkSpan, MentionSpan, Paragraph, TextSpan
from tests.connectors.jira.builders import comment_content


def nodes(*blocks: Paragraph | Bullets) -> list[dict[str, object]]:
    """What follows the heading."""
    content: list[dict[str, object]] = render(comment_content(blocks=blocks))["content"][1:]
    return content


def first_inline(*blocks: Paragraph | Bullets) -> dict[str, object]:
    inline: dict[str, object] = nodes(*blocks)[0]["content"][0]  # type: ignore[index]
    return inline


def test_the_heading_stands_first_and_strong() -> None:
    document = render(comment_content(heading="Late handover"))
    assert (document["type"], document["version"]) == ("doc", 1)
    assert document["content"][0] == {
        "type": "paragraph",
        "content": [{"type": "text", "text": "Late handover", "marks": [{"type": "strong"}]}],
    }


def test_a_mention_is_a_node_that_notifies_the_person() -> None:
    assert first_inline(Paragraph((MentionSpan("Ada", "5b10-ada"),))) == {
        "type": "mention",
        "attrs": {"id": "5b10-ada", "text": "@Ada"},
    }


def test_a_person_without_an_account_is_named_in_words() -> None:
    assert first_inline(Paragraph((MentionSpan("Ada", None),))) == {"type": "text", "text": "Ada"}


def test_a_web_address_becomes_a_link() -> None:
    node = first_inline(Paragraph((LinkSpan("CDP-1", "https://a.example/browse/CDP-1"),)))
    assert node["marks"] == [{"type": "link", "attrs": {"href": "https://a.example/browse/CDP-1"}}]


def test_an_address_that_is_no_web_page_stays_words() -> None:
    node = first_inline(Paragraph((LinkSpan("click", "javascript:alert(1)"),)))
    assert node == {"type": "text", "text": "click"}


@pytest.mark.parametrize("url", ["http://[half", "https://", "https://a.example/\x00"])
def test_a_broken_address_stays_words_and_stops_no_comment(url: str) -> None:
    assert first_inline(Paragraph((LinkSpan("click", url),))) == {"type": "text", "text": "click"}


def test_control_characters_become_blanks() -> None:
    assert first_inline(Paragraph((TextSpan("a\x00b\x0bc\nd"),)))["text"] == "a b c d"


def test_text_from_a_tool_stays_text() -> None:
    hostile = '</p>{"type":"mention"} [~accountid:x] *bold*'
    assert first_inline(Paragraph((TextSpan(hostile),))) == {"type": "text", "text": hostile}


def test_an_empty_text_makes_no_node() -> None:
    assert nodes(Paragraph((TextSpan(""),)))[0]["content"] == []


def test_bullets_of_one_block_make_one_list() -> None:
    (node,) = nodes(Bullets(((TextSpan("a"),), (TextSpan("b"),))))
    assert node["type"] == "bulletList"
    assert len(node["content"]) == 2  # type: ignore[arg-type]


def test_what_is_too_long_is_cut_at_its_end_and_says_so() -> None:
    long = comment_content(blocks=tuple(Paragraph((TextSpan("x" * 900),)) for _ in range(60)))
    document = render(long)
    assert len(orjson.dumps(document)) < 32_767
    assert "shortened" in plain_text(document).splitlines()[-1]
    assert document["content"][1]["content"][0]["text"] == "x" * 900


def test_one_endless_text_is_cut_too() -> None:
    assert len(orjson.dumps(render(comment_content(heading="y" * 99_000)))) < 32_767


def test_plain_text_reads_blocks_as_lines_and_links_as_their_address() -> None:
    link = {"type": "link", "attrs": {"href": "https://a.example/browse/CDP-1"}}
    document = {
        "type": "doc",
        "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "First"}]},
            {
                "type": "paragraph",
                "content": [{"type": "text", "text": "the platform", "marks": [link]}],
            },
        ],
    }
    lines = [line.strip() for line in plain_text(document).splitlines()]
    assert lines == ["First", "https://a.example/browse/CDP-1"]


def test_plain_text_of_an_empty_field_is_empty() -> None:
    assert plain_text(None) == ""
    assert plain_text("wiki text") == "wiki text"


def test_two_blocks_of_bullets_with_words_between_stay_two_lists() -> None:
    bullets = Bullets(((TextSpan("a"),),))
    kinds = [node["type"] for node in nodes(bullets, Paragraph((TextSpan("b"),)), bullets)]
    assert kinds == ["bulletList", "paragraph", "bulletList"]
