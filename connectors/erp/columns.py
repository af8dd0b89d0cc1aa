"""How the amounts and dates of one file are written, and whether its total row agrees."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from connectors.erp.dates import DATE_READERS
from connectors.erp.numerals import NUMBER_READERS, NumberStyle, read_number
from connectors.erp.settings import Profile
from connectors.erp.styles import Readers, Undecided, decide
from connectors.erp.table import Line, Table
from connectors.erp.text import Unreadable

Styles = Mapping[str, str | Undecided]
"""Style of each column of amounts or dates, by its heading as the file spells it."""


def column_styles(table: Table, profile: Profile) -> Styles:
    """What the profile declares, or else what all values of each column agree on."""
    amounts = [table.spelled(heading) for heading in profile.amount_headings]
    dates = [table.spelled(heading) for heading in profile.date_headings]
    return {
        **{heading: _style(heading, profile.numbers, table, NUMBER_READERS) for heading in amounts},
        **{heading: _style(heading, profile.dates, table, DATE_READERS) for heading in dates},
    }


def _style(heading: str, declared: str, table: Table, readers: Readers) -> str | Undecided:
    if declared != "detect":
        return declared
    texts = (_text(line, heading) for line in (*table.lines, *table.totals))
    return decide((text for text in texts if text), readers)


def _text(line: Line, heading: str) -> str:
    return line.cells.get(heading, "").strip()


def check_total(table: Table, profile: Profile, styles: Styles) -> str | None:
    """Compare the file's own total with the sum of its lines, column by column.

    Gives the reason where that cannot be done because lines cannot be read. Raises Unreadable
    where the total row is missing or says something else: then the file is cut off, or lines
    were taken for what they are not, and none of its figures can be trusted.
    """
    if profile.total is None:
        return None
    if not table.totals:
        raise Unreadable(f'the total row "{profile.total}" is missing', _CUT_OFF)
    if table.broken:
        return f"lines with another number of cells than there are headings: {len(table.broken)}"
    amounts = [table.spelled(heading) for heading in profile.amount_headings]
    stated = [heading for heading in amounts if any(_text(row, heading) for row in table.totals)]
    if not stated:
        raise Unreadable(f"the total row in line {table.totals[0].number} holds no sum", _CUT_OFF)
    unchecked = [_difference(table, heading, styles[heading]) for heading in stated]
    return next((reason for reason in unchecked if reason), None)


_CUT_OFF = "Export the file again, or correct `total` and `skip` in its profile"


def _difference(table: Table, heading: str, style: str | Undecided) -> str | None:
    if isinstance(style, Undecided):
        return f'the column "{heading}" cannot be read'
    sums = []
    for rows in (table.lines, table.totals):
        texts = [text for row in rows if (text := _text(row, heading))]
        amounts = [read_number(cast(NumberStyle, style), text) for text in texts]
        if None in amounts:
            return f'amounts in the column "{heading}" that cannot be read: {amounts.count(None)}'
        sums.append(sum((amount for amount in amounts if amount is not None), Decimal()))
    if sums[0] != sums[1]:
        raise Unreadable(
            f'the total row in line {table.totals[0].number} says {sums[1]:,} for "{heading}", '
            f"its lines ({len(table.lines)}) add up to {sums[0]:,}",
            _CUT_OFF,
        )
    return None
