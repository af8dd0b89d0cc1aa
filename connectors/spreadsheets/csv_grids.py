"""Reads CSV files into grids, with each delimiter that is possible."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.kit.delimited_rows import split_rows
from connectors.kit.delimited_text import DELIMITERS, decode_text
from connectors.spreadsheets.sheet_grid import SheetGrid


def read_csv_grids(
    raw: bytes, sheet: str, delimiter: str | None, encoding: str | None
) -> Iterator[tuple[str, SheetGrid]]:
    """Yield the file read with the declared delimiter, or else with each of `DELIMITERS`.

    The caller knows the headings and so decides which grid is right. Raises UnreadableFile for
    bytes that are not text in the encoding.
    """
    text, _ = decode_text(raw, encoding)
    # Joined files have a byte order mark within; it is never part of a text.
    text = text.replace("\ufeff", "")
    # csv.Sniffer guesses from the text alone; the headings of the settings are better evidence.
    for candidate in (delimiter,) if delimiter else DELIMITERS:
        rows = split_rows(text, candidate)
        yield candidate, SheetGrid(sheet, [row.cells for row in rows], delimited=rows)
