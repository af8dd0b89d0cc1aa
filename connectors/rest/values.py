"""Values of a tool's JSON as the types of shared records; what is unclear is a problem."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from connectors.kit.addresses import web_address
from connectors.kit.answers import describe
from connectors.kit.plausible import LONGEST, plausible_amount, plausible_days
from connectors.kit.timestamps import parse_day
from connectors.rest.fields import read_source
from model.records import Priority, Problem

_T = TypeVar("_T")
_PRIORITIES = {priority.name.lower(): priority for priority in Priority}


@dataclass
class RecordReader:
    """One record; each field that cannot be read is left out and noted in `problems`."""

    native_id: str
    label: str
    """What people call the record, for the problems."""
    record: Any
    problems: list[Problem] = field(default_factory=list)

    def text(self, source: str | None) -> str | None:
        """A text, number or list of these as text; None for an empty one."""
        value = self._value(source)
        if isinstance(value, list):
            return "; ".join(filter(None, map(_to_text, value))) or None
        return _to_text(value)

    def shown(self, source: str | None) -> str:
        """The value as people see it in a problem: `"Doing"`, `null`, `the number 3`."""
        text = self.text(source)
        return f'"{text}"' if text else describe(self._value(source))

    def address(self, source: str | None) -> str | None:
        """An address that people may open; anything else is left out and reported."""
        value = self._value(source)
        if value in (None, ""):
            return None
        address = web_address(value)
        if address is None:
            self.report(
                f"{describe(value)} at {source} is no web address, so nothing links to the record",
                "Correct it in the tool, or the field in interlock.yaml.",
                held=False,
            )
        return address

    def labels(self, source: str | None) -> tuple[str, ...]:
        value = self._value(source)
        texts = map(_to_text, value if isinstance(value, list) else [value])
        return tuple(dict.fromkeys(text for text in texts if text))

    def day(self, source: str | None, held: bool = False) -> date | None:
        """The calendar day of a date or date-time, as the tool writes it."""
        return self._parse(source, _parse_day, "date", held)

    def days(self, source: str | None) -> int | None:
        """Working days, begun ones counted whole."""
        return self._parse(source, _parse_days, f"number of days from 0 to {LONGEST:,}")

    def percent(self, source: str | None) -> int | None:
        """A percentage from 0 to 100, or a share between 0 and 1: 0.5 is 50.

        1 alone may be either, so it is left out and reported.
        """
        return self._parse(
            source, _parse_percent, "clear percentage from 0 to 100 or share between 0 and 1"
        )

    def amount(self, source: str | None) -> Decimal | None:
        return self._parse(source, _parse_amount, "amount", held=True)

    def priority(self, source: str | None, names: Mapping[str, Priority]) -> Priority | None:
        known = _PRIORITIES | {name.lower(): priority for name, priority in names.items()}
        return self._parse(source, lambda text: known[str(text).lower()], "known priority")

    def flag(self, source: bool | str) -> bool:
        return source if isinstance(source, bool) else self._value(source) is True

    def report(self, reason: str, remedy: str, held: bool = True) -> None:
        self.problems.append(Problem(self.native_id, f"{self.label}: {reason}", remedy, held))

    def _parse(
        self, source: str | None, parse: Callable[[Any], _T], what: str, held: bool = False
    ) -> _T | None:
        value = self._value(source)
        if value in (None, ""):
            return None
        try:
            return parse(value)
        except (ValueError, TypeError, ArithmeticError, LookupError):
            reason = f"{describe(value)} at {source} is no {what}"
            self.report(reason, "Correct it in the tool, or the field in interlock.yaml.", held)
            return None

    def _value(self, source: str | None) -> Any:
        return None if source is None else read_source(self.record, source)


def _to_text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    return str(value).strip() or None


def _parse_day(value: Any) -> date:
    day = parse_day(value if isinstance(value, str) else None)
    if day is None:
        raise ValueError("no date")
    return day


def _parse_days(value: Any) -> int:
    days = float(value)
    if isinstance(value, bool) or days < 0 or not plausible_days(days):
        raise ValueError("no number of days")
    return math.ceil(days)


def _parse_percent(value: Any) -> int:
    percent = float(value)
    if isinstance(value, bool) or not 0 <= percent <= 100:
        raise ValueError("no percentage")
    if percent == 1:
        raise ValueError("one percent, or the whole")
    return round(percent * 100 if percent < 1 else percent)


def _parse_amount(value: Any) -> Decimal:
    # By its text: the float 0.1 itself is not exactly a tenth.
    amount = Decimal(str(value))
    if isinstance(value, bool) or not plausible_amount(amount):
        raise ValueError("no amount")
    return amount
