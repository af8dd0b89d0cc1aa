"""The subset of JQL that the stand-in supports, parsed and evaluated.

    [NOT] clause AND/OR clause ..., with parentheses, ORDER BY at most 7 fields
    clause: field (= != < <= > >= ~) value | field [NOT] IN (value, ...) | field IS [NOT] EMPTY

Values are words, quoted strings, numbers, `currentUser()`. Instants are epoch milliseconds,
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
    JqlError,
    JqlPredicate,
    JqlValue,
    QueryContext,
    compares,
    contains_words,
    has_any_of,
    has_none_of,
    parse_instant,
)
from connectors.sandbox.jira.jql_fields import ALIASES, FIELDS, INSTANTS, sort_key
from connectors.sandbox.jira.site import StoredIssue


@dataclass(frozen=True, slots=True)
class JqlQuery:
    """A parsed query: which issues, in which order."""

    matches: JqlPredicate
    order: tuple[tuple[str, bool], ...]
    """Field and whether it descends, most significant first."""

    def run(self, issues: Sequence[StoredIssue]) -> list[StoredIssue]:
        """The issues that match, sorted."""
        matches = [issue for issue in issues if self.matches(issue)]
        # Sorting is stable, so sorting by the least significant field first gives the whole order.
        for name, descending in reversed(self.order):
            matches.sort(key=partial(sort_key, name), reverse=descending)
        return matches


TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<sign>!=|<=|>=|[=<>(),])
    |(?P<word>[^\s=<>!(),"']+))""",
    re.VERBOSE,
)


def parse(jql: str, context: QueryContext) -> JqlQuery:
    """Parse a query; raises JqlError with Jira's message where Jira would reject it."""
    parser = _JqlParser(_tokens(jql), context)
    # The search endpoint rejects queries that would return every issue of the site.
    if not parser.tokens or parser.peek() == "order":
        raise JqlError(
            "Unbounded JQL queries are not allowed here. "
            "Please add a search restriction to your query."
        )
    matches = parser.disjunction()
    order = parser.ordering()
    if parser.tokens:
        raise JqlError(f"Error in the JQL Query: Expecting operator but got '{parser.tokens[0]}'.")
    return JqlQuery(matches, order)


def _tokens(jql: str) -> list[str]:
    tokens, at = [], 0
    text = jql.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise JqlError(
                f"Error in the JQL Query: The character '{text[at:].strip()[0]}' is a reserved "
                f"JQL character. (line 1, character {at + 1})"
            )
        tokens.append(match.group().strip())
        at = match.end()
    return tokens


@dataclass
class _JqlParser:
    """Recursive descent over the tokens that are left; one method per rule of the grammar."""

    tokens: list[str]
    context: QueryContext

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

    def disjunction(self) -> JqlPredicate:
        parts = [self.conjunction()]
        while self.accept("or"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else lambda issue: any(part(issue) for part in parts)

    def conjunction(self) -> JqlPredicate:
        parts = [self.term()]
        while self.accept("and"):
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else lambda issue: all(part(issue) for part in parts)

    def term(self) -> JqlPredicate:
        if self.accept("not"):
            inner = self.term()
            return lambda issue: not inner(issue)
        if self.accept("("):
            inner = self.disjunction()
            self.expect(")")
            return inner
        return self.clause()

    def clause(self) -> JqlPredicate:
        name = self.field()
        operator = self.take().lower()
        if operator == "is":
            empty = not self.accept("not")
            self.take()
            return lambda issue: (not FIELDS[name](issue)) == empty
        if operator == "not":
            self.expect("in")
            return has_none_of(name, self.values(name))
        if operator == "in":
            return has_any_of(name, self.values(name))
        if operator == "~":
            return contains_words(name, str(self.value(name)))
        if operator not in COMPARE:
            raise JqlError(f"Error in the JQL Query: Expecting operator but got '{operator}'.")
        return compares(name, operator, self.value(name))

    def field(self) -> str:
        name = _unquoted(self.take()).lower()
        name = ALIASES.get(name, name)
        if name not in FIELDS:
            raise JqlError(
                f"Field '{name}' does not exist or you do not have permission to view it."
            )
        return name

    def values(self, name: str) -> list[JqlValue]:
        self.expect("(")
        values = [self.value(name)]
        while self.accept(","):
            values.append(self.value(name))
        self.expect(")")
        return values

    def value(self, name: str) -> JqlValue:
        word = self.take()
        if word.lower() == "currentuser":
            self.expect("(")
            self.expect(")")
            return self.context.account_id
        text = _unquoted(word)
        return parse_instant(text, name, self.context) if name in INSTANTS else text.lower()

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
