"""Reads .xlsx and .xlsm workbooks into grids of text.

python-calamine reads fast, but turns whole numbers into floats and error cells into empty text,
and has the value of a merged range only at its top left; what it loses is added here.
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

from connectors.kit.delimited_text import UnreadableFile
from connectors.spreadsheets.cell_addresses import parse_cell_address
from connectors.spreadsheets.notes.package import NotAPackage, WorkbookPackage, open_package
from connectors.spreadsheets.notes.sheets import MAIN, has_1904_dates, sheet_parts
from connectors.spreadsheets.sheet_grid import CORRECT_FILE, SheetGrid

CellValue = int | float | str | bool | time | date | datetime | timedelta


def read_workbook(raw: bytes, only: str | None) -> list[SheetGrid]:
    """Read the visible worksheets of a workbook, or the one named `only`; raises UnreadableFile."""
    try:
        # The package is opened as well: calamine shows neither error cells nor the date system.
        package = open_package(raw)
        parts = sheet_parts(package)
        with CalamineWorkbook.from_filelike(BytesIO(raw)) as workbook:
            names = [name for name in _select_sheets(workbook, only) if name in parts]
            return [_sheet_grid(workbook.get_sheet_by_name(n), package, parts[n]) for n in names]
    except NotAPackage as error:
        raise UnreadableFile(str(error), CORRECT_FILE) from error
    # lxml's errors about a sheet's XML are SyntaxErrors.
    except (CalamineError, ValueError, etree.LxmlError) as error:
        raise UnreadableFile(f"it is damaged ({error})", CORRECT_FILE) from error


def _select_sheets(workbook: CalamineWorkbook, only: str | None) -> list[str]:
    if only is not None:
        if only not in workbook.sheet_names:
            names = ", ".join(f'"{name}"' for name in workbook.sheet_names)
            reason = f'it has no sheet "{only}"; its sheets are {names}'
            raise UnreadableFile(reason, CORRECT_FILE)
        return [only]
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible
    ]


def _sheet_grid(sheet: CalamineSheet, package: WorkbookPackage, part: str) -> SheetGrid:
    rows = [[format_cell_value(v) for v in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), error in _error_cells(package.read(part)):
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = error
    return SheetGrid(sheet.name, rows, _merged_rows(sheet, len(rows)), has_1904_dates(package))


def _merged_rows(sheet: CalamineSheet, height: int) -> dict[tuple[int, int], int]:
    # Only the first column of a range: a heading merged over several columns is one heading.
    return {
        (row, left): top
        for (top, left), (bottom, _) in sheet.merged_cell_ranges or ()
        for row in range(top + 1, min(bottom + 1, height))
    }


def _error_cells(xml: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the error cells of a sheet: (row, column) and the error, such as `#REF!`."""
    # Most sheets have none, and parsing a large sheet costs seconds.
    if b't="e"' not in xml and b"t='e'" not in xml:
        return
    cells = etree.iterparse(BytesIO(xml), tag=f"{{{MAIN}}}c", resolve_entities=False)
    for _, cell in cells:
        if cell.get("t") == "e" and cell.get("r"):
            yield parse_cell_address(cell.get("r")), cell.findtext(f"{{{MAIN}}}v") or "#N/A"
        cell.clear()


def format_cell_value(value: CellValue) -> str:
    """A value as text: dates in ISO form, numbers with the 15 digits that Excel keeps."""
    match value:
        case str():
            return value
        # Before the numbers: to Python a bool is an int.
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return f"{value:.15g}"
        case timedelta():
            return str(value)
        case _:
            return value.isoformat()
