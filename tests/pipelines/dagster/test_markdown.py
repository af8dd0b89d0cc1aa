"""Markdown for Dagster: text from tools is escaped, and long lists become several entries."""

import pytest

from pipelines.cards.markdown import bullets, escape, link, metadata_entries


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("**loud** _and_ `code`", r"\*\*loud\*\* \_and\_ \`code\`"),
        ("<script>alert(1)</script>", r"\<script\>alert(1)\</script\>"),
        ("[here](https://evil.example)", r"\[here\](https://evil.example)"),
        ("a | b", r"a \| b"),
        ("&lt;b&gt;", r"\&lt;b\&gt;"),
        ("# big\n- and\n1. listed", r"\# big - and 1. listed"),
        ("1. first", r"1\. first"),
        ("CDP-12 costs 3.5", "CDP-12 costs 3.5"),
    ],
)
def test_text_from_a_tool_is_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc", "//evil.example", None]
)
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert link("open", url) == "open"


def test_an_address_cannot_break_out_of_its_link() -> None:
    assert link("x", "https://a.example/) [y](z") == "[x](https://a.example/%29%20%5By%5D%28z)"


def test_a_long_list_becomes_entries_that_each_show_at_once() -> None:
    lines = bullets("x" * 90 for _ in range(25))

    entries = metadata_entries("high", lines, "head\n")

    assert list(entries) == ["high", "high (2)", "high (3)"]
    assert all(entry.md_str and entry.md_str.startswith("head\n") for entry in entries.values())
    assert max(len(entry.md_str or "") for entry in entries.values()) < 1000
    assert sum((entry.md_str or "").count("- x") for entry in entries.values()) == 25
