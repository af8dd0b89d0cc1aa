"""Rows of the found tables: what is landed of each, and what keeps one from being landed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from connectors.base import JsonValue
from connectors.spreadsheets.cells import address
from connectors.spreadsheets.sources import Source
from connectors.spreadsheets.table import Table
from connectors.spreadsheets.values import ERRORS, whole_percents
from model.records import Problem


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; `index` counts from 0 on its sheet.

    `note_cells` are the cells that may carry a note, the key's first. `whole_percents` tells of
    the column of percentages what one cell could not.
    """

    source: Source
    table: Table
    index: int
    key: str
    note_cells: tuple[str, ...]
    whole_percents: bool

    @property
    def sheet(self) -> str:
        return self.table.grid.sheet

    @property
    def place(self) -> str:
        """Where it stands, for people: `plan.xlsx, sheet Plan, row 7`."""
        sheet = f", sheet {self.sheet}" if self.sheet else ""
        return f"{self.source.name}{sheet}, row {self.index + 1}"

    def content(self) -> dict[str, JsonValue]:
        """What is landed: every filled cell under its heading, with its address."""
        grid, row = self.table.grid, self.index
        cells: dict[str, JsonValue] = {
            heading: [address(grid.top(row, column), column), text]
            for column, heading in enumerate(self.table.headings)
            if (text := grid.text(row, column)).strip()
        }
        content: dict[str, JsonValue] = {"file": self.source.name, "sheet": self.sheet}
        if grid.date1904:
            content["date1904"] = True
        if self.whole_percents:
            content["whole_percents"] = True
        return {**content, "row": row + 1, "cells": cells}


def rows_of(sources: Iterable[Source]) -> Iterator[Row]:
    """Every row of every table, those without a key included (their key is empty)."""
    for source in sources:
        for table in source.tables:
            indices = list(table.rows())
            column = table.columns.get("percent")
            shown = () if column is None else (table.grid.text(i, column) for i in indices)
            whole = whole_percents(shown)
            yield from (_row(source, table, index, whole) for index in indices)


def _row(source: Source, table: Table, index: int, whole: bool) -> Row:
    grid, key_column = table.grid, table.columns["key"]
    own = [c for c in table.columns.values() if grid.top(index, c) == index]
    key = " ".join(grid.text(index, key_column).split()) if key_column in own else ""
    cells = tuple(address(index, column) for column in dict.fromkeys([key_column, *own]))
    return Row(source, table, index, "" if key in ERRORS else key, cells, whole)


def by_key(rows: Iterable[Row]) -> tuple[dict[str, Row], list[Problem]]:
    """Rows under their keys; a row without a key, or with another's, becomes a problem."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.key, []).append(row)
    nameless = groups.pop("", [])
    problems = [_nameless(row) for row in nameless]
    problems += [_doubled(r, g) for g in groups.values() if len(g) > 1 for r in g]
    return {key: group[0] for key, group in groups.items() if len(group) == 1}, problems


def keys_of(rows: Iterable[Row]) -> frozenset[str]:
    """All keys that exist, those of doubled rows included: they are not gone."""
    return frozenset(row.key for row in rows if row.key)


def _nameless(row: Row) -> Problem:
    return Problem(
        f"{row.source.name}#{row.sheet}!{row.note_cells[0]}",
        f"{row.place} has no key of its own in cell {row.note_cells[0]}",
        "Give the row a key that no other row has, or empty it",
    )


def _doubled(row: Row, group: Sequence[Row]) -> Problem:
    others = "; ".join(other.place for other in group if other is not row)
    return Problem(
        row.key,
        f'{row.place} has the key "{row.key}", which also stands in {others}',
        "Give each row a key of its own",
        known_as=(row.key,),
    )
