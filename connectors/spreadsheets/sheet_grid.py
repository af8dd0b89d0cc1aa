"""A sheet as a grid of text, whatever the format of its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.kit.delimited_rows import DelimitedRow

CORRECT_FILE = "Correct the file, or the columns of this connection in interlock.yaml"
"""The remedy for a file that cannot be read."""


@dataclass(frozen=True, slots=True)
class SheetGrid:
    """All cells of one sheet from A1 on; an empty cell is an empty string.

    `merged` maps each cell (row, column from 0) of a vertically merged range below its top row to
    that top row, which alone holds the value. `date1904` says that day numbers count from 1904.
    `delimited` are the rows of a CSV file as they were split, None for a workbook.
    """

    sheet: str
    rows: Sequence[Sequence[str]]
    merged: Mapping[tuple[int, int], int] = field(default_factory=dict)
    date1904: bool = False
    delimited: Sequence[DelimitedRow] | None = None

    def line(self, row: int) -> int:
        """The line of a CSV file, or the row of a sheet, on which a row begins (from 1)."""
        return row + 1 if self.delimited is None else self.delimited[row].number

    def place(self, row: int) -> str:
        """Where a row is, for people: `row 7` of a sheet, `line 9` of a CSV file."""
        return f"{'row' if self.delimited is None else 'line'} {self.line(row)}"

    def value_row(self, row: int, column: int) -> int:
        """The row that holds the value of a cell: its own, or the top of its merged range."""
        return self.merged.get((row, column), row)

    def text(self, row: int, column: int) -> str:
        """The text of a cell; in a vertically merged range that of its top cell."""
        values = self.rows[self.value_row(row, column)]
        return values[column] if column < len(values) else ""
