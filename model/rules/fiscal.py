"""Fiscal years and quarters of days since 1970-01-01."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from model.network import NO_DATE

_Quarters = npt.NDArray[np.int64]


def fiscal_year(day: npt.NDArray[np.integer[Any]], starts_in_month: int) -> _Quarters:
    """The calendar year in which the fiscal year of each day begins."""
    return 1970 + _quarters(day, starts_in_month) // 4


def quarter_name(day: int, starts_in_month: int) -> str:
    """`Q1 2027`; `Q1 2026/27` where the fiscal year is not the calendar year; empty for no date."""
    if day == NO_DATE:
        return ""
    quarter = int(_quarters(np.array([day]), starts_in_month)[0])
    year = 1970 + quarter // 4
    # The form in which finance writes a year that spans two calendar years.
    years = str(year) if starts_in_month == 1 else f"{year}/{(year + 1) % 100:02}"
    return f"Q{quarter % 4 + 1} {years}"


def _quarters(day: npt.NDArray[np.integer[Any]], starts_in_month: int) -> _Quarters:
    months = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    # Months count from January 1970, so the shift makes the fiscal year's first month a multiple
    # of 12.
    return (months - (starts_in_month - 1)) // 3
