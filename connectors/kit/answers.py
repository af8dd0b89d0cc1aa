"""Successful answers of a shape that the tool does not document: what was expected, what came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from connectors.base import Page
from connectors.kit.conventions import error_text
from connectors.kit.exceptions import RequestFailed
from connectors.kit.json_text import OddNumber
from connectors.masking import mask_secrets

CHECK_URL = (
    "Check that the connection's url is the tool's API, and what answers in its place; if it "
    "stays, report it to the tool's maker."
)
_Error = TypeVar("_Error", bound="UnexpectedAnswer")
_LONGEST_QUOTE = 60
_NESTED = {"error", "errors"}
_MOST_NAMES = 5


@dataclass
class UnexpectedAnswer(RequestFailed):
    """An answer with status 200 whose shape is not the tool's."""


@dataclass
class UnexpectedRecord(UnexpectedAnswer):
    """One record of an answer is not as the tool documents, while the answer itself is."""


@dataclass
class UnexpectedPaging(UnexpectedAnswer):
    """A page does not say in the expected form whether another one follows."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to `request` (`GET /rest/api/3/field`), taken apart by what is expected of it.

    All methods raise UnexpectedAnswer.
    """

    connection: str
    request: str
    body: Any
    remedy: str = CHECK_URL

    def as_object(self) -> dict[str, Any]:
        if not isinstance(self.body, dict):
            raise self.unexpected("an object", self.body)
        return self.body

    def list_of(self, name: str | None = None) -> list[Any]:
        """The list that the answer is, or that it holds under a name."""
        values = self.body if name is None else self.as_object().get(name)
        if not isinstance(values, list):
            raise self.unexpected(f'a list at "{name}"' if name else "a list", values)
        return values

    def objects_of(self, name: str | None = None) -> list[dict[str, Any]]:
        """Like `list_of`, for metadata of which each entry is needed: every one is an object."""
        values = self.list_of(name)
        for value in values:
            if not isinstance(value, dict):
                raise self.unexpected("a list of objects", value)
        return values

    def unexpected(self, expected: str, came: Any) -> UnexpectedAnswer:
        """The error for a part of the answer that is something else."""
        return self._error(UnexpectedAnswer, expected, came)

    def unexpected_record(self, expected: str, came: Any) -> UnexpectedRecord:
        return self._error(UnexpectedRecord, expected, came)

    def unexpected_paging(self, expected: str, came: Any) -> UnexpectedPaging:
        return self._error(UnexpectedPaging, expected, came)

    def _error(self, kind: type[_Error], expected: str, came: Any) -> _Error:
        # The tool's own words often say what is wrong, although the status does not.
        words = error_text(self._own_words()) if isinstance(self.body, dict) else ""
        seen = mask_secrets(self.connection, came) if isinstance(came, str) else came
        shape = f"the answer to {self.request} should hold {expected}, and holds {describe(seen)}"
        if not words:
            return kind(self.connection, shape, self.remedy, status=200)
        remedy = f"Look after what the tool says; if nothing is wrong with it: {self.remedy}"
        return kind(self.connection, f'the tool says "{words}": {shape}', remedy, status=200)

    def _own_words(self) -> dict[str, Any]:
        """The texts of the answer that may be messages, without secrets, before any is cut."""
        texts = {k: v for k, v in self.body.items() if isinstance(v, str) or k in _NESTED}
        masked: dict[str, Any] = mask_secrets(self.connection, texts)
        return masked


def describe(value: Any) -> str:
    """A value of a tool's answer in a few words, for errors; never more than a line."""
    match value:
        case None:
            return "null"
        # Before `int`: True is an int in Python.
        case bool():
            return str(value).lower()
        case dict():
            names = ", ".join(quoted(name) for name in list(value)[:_MOST_NAMES])
            return f"an object with {names}" if names else "an empty object"
        case list():
            return f"a list of {len(value)}" if value else "an empty list"
        case str():
            return f"the text {quoted(value)}"
        # Python refuses to write integers of more than 4,300 digits, and nobody reads one of
        # hundreds.
        case int() if value.bit_length() > 1000:
            return "a number of hundreds of digits"
        case int() | float() | OddNumber():
            return f"the number {value}"
        case _:
            return "something else"


def quoted(text: object) -> str:
    """A tool's text in quotation marks, short enough for a line."""
    return f'"{plain(text, _LONGEST_QUOTE)}"'


def plain(text: object, longest: int = 300) -> str:
    """A text on one line, cut, without characters that steer a terminal or cannot be stored."""
    words = str(text)
    cut = words[:longest] + ("…" if len(words) > longest else "")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in cut)


def pages_of_stream(stream: str, pages: Iterator[Page]) -> Iterator[Page]:
    """The pages; an unexpected answer among them also names the stream it stopped."""
    try:
        yield from pages
    except UnexpectedAnswer as error:
        if not error.reason.startswith(f"{stream}: "):
            error.reason = f"{stream}: {error.reason}"
        raise
