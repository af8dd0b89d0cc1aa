"""Marketing's part of the story as a workbook: title rows, then the table."""

from __future__ import annotations

from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from pipelines.demo.days import Days
from pipelines.demo.story import MarketingRow, MarketingStory

HEADINGS = {
    "No.": 9,
    "Activity": 44,
    "Programme": 14,
    "Owner": 14,
    "Start": 12,
    "End": 12,
    "Status": 11,
    "Done": 8,
    "Priority": 10,
    "Depends on": 36,
    "WBS": 12,
    "Notes": 44,
}
"""Heading and width of each column."""
_HEADING_ROW = 5
_DATE = "DD.MM.YYYY"


def marketing_workbook(story: MarketingStory, jira_url: str, days: Days) -> bytes:
    """The content of the workbook; `{jira}` in the story's cells stands for Jira's URL."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Plan"
    _write_title_rows(sheet, story, days)
    for column, (heading, width) in enumerate(HEADINGS.items(), 1):
        cell = sheet.cell(_HEADING_ROW, column, heading)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DDE7F0")
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, row in enumerate(story.rows, _HEADING_ROW + 1):
        for column, value in enumerate(_cells(row, jira_url, days), 1):
            sheet.cell(number, column, value)
        # The cells hold a date and a fraction; only these formats make them look otherwise.
        sheet.cell(number, 5).number_format = sheet.cell(number, 6).number_format = _DATE
        sheet.cell(number, 8).number_format = "0%"
    sheet.freeze_panes = sheet.cell(_HEADING_ROW + 1, 3)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _write_title_rows(sheet: Worksheet, story: MarketingStory, days: Days) -> None:
    sheet.cell(1, 1, story.title).font = Font(bold=True, size=16)
    sheet.cell(2, 1, story.subtitle).font = Font(italic=True, color="666666")
    sheet.cell(3, 1, "As of")
    sheet.cell(3, 2, days.day(story.saved)).number_format = _DATE


def _cells(row: MarketingRow, jira_url: str, days: Days) -> tuple[object, ...]:
    """The cells of a row, in the order of HEADINGS."""
    return (
        row.key,
        row.title,
        row.programme,
        row.owner,
        days.day(row.plan[0]),
        days.day(row.plan[1]),
        row.status,
        None if row.progress is None else row.progress / 100,
        row.priority,
        row.depends_on and row.depends_on.replace("{jira}", jira_url),
        row.wbs,
        row.notes and row.notes.replace("{jira}", jira_url),
    )
