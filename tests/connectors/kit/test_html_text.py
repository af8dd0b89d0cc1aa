"""A post kept as HTML read as Markdown: quotes and code stay apart, other markup is left out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.rich_text.html_text import to_markdown
from model.replies.text import command_texts
from tests.connectors.json_shapes import EFFORTS


def commands(html: str) -> list[str]:
    return command_texts(to_markdown(html))


def test_paragraphs_are_apart_and_a_line_break_is_none() -> None:
    assert to_markdown("<p>one<br>two</p><p>three</p>") == "one\ntwo\n\nthree"


@pytest.mark.parametrize(
    "html",
    [
        "/interlock ack",
        "<p><b>/interlock</b> <i>ack</i></p>",
        "<ul><li>/interlock ack</li><li>and thanks</li></ul>",
        "<p>&nbsp;/interlock&nbsp;ack</p>",
        "<p>/interlock ack",
        "<p>/interlock <a href='x'>ack</a></p></b></p>",
        "<p>Hello</p><p>/interlock ack</p><p>Anna</p>",
    ],
)
def test_a_command_reads_the_same_whatever_markup_it_has(html: str) -> None:
    assert commands(html) == ["ack"]


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote><p>/interlock ack</p><p>/interlock help</p></blockquote>",
        "<blockquote>x<br>/interlock ack</blockquote>",
        "<p>see <code>/interlock ack</code></p>",
        "<code>first\n/interlock ack\n```</code>",
        "<pre>first<br>/interlock ack</pre>",
        "<code><p>first</p><p>/interlock ack</p></code>",
        "<p>&gt; /interlock ack</p>",
        "<script>\n/interlock ack</script>",
    ],
)
def test_quotes_and_code_are_no_commands(html: str) -> None:
    assert commands(f"{html}<p>/interlock escalate</p>") == ["escalate"]


def test_escaped_signs_are_text() -> None:
    assert to_markdown("<p>a &lt;b&gt; &amp; c</p>") == "a <b> & c"


def test_a_declaration_that_no_parser_takes_is_left_out() -> None:
    assert "/interlock ack" in to_markdown("<p>/interlock ack</p><![x[y")


@EFFORTS
def test_any_text_is_read(effort: Any) -> None:
    parts = st.sampled_from(
        ["<p>", "</p>", "<code>", "</code>", "<blockquote>", "<![", "[x[", "<!", "&#", "x", ">"]
    )

    @effort
    @given(st.lists(parts | st.text(max_size=3), max_size=12))
    def check(pieces: list[str]) -> None:
        assert isinstance(to_markdown("".join(pieces)), str)

    check()


@pytest.mark.parametrize("tag", ["s", "del", "strike"])
def test_what_is_struck_through_is_left_out(tag: str) -> None:
    assert commands(f"<p><{tag}>/interlock ack</{tag}></p><p>/interlock help</p>") == ["help"]
