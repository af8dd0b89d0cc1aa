"""The conditions of a JQL query: what they compare, and moments as JQL writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.sandbox.jira.jql_fields import DAYS, FIELDS, MOMENTS
from connectors.sandbox.jira.site import Issue

Predicate = Callable[[Issue], bool]
Value = str | float


class JqlError(Exception):
    """The query cannot be run; the text is one of Jira's own error messages."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who runs a query, and when: dates are read in the asker's time zone."""

    account_id: str
    zone: ZoneInfo
    now: datetime


def moment(text: str, name: str, asker: Asker) -> float:
    """Epoch seconds of a date as JQL writes it, cut to the minute; an epoch number is exact."""
    zone = UTC if name in DAYS else asker.zone
    if re.fullmatch(r"\d+", text):
        return int(text) / 1000
    relative = re.fullmatch(r"([+-]?\d+)([wdhm])", text)
    if relative:
        unit = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}[relative[2]]
        then = asker.now + timedelta(**{unit: int(relative[1])})
        return then.replace(second=0, microsecond=0).timestamp()
    for style in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d"):
        try:
            return datetime.strptime(text, style).replace(tzinfo=zone).timestamp()
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


def among(name: str, values: Sequence[Value]) -> Predicate:
    """The field has one of the values."""
    wanted, read = set(values), FIELDS[name]
    return lambda issue: not wanted.isdisjoint(read(issue))


def none_of(name: str, values: Sequence[Value]) -> Predicate:
    """Like Jira, `!=` and `not in` leave out issues in which the field is empty."""
    one_of, read = among(name, values), FIELDS[name]
    return lambda issue: bool(read(issue)) and not one_of(issue)


def compared(name: str, operator: str, value: Value) -> Predicate:
    """The field stands in that relation; an empty field in none. Raises JqlError."""
    if name not in MOMENTS and name != "id":
        return _same(name, operator, value)
    compare, read, right = COMPARE[operator], FIELDS[name], float(value)

    def holds(issue: Issue) -> bool:
        found = read(issue)
        return bool(found) and compare(float(found[0]), right)

    return holds


def _same(name: str, operator: str, value: Value) -> Predicate:
    if operator not in ("=", "!="):
        raise JqlError(f"The operator '{operator}' is not supported by the '{name}' field.")
    return among(name, [value]) if operator == "=" else none_of(name, [value])
