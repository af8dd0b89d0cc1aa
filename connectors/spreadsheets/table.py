"""Finding a table by its headings, wherever on a sheet it stands.

The heading row is the first one that holds every mapped heading (case and spacing are ignored;
of two equal headings the left one counts). The table reaches to the end of the sheet: blank
rows, repeated heading rows, and rows with one filled cell (a section's title, a note below the
table) are not part of it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from connectors.spreadsheets.cells import address, column_letters
from connectors.spreadsheets.grid import Grid


@dataclass(frozen=True, slots=True)
class Table:
    """A table found on a sheet: its heading row and the column of every wanted heading.

    `columns` maps what was wanted (a field, or a heading of free text) to a column from 0.
    `headings` has what stands above each column of the sheet, made unique and never empty.
    """

    grid: Grid
    heading_row: int
    columns: Mapping[str, int]
    headings: Sequence[str]

    def rows(self) -> Iterator[int]:
        """The numbers (from 0) of the rows that belong to the table."""
        columns = tuple(self.columns.values())
        heading = [self.headings[column] for column in columns]
        for row in range(self.heading_row + 1, len(self.grid.rows)):
            filled = sum(1 for value in self.grid.rows[row] if value.strip())
            mapped = [self.grid.text(row, column).strip() for column in columns]
            if filled > 1 and any(mapped) and not _same(mapped, heading):
                yield row


def _same(texts: Sequence[str], headings: Sequence[str]) -> bool:
    return all(folded(a) == folded(b) for a, b in zip(texts, headings, strict=True))


def _headings(grid: Grid, row: int) -> list[str]:
    width = max(map(len, grid.rows), default=0)
    shown = [" ".join(grid.text(row, column).split()) for column in range(width)]
    first = {name: column for column, name in reversed(list(enumerate(shown)))}
    return [
        name if name and first[name] == column else f"{name} ({column_letters(column)})".strip()
        for column, name in enumerate(shown)
    ]


@dataclass(frozen=True, slots=True)
class Missing:
    """A sheet without a fitting table: how near it came, and in which words it differs."""

    sheet: str
    heading_row: int | None
    found: tuple[str, ...]
    missing: tuple[Sequence[str], ...]
    """The possible headings of each field that has none."""
    wanted: int

    @property
    def near(self) -> bool:
        """Whether most headings are there, so that a table is meant and not merely similar."""
        return 2 * (self.wanted - len(self.missing)) > self.wanted

    def __str__(self) -> str:
        lacking = ", ".join(self._lacking(headings) for headings in self.missing)
        sheet = f'sheet "{self.sheet}"' if self.sheet else "the file"
        if self.heading_row is None:
            return f"{sheet} has no row with any of the headings {lacking}"
        there = ", ".join(f'"{heading}"' for heading in self.found)
        row = self.heading_row + 1
        return f"{sheet} lacks in row {row} the heading {lacking}; it has {there}"

    def _lacking(self, headings: Sequence[str]) -> str:
        found = {folded(heading): heading for heading in self.found}
        near = [n for h in headings for n in difflib.get_close_matches(folded(h), found, n=1)]
        wanted = f'"{" / ".join(headings)}"'
        return f'{wanted} (is "{found[near[0]]}" meant?)' if near else wanted


def find_table(grid: Grid, wanted: Mapping[str, Sequence[str]]) -> Table | Missing:
    """The table whose headings are all there; `wanted` maps a name to its possible headings."""
    best: tuple[int, int | None] = (0, None)
    for row in range(len(grid.rows)):
        columns = _columns(grid, row, wanted)
        if len(columns) == len(wanted):
            return Table(grid, row, columns, _headings(grid, row))
        if len(columns) > best[0]:
            best = (len(columns), row)
    return _missing(grid, best[1], wanted)


def _missing(grid: Grid, row: int | None, wanted: Mapping[str, Sequence[str]]) -> Missing:
    columns = {} if row is None else _columns(grid, row, wanted)
    lacking = tuple(wanted[name] for name in wanted if name not in columns)
    cells = () if row is None else tuple(" ".join(v.split()) for v in grid.rows[row] if v.strip())
    return Missing(grid.sheet, row, cells, lacking, len(wanted))


def _columns(grid: Grid, row: int, wanted: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Which wanted names have a heading in this row, and in which column."""
    places: dict[str, int] = {}
    for column in reversed(range(len(grid.rows[row]))):
        places[folded(grid.text(row, column))] = column
    found = ((n, places.get(folded(h))) for n, headings in wanted.items() for h in headings[::-1])
    return {name: column for name, column in found if column is not None}


def doubled(table: Table) -> list[str]:
    """Mapped headings that stand twice in the heading row, with the cells where they do."""
    row = table.heading_row
    shown = [folded(table.grid.text(row, c)) for c in range(len(table.grid.rows[row]))]
    return [
        " and ".join(address(row, c) for c, text in enumerate(shown) if text == shown[column])
        for column in table.columns.values()
        if shown.count(shown[column]) > 1
    ]


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """A heading in the form in which two spellings of it meet."""
    return " ".join(text.split()).casefold()
