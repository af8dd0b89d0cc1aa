"""How the amounts and dates in the columns of one export are written."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.erp.date_styles import DATE_READERS
from connectors.erp.export_table import ExportTable
from connectors.erp.number_styles import NUMBER_READERS
from connectors.erp.settings import ExportProfile
from connectors.erp.style_detection import AmbiguousStyle, StyleReaders, detect_style

ColumnStyles = Mapping[str, str | AmbiguousStyle]
"""Style of each column of amounts or dates, by its heading as the file spells it."""


def detect_column_styles(table: ExportTable, profile: ExportProfile) -> ColumnStyles:
    """The style that the profile declares, or the one on which all values of a column agree."""
    amounts = [table.file_heading(heading) for heading in profile.amount_headings]
    dates = [table.file_heading(heading) for heading in profile.date_headings]
    return {
        **{heading: _style(heading, profile.numbers, table, NUMBER_READERS) for heading in amounts},
        **{heading: _style(heading, profile.dates, table, DATE_READERS) for heading in dates},
    }


def _style(
    heading: str, declared: str, table: ExportTable, readers: StyleReaders
) -> str | AmbiguousStyle:
    if declared != "detect":
        return declared
    # The total row is written like its lines, and is often the only value with a decimal sign.
    texts = (line.text(heading) for line in (*table.lines, *table.totals))
    return detect_style((text for text in texts if text), readers)
