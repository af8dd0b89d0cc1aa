"""The conditions of a JQL query, and how JQL writes instants."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.sandbox.jira.jql_fields import DAYS, FIELDS, INSTANTS, TEXTS, split_words
from connectors.sandbox.jira.site import StoredIssue

JqlPredicate = Callable[[StoredIssue], bool]
JqlValue = str | float


class JqlError(Exception):
    """The query cannot be run; the text is one of Jira's own error messages."""


@dataclass(frozen=True, slots=True)
class QueryContext:
    """Who runs a query, in which time zone, and when: relative dates count from `now`."""

    account_id: str
    zone: ZoneInfo
    now: datetime


def parse_instant(text: str, name: str, context: QueryContext) -> float:
    """Epoch seconds of a JQL date, cut to the minute; epoch milliseconds are read exactly.

    Raises JqlError for any other text.
    """
    zone = UTC if name in DAYS else context.zone
    if re.fullmatch(r"\d+", text):
        return int(text) / 1000
    relative = re.fullmatch(r"([+-]?\d+)([wdhm])", text)
    if relative:
        unit = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}[relative[2]]
        instant = context.now + timedelta(**{unit: int(relative[1])})
        # JQL compares relative dates by the minute.
        return instant.replace(second=0, microsecond=0).timestamp()
    for date_format in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d"):
        try:
            return datetime.strptime(text, date_format).replace(tzinfo=zone).timestamp()
        except ValueError:
            continue
    raise JqlError(
        f"Date value '{text}' for field '{name}' is invalid. Valid formats include: "
        "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format "
        "e.g. '-5d', '4w 2d'."
    )


COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def has_any_of(name: str, values: Sequence[JqlValue]) -> JqlPredicate:
    """The field has one of the values."""
    accepted, read = set(values), FIELDS[name]
    return lambda issue: not accepted.isdisjoint(read(issue))


def has_none_of(name: str, values: Sequence[JqlValue]) -> JqlPredicate:
    """The field has a value, and none of these."""
    # Like Jira: `!=` and `not in` do not match issues in which the field is empty.
    has_any, read = has_any_of(name, values), FIELDS[name]
    return lambda issue: bool(read(issue)) and not has_any(issue)


def contains_words(name: str, text: str) -> JqlPredicate:
    """The text of the field has all these words, in any case. Raises JqlError."""
    if name not in TEXTS:
        raise JqlError(f"The operator '~' is not supported by the '{name}' field.")
    words, read = set(split_words(text)), FIELDS[name]
    return lambda issue: words.issubset(map(str, read(issue)))


def compares(name: str, operator: str, value: JqlValue) -> JqlPredicate:
    """The field compares so with the value; an empty field never does. Raises JqlError."""
    if name not in INSTANTS and name != "id":
        return _equals(name, operator, value)
    compare, read, right = COMPARE[operator], FIELDS[name], float(value)

    def holds(issue: StoredIssue) -> bool:
        values = read(issue)
        return bool(values) and compare(float(values[0]), right)

    return holds


def _equals(name: str, operator: str, value: JqlValue) -> JqlPredicate:
    if operator not in ("=", "!=") or name in TEXTS:
        raise JqlError(f"The operator '{operator}' is not supported by the '{name}' field.")
    return has_any_of(name, [value]) if operator == "=" else has_none_of(name, [value])
