import pytest

from connectors.kit.delimited_rows import require_sound, split_rows
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
        require_sound(split_rows('a;b\n1;"cut off\n2;x\n', ";"))


def test_quotation_marks_are_text_in_a_file_without_quoting() -> None:
    assert split_rows('"27" Monitor;1\n', ";", quoted=False)[0].cells == ('"27" Monitor', "1")


def test_behind_an_unclosed_quote_the_next_line_is_read_anew() -> None:
    rows = split_rows('K1;a;1\nK2;"b;2\nK3;c;3\nK4;d";4\nK5;e;5\n', ";")
    assert [(row.number, bool(row.doubt)) for row in rows if row.number != 4] == [
        (1, False),
        (2, True),
        (3, False),
        (5, False),
    ]


def test_a_quote_that_closes_behind_other_rows_is_doubted_where_it_opens() -> None:
    rows = split_rows('K1;a;1\nK2;"b;2\nK3;c;3\nK4;d;4"\nK5;e;5\n', ";")
    assert [row.number for row in rows] == [1, 2, 3, 4, 5]
    assert "closes behind other rows" in rows[1].doubt


def test_a_text_of_several_lines_is_no_row_of_its_own() -> None:
    (row,) = split_rows('K1;"Call them;\nthen wait; and go";1\n', ";")
    assert (row.cells[1], row.doubt) == ("Call them;\nthen wait; and go", "")
