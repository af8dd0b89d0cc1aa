"""The tool `spreadsheet`, as the entry point `interlock.connectors` declares it."""

from __future__ import annotations

from connectors.base import Tool, open_with
from connectors.spreadsheets.mapping import MAPPING_VERSION
from connectors.spreadsheets.settings import SpreadsheetSettings
from model.comment_content import CommentForm

_EXAMPLE = """\
  plans:
    tool: spreadsheet
    function: marketing
    path: plans/*.xlsx                      # also .csv; from this folder, or an absolute path
    columns:                                # field: heading; the table is found by them
      key: No.
      title: Activity
      owner: Owner
      start: Start
      finish: End
      status: Status
      priority: Priority
      depends_on: Depends on
"""

_PERMISSIONS = """\
Read access to the files. To write notes on cells, write access to the files and their folder: a
workbook is replaced as a whole, and everything but the notes in it stays byte-identical. People
answer in those notes: whoever may write the file can answer under any name.
"""

TOOL = Tool(
    name="spreadsheet",
    title="Excel workbooks and CSV files",
    settings=SpreadsheetSettings,
    open=open_with("connectors.spreadsheets.connector:open_connector"),
    mapping_version=MAPPING_VERSION,
    example=_EXAMPLE,
    permissions=_PERMISSIONS,
    # A note covers the cells beside it, and shows an address as it is.
    comment_form=CommentForm(most_words=45, has_links=False),
)
