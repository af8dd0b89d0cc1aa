"""Functions (departments) that a connection names, compared with the operating model."""

from __future__ import annotations

from collections.abc import Iterable, Set

from connectors.base import AccessProblem


def unknown_functions(
    connection: str, named: Iterable[str], known: Set[str]
) -> list[AccessProblem]:
    """A problem per function that the operating model lacks: nobody could decide for it."""
    return [
        AccessProblem(
            f'"{function}" is no function of the operating model',
            f"Correct it in the connection {connection}, or add the function",
        )
        # Sorted, so that the same settings give the same report.
        for function in sorted(set(named) - known)
    ]
