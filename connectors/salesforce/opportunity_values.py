"""The values of one opportunity row or history row, parsed strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from connectors.kit.plausible import plausible_amount, plausible_day
from connectors.salesforce.fields import SObjectRow


class InvalidFieldValue(ValueError):
    """A value that makes no sense, and in `remedy` what a person can do about it."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class OpportunityValues:
    """The values of a row, valid from `valid_from` (UTC); `left_out` explains those left out."""

    valid_from: datetime
    close_date: date | None
    amount: Decimal | None
    currency: str | None
    probability: int | None
    """In percent, 0 to 100."""
    left_out: tuple[InvalidFieldValue, ...]


def parse_values(
    row: SObjectRow, valid_from_field: str, default_currency: str | None
) -> OpportunityValues:
    """Parse a row that is valid from the instant in its field `valid_from_field`.

    Raises InvalidFieldValue for an impossible date. An impossible amount or probability is left
    out, and an amount without a currency too.
    """
    left_out: list[InvalidFieldValue] = []
    amount, currency = _parse_money(row, default_currency, left_out)
    return OpportunityValues(
        valid_from=_parse_instant(row, valid_from_field),
        close_date=_parse_day(row, "CloseDate"),
        amount=amount,
        currency=currency,
        probability=_parse_percent(row, left_out),
        left_out=tuple(left_out),
    )


def _parse_money(
    row: SObjectRow, default_currency: str | None, left_out: list[InvalidFieldValue]
) -> tuple[Decimal | None, str | None]:
    code = row.get("CurrencyIsoCode") or default_currency
    currency = code if re.fullmatch(r"[A-Z]{3}", str(code)) else None
    amount = _parse_number(row, "Amount", left_out)
    # An amount of unknown currency cannot be added to, or compared with, any other.
    if amount is not None and currency is None:
        reason = "Amount has no currency and was left out"
        remedy = "Set `currency` of this connection in interlock.yaml"
        left_out.append(InvalidFieldValue(reason, remedy))
        return None, None
    return amount, currency


def _parse_percent(row: SObjectRow, left_out: list[InvalidFieldValue]) -> int | None:
    number = _parse_number(row, "Probability", left_out)
    if number is None or 0 <= number <= 100:
        return None if number is None else round(number)
    left_out.append(_invalid(row, "Probability", "was left out; it is no percentage"))
    return None


def _parse_number(row: SObjectRow, name: str, left_out: list[InvalidFieldValue]) -> Decimal | None:
    value = row.get(name)
    if value is None:
        return None
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):
        number = Decimal("NaN")
    if not isinstance(value, bool) and plausible_amount(number):
        return number
    left_out.append(_invalid(row, name, "was left out; it is no possible number"))
    return None


def _parse_day(row: SObjectRow, name: str) -> date | None:
    value = row.get(name)
    if value is None:
        return None
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        raise _invalid(row, name, "is no date") from None
    if not plausible_day(day):
        raise _invalid(row, name, "is not plausible")
    return day


def _parse_instant(row: SObjectRow, name: str) -> datetime:
    try:
        instant = datetime.fromisoformat(str(row.get(name)))
        if instant.tzinfo is None:
            raise _invalid(row, name, "has no time zone")
        return instant.astimezone(UTC)
    except InvalidFieldValue:
        raise
    except (ValueError, OverflowError):
        raise _invalid(row, name, "is no point in time") from None


def _invalid(row: SObjectRow, name: str, what: str) -> InvalidFieldValue:
    reason = f"{name} {str(row.get(name))!a:.60} {what}"
    return InvalidFieldValue(reason, f"Correct {name} in Salesforce")
