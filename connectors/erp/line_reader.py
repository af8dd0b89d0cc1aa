"""Reads the fields of one line in the styles and columns of its profile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from connectors.erp.date_styles import DateStyle, is_unset_date, read_date
from connectors.erp.fiscal_periods import parse_fiscal_period
from connectors.erp.line_payload import LinePayload
from connectors.erp.number_styles import NumberStyle, read_number
from connectors.erp.settings import ExportProfile
from connectors.erp.style_detection import AmbiguousStyle
from connectors.kit.delimited_text import fold_heading
from model.records import SpendKind

_CURRENCY = re.compile(r"[A-Z]{3}")
_CORRECT = "Correct it in the source and export again"


@dataclass
class UnreadableField(Exception):
    """A field that cannot be read: the column and its text, and what to do next."""

    reason: str
    remedy: str


class LineReader:
    """Reads one line through its profile.

    Each method reads one thing and raises UnreadableField where it cannot be read.
    """

    def __init__(self, line: LinePayload, profile: ExportProfile) -> None:
        self.profile = profile
        self._cells = {fold_heading(name): text for name, text in line.cells.items()}
        self._styles = {fold_heading(name): style for name, style in line.styles.items()}

    def text(self, heading: str | None) -> str | None:
        """The text under a heading; None for an empty cell or no heading."""
        cell = self._cells.get(fold_heading(heading), "") if heading else ""
        return " ".join(cell.split()) or None

    def amounts(self) -> list[tuple[SpendKind, Decimal]]:
        """The amount of each kind on the line.

        With several columns, one per kind, an empty cell and zero both mean that there is no such
        amount; a line without any filled cell is refused.
        """
        # One amount with its kind beside it: zero is a posting like any other.
        if self.profile.amount:
            return [(self._kind(), self._amount(self.profile.amount))]
        if len(self.profile.amounts) == 1:
            return [(kind, self._amount(name)) for kind, name in self.profile.amounts.items()]
        # In a report with a column per kind most cells of a line are empty or zero.
        filled = {kind: name for kind, name in self.profile.amounts.items() if self.text(name)}
        if not filled:
            raise UnreadableField("it has no amount", _CORRECT)
        amounts = [(kind, self._amount(name)) for kind, name in filled.items()]
        return [(kind, amount) for kind, amount in amounts if amount]

    def _kind(self) -> SpendKind:
        word = self.text(self.profile.kind) or ""
        kinds = {fold_heading(name): kind for name, kind in self.profile.kinds.items()}
        if fold_heading(word) not in kinds:
            raise UnreadableField(
                f'column "{self.profile.kind}": "{word}" is no known kind of money',
                "Name it under `kinds` in the profile as budget, commitment or actual",
            )
        return kinds[fold_heading(word)]

    def _amount(self, heading: str) -> Decimal:
        text = self.text(heading) or ""
        style = self._style(heading, "numbers", self.profile.numbers)
        amount = read_number(cast(NumberStyle, style), text)
        if amount is None:
            raise UnreadableField(
                f'column "{heading}": "{text}" is not an amount in the {style} style',
                _CORRECT,
            )
        return amount

    def _style(self, heading: str, field: str, declared: str) -> str:
        # A style declared later applies to raw records landed before: no new pull is needed.
        if declared != "detect":
            return declared
        style = self._styles.get(
            fold_heading(heading), AmbiguousStyle("the column was not looked at")
        )
        if isinstance(style, AmbiguousStyle):
            raise UnreadableField(
                f'column "{heading}" cannot be read safely: {style.reason}',
                f"Declare `{field}` in the profile",
            )
        return style

    def day(self, kind: SpendKind) -> tuple[date, str]:
        """The day from which the line counts, and where that day stands.

        A budget counts from its release date, then as other kinds do: from the date column, and
        without a date from its fiscal period (a budget from the first day, others from the last).
        """
        columns = self.profile.columns
        release = columns.release_date if kind is SpendKind.BUDGET else None
        for heading in (release, columns.date):
            text = self.text(heading)
            if heading and text and not is_unset_date(text):
                return self._date(heading, text), f'column "{heading}"'
        return self._period_day(kind)

    def _date(self, heading: str, text: str) -> date:
        style = self._style(heading, "dates", self.profile.dates)
        day = read_date(cast(DateStyle, style), text)
        if day is None:
            raise UnreadableField(
                f'column "{heading}": "{text}" is no possible date of the form {style}',
                _CORRECT,
            )
        return day

    def _period_day(self, kind: SpendKind) -> tuple[date, str]:
        heading = self.profile.columns.fiscal_period
        text = self.text(heading)
        if text is None:
            raise UnreadableField("it has no date", _CORRECT)
        profile = self.profile
        span = parse_fiscal_period(
            text, profile.fiscal_year_starts_in_month, profile.fiscal_year_named_after
        )
        if span is None:
            raise UnreadableField(
                f'column "{heading}": "{text}" is no fiscal period like 2026/003',
                _CORRECT,
            )
        first, last = span
        if kind is SpendKind.BUDGET:
            return first, f'first day of the period in column "{heading}"'
        return last, f'last day of the period in column "{heading}"'

    def currency(self) -> str:
        """The currency of the profile or of the line, as a code of three capital letters."""
        heading = self.profile.columns.currency
        code = self.profile.currency or (self.text(heading) or "").upper()
        if not _CURRENCY.fullmatch(code):
            raise UnreadableField(
                f'column "{heading}": "{code}" is no currency code',
                "Enter a code of three letters such as EUR and export again",
            )
        return code
