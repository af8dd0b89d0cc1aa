"""JSON of unexpected shapes, made from JSON of the expected one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_ODD_VALUES: tuple[Any, ...] = (None, "", "x", -1, 1e300, True, [], {}, ["x"], {"x": 1}, [None])
BROKEN_DOCUMENTS = ("", "{", "null", "[]", "0", '"x"', "{}", "[null]")
"""Payloads that are no record at all."""


def broken_payloads(payload: str) -> Iterator[tuple[str, str]]:
    """The payload with each of its values in turn replaced by odd ones, and each one left out.

    Yields where the change is, for the message of a failing test, and the changed payload.
    """
    whole = json.loads(payload)
    for path in list(_paths(whole)):
        where = ".".join(map(str, path))
        for odd in _ODD_VALUES:
            yield f"{where} = {odd!r}", json.dumps(_with_value(whole, path, odd))
        yield f"without {where}", json.dumps(_without(whole, path))


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _paths(child, (*path, key))
    if isinstance(value, list) and value:
        # One element stands for all: they have the same shape.
        yield from _paths(value[0], (*path, 0))


def _with_value(whole: Any, path: tuple[Any, ...], odd: Any) -> Any:
    # A copy each time, since the next change begins from the whole record again.
    copy = json.loads(json.dumps(whole))
    _parent(copy, path)[path[-1]] = odd
    return copy


def _without(whole: Any, path: tuple[Any, ...]) -> Any:
    copy = json.loads(json.dumps(whole))
    del _parent(copy, path)[path[-1]]
    return copy


def _parent(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path[:-1]:
        value = value[step]
    return value
