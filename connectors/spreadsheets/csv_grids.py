"""Reads CSV files into grids, with each delimiter that is possible."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from connectors.kit.delimited_text import DELIMITERS, UnreadableFile, decode_text
from connectors.spreadsheets.sheet_grid import CORRECT_FILE, SheetGrid


def read_csv_grids(
    raw: bytes, sheet: str, delimiter: str | None, encoding: str | None
) -> Iterator[tuple[str, SheetGrid]]:
    """Yield the file read with the declared delimiter, or else with each of `DELIMITERS`.

    The caller knows the headings and so decides which grid is right. Raises UnreadableFile for
    bytes that are not text in the encoding, or not delimited text.
    """
    text, _ = decode_text(raw, encoding)
    # csv.Sniffer guesses from the text alone; the headings of the settings are better evidence.
    for candidate in (delimiter,) if delimiter else DELIMITERS:
        try:
            rows = list(csv.reader(StringIO(text, newline=""), delimiter=candidate))
        except csv.Error as error:
            raise UnreadableFile(f"it is no delimited text ({error})", CORRECT_FILE) from error
        yield candidate, SheetGrid(sheet, rows)
