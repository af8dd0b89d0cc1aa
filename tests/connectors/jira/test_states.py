"""When work on an issue began and ended, by the states of its revisions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.jira.history import IssueRevision
from connectors.jira.states import StateDates, derive_state_dates
from model.records import State

MAPPED = {
    "to do": State.PLANNED,
    "in progress": State.IN_PROGRESS,
    "waiting": State.BLOCKED,
    "done": State.DONE,
}


def revision(day: int, status: str, **fields: Any) -> IssueRevision:
    """A revision from a day of February 2026 on."""
    valid_from = datetime(2026, 2, day, 10, tzinfo=UTC)
    return IssueRevision(valid_from, {"status": {"name": status}, **fields}, valid_from)


def derive(*revisions: IssueRevision) -> list[StateDates]:
    states, unmapped = derive_state_dates(revisions, MAPPED, {})
    assert unmapped == {}
    return states


@pytest.mark.parametrize("status", ["In Progress", "Waiting"])
def test_work_began_on_the_day_of_the_move_into_work(status: str) -> None:
    _, moved = derive(revision(1, "To Do"), revision(3, status))
    assert moved.began == date(2026, 2, 3)


def test_work_that_was_blocked_before_it_went_on_began_with_the_block() -> None:
    *_, last = derive(revision(1, "To Do"), revision(3, "Waiting"), revision(5, "In Progress"))
    assert last.began == date(2026, 2, 3)


def test_an_issue_created_as_blocked_does_not_begin_when_it_goes_on() -> None:
    _, last = derive(revision(1, "Waiting"), revision(5, "In Progress"))
    assert last.began is None


def test_work_that_returned_to_planned_has_not_begun() -> None:
    *_, last = derive(revision(1, "To Do"), revision(3, "In Progress"), revision(5, "To Do"))
    assert last.began is None


def test_a_change_of_another_field_while_done_does_not_move_the_finish() -> None:
    *_, last = derive(
        revision(1, "In Progress"), revision(3, "Done"), revision(9, "Done", summary="New")
    )
    assert last.ended == date(2026, 2, 3)


@pytest.mark.parametrize("resolved", ["soon", "0026-02-01", None])
def test_an_unreadable_resolution_date_leaves_the_finish_unknown(resolved: str | None) -> None:
    (state,) = derive(revision(1, "Done", resolutiondate=resolved))
    assert (state.state, state.ended) == (State.DONE, None)


def test_a_past_status_with_a_known_category_is_not_reported_as_unmapped() -> None:
    former = IssueRevision(
        datetime(2026, 2, 1, tzinfo=UTC),
        {"status": {"id": "4", "name": "Shipped"}},
        datetime(2026, 2, 1, tzinfo=UTC),
    )
    states, unmapped = derive_state_dates([former, revision(3, "To Do")], MAPPED, {"4": "done"})
    assert [state.state for state in states] == [State.DONE, State.PLANNED]
    assert unmapped == {}
