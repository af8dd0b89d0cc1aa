"""A sheet as text: what every reader makes of its file, whatever the format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class Unreadable(Exception):
    """A file that cannot be read as a table: why, in words for its owner."""


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells of one sheet, from A1 on; an empty cell is an empty text.

    `merged` maps a cell (row, column from 0) below the top of a vertically merged range to the
    row of that top, where the value stands. `date1904` tells how its day numbers count.
    """

    sheet: str
    rows: Sequence[Sequence[str]]
    merged: Mapping[tuple[int, int], int] = field(default_factory=dict)
    date1904: bool = False

    def top(self, row: int, column: int) -> int:
        """The row in which the value of a cell stands."""
        return self.merged.get((row, column), row)

    def text(self, row: int, column: int) -> str:
        """What a cell shows; in a vertically merged range, what its top says."""
        values = self.rows[self.top(row, column)]
        return values[column] if column < len(values) else ""
