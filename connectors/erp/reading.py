"""Reads the fields of one landed line in the styles and columns of its profile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from connectors.erp.dates import DateStyle, is_unset, read_date
from connectors.erp.landing import Said
from connectors.erp.numerals import NumberStyle, read_number
from connectors.erp.periods import period_span
from connectors.erp.settings import Profile
from connectors.erp.styles import Undecided
from connectors.erp.text import folded
from model.records import SpendKind

_CURRENCY = re.compile(r"[A-Z]{3}")
_CORRECT = "Correct it in the source and export again"


@dataclass
class Unmappable(Exception):
    """A field that cannot be read: the column and its words, and what to do next."""

    reason: str
    remedy: str


class LineReader:
    """A landed line seen through its profile.

    Each method reads one thing and raises Unmappable where it cannot be read.
    """

    def __init__(self, said: Said, profile: Profile) -> None:
        self.profile = profile
        self._cells = {folded(name): text for name, text in said.cells.items()}
        self._styles = {folded(name): style for name, style in said.styles.items()}

    def text(self, heading: str | None) -> str | None:
        """The words under a heading; None for an empty cell or no heading."""
        cell = self._cells.get(folded(heading), "") if heading else ""
        return " ".join(cell.split()) or None

    def amounts(self) -> list[tuple[SpendKind, Decimal]]:
        """Each kind of money on the line; in columns a kind, nothing and zero say the same."""
        if self.profile.amount:
            return [(self._kind(), self._amount(self.profile.amount))]
        if len(self.profile.amounts) == 1:
            return [(kind, self._amount(name)) for kind, name in self.profile.amounts.items()]
        filled = {kind: name for kind, name in self.profile.amounts.items() if self.text(name)}
        if not filled:
            raise Unmappable("it has no amount", _CORRECT)
        read = [(kind, self._amount(name)) for kind, name in filled.items()]
        return [(kind, amount) for kind, amount in read if amount]

    def _kind(self) -> SpendKind:
        word = self.text(self.profile.kind) or ""
        kinds = {folded(name): kind for name, kind in self.profile.kinds.items()}
        if folded(word) not in kinds:
            raise Unmappable(
                f'column "{self.profile.kind}": "{word}" is no known kind of money',
                "Name it under `kinds` in the profile as budget, commitment or actual",
            )
        return kinds[folded(word)]

    def _amount(self, heading: str) -> Decimal:
        text = self.text(heading) or ""
        style = self._style(heading, "numbers", self.profile.numbers)
        amount = read_number(cast(NumberStyle, style), text)
        if amount is None:
            raise Unmappable(
                f'column "{heading}": "{text}" is not an amount in the {style} style',
                _CORRECT,
            )
        return amount

    def _style(self, heading: str, field: str, declared: str) -> str:
        if declared != "detect":
            return declared
        style = self._styles.get(folded(heading), Undecided("the column was not looked at"))
        if isinstance(style, Undecided):
            raise Unmappable(
                f'column "{heading}" cannot be read safely: {style.reason}',
                f"Declare `{field}` in the profile",
            )
        return style

    def day(self, kind: SpendKind) -> tuple[date, str]:
        """The day the line counts from, and the column that says so."""
        columns = self.profile.columns
        release = columns.release_date if kind is SpendKind.BUDGET else None
        for heading in (release, columns.date):
            text = self.text(heading)
            if heading and text and not is_unset(text):
                return self._date(heading, text), f'column "{heading}"'
        return self._period_day(kind)

    def _date(self, heading: str, text: str) -> date:
        style = self._style(heading, "dates", self.profile.dates)
        day = read_date(cast(DateStyle, style), text)
        if day is None:
            raise Unmappable(
                f'column "{heading}": "{text}" is no possible date of the form {style}',
                _CORRECT,
            )
        return day

    def _period_day(self, kind: SpendKind) -> tuple[date, str]:
        heading = self.profile.columns.fiscal_period
        text = self.text(heading)
        if text is None:
            raise Unmappable("it has no date", _CORRECT)
        profile = self.profile
        span = period_span(
            text, profile.fiscal_year_starts_in_month, profile.fiscal_year_named_after
        )
        if span is None:
            raise Unmappable(
                f'column "{heading}": "{text}" is no fiscal period like 2026/003',
                _CORRECT,
            )
        first, last = span
        if kind is SpendKind.BUDGET:
            return first, f'first day of the period in column "{heading}"'
        return last, f'last day of the period in column "{heading}"'

    def currency(self) -> str:
        heading = self.profile.columns.currency
        code = self.profile.currency or (self.text(heading) or "").upper()
        if not _CURRENCY.fullmatch(code):
            raise Unmappable(
                f'column "{heading}": "{code}" is no currency code',
                "Enter a code of three letters such as EUR and export again",
            )
        return code
