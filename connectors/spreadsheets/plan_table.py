"""Finds a table by its headings, wherever on a sheet it is.

The heading row is the first one that holds every mapped heading (case and spacing are ignored; of
two equal headings the left one counts). The table reaches to the end of the sheet; `row_kinds`
says which rows are part of it.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.kit.delimited_text import fold_heading
from connectors.spreadsheets.cell_addresses import column_letters, format_cell_address
from connectors.spreadsheets.row_kinds import RowKinds, sort_rows
from connectors.spreadsheets.sheet_grid import SheetGrid


@dataclass(frozen=True, slots=True)
class PlanTable:
    """A table on a sheet: its heading row and the column of every wanted heading.

    `columns` maps each wanted name (a field, or a heading of free text) to a column from 0.
    `headings` names each column of the sheet, made unique and never empty.
    """

    grid: SheetGrid
    heading_row: int
    columns: Mapping[str, int]
    headings: Sequence[str]

    def sort_rows(self) -> RowKinds:
        """What each row below the headings is."""
        return sort_rows(self.grid, self.heading_row, self.columns)


@dataclass(frozen=True, slots=True)
class MissingHeadings:
    """A sheet without the table: the nearest row, its headings, and the headings it lacks.

    `missing` holds the possible headings of each field that has none, `wanted_count` how many
    fields need a heading.
    """

    sheet: str
    heading_row: int | None
    present: tuple[str, ...]
    missing: tuple[Sequence[str], ...]
    wanted_count: int

    @property
    def has_most(self) -> bool:
        """Whether more than half of the headings are there, so that a plan is evidently meant."""
        return 2 * (self.wanted_count - len(self.missing)) > self.wanted_count

    def __str__(self) -> str:
        lacking = ", ".join(self._describe(headings) for headings in self.missing)
        sheet = f'sheet "{self.sheet}"' if self.sheet else "the file"
        if self.heading_row is None:
            return f"{sheet} has no row with any of the headings {lacking}"
        present = ", ".join(f'"{heading}"' for heading in self.present)
        row = self.heading_row + 1
        return f"{sheet} lacks in row {row} the heading {lacking}; it has {present}"

    def _describe(self, headings: Sequence[str]) -> str:
        present = {fold_heading(heading): heading for heading in self.present}
        close = [
            name
            for heading in headings
            for name in difflib.get_close_matches(fold_heading(heading), present, n=1)
        ]
        wanted = f'"{" / ".join(headings)}"'
        return f'{wanted} (is "{present[close[0]]}" meant?)' if close else wanted


def find_table(grid: SheetGrid, wanted: Mapping[str, Sequence[str]]) -> PlanTable | MissingHeadings:
    """Find the table with all headings; `wanted` maps a name to its possible headings."""
    best: tuple[int, int | None] = (0, None)
    for row in range(len(grid.rows)):
        if grid.delimited is not None and grid.delimited[row].doubt:
            continue
        columns = _match_columns(grid, row, wanted)
        if len(columns) == len(wanted):
            return PlanTable(grid, row, columns, _unique_headings(grid, row))
        if len(columns) > best[0]:
            best = (len(columns), row)
    return _missing_headings(grid, best[1], wanted)


def _match_columns(
    grid: SheetGrid, row: int, wanted: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """Which wanted names have a heading in this row, and in which column."""
    places: dict[str, int] = {}
    # From right to left, so that the left one of two equal headings remains.
    for column in reversed(range(len(grid.rows[row]))):
        places[fold_heading(grid.text(row, column))] = column
    # The last possible heading first, so that the first one that is there remains.
    pairs = ((name, heading) for name, headings in wanted.items() for heading in headings[::-1])
    matches = ((name, places.get(fold_heading(heading))) for name, heading in pairs)
    return {name: column for name, column in matches if column is not None}


def _unique_headings(grid: SheetGrid, row: int) -> list[str]:
    # Rows may be wider than the heading row; their cells are landed all the same.
    width = max(map(len, grid.rows), default=0)
    texts = [" ".join(grid.text(row, column).split()) for column in range(width)]
    first = {name: column for column, name in reversed(list(enumerate(texts)))}
    return [
        name if name and first[name] == column else f"{name} ({column_letters(column)})".strip()
        for column, name in enumerate(texts)
    ]


def _missing_headings(
    grid: SheetGrid, row: int | None, wanted: Mapping[str, Sequence[str]]
) -> MissingHeadings:
    columns = {} if row is None else _match_columns(grid, row, wanted)
    missing = tuple(wanted[name] for name in wanted if name not in columns)
    present = () if row is None else tuple(" ".join(v.split()) for v in grid.rows[row] if v.strip())
    return MissingHeadings(grid.sheet, row, present, missing, len(wanted))


def find_repeated_headings(table: PlanTable) -> list[str]:
    """For each mapped heading that occurs twice in the heading row, its cells: `C1 and D1`."""
    row = table.heading_row
    texts = [fold_heading(table.grid.text(row, c)) for c in range(len(table.grid.rows[row]))]
    return [
        " and ".join(
            format_cell_address(row, c) for c, text in enumerate(texts) if text == texts[column]
        )
        for column in table.columns.values()
        if texts.count(texts[column]) > 1
    ]
