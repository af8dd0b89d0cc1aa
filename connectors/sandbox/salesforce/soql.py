"""The part of SOQL the stand-in understands, parsed.

    SELECT field, Parent.field ... | COUNT()  FROM object
    [WHERE conditions with = != < <= > >= LIKE IN, NOT IN, AND OR NOT and parentheses]
    [ORDER BY field [ASC|DESC] [NULLS FIRST|LAST], ...] [LIMIT n] [OFFSET n]

Reference: https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Value = None | bool | float | str | date | datetime


class SoqlError(Exception):
    """The text cannot be read as SOQL: Salesforce's MALFORMED_QUERY."""


@dataclass(frozen=True, slots=True)
class Compare:
    """A condition on one field. IN and NOT IN have a tuple of values, the others one."""

    field: str
    operator: str
    value: Value | tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Combine:
    """Conditions joined by AND or OR, or one that is denied."""

    how: Literal["and", "or", "not"]
    parts: tuple[Condition, ...]


Condition = Compare | Combine


@dataclass(frozen=True, slots=True)
class OrderBy:
    field: str
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """`select` is empty for COUNT()."""

    select: tuple[str, ...]
    object: str
    where: Condition | None
    order: tuple[OrderBy, ...]
    limit: int | None
    offset: int


TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*')
    |(?P<sign>!=|<>|<=|>=|[=<>(),])
    |(?P<word>[^\s'=<>!(),]+))""",
    re.VERBOSE,
)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)", re.IGNORECASE)
DAY = re.compile(r"\d{4}-\d\d-\d\d")
ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def parse(text: str) -> Query:
    """Read a query; raises SoqlError where it is malformed."""
    parser = _Parser(_tokens(text))
    query = parser.query()
    if parser.tokens:
        raise SoqlError(f"unexpected token: '{parser.tokens[0]}'")
    return query


def _tokens(text: str) -> list[str]:
    tokens, at, text = [], 0, text.rstrip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise SoqlError(f"unexpected character at position {at + 1}")
        tokens.append(found.group().strip())
        at = found.end()
    return tokens


@dataclass
class _Parser:
    tokens: list[str]

    def take(self) -> str:
        if not self.tokens:
            raise SoqlError("unexpected token: '<EOF>'")
        return self.tokens.pop(0)

    def accept(self, *words: str) -> bool:
        """Take these words if they come next."""
        ahead = [token.lower() for token in self.tokens[: len(words)]]
        if ahead != list(words):
            return False
        del self.tokens[: len(words)]
        return True

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise SoqlError(
                f"expecting '{word}', found '{self.tokens[0] if self.tokens else '<EOF>'}'"
            )

    def query(self) -> Query:
        self.expect("select")
        select = () if self.accept("count", "(", ")") else self.names()
        self.expect("from")
        object_name = self.name()
        where = self.either() if self.accept("where") else None
        order = self.ordering() if self.accept("order", "by") else ()
        limit = self.number() if self.accept("limit") else None
        offset = self.number() if self.accept("offset") else 0
        return Query(select, object_name, where, order, limit, offset)

    def name(self) -> str:
        word = self.take()
        if not re.fullmatch(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*", word):
            raise SoqlError(f"unexpected token: '{word}'")
        return word

    def names(self) -> tuple[str, ...]:
        names = [self.name()]
        while self.accept(","):
            names.append(self.name())
        return tuple(names)

    def number(self) -> int:
        word = self.take()
        if not word.isdigit():
            raise SoqlError(f"unexpected token: '{word}'")
        return int(word)

    def either(self) -> Condition:
        parts = [self.both()]
        while self.accept("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Combine("or", tuple(parts))

    def both(self) -> Condition:
        parts = [self.single()]
        while self.accept("and"):
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else Combine("and", tuple(parts))

    def single(self) -> Condition:
        if self.accept("not"):
            return Combine("not", (self.single(),))
        if self.accept("("):
            inner = self.either()
            self.expect(")")
            return inner
        return self.compare()

    def compare(self) -> Compare:
        field = self.name()
        if self.accept("in"):
            return Compare(field, "in", self.values())
        if self.accept("not", "in"):
            return Compare(field, "not in", self.values())
        operator = self.take().lower()
        if operator not in ("=", "!=", "<>", "<", "<=", ">", ">=", "like"):
            raise SoqlError(f"unexpected token: '{operator}'")
        return Compare(field, "!=" if operator == "<>" else operator, self.value())

    def values(self) -> tuple[Value, ...]:
        self.expect("(")
        values = [self.value()]
        while self.accept(","):
            values.append(self.value())
        self.expect(")")
        return tuple(values)

    def value(self) -> Value:
        word = self.take()
        if word.startswith("'"):
            return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), word[1:-1])
        return _literal(word)

    def ordering(self) -> tuple[OrderBy, ...]:
        order = [self.order_by()]
        while self.accept(","):
            order.append(self.order_by())
        return tuple(order)

    def order_by(self) -> OrderBy:
        field = self.name()
        descending = self.accept("desc")
        if not descending:
            self.accept("asc")
        if self.accept("nulls", "last"):
            return OrderBy(field, descending, nulls_last=True)
        first = self.accept("nulls", "first")
        return OrderBy(field, descending, nulls_last=descending and not first)


def _literal(word: str) -> Value:
    low = word.lower()
    if low in ("null", "true", "false"):
        return {"null": None, "true": True, "false": False}[low]
    try:
        if MOMENT.fullmatch(word):
            return datetime.fromisoformat(word.upper())
        return date.fromisoformat(word) if DAY.fullmatch(word) else float(word)
    except ValueError as error:
        raise SoqlError(f"unexpected token: '{word}'") from error
