"""Reading .xlsx and .xlsm into grids, with the gaps that python-calamine leaves filled.

calamine reads fast, but turns whole numbers into floats and error cells into empty text, and it
gives a merged range's value only at its top left.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO

from lxml import etree
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from connectors.spreadsheets.cells import position
from connectors.spreadsheets.grid import Grid, Unreadable
from connectors.spreadsheets.notes.package import NotAPackage, Package, open_package
from connectors.spreadsheets.notes.sheets import MAIN, dates_from_1904, sheet_parts

Value = int | float | str | bool | time | date | datetime | timedelta


def read_workbook(raw: bytes, only: str | None) -> list[Grid]:
    """The visible worksheets of a workbook, or the one named `only`; raises Unreadable."""
    try:
        package = open_package(raw)
        parts = sheet_parts(package)
        with CalamineWorkbook.from_filelike(BytesIO(raw)) as workbook:
            names = [name for name in _wanted(workbook, only) if name in parts]
            return [_grid(workbook.get_sheet_by_name(n), package, parts[n]) for n in names]
    except NotAPackage as error:
        raise Unreadable(str(error)) from error
    except (CalamineError, ValueError) as error:
        raise Unreadable(f"it is damaged ({error})") from error


def _wanted(workbook: CalamineWorkbook, only: str | None) -> list[str]:
    if only is not None:
        if only not in workbook.sheet_names:
            found = ", ".join(f'"{name}"' for name in workbook.sheet_names)
            raise Unreadable(f'it has no sheet "{only}"; its sheets are {found}')
        return [only]
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible
    ]


def _grid(sheet: CalamineSheet, package: Package, part: str) -> Grid:
    rows = [[as_text(v) for v in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), error in _errors(package.read(part)):
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = error
    return Grid(sheet.name, rows, _merged(sheet, len(rows)), dates_from_1904(package))


def _merged(sheet: CalamineSheet, height: int) -> dict[tuple[int, int], int]:
    return {
        (row, left): top
        for (top, left), (bottom, _) in sheet.merged_cell_ranges or ()
        for row in range(top + 1, min(bottom + 1, height))
    }


def _errors(xml: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    """The error cells of a sheet: (row, column) and `#REF!`."""
    if b't="e"' not in xml and b"t='e'" not in xml:
        return
    cells = etree.iterparse(BytesIO(xml), tag=f"{{{MAIN}}}c", resolve_entities=False)
    for _, cell in cells:
        if cell.get("t") == "e" and cell.get("r"):
            yield position(cell.get("r")), cell.findtext(f"{{{MAIN}}}v") or "#N/A"
        cell.clear()


def as_text(value: Value) -> str:
    """A cell's value as text: dates in ISO form, numbers with the 15 digits that Excel keeps."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return f"{value:.15g}"
        case timedelta():
            return str(value)
        case _:
            return value.isoformat()
