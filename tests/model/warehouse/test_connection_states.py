"""How connections were last read."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine

from model.conflicts import Conflict, EscalationStatus, Status
from model.findings import Finding, Severity, Wording
from model.freshness import ReadingGap
from model.ledger import LedgerUpdate
from model.warehouse.connection_states import (
    find_unread_connections,
    read_gaps,
    read_times,
    record_mapping_end,
    record_pull_end,
    record_pull_start,
)
from model.warehouse.ledger import write_ledger_update

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_a_connection_counts_as_unread_until_a_pull_has_reached_its_end(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        record_pull_end(connection, "jira", NOW)
        record_pull_start(connection, "crm", NOW)

        assert find_unread_connections(connection, ["jira", "crm", "plan"]) == ["crm", "plan"]

        record_pull_end(connection, "crm", LATER)
        assert find_unread_connections(connection, ["crm"]) == []


def test_a_pull_that_fails_leaves_the_time_of_the_last_complete_one(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        record_pull_end(connection, "jira", NOW)
        record_mapping_end(connection, "jira")
        record_pull_start(connection, "jira", LATER)

        assert read_times(connection, ["jira", "crm"]) == {"jira": NOW, "crm": None}


def test_what_the_shared_model_does_not_contain_yet_does_not_count_as_read(
    warehouse: Engine,
) -> None:
    with warehouse.begin() as connection:
        record_pull_end(connection, "jira", NOW)
        record_mapping_end(connection, "jira")
        record_pull_end(connection, "jira", LATER)

        assert read_times(connection, ["jira"]) == {"jira": NOW}

        record_mapping_end(connection, "jira")
        assert read_times(connection, ["jira"]) == {"jira": LATER}


def test_only_a_gap_with_a_whole_day_in_it_is_kept(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        put_conflict(connection, opened_at=NOW)
        for hours in (0, 8, 8 + 22, 8 + 22 + 72):
            read_to_end(connection, NOW + timedelta(hours=hours))

        gaps = read_gaps(connection)

    assert gaps == [ReadingGap("jira", NOW + timedelta(hours=30), NOW + timedelta(hours=102))]


def test_a_gap_that_ended_before_the_oldest_conflict_in_force_is_of_no_use(
    warehouse: Engine,
) -> None:
    with warehouse.begin() as connection:
        read_to_end(connection, NOW)
        read_to_end(connection, NOW + timedelta(days=3))
        without_conflict = read_gaps(connection)
        put_conflict(connection, opened_at=NOW + timedelta(days=3))

        assert (without_conflict, read_gaps(connection)) == ([], [])


def read_to_end(connection: Connection, at: datetime) -> None:
    record_pull_end(connection, "jira", at)
    record_mapping_end(connection, "jira")


def put_conflict(connection: Connection, opened_at: datetime) -> None:
    finding = Finding("late_handover", ("CDP-1",), Severity.HIGH, (), (), ())
    level = EscalationStatus(
        level=1, level_name="", authority=None, decide_by=opened_at.date(), otherwise=""
    )
    conflict = Conflict(
        id=finding.conflict_id,
        status=Status.OPEN,
        finding=finding,
        wording=Wording("", (), ""),
        escalation=level,
        opened_at=opened_at,
        changed_at=opened_at,
    )
    write_ledger_update(connection, LedgerUpdate((conflict,)), conflict.opened_at)
