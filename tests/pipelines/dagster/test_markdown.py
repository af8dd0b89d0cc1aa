"""Text from tools stays text, and a card shows at once."""

from datetime import date, timedelta

import pytest

from pipelines.cards.markdown import bullets, escape, link, metadata_entries
from pipelines.cards.picture import Bars, timeline


@pytest.mark.parametrize(
    ("said", "meant"),
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
def test_text_of_a_tool_means_nothing_to_markdown(said: str, meant: str) -> None:
    assert escape(said) == meant


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc", None])
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert link("open", url) == "open"


def test_an_address_cannot_break_out_of_its_link() -> None:
    assert link("x", "https://a.example/) [y](z") == "[x](https://a.example/%29%20%5By%5D%28z)"


def test_a_long_list_becomes_entries_that_each_show_at_once() -> None:
    lines = bullets("x" * 90 for _ in range(25))

    made = metadata_entries("high", lines, "head\n")

    assert list(made) == ["high", "high (2)", "high (3)"]
    assert all(entry.md_str and entry.md_str.startswith("head\n") for entry in made.values())
    assert max(len(entry.md_str or "") for entry in made.values()) < 1000
    assert sum((entry.md_str or "").count("- x") for entry in made.values()) == 25


def chain(length: int, key: str = "CDP-{}: offers & more") -> list[Bars]:
    start = date(2026, 10, 28)
    planned = [(start + timedelta(9 * i), start + timedelta(9 * i + 8)) for i in range(length)]
    late = [
        (a + timedelta(5), b + timedelta(5 if i % 2 else 0)) for i, (a, b) in enumerate(planned)
    ]
    return [Bars(key.format(i), planned[i], late[i]) for i in range(length)]


@pytest.mark.parametrize("length", [1, 2, 6, 40])
def test_the_picture_of_a_chain_of_any_length_shows_at_once(length: int) -> None:
    assert len(timeline(chain(length))) < 1000


def test_of_a_long_chain_both_ends_are_drawn() -> None:
    picture = timeline(chain(40, key="K{}"))

    assert [key in picture for key in ("K0%3C", "K2%3C", "K20%3C", "K37%3C", "K39%3C")] == [
        True, True, False, True, True,
    ]  # fmt: skip


def test_a_key_cannot_break_out_of_the_picture() -> None:
    picture = timeline([Bars("</svg>\"'>)", *[(date(2026, 1, 1), date(2026, 1, 2))] * 2)])

    assert "%3C/svg%3E%22" not in picture
    assert picture.count(">") == 1


def test_a_chain_without_dates_has_no_picture() -> None:
    assert timeline([Bars("CDP-1", None, None)]) == ""
