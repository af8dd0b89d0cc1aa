"""Where an issue stood at each moment, and when its work really began and ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.jira.history import Moment
from connectors.jira.times import day
from model.records import State

_BY_CATEGORY = {"new": State.PLANNED, "indeterminate": State.IN_PROGRESS, "done": State.DONE}
"""Keys of Jira's status categories, the same on every site and in every language."""
_BEGUN = {State.IN_PROGRESS, State.BLOCKED}


@dataclass(frozen=True, slots=True)
class Standing:
    """The state at one moment, the tool's word for it, and the real dates known by then."""

    state: State
    status: str
    began: date | None
    ended: date | None


def states(
    moments: Sequence[Moment], mapped: Mapping[str, State]
) -> tuple[list[Standing], list[str]]:
    """A standing for each moment, and the statuses that are not mapped, each once.

    An unmapped status counts by its category; a past one, of which the changelog tells no
    category, as in progress.
    """
    categories = _categories(moments)
    told: list[Standing] = []
    unmapped: dict[str, None] = {}
    for moment in moments:
        status = status_name(moment.fields)
        state = mapped.get(status.lower())
        if state is None:
            unmapped[status] = None
            state = categories.get(status, State.IN_PROGRESS)
        told.append(_next(told[-1] if told else None, state, status, moment))
    return told, list(unmapped)


def status_name(fields: Mapping[str, Any]) -> str:
    return str((fields.get("status") or {}).get("name") or "")


def _categories(moments: Sequence[Moment]) -> dict[str, State]:
    """State by status for those whose category is told; no status at all means not begun."""
    found = {"": State.PLANNED}
    for moment in moments:
        category = ((moment.fields.get("status") or {}).get("statusCategory") or {}).get("key")
        if category in _BY_CATEGORY:
            found[status_name(moment.fields)] = _BY_CATEGORY[category]
    return found


def _next(before: Standing | None, state: State, status: str, moment: Moment) -> Standing:
    return Standing(state, status, _began(before, state, moment), _ended(before, state, moment))


def _began(before: Standing | None, state: State, moment: Moment) -> date | None:
    """The day of the move into work; an issue created in work does not tell when it began."""
    if state is State.PLANNED or before is None:
        return None
    return before.began or (moment.since.date() if state in _BEGUN else None)


def _ended(before: Standing | None, state: State, moment: Moment) -> date | None:
    """The day of the move to done; for an issue that was never seen moving, of its resolution."""
    if state is not State.DONE:
        return None
    if before is None:
        return _resolved(moment)
    return before.ended if before.state is State.DONE else moment.since.date()


def _resolved(moment: Moment) -> date | None:
    try:
        return day(moment.fields.get("resolutiondate"))
    except ValueError:
        return None
