import codecs

import pytest

from connectors.erp.text import Unreadable, decode, split

WORDS = "Fälligkeit;Prämie\r\n"


@pytest.mark.parametrize(
    "content",
    [
        WORDS.encode("utf-8"),
        WORDS.encode("utf-8-sig"),
        WORDS.encode("utf-16"),
        codecs.BOM_UTF16_BE + WORDS.encode("utf-16-be"),
        WORDS.encode("utf-16-le"),
        WORDS.encode("utf-16-be"),
        WORDS.encode("cp1252"),
    ],
)
def test_the_encoding_is_seen_in_the_bytes(content: bytes) -> None:
    assert decode(content)[0] == WORDS


def test_a_byte_order_mark_is_believed_before_the_profile() -> None:
    assert decode(WORDS.encode("utf-8-sig"), "cp1252")[0] == WORDS


def test_bytes_that_the_declared_encoding_lacks_are_refused_with_their_place() -> None:
    with pytest.raises(Unreadable, match="byte 2 is no character in the encoding utf-8"):
        decode(WORDS.encode("cp1252"), "utf-8")


def test_text_read_in_the_wrong_encoding_is_noticed_by_its_nul_characters() -> None:
    with pytest.raises(Unreadable, match="NUL"):
        decode(WORDS.encode("utf-16-le"), "cp1252")


def test_a_cell_over_two_lines_keeps_the_count_of_lines() -> None:
    rows = split('a;b\r\n"x\r\ny";1\r\nz;2\r\n', ";")
    assert [(row.number, row.cells) for row in rows] == [
        (1, ("a", "b")),
        (2, ("x\r\ny", "1")),
        (4, ("z", "2")),
    ]


def test_an_open_quote_does_not_swallow_the_rest_of_the_file() -> None:
    with pytest.raises(Unreadable, match="line 2 cannot be split"):
        split('a;b\n1;"cut off\n2;x\n', ";")


def test_inch_marks_are_text_where_nothing_is_quoted() -> None:
    assert split('"27" Monitor;1\n', ";", quoted=False)[0].cells == ('"27" Monitor', "1")
