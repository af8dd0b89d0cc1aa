import pytest

from connectors.spreadsheets.cell_addresses import format_cell_address, parse_cell_address


@pytest.mark.parametrize(
    ("row", "column", "address"),
    [
        (0, 0, "A1"),
        (6, 25, "Z7"),
        (6, 26, "AA7"),
        (0, 701, "ZZ1"),
        (1_048_575, 16_383, "XFD1048576"),
    ],
)
def test_an_address_is_formatted_and_parsed(row: int, column: int, address: str) -> None:
    assert format_cell_address(row, column) == address
    assert parse_cell_address(address) == (row, column)


@pytest.mark.parametrize("text", ["", "B", "7", "b7", "$B$7", "B7:C8"])
def test_text_that_is_not_an_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no cell address"):
        parse_cell_address(text)
