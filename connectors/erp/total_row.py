"""Whether the total row of an export agrees with the sum of its lines."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import cast, get_args

from connectors.erp.column_styles import ColumnStyles
from connectors.erp.export_table import ExportLine, ExportTable
from connectors.erp.number_styles import NumberStyle, read_number
from connectors.erp.settings import ExportProfile
from connectors.erp.style_detection import AmbiguousStyle
from connectors.kit.delimited_text import UnreadableFile

_EXPORT_AGAIN = "Export the file again, or correct `total` and `skip` in its profile"


def check_total(table: ExportTable, profile: ExportProfile, styles: ColumnStyles) -> str | None:
    """Compare the file's own total with the sum of its lines, column by column.

    Returns None where they agree or the profile declares no total, and a reason where they cannot
    be compared because lines cannot be read. Raises UnreadableFile where the total row is missing
    or states another sum: then the file is cut off, or lines were taken for something else, and
    none of its figures can be trusted.
    """
    if profile.total is None:
        return None
    if not table.totals:
        raise UnreadableFile(f'the total row "{profile.total}" is missing', _EXPORT_AGAIN)
    # A line that could not be split is missing from the sum, so a comparison would be wrong.
    if table.broken:
        return f"lines with another number of cells than there are headings: {len(table.broken)}"
    headings = [table.file_heading(heading) for heading in profile.amount_headings]
    # Reports leave the total of a column empty where a sum has no meaning.
    summed = [heading for heading in headings if any(row.text(heading) for row in table.totals)]
    if not summed:
        number = table.totals[0].number
        raise UnreadableFile(f"the total row in line {number} holds no sum", _EXPORT_AGAIN)
    reasons = [_compare_column(table, heading, styles[heading]) for heading in summed]
    return next((reason for reason in reasons if reason), None)


def _compare_column(table: ExportTable, heading: str, style: str | AmbiguousStyle) -> str | None:
    """The reason why a column cannot be compared; raises UnreadableFile where its sums differ."""
    if isinstance(style, AmbiguousStyle):
        return f'the column "{heading}" cannot be read'
    lines = read_amounts(table.lines, heading, style)
    totals = read_amounts(table.totals, heading, style)
    for amounts in (lines, totals):
        if None in amounts:
            return f'amounts in the column "{heading}" that cannot be read: {amounts.count(None)}'
    if _sum(lines) != _sum(totals):
        raise UnreadableFile(
            f'the total row in line {table.totals[0].number} says {_sum(totals):,} for "{heading}",'
            f" its lines ({len(table.lines)}) add up to {_sum(lines):,}",
            _EXPORT_AGAIN,
        )
    return None


def read_amounts(
    lines: Sequence[ExportLine], heading: str, style: str | AmbiguousStyle
) -> list[Decimal | None]:
    """The amounts of a column without its empty cells; None for one that cannot be read.

    A column of dates, or of no known style, has no amounts.
    """
    if isinstance(style, AmbiguousStyle) or style not in get_args(NumberStyle):
        return []
    texts = (line.text(heading) for line in lines)
    return [read_number(cast(NumberStyle, style), text) for text in texts if text]


def _sum(amounts: Sequence[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal())
