from collections.abc import Callable

import pytest

from connectors.erp.settings import Profile
from connectors.erp.table import Table, read_table
from connectors.erp.text import Unreadable

SHAPE = {
    "columns": {"date": "Datum", "document": "Beleg", "text": "Text"},
    "amounts": {"actual": "Betrag"},
    "currency": "EUR",
    "keys": ["Beleg"],
    "total": "Summe",
    "skip": ["Zwischensumme", "*"],
}


@pytest.fixture
def read() -> Callable[..., Table]:
    def table(text: str, **changes: object) -> Table:
        return read_table(text.encode(), Profile.model_validate(SHAPE | changes))

    return table


Read = Callable[..., Table]


def test_the_heading_row_is_found_below_a_preamble(read: Read) -> None:
    table = read("Kostenbericht\n\nStand: 01.06.2026;;\nBeleg;Datum;Text;Betrag\n1;d;t;2\n")
    assert [(line.number, line.cells["Betrag"]) for line in table.lines] == [(5, "2")]


@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
def test_the_delimiter_is_the_one_that_shows_the_headings(read: Read, delimiter: str) -> None:
    table = read("Beleg;Datum;Text;Betrag\n1;d;t;2\n".replace(";", delimiter))
    assert (table.delimiter, len(table.lines)) == (delimiter, 1)


def test_headings_match_whatever_their_capitals_and_spaces(read: Read) -> None:
    assert read(" BELEG ;Datum;Text;  betrag\n1;d;t;2\n").headings[0] == "BELEG"


def test_a_missing_heading_is_named_with_what_is_there_and_the_nearest(read: Read) -> None:
    with pytest.raises(Unreadable) as refused:
        read("Beleg;Datum;Text;Betrg\n1;d;t;2\n")
    assert 'the heading "Betrag" is missing' in refused.value.reason
    assert "did you mean Betrg?" in refused.value.remedy


def test_a_file_with_none_of_the_headings_is_another_file(read: Read) -> None:
    with pytest.raises(Unreadable, match="no row holds the headings"):
        read("<html><body>Session expired</body></html>")


def test_quotes_that_do_not_close_are_told_as_such(read: Read) -> None:
    with pytest.raises(Unreadable, match="line 2 cannot be split"):
        read('Beleg;Datum;Text;Betrag\n1;d;"t;2\n')


def test_a_heading_that_comes_twice_keeps_both_columns(read: Read) -> None:
    table = read("Beleg;Datum;Text;Betrag;Betrag\n1;d;t;2;3\n")
    assert table.lines[0].cells["Betrag"] == "2"
    assert table.lines[0].cells["Betrag (2)"] == "3"


def test_repeated_headings_dashes_and_subtotals_are_no_lines(read: Read) -> None:
    head = "Beleg;Datum;Text;Betrag"
    table = read(f"{head}\n----;----;----;----\n1;d;t;2\n*;;;2\n;Zwischensumme 1;;2\n{head}\n")
    assert [line.number for line in table.lines] == [3]
    assert not table.unknown


def test_the_total_row_is_told_apart_by_its_word(read: Read) -> None:
    table = read("Beleg;Datum;Text;Betrag\n1;d;t;2\nSumme:;;;2\n")
    assert [line.number for line in table.totals] == [3]


def test_a_supplier_called_like_the_total_is_still_a_line(read: Read) -> None:
    table = read("Text;Beleg;Datum;Betrag\nSumme Software GmbH;1;d;2\n")
    assert len(table.lines) == 1
    assert not table.totals


def test_a_row_without_amount_and_date_is_noted_and_not_a_line(read: Read) -> None:
    table = read("Beleg;Datum;Text;Betrag\n1;d;t;2\nErstellt von Meier\n")
    assert [row.number for row in table.unknown] == [3]


def test_a_line_with_a_delimiter_in_its_text_is_not_read_askew(read: Read) -> None:
    table = read("Beleg;Datum;Text;Betrag\n1;d;Rad; Reifen;2\n2;d;t;3\n")
    assert [row.number for row in table.broken] == [2]
    assert [line.number for line in table.lines] == [3]


def test_a_line_that_is_cut_off_is_not_read(read: Read) -> None:
    assert [row.number for row in read("Beleg;Datum;Text;Betrag\n1;01.0").broken] == [2]


def test_empty_cells_beyond_the_headings_do_no_harm(read: Read) -> None:
    assert len(read("Beleg;Datum;Text;Betrag\n1;d;t;2;;\n").lines) == 1
    assert len(read("Beleg;Datum;Text;Betrag;;\n1;d;t;2\n").lines) == 1


def test_a_line_cut_off_between_its_key_and_its_amount_is_no_foreign_row(read: Read) -> None:
    table = read("Beleg;Text;Datum;Betrag\n1;t;01.02.2026;2\n2;Ber")
    assert ([row.number for row in table.broken], table.unknown) == ([3], ())
