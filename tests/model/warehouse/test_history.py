"""Versions: what is appended, what the database refuses, and what held on a past day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import IntegrityError

from model.keys import ReferenceFormats
from model.records import Kind, Mapped, Problem, Ref, State, Version, WorkItem
from model.warehouse.history import StoredVersion, content_of, holds, new_versions
from model.warehouse.landing import DELETED, LandingRow
from model.warehouse.load import LoadResult, load_records
from model.warehouse.schema import work_item

REF = Ref("it-jira", Kind.WORK_ITEM, "10042")


def on(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def item(**fields: object) -> WorkItem:
    given = {"title": "Profile service", "state": State.PLANNED, "status": "To Do", **fields}
    return WorkItem.model_validate({"ref": REF, "key": "CDP-12", "function": "it", **given})


def load(
    warehouse: Engine,
    *versions: Version,
    observed: datetime,
    problems: Sequence[Problem] = (),
    gone: str | None = None,
) -> LoadResult:
    row = LandingRow("10042", "{}", observed, 1, gone)
    mapped = Mapped(tuple(versions), tuple(problems))
    with warehouse.begin() as connection:
        return load_records(
            connection, "it-jira", "issues", [(row, mapped)], observed, ReferenceFormats()
        )


def finish_as_of(warehouse: Engine, instant: datetime | None) -> date | None:
    with warehouse.connect() as connection:
        return connection.execute(
            select(work_item.c.planned_finish).where(holds(work_item, instant))
        ).scalar_one_or_none()


def versions(connection: Connection) -> list[tuple[datetime, datetime | None, str]]:
    rows = connection.execute(
        select(work_item.c.valid_from, work_item.c.valid_to, work_item.c.title).order_by(
            work_item.c.valid_from, work_item.c.recorded_at
        )
    )
    return [tuple(row) for row in rows]


def test_the_first_mapping_stores_the_history_that_a_tool_keeps(warehouse: Engine) -> None:
    first = Version(on(1), item(planned_finish=date(2026, 4, 1)))
    slipped = Version(on(9), item(planned_finish=date(2026, 5, 1)))

    load(warehouse, first, slipped, observed=on(20))

    assert finish_as_of(warehouse, on(5)) == date(2026, 4, 1)
    assert finish_as_of(warehouse, on(10)) == date(2026, 5, 1)
    assert finish_as_of(warehouse, None) == date(2026, 5, 1)


def test_a_record_does_not_exist_before_its_first_version(warehouse: Engine) -> None:
    load(warehouse, Version(on(5), item()), observed=on(20))

    assert finish_as_of(warehouse, on(4)) is None


def test_mapping_the_same_again_appends_nothing(warehouse: Engine) -> None:
    version = Version(on(1), item())
    load(warehouse, version, observed=on(2))

    again = load(warehouse, version, observed=on(3))

    assert again.changed == 0
    with warehouse.connect() as connection:
        assert len(versions(connection)) == 1


def test_a_touch_without_a_change_makes_no_new_version(warehouse: Engine) -> None:
    load(warehouse, Version(on(1), item(touched_at=on(1))), observed=on(2))

    load(warehouse, Version(on(1), item(touched_at=on(8))), observed=on(9))

    with warehouse.connect() as connection:
        assert len(versions(connection)) == 1
        touched = connection.execute(text("select touched_at from record")).scalar_one()
        assert touched == on(8)


def test_a_change_that_the_tool_does_not_date_counts_from_its_observation(
    warehouse: Engine,
) -> None:
    load(warehouse, Version(on(1), item(title="Profile")), observed=on(2))

    load(warehouse, Version(on(1), item(title="Profile service")), observed=on(7))

    with warehouse.connect() as connection:
        assert versions(connection) == [
            (on(1), on(7), "Profile"),
            (on(7), None, "Profile service"),
        ]


def test_a_record_deleted_in_its_tool_ends_and_one_restored_begins_again(
    warehouse: Engine,
) -> None:
    version = Version(on(1), item())
    load(warehouse, version, observed=on(2))

    load(warehouse, observed=on(5), gone=DELETED)
    assert finish_as_of(warehouse, None) is None
    load(warehouse, version, observed=on(8))

    with warehouse.connect() as connection:
        assert [(start, end) for start, end, _ in versions(connection)] == [
            (on(1), on(5)),
            (on(8), None),
        ]


def test_ending_records_reads_only_their_own_versions(warehouse: Engine) -> None:
    rows = [LandingRow(str(number), "{}", on(2), number, None) for number in range(4000)]
    present = [(row, Mapped((Version(on(1), item(ref=ref_of(row))),))) for row in rows]
    gone = [(replace(row, gone_reason=DELETED), Mapped()) for row in rows[:1000]]
    with warehouse.begin() as connection:
        load_records(connection, "it-jira", "issues", present, on(2), ReferenceFormats())

    with warehouse.begin() as connection:
        result = load_records(connection, "it-jira", "issues", gone, on(5), ReferenceFormats())
        read = connection.execute(
            text("""
                select seq_tup_read + idx_tup_fetch
                from pg_stat_xact_user_tables where relname = 'work_item'
            """)
        ).scalar_one()

    assert result.ended == 1000
    assert read < 2000


def ref_of(row: LandingRow) -> Ref:
    return Ref("it-jira", Kind.WORK_ITEM, row.native_id)


def test_a_record_that_the_tool_hides_keeps_its_last_state(warehouse: Engine) -> None:
    load(warehouse, Version(on(1), item(planned_finish=date(2026, 4, 1))), observed=on(2))

    load(warehouse, observed=on(5), gone="project CDP is no longer visible")

    assert finish_as_of(warehouse, None) == date(2026, 4, 1)
    with warehouse.connect() as connection:
        reason = connection.execute(text("select reason from quarantine")).scalar_one()
        assert "project CDP is no longer visible" in reason


def test_a_record_in_quarantine_keeps_its_last_version(warehouse: Engine) -> None:
    load(warehouse, Version(on(1), item(planned_finish=date(2026, 4, 1))), observed=on(2))

    load(warehouse, observed=on(5), problems=[Problem("10042", "no such date", "correct it")])

    assert finish_as_of(warehouse, None) == date(2026, 4, 1)


def test_a_record_leaves_the_quarantine_once_it_is_corrected(warehouse: Engine) -> None:
    load(warehouse, observed=on(2), problems=[Problem("10042", "no such date", "correct it")])

    load(warehouse, Version(on(1), item()), observed=on(5))

    with warehouse.connect() as connection:
        assert connection.execute(text("select count(*) from quarantine")).scalar_one() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "delete from work_item",
        "truncate work_item cascade",
        "update work_item set title = 'rewritten'",
        "update work_item set valid_to = now(), title = 'rewritten'",
    ],
)
def test_the_database_refuses_to_rewrite_history(warehouse: Engine, statement: str) -> None:
    load(warehouse, Version(on(1), item()), observed=on(2))

    with pytest.raises(IntegrityError, match="append-only"), warehouse.begin() as connection:
        connection.exec_driver_sql(statement)


def test_a_version_that_ended_cannot_end_again(warehouse: Engine) -> None:
    load(warehouse, Version(on(1), item()), observed=on(2))
    load(warehouse, observed=on(5), gone=DELETED)

    with pytest.raises(IntegrityError, match="may only end, once"), warehouse.begin() as connection:
        connection.exec_driver_sql("update work_item set valid_to = now()")


def test_a_record_that_returns_begins_no_earlier_than_it_ended() -> None:
    ended = StoredVersion(on(1), on(5), content_of(Version(on(1), item())))

    (version,) = new_versions([Version(on(1), item())], ended, observed_at=on(3))

    assert version.valid_from == on(5)


def test_an_undated_change_begins_no_earlier_than_the_version_it_changes() -> None:
    stored = StoredVersion(on(7), None, content_of(Version(on(7), item())))

    (version,) = new_versions([Version(on(7), item(title="Other"))], stored, observed_at=on(3))

    assert version.valid_from == on(7)


def test_of_two_versions_that_begin_together_the_correction_is_the_present_one(
    warehouse: Engine,
) -> None:
    load(warehouse, Version(on(5), item(title="Profile")), observed=on(5))
    load(warehouse, Version(on(5), item(title="Profile service")), observed=on(5))

    again = load(warehouse, Version(on(5), item(title="Profile service")), observed=on(6))

    assert again.changed == 0
    with warehouse.connect() as connection:
        assert versions(connection) == [
            (on(5), on(5), "Profile"),
            (on(5), None, "Profile service"),
        ]


def test_a_version_never_ends_before_it_begins(warehouse: Engine) -> None:
    load(warehouse, Version(on(8), item()), observed=on(8))

    load(warehouse, observed=on(5), gone=DELETED)

    with warehouse.connect() as connection:
        assert versions(connection) == [(on(8), on(8), "Profile service")]


def test_at_the_instant_of_a_change_the_later_version_holds(warehouse: Engine) -> None:
    first = Version(on(1), item(planned_finish=date(2026, 4, 1)))
    slipped = Version(on(9), item(planned_finish=date(2026, 5, 1)))
    load(warehouse, first, slipped, observed=on(20))

    assert finish_as_of(warehouse, on(9)) == date(2026, 5, 1)
