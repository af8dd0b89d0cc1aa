"""Fiscal periods as ERP systems write them, and the days they span."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Literal

_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})[\s./-]*(?P<unit>[PpQq]?)(?P<number>[0-9]{1,3})")
_YEAR_LAST = re.compile(r"(?P<unit>[PpQq]?)(?P<number>[0-9]{1,3})[\s./-]+(?P<year>[0-9]{4})")
# SAP has up to four special periods for closing entries after the twelfth.
_LAST_SPECIAL_PERIOD = 16


def parse_fiscal_period(
    text: str, starts_in_month: int, named_after: Literal["start", "end"] | None = None
) -> tuple[date, date] | None:
    """Return the first and last day of `2026/003`, `003.2026`, `2026003`, `P03 2026`, `2026 Q1`.

    Periods are months counted from the first month of the fiscal year (`starts_in_month`, from
    January = 1). A fiscal year that spans two calendar years has the number of the first, or of
    the second if it is named after its end. SAP's special periods 13 to 16 lie in the twelfth
    month. None for text that is not a period.
    """
    match = _YEAR_FIRST.fullmatch(text.strip()) or _YEAR_LAST.fullmatch(text.strip())
    if match is None:
        return None
    year, number = int(match["year"]), int(match["number"])
    is_quarter = match["unit"].upper() == "Q"
    last_number = 4 if is_quarter else _LAST_SPECIAL_PERIOD
    if not 1 <= number <= last_number or not 1900 <= year < 2200:
        return None
    first = (number - 1) * 3 if is_quarter else min(number, 12) - 1
    last = first + 2 if is_quarter else first
    # Counted from the calendar year in which the fiscal year starts.
    year -= starts_in_month != 1 and named_after == "end"
    return _month_span(year, starts_in_month, first)[0], _month_span(year, starts_in_month, last)[1]


def _month_span(year: int, starts_in_month: int, offset: int) -> tuple[date, date]:
    years, month = divmod(starts_in_month - 1 + offset, 12)
    year, month = year + years, month + 1
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])
