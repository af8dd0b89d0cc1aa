"""The part of JQL the stand-in understands, parsed and evaluated.

    [NOT] clause AND/OR clause ..., with parentheses, ORDER BY at most 7 fields
    clause: field (= != < <= > >=) value | field [NOT] IN (value, ...) | field IS [NOT] EMPTY

Values are words, quoted strings, numbers, `currentUser()`. Moments are epoch milliseconds,
"2026-03-01 09:30" or "2026/03/01" in the *account's* time zone to the minute, or relative such
as -2h. Reference: https://support.atlassian.com/jira-software-cloud/docs/jql-fields/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from connectors.sandbox.jira.jql_conditions import (
    COMPARE,
    Asker,
    JqlError,
    Predicate,
    Value,
    among,
    compared,
    moment,
    none_of,
)
from connectors.sandbox.jira.jql_fields import ALIASES, FIELDS, MOMENTS, sort_key
from connectors.sandbox.jira.site import Issue


@dataclass(frozen=True, slots=True)
class Query:
    """A query that has been read: which issues, in which order."""

    matches: Predicate
    order: tuple[tuple[str, bool], ...]
    """Field and whether it descends, most significant first."""

    def run(self, issues: Sequence[Issue]) -> list[Issue]:
        found = [issue for issue in issues if self.matches(issue)]
        for name, descending in reversed(self.order):
            found.sort(key=partial(sort_key, name), reverse=descending)
        return found


TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<sign>!=|<=|>=|[=<>(),])
    |(?P<word>[^\s=<>!(),"']+))""",
    re.VERBOSE,
)


def parse(jql: str, asker: Asker) -> Query:
    """Read a query; raises JqlError as Jira would refuse it."""
    parser = _Parser(_tokens(jql), asker)
    if not parser.tokens or parser.peek() == "order":
        raise JqlError(
            "Unbounded JQL queries are not allowed here. "
            "Please add a search restriction to your query."
        )
    matches = parser.either()
    order = parser.ordering()
    if parser.tokens:
        raise JqlError(f"Error in the JQL Query: Expecting operator but got '{parser.tokens[0]}'.")
    return Query(matches, order)


def _tokens(jql: str) -> list[str]:
    tokens, at = [], 0
    text = jql.rstrip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise JqlError(
                f"Error in the JQL Query: The character '{text[at:].strip()[0]}' is a reserved "
                f"JQL character. (line 1, character {at + 1})"
            )
        tokens.append(found.group().strip())
        at = found.end()
    return tokens


@dataclass
class _Parser:
    tokens: list[str]
    asker: Asker

    def peek(self) -> str:
        return self.tokens[0].lower() if self.tokens else ""

    def take(self) -> str:
        if not self.tokens:
            raise JqlError("Error in the JQL Query: The query ends too early.")
        return self.tokens.pop(0)

    def accept(self, word: str) -> bool:
        if self.peek() == word:
            self.tokens.pop(0)
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise JqlError(
                f"Error in the JQL Query: Expecting '{word}' but got '{self.peek() or 'the end'}'."
            )

    def either(self) -> Predicate:
        parts = [self.both()]
        while self.accept("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else lambda issue: any(part(issue) for part in parts)

    def both(self) -> Predicate:
        parts = [self.single()]
        while self.accept("and"):
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else lambda issue: all(part(issue) for part in parts)

    def single(self) -> Predicate:
        if self.accept("not"):
            inner = self.single()
            return lambda issue: not inner(issue)
        if self.accept("("):
            inner = self.either()
            self.expect(")")
            return inner
        return self.clause()

    def clause(self) -> Predicate:
        name = self.field()
        operator = self.take().lower()
        if operator == "is":
            empty = not self.accept("not")
            self.take()
            return lambda issue: (not FIELDS[name](issue)) == empty
        if operator == "not":
            self.expect("in")
            return none_of(name, self.several(name))
        if operator == "in":
            return among(name, self.several(name))
        if operator not in COMPARE:
            raise JqlError(f"Error in the JQL Query: Expecting operator but got '{operator}'.")
        return compared(name, operator, self.value(name))

    def field(self) -> str:
        name = _unquoted(self.take()).lower()
        name = ALIASES.get(name, name)
        if name not in FIELDS:
            raise JqlError(
                f"Field '{name}' does not exist or you do not have permission to view it."
            )
        return name

    def several(self, name: str) -> list[Value]:
        self.expect("(")
        values = [self.value(name)]
        while self.accept(","):
            values.append(self.value(name))
        self.expect(")")
        return values

    def value(self, name: str) -> Value:
        word = self.take()
        if word.lower() == "currentuser":
            self.expect("(")
            self.expect(")")
            return self.asker.account_id
        text = _unquoted(word)
        return moment(text, name, self.asker) if name in MOMENTS else text.lower()

    def ordering(self) -> tuple[tuple[str, bool], ...]:
        order: list[tuple[str, bool]] = []
        if self.accept("order"):
            self.expect("by")
            while not order or self.accept(","):
                order.append((self.field(), self.accept("desc")))
                self.accept("asc")
        if len(order) > 7:
            raise JqlError("The maximum number of fields in the ORDER BY clause is 7.")
        return tuple(order)


def _unquoted(word: str) -> str:
    if word[0] in "\"'":
        return re.sub(r"\\(.)", r"\1", word[1:-1])
    return word
