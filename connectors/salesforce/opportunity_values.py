"""The figures of one opportunity row or history row, read strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.plausible import plausible_day

SObjectRow = dict[str, Any]


class InvalidFieldValue(ValueError):
    """A value that makes no sense, and what a person can do about it."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class OpportunityValues:
    """What a row says; `left_out` explains values that were dropped."""

    since: datetime
    """In UTC."""
    close_date: date | None
    amount: Decimal | None
    currency: str | None
    probability: int | None
    left_out: tuple[InvalidFieldValue, ...]


def parse_values(row: SObjectRow, since: str, default_currency: str | None) -> OpportunityValues:
    """Read a row that holds from the instant in its field `since`.

    Raises InvalidFieldValue for impossible dates, without which nothing can be planned.
    """
    left_out: list[InvalidFieldValue] = []
    amount, currency = _money(row, default_currency, left_out)
    return OpportunityValues(
        since=_instant(row, since),
        close_date=_day(row, "CloseDate"),
        amount=amount,
        currency=currency,
        probability=_percent(row, left_out),
        left_out=tuple(left_out),
    )


def _money(
    row: SObjectRow, default_currency: str | None, left_out: list[InvalidFieldValue]
) -> tuple[Decimal | None, str | None]:
    """An amount never stands without its currency."""
    currency = row.get("CurrencyIsoCode") or default_currency
    known = currency if re.fullmatch(r"[A-Z]{3}", str(currency)) else None
    amount = _number(row, "Amount", left_out)
    if amount is not None and known is None:
        reason = "Amount has no currency and was left out"
        left_out.append(
            InvalidFieldValue(reason, "Set `currency` of this connection in interlock.yaml")
        )
        return None, None
    return amount, known


def _percent(row: SObjectRow, left_out: list[InvalidFieldValue]) -> int | None:
    number = _number(row, "Probability", left_out)
    if number is None or 0 <= number <= 100:
        return None if number is None else round(number)
    left_out.append(_wrong(row, "Probability", "was left out; it is no percentage"))
    return None


def _number(row: SObjectRow, name: str, left_out: list[InvalidFieldValue]) -> Decimal | None:
    value = row.get(name)
    if value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if number.is_finite():
        return number
    left_out.append(_wrong(row, name, "was left out; it is no number"))
    return None


def _day(row: SObjectRow, name: str) -> date | None:
    value = row.get(name)
    if value is None:
        return None
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        raise _wrong(row, name, "is no date") from None
    if not plausible_day(day):
        raise _wrong(row, name, "cannot be meant")
    return day


def _instant(row: SObjectRow, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(str(row.get(name)))
    except ValueError:
        raise _wrong(row, name, "is no point in time") from None
    if moment.tzinfo is None:
        raise _wrong(row, name, "has no time zone")
    return moment.astimezone(UTC)


def _wrong(row: SObjectRow, name: str, how: str) -> InvalidFieldValue:
    return InvalidFieldValue(
        f"{name} {str(row.get(name))!r:.60} {how}", f"Correct {name} in Salesforce"
    )
