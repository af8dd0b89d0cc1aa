"""What mappings share: one broken record becomes a problem and stops nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.kit.addresses import web_address
from connectors.kit.answers import describe, plain
from model.records import Mapped, Problem

# What code that takes apart data of an unexpected shape raises; pydantic's errors are ValueErrors.
SHAPE_ERRORS = (
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
    AttributeError,
    RecursionError,
)


def map_or_hold(native_id: str, what: str, tool: str, mapping: Callable[[], Mapped]) -> Mapped:
    """The result of `mapping`; a held problem where the raw record has a shape it cannot read.

    `what` names the record for people: `the issue`.
    """
    try:
        return mapping()
    except SHAPE_ERRORS as error:
        reason = f"{what} cannot be read ({type(error).__name__}: {plain(error)})"
        remedy = f"Open it in {tool} and correct what looks wrong; else report its raw record."
        return Mapped(problems=(Problem(native_id, reason, remedy),))


def name_held(mapped: Mapped, *names: Callable[[], object]) -> Mapped:
    """The same, where each held problem is known by all names under which others may refer to it.

    Each of `names` reads one name or a list of them from the raw record; those that cannot be read
    are left out.
    """
    if not any(problem.held for problem in mapped.problems):
        return mapped
    readable = [name for read in names for name in _read_names(read)]
    problems = (
        replace(problem, known_as=tuple(dict.fromkeys((*problem.known_as, *readable))))
        if problem.held
        else problem
        for problem in mapped.problems
    )
    return replace(mapped, problems=tuple(problems))


def _read_names(read: Callable[[], object]) -> Iterator[str]:
    # What holds the record may be the very field that names it.
    with suppress(*SHAPE_ERRORS):
        value = read()
        for name in value if isinstance(value, list) else [value]:
            if isinstance(name, str) and name.strip():
                yield name


def require_text(value: Any, what: str) -> str:
    """A text, or a number as text; raises ValueError for anything else and for an empty text."""
    is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
    if not is_text or not str(value).strip():
        raise ValueError(f"its {what} is {describe(value)}")
    return str(value)


def optional_text(value: Any, what: str) -> str | None:
    """Like `require_text`; None for null and an empty text."""
    return None if value in (None, "") else require_text(value, what)


def read_labels(value: Any, name: str = "name") -> tuple[str, ...]:
    """Labels as tools give them: a list of texts or of objects with a `name`, or one text alone.

    Raises ValueError for anything else.
    """
    entries = [value] if isinstance(value, str | dict) else value or ()
    if not isinstance(entries, list | tuple):
        raise ValueError(f"its labels are {describe(value)}")
    named = (entry.get(name) if isinstance(entry, dict) else entry for entry in entries)
    return tuple(require_text(label, "label") for label in named if label != "")


def report_address(native_id: str, value: Any) -> tuple[Problem, ...]:
    """The problem of a record whose tool states something else than a web address for it."""
    if value in (None, "") or web_address(value):
        return ()
    reason = f"{describe(value)} is no web address, so nothing links to the record"
    remedy = "Nothing, if the tool shows it as usual; else report it to the tool's maker."
    return (Problem(native_id, reason, remedy, held=False),)


def unmapped_status(native_id: str, status: str, connection: str) -> Problem:
    """The held problem of a record whose status means nothing to the operating model."""
    reason = f'the status "{status}" is not mapped to a state'
    remedy = f'Map "{status}" in a workflow of {connection} in the operating model.'
    return Problem(native_id, reason, remedy)


def begin_version(changed_at: datetime | None, observed_at: datetime) -> datetime:
    """From when a version holds: the record's change, else when its content was first landed."""
    # The tool's clock may be ahead; a version never begins later than it was seen.
    return min(changed_at or observed_at, observed_at)
