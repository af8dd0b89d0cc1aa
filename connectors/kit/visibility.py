"""Parts of a tool that a connection names, such as projects, and what cannot be seen of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from connectors.base import ConnectionFailed
from model.records import Problem


def report_hidden(
    connection: str, what: str, named: Sequence[str], visible: Collection[str], remedy: str
) -> tuple[Problem, ...]:
    """A problem per part that cannot be seen; `what` is what the tool calls one: `project`.

    Raises ConnectionFailed where none can be seen: all records would count as gone.
    """
    problems = tuple(
        Problem(f"{what} {name}", f"the {what} {name} cannot be seen", remedy, held=False)
        for name in named
        if name not in visible
    )
    if not visible:
        raise ConnectionFailed(connection, gone_reason(problems), remedy)
    return problems


def gone_reason(hidden: Sequence[Problem]) -> str:
    """Why a record that is not there is gone: known to be deleted only if nothing is hidden."""
    return "; ".join(problem.reason for problem in hidden) or "deleted"
