"""Reads the fields of one row from the payload of its raw record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from connectors.kit.delimited_text import fold_heading
from connectors.spreadsheets.cell_values import ERROR_VALUES, UnclearValue, is_unknown, parse_date
from connectors.spreadsheets.settings import FieldName, SpreadsheetSettings
from model.records import Problem

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FilledCell:
    """A cell of the row that is not empty: its heading, its address, and its stripped text."""

    heading: str
    address: str
    text: str


@dataclass
class RowFields:
    """The fields of one row; a value that is not clear is added to `problems`."""

    native_id: str
    payload: Mapping[str, Any]
    settings: SpreadsheetSettings
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        # From right to left, so that the left one of two equal headings remains.
        cells = reversed(self.payload["cells"].items())
        self._cells = {
            fold_heading(name): FilledCell(name, address, text.strip())
            for name, (address, text) in cells
        }

    def column(self, headings: Iterable[str]) -> FilledCell | None:
        """The filled cell below the first of these headings that the row has."""
        cells = (self._cells.get(fold_heading(heading)) for heading in headings)
        return next(filter(None, cells), None)

    def cell(self, name: FieldName) -> FilledCell | None:
        """The filled cell of a field; None for an empty cell or a field without a column."""
        return self.column(self.settings.columns.get(name, ()))

    def text(self, name: FieldName) -> str | None:
        """The text of a field; None, with a problem, where its cell shows a formula error."""
        return self.value(name, str)

    def value(self, name: FieldName, parse: Callable[[str], T], held: bool = False) -> T | None:
        """The parsed value of a field; None, with a problem, where `parse` raises UnclearValue.

        With `held` the problem quarantines the whole row.
        """
        cell = self.cell(name)
        if cell is None or not cell.text:
            return None
        try:
            if cell.text in ERROR_VALUES:
                raise UnclearValue(f"the formula shows {cell.text}", "Repair the formula")
            return parse(cell.text)
        except UnclearValue as unclear:
            self.report(cell, unclear.reason, unclear.remedy, held)
            return None

    def date(self, name: FieldName) -> date | None:
        """The date of a field; None where it is stated to be unknown.

        A date that is not clear quarantines the row: without it the plan would look finished
        earlier than it is.
        """
        cell = self.cell(name)
        if cell is None or is_unknown(cell.text):
            return None
        date1904 = bool(self.payload.get("date1904"))
        return self.value(name, lambda text: parse_date(text, date1904), held=True)

    def report(self, cell: FilledCell, reason: str, remedy: str, held: bool) -> None:
        """Add a problem that names the file, the sheet and the cell."""
        where = f'{self.place}, cell {cell.address} ("{cell.heading}")'
        self.problems.append(Problem(self.native_id, f"{where}: {reason}", remedy, held))

    @property
    def saved(self) -> datetime:
        """When the file was saved with this content of the row, in UTC."""
        return datetime.fromisoformat(self.payload["saved"])

    @property
    def place(self) -> str:
        """The file and sheet of the row, for people: `plan.xlsx, sheet Plan`."""
        sheet = f", sheet {self.payload['sheet']}" if self.payload["sheet"] else ""
        return f"{self.payload['file']}{sheet}"
