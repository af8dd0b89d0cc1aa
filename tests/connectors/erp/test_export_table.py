from collections.abc import Callable

import pytest

from connectors.erp.export_table import ExportTable, read_export_table
from connectors.erp.settings import ExportProfile
from connectors.kit.delimited_text import UnreadableFile

SHAPE = {
    "columns": {"date": "Datum", "document": "Beleg", "text": "Text"},
    "amounts": {"actual": "Betrag"},
    "currency": "EUR",
    "keys": ["Beleg"],
    "total": "Summe",
    "skip": ["Zwischensumme", "*"],
}


@pytest.fixture
def read() -> Callable[..., ExportTable]:
    def table(text: str, **changes: object) -> ExportTable:
        return read_export_table(text.encode(), ExportProfile.model_validate(SHAPE | changes))

    return table


Read = Callable[..., ExportTable]


def test_the_heading_row_is_found_below_a_preamble(read: Read) -> None:
    table = read("Kostenbericht\n\nStand: 01.06.2026;;\nBeleg;Datum;Text;Betrag\n1;d;t;2\n")
    assert [(line.number, line.cells["Betrag"]) for line in table.lines] == [(5, "2")]


@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
def test_the_delimiter_is_the_one_with_which_the_headings_are_found(
    read: Read, delimiter: str
) -> None:
    table = read("Beleg;Datum;Text;Betrag\n1;d;t;2\n".replace(";", delimiter))
    assert (table.delimiter, len(table.lines)) == (delimiter, 1)


def test_headings_match_whatever_their_case_and_spaces(read: Read) -> None:
    assert read(" BELEG ;Datum;Text;  betrag\n1;d;t;2\n").headings[0] == "BELEG"


def test_a_missing_heading_is_named_with_those_present_and_the_nearest(read: Read) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read("Beleg;Datum;Text;Betrg\n1;d;t;2\n")
    assert 'the heading "Betrag" is missing' in refused.value.reason
    assert "did you mean Betrg?" in refused.value.remedy


def test_a_file_with_none_of_the_headings_is_refused(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="no row holds the headings"):
        read("<html><body>Session expired</body></html>")


def test_an_open_quote_is_reported_as_such(read: Read) -> None:
    with pytest.raises(UnreadableFile, match="line 2 cannot be split"):
        read('Beleg;Datum;Text;Betrag\n1;d;"t;2\n')


def test_a_repeated_heading_is_numbered(read: Read) -> None:
    table = read("Beleg;Datum;Text;Betrag;Betrag\n1;d;t;2;3\n")
    assert table.lines[0].cells["Betrag"] == "2"
    assert table.lines[0].cells["Betrag (2)"] == "3"


def test_repeated_headings_dashes_and_subtotals_are_left_out(read: Read) -> None:
    head = "Beleg;Datum;Text;Betrag"
    table = read(f"{head}\n----;----;----;----\n1;d;t;2\n*;;;2\n;Zwischensumme 1;;2\n{head}\n")
    assert [line.number for line in table.lines] == [3]
    assert not table.unknown


def test_the_total_row_is_recognised_by_its_label(read: Read) -> None:
    table = read("Beleg;Datum;Text;Betrag\n1;d;t;2\nSumme:;;;2\n")
    assert [line.number for line in table.totals] == [3]


def test_a_line_whose_text_begins_like_the_total_is_a_line(read: Read) -> None:
    table = read("Text;Beleg;Datum;Betrag\nSumme Software GmbH;1;d;2\n")
    assert len(table.lines) == 1
    assert not table.totals


def test_a_row_without_amount_and_date_is_unknown(read: Read) -> None:
    table = read("Beleg;Datum;Text;Betrag\n1;d;t;2\nErstellt von Meier\n")
    assert [row.number for row in table.unknown] == [3]


def test_a_line_with_too_many_cells_is_broken(read: Read) -> None:
    table = read("Beleg;Datum;Text;Betrag\n1;d;Rad; Reifen;2\n2;d;t;3\n")
    assert [row.number for row in table.broken] == [2]
    assert [line.number for line in table.lines] == [3]


def test_a_line_that_is_cut_off_is_broken(read: Read) -> None:
    assert [row.number for row in read("Beleg;Datum;Text;Betrag\n1;01.0").broken] == [2]


def test_empty_cells_beyond_the_headings_are_ignored(read: Read) -> None:
    assert len(read("Beleg;Datum;Text;Betrag\n1;d;t;2;;\n").lines) == 1
    assert len(read("Beleg;Datum;Text;Betrag;;\n1;d;t;2\n").lines) == 1


def test_a_line_cut_off_between_its_key_and_its_amount_is_broken(read: Read) -> None:
    table = read("Beleg;Text;Datum;Betrag\n1;t;01.02.2026;2\n2;Ber")
    assert ([row.number for row in table.broken], table.unknown) == ([3], ())


def test_an_empty_heading_is_named_by_its_column(read: Read) -> None:
    assert read("Beleg;;Datum;Text;Betrag\n1;;d;t;2\n").headings[1] == "column 2"


def test_a_row_with_one_cell_is_not_reported_as_the_heading_row(read: Read) -> None:
    with pytest.raises(UnreadableFile, match='the heading row holds "Beleg", "Tag"'):
        read("Betrag\nBeleg;Tag;Art;Summe\n1;d;t;2\n")
