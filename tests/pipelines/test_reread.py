"""Complete re-reads: at their rhythm or asked for, resumed when killed, free of future stamps."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from model.warehouse.full_reads import FullRead, read_full_reads
from model.warehouse.landing import move_cursor, read_cursor
from model.warehouse.quarantine import read_all_problems
from pipelines.instance import Instance
from pipelines.steps.pull import RESUMED, pull, why_due
from pipelines.steps.sync import sync_all
from tests.pipelines.small import NOW, Small, day
from tests.pipelines.syncing import run_sync

LONG_AGO = "2025-11-03T09:00:00.000+0000"
A_YEAR_AHEAD = "2027-03-04T09:00:00.000+0000"


def age_an_issue(small: Small) -> dict[str, Any]:
    """Give CDP-3 a last change that lies before every window; its fields."""
    fields: dict[str, Any] = small.sandbox.jira.find("CDP-3").fields  # type: ignore[union-attr]
    fields["updated"] = LONG_AGO
    return fields


def read_due(instance: Instance, key: str) -> str:
    with instance.engine.connect() as connection:
        query = "select planned_finish from work_item where valid_to is null and key = %s"
        return str(connection.exec_driver_sql(query, (key,)).scalar_one())


def test_a_change_that_no_stamp_shows_is_caught_by_the_weekly_reread(
    small: Small, instance: Instance
) -> None:
    fields = age_an_issue(small)
    run_sync(instance)
    fields["duedate"] = f"{day(20)}"

    run_sync(instance, minutes=5)
    assert read_due(instance, "CDP-3") == f"{day(10)}"

    run_sync(instance, days=7)
    assert read_due(instance, "CDP-3") == f"{day(20)}"


def test_a_reread_that_is_asked_for_reads_that_connection_only(
    small: Small, instance: Instance
) -> None:
    fields = age_an_issue(small)
    run_sync(instance)
    fields["duedate"] = f"{day(20)}"
    said: list[str] = []

    later = NOW + timedelta(minutes=5)
    sync_all(instance, later, said.append, write=False, reread=["it-jira"])

    assert read_due(instance, "CDP-3") == f"{day(20)}"
    again = [line for line in said if "again from the beginning" in line]
    assert again
    assert all("it-jira" in line and "asked for" in line for line in again)


def test_a_killed_reread_goes_on_where_it_stopped(small: Small) -> None:
    small.write_settings(it_jira={"page_size": 1, "overlap_minutes": 1})
    for number, stored in enumerate(small.sandbox.jira.issues.values(), 1):
        stored.fields["updated"] = f"2026-03-0{number}T06:00:00.000+0000"
    later = NOW + timedelta(days=1)

    def die(_name: str, count: int, _why: str) -> None:
        if count == 2:
            raise KeyboardInterrupt

    said: list[str] = []
    with closing(small.open()) as instance:
        pull(instance, "it-jira", NOW)
        with pytest.raises(KeyboardInterrupt):
            pull(instance, "it-jira", later, die, reread=True)
        assert full_read(instance) == FullRead(later, None)

        resumed = later + timedelta(minutes=5)
        result = pull(instance, "it-jira", resumed, lambda *said_now: said.append(said_now[2]))

        assert full_read(instance) == FullRead(later, resumed)
        # The second and the third issue; the first was read before the kill.
        assert result.read == 2
        assert RESUMED in said


def full_read(instance: Instance) -> FullRead:
    with instance.engine.connect() as connection:
        return read_full_reads(connection, "it-jira")["issues"]


def test_connections_take_their_turns_at_different_times_within_the_rhythm() -> None:
    last = FullRead(NOW, NOW)

    def first_due(name: str) -> int:
        return next(hour for hour in range(200) if why_due(name, last, 7, later(hour)))

    def later(hours: int) -> datetime:
        return NOW + timedelta(hours=hours)

    turns = {first_due(f"jira-{number}") for number in range(20)}
    assert len(turns) > 10
    assert max(turns) <= 7 * 24
    assert why_due("jira", FullRead(NOW, None), 7, later(24 * 30)) == ""


def test_an_issue_dated_in_the_future_hides_no_later_edit_and_is_reported(
    small: Small, instance: Instance
) -> None:
    site = small.sandbox.jira
    site.find("CDP-3").fields["updated"] = A_YEAR_AHEAD  # type: ignore[union-attr]
    run_sync(instance, write=False)
    edit = {"fields": {"duedate": f"{day(21)}"}}
    small.call_jira("PUT", "/rest/api/3/issue/CDP-1", edit)

    run_sync(instance, minutes=5, write=False)

    assert read_due(instance, "CDP-1") == f"{day(21)}"
    assert read_due(instance, "CDP-3") == f"{day(10)}"
    with instance.engine.connect() as connection:
        ((_, native_id, reason, _),) = read_all_problems(connection)
    assert native_id == site.find("CDP-3").id  # type: ignore[union-attr]
    assert "in the future" in reason


def test_a_stamp_beyond_a_clock_that_is_behind_ours_hides_no_later_edit(
    small: Small, instance: Instance
) -> None:
    site = small.sandbox.jira
    site.settings.minutes_ahead = -120
    # An hour ahead of Jira's clock, and an hour ago by ours.
    site.find("CDP-3").fields["updated"] = "2026-03-04T08:00:00.000+0000"  # type: ignore[union-attr]
    run_sync(instance, write=False)
    edit = {"fields": {"duedate": f"{day(21)}"}}
    small.call_jira("PUT", "/rest/api/3/issue/CDP-1", edit)

    run_sync(instance, minutes=5, write=False)

    assert read_due(instance, "CDP-1") == f"{day(21)}"


def test_a_tool_whose_clock_is_ahead_of_ours_is_read_incrementally_all_the_same(
    small: Small, instance: Instance
) -> None:
    small.sandbox.jira.settings.minutes_ahead = 120
    small.sandbox.salesforce.settings.minutes_ahead = 120
    edit = {"fields": {"duedate": f"{day(21)}"}}
    small.call_jira("PUT", "/rest/api/3/issue/CDP-1", edit)
    run_sync(instance, write=False)

    result = run_sync(instance, minutes=5, write=False)

    with instance.engine.connect() as connection:
        cursor = read_cursor(connection, "it-jira", "issues", "pull")
    assert cursor is not None
    newest = datetime.fromtimestamp(cursor["updated_from"] / 1000, UTC)
    # Twelve hours are read again.
    assert newest == NOW + timedelta(hours=2 - 12)
    assert result.pulled["it-jira"].read == 1


@pytest.mark.after_sync
def test_a_cursor_that_a_former_version_moved_into_the_future_is_repaired(
    small: Small, instance: Instance
) -> None:
    poison(instance, "it-jira", "issues", updated_from=1_804_150_000_000)
    poison(instance, "sales", "opportunities", stamp="2027-03-04T09:00:00.000+0000")
    edit = {"fields": {"duedate": f"{day(21)}"}}
    small.call_jira("PUT", "/rest/api/3/issue/CDP-1", edit)

    result = run_sync(instance, minutes=5, write=False)

    assert read_due(instance, "CDP-1") == f"{day(21)}"
    assert result.pulled["sales"].read == 2


def poison(instance: Instance, name: str, stream: str, **changed: Any) -> None:
    with instance.engine.begin() as connection:
        cursor = read_cursor(connection, name, stream, "pull")
        assert cursor is not None
        move_cursor(connection, name, stream, "pull", {**cursor, **changed}, NOW)
