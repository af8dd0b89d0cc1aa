"""JSON that tools send and that landing stores: one odd value spoils its record, not its page.

Tools send more than RFC 8259 allows, and more than PostgreSQL and most parsers accept: half a
surrogate pair, NaN, bytes that are not UTF-8, integers of thousands of digits, values nested
thousands deep. A page is read all the same; the odd value stays in its record, which
`write_json` then refuses by name.
"""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

import orjson

DEEPEST = 200
"""Levels of lists and objects; orjson writes 254, of which a raw record needs a few for itself."""
_MOST_DIGITS = 1000
"""Far beyond any identifier or amount; Python itself refuses to read more than 4,300."""
_ZEROES = bytes(ord("0") if chr(code) in "0123456789." else code for code in range(256))
_LONG_NUMBER = b"0" * 17
"""orjson reads integers beyond 64 bits as floats, and floats keep 15 digits for certain; the others
are lost without a word."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_TOO_DEEP = "\ud800nested too deeply"
"""Stands for what was cut off; no text of a tool, as no UTF-8 text can hold half a pair."""
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)


class OddNumber:
    """A number that no shared record can hold; only its text is known."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text[:40]

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


class ExactFloat(float):
    """A number with more digits than a float keeps; `str` gives all of them, as for an amount."""

    text: str

    def __new__(cls, text: str) -> ExactFloat:
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self) -> str:
        return self.text


class UnstorableJson(ValueError):
    """A value that landing cannot keep word for word; the message says what it holds."""


def read_json(content: bytes) -> Any:
    """The value of a JSON text, with integers of any length exact, and floats by `ExactFloat`.

    What is no JSON in one value is kept as an odd value (see `write_json`). Raises
    orjson.JSONDecodeError for a text that is cut off or is no JSON at all.
    """
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        try:
            return _read_odd(content)
        except ValueError:
            raise error from None
    # orjson is tried first, as nearly all pages are plain and it is several times faster.
    return _read_odd(content) if _has_long_number(content) else value


def read_payload(payload: str) -> Any:
    """The value of a raw record that `write_json` wrote; raises ValueError for anything else."""
    value = orjson.loads(payload)
    if not _has_long_number(payload.encode()):
        return value
    return _load(payload)


def write_json(value: Any) -> str:
    """The value as JSON with sorted keys; raises UnstorableJson where it holds an odd value."""
    try:
        return _dump(value)
    except TypeError as error:
        if odd := _find_odd(value):
            raise UnstorableJson(odd) from error
        # What is left are integers beyond 64 bits, which JSON has room for.
        return _dump(_as_written(value))


def _dump(value: Any) -> str:
    return orjson.dumps(value, _write_exact, orjson.OPT_SORT_KEYS).decode()


def _write_exact(value: Any) -> orjson.Fragment:
    if isinstance(value, ExactFloat):
        return orjson.Fragment(value.text)
    raise TypeError(f"{type(value).__name__} is no value of JSON")


def _as_written(value: Any) -> Any:
    """The value with the digits of each integer beyond 64 bits."""
    if isinstance(value, dict):
        return {key: _as_written(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [_as_written(child) for child in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return orjson.Fragment(str(value))
    return value


def _has_long_number(content: bytes) -> bool:
    # Two passes in C; a regular expression takes longer than parsing does.
    return _LONG_NUMBER in content.translate(_ZEROES)


def _read_odd(content: bytes) -> Any:
    text = content.decode("utf-8-sig", "surrogateescape")
    try:
        return _load(text)
    except RecursionError:
        return _load(_cut_deep_values(text))


def _load(text: str) -> Any:
    return json.loads(
        text,
        strict=False,  # a line break within a text harms nobody
        parse_int=_parse_integer,
        parse_float=_parse_float,
        parse_constant=OddNumber,
    )


def _parse_integer(text: str) -> int | OddNumber:
    return int(text) if len(text) <= _MOST_DIGITS else OddNumber(text)


def _parse_float(text: str) -> float | OddNumber:
    number = float(text)
    if not math.isfinite(number):
        return OddNumber(text)
    # By decimals: 0.30 and 0.3 are one number.
    return number if Decimal(repr(number)) == Decimal(text) else ExactFloat(text)


def _cut_deep_values(text: str) -> str:
    """The text with every value below `DEEPEST` levels replaced by a mark."""
    parts: list[str] = []
    depth = start = 0
    for match in _TOKEN.finditer(text):
        if match[0] in ("[", "{"):
            depth += 1
            if depth == DEEPEST + 1:
                parts.append(text[start : match.start()])
                # Where it never ends, nothing of the text is left, and it is no JSON.
                start = len(text)
        elif match[0] in ("]", "}"):
            if depth == DEEPEST + 1:
                parts.append(json.dumps(_TOO_DEEP))
                start = match.end()
            depth -= 1
    return "".join([*parts, text[start:]])


def _find_odd(value: Any) -> str | None:
    """What a value holds that cannot be stored, in words; None where there is nothing."""
    # A list instead of recursion, which would end at Python's own limit of depth.
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        part, depth = waiting.pop()
        if isinstance(part, OddNumber):
            return f"the number {part}"
        if part == _TOO_DEEP or depth > DEEPEST:
            return f"values nested more than {DEEPEST} deep"
        if isinstance(part, str) and _SURROGATE.search(part):
            return "text that is no valid Unicode"
        if isinstance(part, dict):
            waiting += [(child, depth + 1) for item in part.items() for child in item]
        elif isinstance(part, list | tuple):
            waiting += [(child, depth + 1) for child in part]
    return None
