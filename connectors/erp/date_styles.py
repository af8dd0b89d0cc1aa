"""The styles in which ERP systems write dates, all with a year of four digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Literal

from connectors.kit.plausible import plausible_day

DateStyle = Literal["d.m.y", "y-m-d", "ymd", "d/m/y", "m/d/y"]

_CLOCK = r"(?:[T ][0-9]{2}:[0-9]{2}.*)?"
_PATTERNS: Mapping[DateStyle, re.Pattern[str]] = {
    "d.m.y": re.compile(r"(?P<d>[0-9]{1,2})\.(?P<m>[0-9]{1,2})\.(?P<y>[0-9]{4})"),
    # Databases export a day as midnight of it; the clock says nothing about the posting day.
    "y-m-d": re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})" + _CLOCK),
    "ymd": re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
    # Both orders read the same text; only a day above twelve in the column decides between them.
    "d/m/y": re.compile(r"(?P<d>[0-9]{1,2})/(?P<m>[0-9]{1,2})/(?P<y>[0-9]{4})"),
    "m/d/y": re.compile(r"(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})/(?P<y>[0-9]{4})"),
}
_UNSET = re.compile(r"[0./-]+")


def is_unset_date(text: str) -> bool:
    """Whether a date cell is empty or holds SAP's initial date: `00.00.0000`, `00000000`."""
    return _UNSET.fullmatch(text) is not None or not text.strip()


def read_date(style: DateStyle, text: str) -> date | None:
    """Read a day written in this style; None for another style and for an impossible day."""
    match = _PATTERNS[style].fullmatch(text.strip())
    if match is None:
        return None
    try:
        day = date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        return None
    return day if plausible_day(day) else None


DATE_READERS: Mapping[str, Callable[[str], date | None]] = {
    style: partial(read_date, style) for style in _PATTERNS
}
