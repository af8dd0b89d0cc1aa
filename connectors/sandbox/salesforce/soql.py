"""Parser of the subset of SOQL that the stand-in supports.

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

SoqlValue = None | bool | float | str | date | datetime


class SoqlError(Exception):
    """The text is not valid SOQL: Salesforce's MALFORMED_QUERY."""


@dataclass(frozen=True, slots=True)
class SoqlComparison:
    """A condition on a field. IN and NOT IN have a tuple of values, other operators one."""

    field: str
    operator: str
    value: SoqlValue | tuple[SoqlValue, ...]


@dataclass(frozen=True, slots=True)
class SoqlJunction:
    """Conditions joined by AND or OR, or a single condition after NOT."""

    how: Literal["and", "or", "not"]
    parts: tuple[SoqlCondition, ...]


SoqlCondition = SoqlComparison | SoqlJunction


@dataclass(frozen=True, slots=True)
class SoqlOrder:
    field: str
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class SoqlQuery:
    """A parsed query; `select` is empty for COUNT()."""

    select: tuple[str, ...]
    object: str
    where: SoqlCondition | None
    order: tuple[SoqlOrder, ...]
    limit: int | None
    offset: int


TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*')
    |(?P<sign>!=|<>|<=|>=|[=<>(),])
    |(?P<word>[^\s'=<>!(),]+))""",
    re.VERBOSE,
)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)", re.IGNORECASE)
DAY = re.compile(r"\d{4}-\d\d-\d\d")
ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def parse(text: str) -> SoqlQuery:
    """Parse a query; raises SoqlError where it is malformed."""
    parser = _SoqlParser(_tokens(text))
    query = parser.query()
    if parser.tokens:
        raise SoqlError(f"unexpected token: '{parser.tokens[0]}'")
    return query


def _tokens(text: str) -> list[str]:
    # Trailing whitespace is no token, and would not match any.
    tokens, at, text = [], 0, text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise SoqlError(f"unexpected character at position {at + 1}")
        tokens.append(match.group().strip())
        at = match.end()
    return tokens


@dataclass
class _SoqlParser:
    """Recursive descent over the tokens that are left; one method per rule of the grammar."""

    tokens: list[str]

    def take(self) -> str:
        if not self.tokens:
            raise SoqlError("unexpected token: '<EOF>'")
        return self.tokens.pop(0)

    def accept(self, *words: str) -> bool:
        """Consume these words if they come next."""
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

    def query(self) -> SoqlQuery:
        self.expect("select")
        select = () if self.accept("count", "(", ")") else self.names()
        self.expect("from")
        object_name = self.name()
        where = self.disjunction() if self.accept("where") else None
        order = self.ordering() if self.accept("order", "by") else ()
        limit = self.number() if self.accept("limit") else None
        offset = self.number() if self.accept("offset") else 0
        return SoqlQuery(select, object_name, where, order, limit, offset)

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

    def disjunction(self) -> SoqlCondition:
        parts = [self.conjunction()]
        while self.accept("or"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else SoqlJunction("or", tuple(parts))

    def conjunction(self) -> SoqlCondition:
        parts = [self.term()]
        while self.accept("and"):
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else SoqlJunction("and", tuple(parts))

    def term(self) -> SoqlCondition:
        if self.accept("not"):
            return SoqlJunction("not", (self.term(),))
        if self.accept("("):
            inner = self.disjunction()
            self.expect(")")
            return inner
        return self.compare()

    def compare(self) -> SoqlComparison:
        field = self.name()
        if self.accept("in"):
            return SoqlComparison(field, "in", self.values())
        if self.accept("not", "in"):
            return SoqlComparison(field, "not in", self.values())
        operator = self.take().lower()
        if operator not in ("=", "!=", "<>", "<", "<=", ">", ">=", "like"):
            raise SoqlError(f"unexpected token: '{operator}'")
        return SoqlComparison(field, "!=" if operator == "<>" else operator, self.value())

    def values(self) -> tuple[SoqlValue, ...]:
        self.expect("(")
        values = [self.value()]
        while self.accept(","):
            values.append(self.value())
        self.expect(")")
        return tuple(values)

    def value(self) -> SoqlValue:
        word = self.take()
        if word.startswith("'"):
            return re.sub(r"\\(.)", lambda match: ESCAPES.get(match[1], match[1]), word[1:-1])
        return _parse_literal(word)

    def ordering(self) -> tuple[SoqlOrder, ...]:
        order = [self.order_by()]
        while self.accept(","):
            order.append(self.order_by())
        return tuple(order)

    def order_by(self) -> SoqlOrder:
        field = self.name()
        descending = self.accept("desc")
        if not descending:
            self.accept("asc")
        if self.accept("nulls", "last"):
            return SoqlOrder(field, descending, nulls_last=True)
        first = self.accept("nulls", "first")
        return SoqlOrder(field, descending, nulls_last=descending and not first)


def _parse_literal(word: str) -> SoqlValue:
    low = word.lower()
    if low in ("null", "true", "false"):
        return {"null": None, "true": True, "false": False}[low]
    try:
        if INSTANT.fullmatch(word):
            return datetime.fromisoformat(word.upper())
        return date.fromisoformat(word) if DAY.fullmatch(word) else float(word)
    except ValueError as error:
        raise SoqlError(f"unexpected token: '{word}'") from error
