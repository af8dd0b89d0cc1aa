"""A landed row, read field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from connectors.spreadsheets.settings import FieldName, SpreadsheetSettings
from connectors.spreadsheets.table import folded
from connectors.spreadsheets.values import ERRORS, Unclear, as_date, unknown
from model.records import Problem

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cell:
    heading: str
    at: str
    text: str


@dataclass
class Reader:
    """A landed row, read field by field; what cannot be understood gathers in `problems`."""

    native_id: str
    payload: Mapping[str, Any]
    settings: SpreadsheetSettings
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        cells = reversed(self.payload["cells"].items())
        self._cells = {folded(name): Cell(name, at, text.strip()) for name, (at, text) in cells}

    def column(self, headings: Iterable[str]) -> Cell | None:
        """The filled cell below the first of these headings that the row has."""
        shown = (self._cells.get(folded(heading)) for heading in headings)
        return next(filter(None, shown), None)

    def cell(self, name: FieldName) -> Cell | None:
        return self.column(self.settings.columns.get(name, ()))

    def text(self, name: FieldName) -> str | None:
        return self.value(name, str)

    def value(self, name: FieldName, parse: Callable[[str], T], held: bool = False) -> T | None:
        """A field's value, or None with the reason among the problems."""
        cell = self.cell(name)
        if cell is None or not cell.text:
            return None
        try:
            if cell.text in ERRORS:
                raise Unclear(f"the formula shows {cell.text}", "Repair the formula")
            return parse(cell.text)
        except Unclear as unclear:
            self.report(cell, unclear.reason, unclear.remedy, held)
            return None

    def date(self, name: FieldName) -> date | None:
        cell = self.cell(name)
        if cell is None or unknown(cell.text):
            return None
        date1904 = bool(self.payload.get("date1904"))
        return self.value(name, lambda text: as_date(text, date1904), held=True)

    def report(self, cell: Cell, reason: str, remedy: str, held: bool) -> None:
        where = f'{self.place}, cell {cell.at} ("{cell.heading}")'
        names = (self.native_id,) if held else ()
        self.problems.append(Problem(self.native_id, f"{where}: {reason}", remedy, held, names))

    @property
    def saved(self) -> datetime:
        """When the row's file was saved with this content."""
        return datetime.fromisoformat(self.payload["saved"])

    @property
    def place(self) -> str:
        sheet = f", sheet {self.payload['sheet']}" if self.payload["sheet"] else ""
        return f"{self.payload['file']}{sheet}"
