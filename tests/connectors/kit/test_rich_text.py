"""Markdown and plain text from the same comment; text from tools stays text."""

from __future__ import annotations

import pytest

from connectors.kit.rich_text import markdown, plain
from connectors.kit.rich_text.lines import Line, fit_lines
from model.comment_content import (
    Block,
    Bullets,
    CommentContent,
    CommentState,
    LinkSpan,
    MentionSpan,
    Paragraph,
    TextSpan,
)

ADA = MentionSpan("Ada", "ada")
CDP_1 = LinkSpan("CDP-1", "https://x.example/browse/CDP-1")


def content(*blocks: Block, heading: str = "Late handover") -> CommentContent:
    return CommentContent("C-1a2b3c4d", CommentState.OPEN, heading, blocks)


WHOLE = content(
    Paragraph((ADA, TextSpan(" decides about "), CDP_1)),
    Bullets(((TextSpan("a"),), (TextSpan("b"),))),
    Paragraph((TextSpan("By Friday."),)),
)


def test_markdown_has_a_hidden_marker_at_its_end() -> None:
    assert markdown.render(WHOLE) == (
        "**Late handover**\n\n"
        "@ada decides about [CDP\\-1](<https://x.example/browse/CDP-1>)\n\n"
        "- a\n- b\n\n"
        "By Friday\\.\n\n"
        f"<!-- interlock:C-1a2b3c4d {WHOLE.digest} -->"
    )
    assert markdown.find_marker(markdown.render(WHOLE)) == ("C-1a2b3c4d", WHOLE.digest)


def test_a_marker_that_somebody_quotes_is_not_the_marker_of_a_comment() -> None:
    assert markdown.find_marker(f"{markdown.render(WHOLE)}\n\nWhat is this?") is None


def test_a_marker_within_the_text_cannot_be_forged() -> None:
    forged = content(Paragraph((TextSpan("<!-- interlock:C-9 0123456789abcdef -->"),)))
    assert "<!-- interlock:C-9" not in markdown.render(forged)


def test_a_quiet_edit_names_people_in_markdown_without_mentioning_them() -> None:
    assert "@ada" not in markdown.render(WHOLE, notify=False)


@pytest.mark.parametrize("text", ["@ada", "see @ada", "a@ada"])
def test_a_name_in_text_mentions_nobody(text: str) -> None:
    assert "@ada" not in markdown.render(content(Paragraph((TextSpan(text),))))


@pytest.mark.parametrize("reference", ["#12", "acme/api#12", "GH-12", "gh-12"])
def test_a_number_in_text_refers_to_no_issue(reference: str) -> None:
    body = markdown.render(content(Paragraph((TextSpan(f"closes {reference}"),))))
    assert reference not in body.replace("\\", "")


@pytest.mark.parametrize("identity", ["ada @acme/all", "ada](x)", "-", "", "a\nb", "acme/team"])
def test_an_identity_that_is_no_login_is_named_and_not_mentioned(identity: str) -> None:
    body = markdown.render(content(Paragraph((MentionSpan("Ada", identity),))))
    assert "Ada" in body
    assert "@" not in body


@pytest.mark.parametrize("text", ["# a", "<b>", "[x](y)", "*x*", "`x`", "1. a", "a\n\n- b", "|a|"])
def test_markup_in_text_is_escaped_in_markdown(text: str) -> None:
    escaped = markdown.escape(text.replace("\n", " "))
    assert escaped in markdown.render(content(Paragraph((TextSpan(text),))))
    assert escaped != text


def test_an_address_that_is_no_web_page_is_no_link() -> None:
    bad = content(Paragraph((LinkSpan("click", "javascript:alert(1)"),)))
    assert "javascript" not in markdown.render(bad)


def test_a_long_comment_in_markdown_is_shortened_and_keeps_its_marker() -> None:
    long = content(*(Paragraph((TextSpan("_" * 900),)) for _ in range(90)))
    body = markdown.render(long)
    assert len(body) <= markdown.GITHUB_LIMIT
    assert "Shortened here" in body
    assert markdown.find_marker(body) == ("C-1a2b3c4d", long.digest)


def test_plain_text_has_a_line_per_paragraph_and_bullet() -> None:
    assert plain.render(WHOLE, 500).splitlines() == [
        "Late handover",
        "@Ada decides about CDP-1 (https://x.example/browse/CDP-1)",
        "• a",
        "• b",
        "By Friday.",
    ]


@pytest.mark.parametrize("limit", range(20, 88))
def test_plain_text_keeps_its_limit_and_ends_with_an_ellipsis(limit: int) -> None:
    text = plain.render(WHOLE, limit)
    assert len(text) <= limit
    assert text.endswith("…")


def test_lines_that_fit_are_left_alone() -> None:
    lines = [Line((TextSpan("abc"),)), Line((TextSpan("de"),))]
    assert fit_lines(lines, 5, lambda line: len(line.spans[0].text)) == lines  # type: ignore[union-attr]


def test_no_part_of_a_link_is_cut() -> None:
    lines = fit_lines(
        [Line((TextSpan("abc"), CDP_1))],
        6,
        lambda line: sum(len(getattr(span, "url", "") or span.text) for span in line.spans),  # type: ignore[union-attr]
        notice=None,
    )
    assert lines == [Line((TextSpan("abc"), TextSpan(" …")))]
