"""The rows of the tables: what is pulled of each, and which rows have no usable key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from connectors.base import JsonValue
from connectors.spreadsheets.cell_addresses import format_cell_address
from connectors.spreadsheets.cell_values import ERROR_VALUES, is_in_whole_percents
from connectors.spreadsheets.plan_files import PlanFile
from connectors.spreadsheets.plan_table import PlanTable
from model.records import Problem

_MOST_LISTED = 20
"""Rows that one problem lists by their numbers."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of a table; `index` counts from 0 on its sheet, `key` is empty where it has none.

    `note_cells` are the cells that may carry a note, the key's first. `whole_percents` says that
    the column of percentages counts up to 100, which one cell alone cannot show.
    """

    plan: PlanFile
    table: PlanTable
    index: int
    key: str
    note_cells: tuple[str, ...]
    whole_percents: bool

    @property
    def sheet(self) -> str:
        return self.table.grid.sheet

    @property
    def place(self) -> str:
        """Where the row is, for people: `plan.xlsx, sheet Plan, row 7`; `plan.csv, line 9`."""
        return f"{_sheet_place(self.plan, self.table)}, {self.table.grid.place(self.index)}"

    def to_json(self) -> dict[str, JsonValue]:
        """The payload of its raw record: each filled cell under its heading, with its address."""
        grid, row = self.table.grid, self.index
        cells: dict[str, JsonValue] = {
            heading: [format_cell_address(grid.value_row(row, column), column), text]
            for column, heading in enumerate(self.table.headings)
            if (text := grid.text(row, column)).strip()
        }
        payload: dict[str, JsonValue] = {"file": self.plan.name, "sheet": self.sheet}
        # Present only if true, so that the digests of ordinary rows do not change.
        if grid.date1904:
            payload["date1904"] = True
        if self.whole_percents:
            payload["whole_percents"] = True
        return {**payload, "row": row + 1, "cells": cells}


@dataclass(frozen=True, slots=True)
class UnreadRows:
    """Rows of a table that are not read as they stand, for one `reason`.

    `texts` are their cells; a key that stands in one of them may still exist. Without `held` they
    are only to be mentioned.
    """

    plan: PlanFile
    table: PlanTable
    indices: tuple[int, ...]
    reason: str
    held: bool

    @property
    def texts(self) -> list[str]:
        return ["\n".join(self.table.grid.rows[index]) for index in self.indices]

    def to_problem(self) -> Problem:
        grid = self.table.grid
        word = "line" if grid.delimited is not None else "row"
        numbers = ", ".join(str(grid.line(index)) for index in self.indices[:_MOST_LISTED])
        several = f"s {numbers}" if len(self.indices) > 1 else f" {numbers}"
        more = len(self.indices) - _MOST_LISTED
        rest = f" and {more} more" if more > 0 else ""
        place = f"{_sheet_place(self.plan, self.table)}, {word}{several}{rest}"
        # The reason is part of the id: another reason on the same sheet is another problem.
        native_id = f"{self.plan.name}#{grid.sheet}!{self.reason}"
        if self.held:
            reason = f"{place} cannot be read: {self.reason}; what stood there before still counts"
            return Problem(native_id, reason, "Correct the file, or export it again")
        remedy = "Nothing, if this is meant; else correct the file"
        return Problem(native_id, f"{place}: {self.reason}", remedy, held=False)


def _sheet_place(plan: PlanFile, table: PlanTable) -> str:
    sheet = table.grid.sheet
    return f"{plan.name}, sheet {sheet}" if sheet else plan.name


def list_unread(plans: Iterable[PlanFile]) -> list[UnreadRows]:
    """The rows in doubt of all tables, those of one table and reason together."""
    groups = []
    for plan in plans:
        for table in plan.tables:
            kinds = table.sort_rows()
            for rows, held in ((kinds.unread, True), (kinds.told, False)):
                for reason in sorted(set(rows.values())):
                    indices = tuple(index for index in sorted(rows) if rows[index] == reason)
                    groups.append(UnreadRows(plan, table, indices, reason, held))
    return groups


def list_key_only(plans: Iterable[PlanFile]) -> list[PlanRow]:
    """The rows with nothing but a key: their records stay as they were."""
    return [
        _plan_row(plan, table, index, whole_percents=False)
        for plan in plans
        for table in plan.tables
        for index in table.sort_rows().key_only
    ]


def list_rows(plans: Iterable[PlanFile]) -> Iterator[PlanRow]:
    """Yield every row of every table, also those without a key."""
    for plan in plans:
        for table in plan.tables:
            indices = table.sort_rows().plan
            column = table.columns.get("percent")
            percents = () if column is None else (table.grid.text(i, column) for i in indices)
            whole = is_in_whole_percents(percents)
            yield from (_plan_row(plan, table, index, whole) for index in indices)


def _plan_row(plan: PlanFile, table: PlanTable, index: int, whole_percents: bool) -> PlanRow:
    grid, key_column = table.grid, table.columns["key"]
    # A merged key belongs to the top row alone: two rows with one key would be one record.
    own = [c for c in table.columns.values() if grid.value_row(index, c) == index]
    # Characters without width come with copied text; nobody sees that they make another key.
    text = grid.text(index, key_column).replace("\u200b", "") if key_column in own else ""
    key = " ".join(text.split())
    # The key's cell first: it is filled in every row, and people find the row by it.
    cells = tuple(format_cell_address(index, c) for c in dict.fromkeys([key_column, *own]))
    return PlanRow(plan, table, index, "" if key in ERROR_VALUES else key, cells, whole_percents)


def index_by_key(rows: Iterable[PlanRow]) -> tuple[dict[str, PlanRow], list[Problem]]:
    """Return the rows by key, and a problem for each row without a key or with a repeated one."""
    groups: dict[str, list[PlanRow]] = {}
    for row in rows:
        groups.setdefault(row.key, []).append(row)
    problems = [_missing_key_problem(row) for row in groups.pop("", [])]
    repeated = (group for group in groups.values() if len(group) > 1)
    problems += [_repeated_key_problem(row, group) for group in repeated for row in group]
    return {key: group[0] for key, group in groups.items() if len(group) == 1}, problems


def existing_keys(rows: Iterable[PlanRow]) -> frozenset[str]:
    """All keys that exist, repeated ones included: their records are not deleted."""
    return frozenset(row.key for row in rows if row.key)


def _missing_key_problem(row: PlanRow) -> Problem:
    return Problem(
        f"{row.plan.name}#{row.sheet}!{row.note_cells[0]}",
        f"{row.place} has no key of its own in cell {row.note_cells[0]}",
        "Give the row a key that no other row has, or empty it",
    )


def key_only_problem(row: PlanRow) -> Problem:
    """The problem of a row that lost everything but its key."""
    return Problem(
        row.key,
        f'{row.place} has only its key "{row.key}"; its record stays as it was',
        "Fill the row again, or delete the whole row",
        known_as=(row.key,),
    )


def _repeated_key_problem(row: PlanRow, group: Sequence[PlanRow]) -> Problem:
    others = "; ".join(other.place for other in group if other is not row)
    return Problem(
        row.key,
        f'{row.place} has the key "{row.key}", which also stands in {others}',
        "Give each row a key of its own",
        known_as=(row.key,),
    )
