"""Where an issue stood at each moment, and when its work really began and ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.jira.history import IssueRevision
from connectors.jira.timestamps import parse_day
from model.records import State

_BY_CATEGORY = {"new": State.PLANNED, "indeterminate": State.IN_PROGRESS, "done": State.DONE}
"""Keys of Jira's status categories, the same on every site and in every language."""
_UNSURE = "for Jira tells no category of it"
_BEGUN = {State.IN_PROGRESS, State.BLOCKED}


@dataclass(frozen=True, slots=True)
class StateDates:
    """The state at one moment, the tool's word for it, and the real dates known by then."""

    state: State
    status: str
    began: date | None
    ended: date | None


def derive_state_dates(
    moments: Sequence[IssueRevision], mapped: Mapping[str, State], categories: Mapping[str, str]
) -> tuple[list[StateDates], dict[str, str]]:
    """A standing for each moment, and unmapped statuses with how they count instead.

    A status of the past is named only where its category is unknown: nobody would map it now.
    `mapped` is by status in lower case; `categories` by the id of a past status, for the
    changelog does not tell them. One that Jira no longer has counts as in progress.
    """
    told: list[StateDates] = []
    unmapped: dict[str, str] = {}
    for moment in moments:
        status = moment.fields.get("status") or {}
        name = str(status.get("name") or "")
        state = mapped.get(name.lower())
        if state is None:
            state, counts = _by_category(status, categories)
            if moment is moments[-1] or _UNSURE in counts:
                unmapped[name] = counts
        told.append(_next(told[-1] if told else None, state, name, moment))
    return told, unmapped


def _by_category(status: Mapping[str, Any], categories: Mapping[str, str]) -> tuple[State, str]:
    if not status:
        return State.PLANNED, "it counts as planned"
    said = (status.get("statusCategory") or {}).get("key")
    state = _BY_CATEGORY.get(said or categories.get(str(status.get("id")), ""))
    if state is None:
        return State.IN_PROGRESS, f"it counts as in progress, {_UNSURE}"
    return state, f"it counts as {state.name.lower().replace('_', ' ')}, by its category in Jira"


def _next(
    before: StateDates | None, state: State, status: str, moment: IssueRevision
) -> StateDates:
    return StateDates(state, status, _began(before, state, moment), _ended(before, state, moment))


def _began(before: StateDates | None, state: State, moment: IssueRevision) -> date | None:
    """The day of the move into work; an issue created in work does not tell when it began."""
    if state is State.PLANNED or before is None:
        return None
    if before.began or before.state in _BEGUN:
        return before.began
    return moment.since.date() if state in _BEGUN else None


def _ended(before: StateDates | None, state: State, moment: IssueRevision) -> date | None:
    """The day of the move to done; for an issue that was never seen moving, of its resolution."""
    if state is not State.DONE:
        return None
    if before is None:
        return _resolved(moment)
    return before.ended if before.state is State.DONE else moment.since.date()


def _resolved(moment: IssueRevision) -> date | None:
    try:
        return parse_day(moment.fields.get("resolutiondate"))
    except ValueError:
        return None
