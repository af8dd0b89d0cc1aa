"""One condition of a SOQL query against one value of a record."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from connectors.sandbox.salesforce.call import Refused
from connectors.sandbox.salesforce.soql import Value


def wanted_value(field: str, kind: str, value: Value) -> Any:
    """The value of a filter, as it compares; Salesforce wants dates and numbers unquoted."""
    quoted = isinstance(value, str)
    unquoted_kinds = ("datetime", "date", "currency", "percent", "int", "boolean")
    if value is not None and quoted == (kind in unquoted_kinds):
        raise Refused(
            400,
            "INVALID_FIELD",
            f"value of filter criterion for field '{field}' must be of type {kind} and should "
            f"{'not ' if quoted else ''}be enclosed in quotes",
        )
    if kind in ("reference", "id") and isinstance(value, str):
        return comparable(value, kind)
    return value.lower() if isinstance(value, str) else value


def comparable(stored: Any, kind: str) -> Any:
    if stored is None:
        return None
    if kind == "datetime":
        return datetime.fromisoformat(stored)
    if kind == "date":
        return date.fromisoformat(stored)
    if kind in ("reference", "id"):
        return str(stored)[:15]
    return stored.lower() if isinstance(stored, str) else stored


def holds(operator: str, found: Any, wanted: list[Any]) -> bool:
    if operator == "in":
        return found in wanted
    if operator == "not in":
        return found not in wanted
    [one] = wanted
    if operator in ("=", "!="):
        return bool((found == one) == (operator == "="))
    if found is None or one is None:
        return False
    if operator == "like":
        return _like(str(found), str(one))
    return ORDERED[operator](found, one)


ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda found, one: bool(found < one),
    "<=": lambda found, one: bool(found <= one),
    ">": lambda found, one: bool(found > one),
    ">=": lambda found, one: bool(found >= one),
}


def _like(text: str, pattern: str) -> bool:
    """SOQL's LIKE: % is any text, _ one character."""
    parts = ("." if one == "_" else ".*" if one == "%" else re.escape(one) for one in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None
