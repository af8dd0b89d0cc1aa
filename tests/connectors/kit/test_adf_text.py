"""A comment in Jira's document format read as Markdown: quotes, code and mentions stay apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.rich_text.adf_text import to_markdown
from model.replies import Command, CommandKind, parse_reply
from model.replies.text import command_texts
from tests.connectors.jira.builders import NOW, document, paragraph
from tests.connectors.json_shapes import EFFORTS, JSON, mutations

Json = dict[str, Any]
BREAK = {"type": "hardBreak"}
ADA = {"type": "mention", "attrs": {"id": "5b10:ada", "text": "@Ada [x](y) Lovelace"}}


def block(kind: str, *content: Json) -> Json:
    return {"type": kind, "content": list(content)}


def text(words: str, *marks: str) -> Json:
    return {"type": "text", "text": words, "marks": [{"type": mark} for mark in marks]}


def commands(*blocks: Json) -> list[str]:
    return command_texts(to_markdown(document(*blocks)))


def test_paragraphs_are_apart_and_a_line_break_is_none() -> None:
    markdown = to_markdown(document(paragraph("one", BREAK, "two"), paragraph("three")))
    assert markdown == "one\ntwo\n\nthree"


def test_a_quote_is_no_command_of_its_author() -> None:
    quote = block("blockquote", paragraph("/interlock ack"), paragraph("/interlock escalate"))
    assert commands(quote, paragraph("/interlock help")) == ["help"]


def test_a_list_within_a_quote_is_quoted() -> None:
    item = block("listItem", paragraph("/interlock ack"))
    assert commands(block("blockquote", block("bulletList", item))) == []


def test_a_quote_within_a_list_stays_a_quote() -> None:
    item = block("listItem", block("blockquote", paragraph("/interlock ack")))
    assert commands(block("bulletList", item)) == []


@pytest.mark.parametrize(
    "code", ["/interlock ack", "x\n```\n/interlock ack", "{code}\n/interlock ack", "~~~\n~~~~"]
)
def test_code_is_no_command_whatever_stands_in_it(code: str) -> None:
    blocks = [block("codeBlock", text(code)), paragraph("/interlock help")]
    assert commands(*blocks) == ["help"]


def test_code_with_the_beginning_of_a_quote_hides_nothing_behind_it() -> None:
    blocks = [block("codeBlock", text("{quote}")), paragraph("/interlock help")]
    assert commands(*blocks) == ["help"]


def test_code_within_a_line_is_no_command() -> None:
    assert commands(paragraph(text("/interlock ack", "code"))) == []
    assert commands(paragraph("see ", text("a`b", "code"), " /interlock ack")) == []


def test_a_command_reads_the_same_in_bold_in_a_panel_and_in_a_table() -> None:
    command = paragraph(text("/interlock ", "strong"), text("ack", "em"))
    cell = block("table", block("tableRow", block("tableCell", command)))
    for around in (command, block("panel", command), cell, block("layoutSection", command)):
        assert commands(around) == ["ack"]


def test_each_item_of_a_list_is_a_command_of_its_own() -> None:
    items = [block("listItem", paragraph(words)) for words in ("/interlock ack", "and thanks")]
    assert commands(block("bulletList", *items)) == ["ack"]


def test_a_mention_names_the_account_and_no_sign_in_the_name_breaks_it() -> None:
    blocks = [paragraph("/interlock owner ", ADA, " because she knows it")]
    assert commands(*blocks) == ["owner @[Ada x y Lovelace](5b10:ada) because she knows it"]
    (command,) = parse_reply(to_markdown(document(*blocks)), (), NOW.date())
    assert isinstance(command, Command)
    assert (command.kind, command.person) == (CommandKind.OWNER, "5b10:ada")


@pytest.mark.parametrize("account", [None, "", "a b", "x) /interlock ack", 7])
def test_a_mention_without_a_usable_account_is_its_text(account: Any) -> None:
    mention = {"type": "mention", "attrs": {"id": account, "text": "@Ada"}}
    assert to_markdown(document(paragraph(mention))) == "@Ada"


def test_a_date_is_written_as_its_day() -> None:
    day = {"type": "date", "attrs": {"timestamp": "1802649600000"}}
    assert commands(paragraph("/interlock move ", day)) == ["move 2027-02-15"]


def test_a_link_is_its_text_and_a_card_its_address() -> None:
    link = {"type": "text", "text": "CDP-18", "marks": [{"type": "link", "attrs": {"href": "u"}}]}
    card = {"type": "inlineCard", "attrs": {"url": "https://x.example/browse/CDP-9"}}
    assert to_markdown(document(paragraph("needs ", link))) == "needs CDP-18"
    assert "https://x.example/browse/CDP-9 by" in to_markdown(document(paragraph(card, "by")))


def test_an_unknown_node_within_a_line_does_not_break_the_line() -> None:
    blocks = [paragraph("/interlock ack ", {"type": "placeholder"}, "because it fits")]
    assert commands(*blocks) == ["ack because it fits"]


def test_nesting_without_end_ends() -> None:
    node: Json = paragraph("deep")
    for _ in range(900):
        node = block("blockquote", node)
    assert to_markdown(document(node, paragraph("flat"))) == "flat"


@EFFORTS
def test_a_document_of_any_shape_is_text(effort: Any) -> None:
    whole = document(
        block("blockquote", paragraph("quoted", BREAK, ADA)),
        block("codeBlock", text("code")),
        block("bulletList", block("listItem", paragraph(text("x", "code", "link")))),
        paragraph({"type": "date", "attrs": {"timestamp": "1802649600000"}}),
    )

    @effort
    @given(mutations(st.just(whole)) | JSON)
    def check(value: Any) -> None:
        assert isinstance(to_markdown(value), str)

    check()


def test_what_is_struck_through_is_left_out() -> None:
    struck = block("paragraph", text("/interlock ack", "strike"))
    partly = block("paragraph", text("/interlock "), text("ack", "strong", "strike"), text("help"))
    assert commands(struck, partly) == ["help"]
