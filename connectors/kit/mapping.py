"""What mappings share: one broken record becomes a problem and stops nothing."""

from __future__ import annotations

from collections.abc import Callable

from model.records import Mapped, Problem

# What code that takes apart data of an unexpected shape raises; pydantic's errors are ValueErrors.
_SHAPE_ERRORS = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)


def map_or_hold(native_id: str, what: str, tool: str, mapping: Callable[[], Mapped]) -> Mapped:
    """The result of `mapping`; a held problem where the raw record has a shape it cannot read.

    `what` names the record for people: `the issue`.
    """
    try:
        return mapping()
    except _SHAPE_ERRORS as error:
        reason = f"{what} cannot be read ({type(error).__name__}: {error})"
        remedy = f"Open it in {tool} and correct what looks wrong; else report its raw record."
        return Mapped(problems=(Problem(native_id, reason, remedy),))
