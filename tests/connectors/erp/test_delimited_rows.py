import pytest

from connectors.erp.delimited_rows import split_rows
from connectors.kit.delimited_text import UnreadableFile


def test_a_row_is_numbered_by_the_line_on_which_it_begins() -> None:
    rows = split_rows('a;b\r\n"x\r\ny";1\r\nz;2\r\n', ";")
    assert [(row.number, row.cells) for row in rows] == [
        (1, ("a", "b")),
        (2, ("x\r\ny", "1")),
        (4, ("z", "2")),
    ]


def test_an_open_quote_is_refused_with_its_line_number() -> None:
    with pytest.raises(UnreadableFile, match="line 2 cannot be split"):
        split_rows('a;b\n1;"cut off\n2;x\n', ";")


def test_quotation_marks_are_text_in_a_file_without_quoting() -> None:
    assert split_rows('"27" Monitor;1\n', ";", quoted=False)[0].cells == ('"27" Monitor', "1")
