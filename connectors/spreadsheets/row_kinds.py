"""Decides what each row below the headings is: a row of the plan, nothing, or in doubt.

A row of a CSV file belongs to the plan only if it has the width of the table and sound quotation
marks: otherwise its cells may stand under the wrong headings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.kit.delimited_rows import word_shape
from connectors.kit.delimited_text import DELIMITERS, fold_heading
from connectors.spreadsheets.sheet_grid import SheetGrid

_TOTAL = re.compile(
    r"(?:(?:grand |sub-?)?total|sum|(?:gesamt|zwischen|end)?summe|gesamt|ergebnis|result)"
    r"(?:[ :].*)?"
)
_RULE_CHARACTERS = frozenset("-=_+* .")

TOTAL = "it looks like a total, so it is no row of the plan"
FOREIGN_LINE = "it has one cell within the table, so it is taken for a remark"
LOST_DELIMITERS = "it begins like a row, but has no delimiters"
OTHER_TABLE = "another table begins here, which is not read"


@dataclass(frozen=True, slots=True)
class RowKinds:
    """The indices of the rows of a table by what they are.

    `unread` maps rows that may belong to the plan but cannot be read to the reason; `key_only`
    are rows with nothing but a key; `told` are rows to mention, read or left out as the reason
    says.
    """

    plan: tuple[int, ...]
    key_only: tuple[int, ...]
    unread: Mapping[int, str]
    told: Mapping[int, str]


def sort_rows(grid: SheetGrid, heading_row: int, columns: Mapping[str, int]) -> RowKinds:
    """Sort all rows below the heading row; `columns` are those of the mapped fields."""
    return _RowSorter(grid, heading_row, columns).sort()


class _RowSorter:
    def __init__(self, grid: SheetGrid, heading_row: int, columns: Mapping[str, int]) -> None:
        self._grid = grid
        self._first = heading_row + 1
        self._columns = tuple(columns.values())
        self._key = columns["key"]
        self._headings = [fold_heading(grid.text(heading_row, c)) for c in self._columns]
        self._width = _table_width(grid, heading_row)
        self._plan: list[int] = []
        self._lone: list[int] = []
        self._unread: dict[int, str] = {}
        self._told: dict[int, str] = {}

    def sort(self) -> RowKinds:
        for row in range(self._first, len(self._grid.rows)):
            self._place(row)
        self._leave_other_table()
        shapes = {self._key_shape(row) for row in self._plan}
        key_only = tuple(row for row in self._lone if self._key_shape(row) in shapes)
        if self._grid.delimited is not None:
            rest = [row for row in self._lone if row not in key_only]
            self._told |= {row: FOREIGN_LINE for row in rest if self._is_in_the_midst(row)}
            # `K7 Launch 2026-03-01` lost its delimiters; `Phase 2` is a title.
            self._unread |= {row: LOST_DELIMITERS for row in rest if self._begins_with(row, shapes)}
        return RowKinds(tuple(self._plan), key_only, self._unread, self._told)

    def _place(self, row: int) -> None:
        cells = self._grid.rows[row]
        filled = sum(1 for text in cells if text.strip())
        if not filled:
            return
        mapped = [self._grid.text(row, column).strip() for column in self._columns]
        if doubt := self._doubt(row):
            self._unread[row] = doubt
        elif [fold_heading(text) for text in mapped] == self._headings:
            return
        elif filled == 1:
            self._place_lone(row)
        elif self._width is not None and len(cells) != self._width:
            self._unread[row] = f"{len(cells)} cells under {self._width} headings"
        elif _TOTAL.fullmatch(fold_heading(self._grid.text(row, self._key))):
            self._told[row] = TOTAL
        # Rows of other tables below fill columns that are not mapped.
        elif any(mapped):
            self._plan.append(row)

    def _doubt(self, row: int) -> str:
        if self._grid.delimited is None:
            return ""
        split = self._grid.delimited[row]
        if split.remark and not split.doubt:
            self._told[row] = split.remark
        return split.doubt

    def _place_lone(self, row: int) -> None:
        """Place a row with one filled cell: a key without the rest, a title, or a remark."""
        cells = self._grid.rows[row]
        text = next(text for text in cells if text.strip())
        is_split = len(cells) > 1 or any(mark in text for mark in (*DELIMITERS, '"'))
        # A row that another delimiter splits is no remark.
        if self._width is not None and len(cells) != self._width and is_split:
            self._unread[row] = f"{len(cells)} cells under {self._width} headings"
            return
        if not _RULE_CHARACTERS.issuperset(text):
            self._lone.append(row)

    def _key_shape(self, row: int) -> str:
        """The shape of a key with a digit; empty for other texts, which may well be titles."""
        shape = word_shape(" ".join(self._grid.text(row, self._key).split()))
        return shape if "9" in shape else f"{shape} in row {row}"

    def _begins_with(self, row: int, shapes: set[str]) -> bool:
        return word_shape(" ".join(self._grid.rows[row]).split()[0]) in shapes

    def _is_in_the_midst(self, row: int) -> bool:
        """Whether rows of the plan follow a line without delimiters, or it follows one."""
        if len(self._grid.rows[row]) > 1 or not self._plan:
            return False
        return row < self._plan[-1] or any(text.strip() for text in self._grid.rows[row - 1])

    def _leave_other_table(self) -> None:
        """Take the rows below the headings of another table out of the plan.

        Such headings follow a blank row and have no digit in any cell, while every key above has
        one.
        """
        for place, row in enumerate(self._plan):
            follows_blank = not any(text.strip() for text in self._grid.rows[row - 1])
            if place and follows_blank and self._has_only_words(row):
                self._unread |= dict.fromkeys(self._plan[place:], OTHER_TABLE)
                self._plan = self._plan[:place]
                return
            if "9" not in word_shape(self._grid.text(row, self._key)):
                return

    def _has_only_words(self, row: int) -> bool:
        return not any(character.isdigit() for text in self._grid.rows[row] for character in text)


def _table_width(grid: SheetGrid, heading_row: int) -> int | None:
    """How many cells a row of a CSV table has; None for a workbook, whose cells have addresses."""
    if grid.delimited is None:
        return None
    headings = grid.rows[heading_row]
    named = _filled_width(headings)
    rows = [row for row in _filled_rows(grid, heading_row) if len(row) >= named]
    usual = Counter(map(len, rows)).most_common(1)
    # Many programs end every row, or only the headings, with one delimiter more.
    if usual and all(_filled_width(row) <= named for row in rows if len(row) == usual[0][0]):
        return usual[0][0]
    return len(headings)


def _filled_rows(grid: SheetGrid, heading_row: int) -> Iterator[Sequence[str]]:
    rows = grid.rows[heading_row + 1 :]
    return (row for row in rows if sum(1 for text in row if text.strip()) > 1)


def _filled_width(cells: Sequence[str]) -> int:
    return max((place for place, text in enumerate(cells, start=1) if text.strip()), default=0)
