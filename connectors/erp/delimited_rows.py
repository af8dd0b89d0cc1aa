"""From the text of a delimited file to rows of cells."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO

from connectors.kit.delimited_text import UnreadableFile


@dataclass(frozen=True, slots=True)
class DelimitedRow:
    """The cells of one row as the file spells them, and the line (from 1) on which they begin."""

    number: int
    cells: tuple[str, ...]


def split_rows(text: str, delimiter: str, quoted: bool = True) -> list[DelimitedRow]:
    """Split a text into rows; with `quoted` False a quotation mark is a character like others.

    Raises UnreadableFile where a quoted cell does not end.
    """
    reader = csv.reader(
        StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        # Without `strict` an open quote swallows everything up to the next one, lines and all.
        strict=True,
    )
    rows, begins = [], 1
    try:
        for cells in reader:
            rows.append(DelimitedRow(begins, tuple(cells)))
            # A quoted cell may span several lines of the file.
            begins = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(
            f"line {begins} cannot be split into cells ({error})",
            "Export it again; where cells begin with a quote of their own, declare `quoted: false`",
        ) from None
    return rows
