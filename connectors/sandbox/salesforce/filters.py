"""Comparing a value of a record with the values of a SOQL condition."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from connectors.sandbox.salesforce.request import SalesforceErrorResponse
from connectors.sandbox.salesforce.soql import SoqlValue


def operand_value(field: str, kind: str, value: SoqlValue) -> Any:
    """A value of a condition in the form in which it is compared.

    Raises SalesforceErrorResponse (400) where it is quoted and must not be, or the reverse.
    """
    is_quoted = isinstance(value, str)
    # SOQL quotes texts and ids, and nothing else.
    unquoted_kinds = ("datetime", "date", "currency", "percent", "int", "boolean")
    if value is not None and is_quoted == (kind in unquoted_kinds):
        raise SalesforceErrorResponse(
            400,
            "INVALID_FIELD",
            f"value of filter criterion for field '{field}' must be of type {kind} and should "
            f"{'not ' if is_quoted else ''}be enclosed in quotes",
        )
    if kind in ("reference", "id") and isinstance(value, str):
        return comparable(value, kind)
    return value.lower() if isinstance(value, str) else value


def comparable(stored: Any, kind: str) -> Any:
    """A value of a record of this field type in the form in which it is compared."""
    if stored is None:
        return None
    if kind == "datetime":
        return datetime.fromisoformat(stored)
    if kind == "date":
        return date.fromisoformat(stored)
    if kind in ("reference", "id"):
        # 15 and 18 characters are two forms of the same id.
        return str(stored)[:15]
    return stored.lower() if isinstance(stored, str) else stored


def is_match(operator: str, value: Any, operands: list[Any]) -> bool:
    """Whether the comparison is true; an ordering is false where either side is null."""
    if operator == "in":
        return value in operands
    if operator == "not in":
        return value not in operands
    [operand] = operands
    if operator in ("=", "!="):
        return bool((value == operand) == (operator == "="))
    if value is None or operand is None:
        return False
    if operator == "like":
        return _like(str(value), str(operand))
    return ORDERINGS[operator](value, operand)


ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda value, operand: bool(value < operand),
    "<=": lambda value, operand: bool(value <= operand),
    ">": lambda value, operand: bool(value > operand),
    ">=": lambda value, operand: bool(value >= operand),
}


def _like(text: str, pattern: str) -> bool:
    """SOQL's LIKE: % stands for any text, _ for a single character."""
    wildcards = {"_": ".", "%": ".*"}
    parts = (wildcards.get(letter) or re.escape(letter) for letter in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None
