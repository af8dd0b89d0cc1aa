"""The state of an issue in each revision, and when its work actually began and ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.jira.history import IssueRevision
from connectors.kit.timestamps import parse_day
from model.records import State

_BY_CATEGORY = {"new": State.PLANNED, "indeterminate": State.IN_PROGRESS, "done": State.DONE}
"""Keys of Jira's status categories, the same on every site and in every language."""
_NO_CATEGORY = "for Jira has no category for it"
_UNDER_WAY = {State.IN_PROGRESS, State.BLOCKED}


@dataclass(frozen=True, slots=True)
class StateDates:
    """The state in one revision, the tool's status, and the actual dates known by then."""

    state: State
    status: str
    began: date | None
    ended: date | None


def derive_state_dates(
    revisions: Sequence[IssueRevision], mapped: Mapping[str, State], categories: Mapping[str, str]
) -> tuple[list[StateDates], dict[str, str]]:
    """One StateDates per revision, and unmapped statuses with how they count instead.

    `mapped` is by status in lower case; `categories` by the id of a past status, whose category
    the changelog does not give. A status that Jira no longer has counts as in progress.
    """
    states: list[StateDates] = []
    unmapped: dict[str, str] = {}
    for revision in revisions:
        status = revision.fields.get("status") or {}
        name = str(status.get("name") or "")
        state = mapped.get(name.lower())
        if state is None:
            state, how_it_counts = _state_by_category(status, categories)
            # Nobody would map a status of the past now, unless it cannot be judged without.
            if revision is revisions[-1] or _NO_CATEGORY in how_it_counts:
                unmapped[name] = how_it_counts
        states.append(_follow(states[-1] if states else None, state, name, revision))
    return states, unmapped


def _state_by_category(
    status: Mapping[str, Any], categories: Mapping[str, str]
) -> tuple[State, str]:
    if not status:
        return State.PLANNED, "it counts as planned"
    own_category = (status.get("statusCategory") or {}).get("key")
    state = _BY_CATEGORY.get(own_category or categories.get(str(status.get("id")), ""))
    if state is None:
        return State.IN_PROGRESS, f"it counts as in progress, {_NO_CATEGORY}"
    return state, f"it counts as {state.name.lower().replace('_', ' ')}, by its category in Jira"


def _follow(
    before: StateDates | None, state: State, status: str, revision: IssueRevision
) -> StateDates:
    """The state dates of a revision, given those of the revision before it."""
    return StateDates(
        state, status, _began(before, state, revision), _ended(before, state, revision)
    )


def _began(before: StateDates | None, state: State, revision: IssueRevision) -> date | None:
    """The day of the move into work; unknown for an issue that was created in work."""
    if state is State.PLANNED or before is None:
        return None
    if before.began or before.state in _UNDER_WAY:
        return before.began
    return revision.valid_from.date() if state in _UNDER_WAY else None


def _ended(before: StateDates | None, state: State, revision: IssueRevision) -> date | None:
    """The day of the move to done; of the resolution for an issue whose move is not recorded."""
    if state is not State.DONE:
        return None
    if before is None:
        return _resolved(revision)
    return before.ended if before.state is State.DONE else revision.valid_from.date()


def _resolved(revision: IssueRevision) -> date | None:
    try:
        return parse_day(revision.fields.get("resolutiondate"))
    except ValueError:
        return None
