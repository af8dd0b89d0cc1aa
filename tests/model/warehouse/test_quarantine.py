"""The quarantine: corrected or deleted records leave it, other entries keep their age."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Engine, event

from model.keys import ReferenceFormats
from model.records import Problem
from model.warehouse.quarantine import (
    count_problems,
    drop_stale_problems,
    read_first_problems,
    replace_problems,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LATER = datetime(2026, 3, 3, tzinfo=UTC)


def problem(native_id: str, reason: str = "no such date") -> Problem:
    return Problem(native_id, reason, "Correct it")


def report(
    warehouse: Engine,
    *problems: Problem,
    native_ids: Collection[str] | None = None,
    stage: str = "pull",
    now: datetime = NOW,
) -> None:
    with warehouse.begin() as connection:
        replace_problems(
            connection, "plan", "rows", stage, native_ids, problems, now, ReferenceFormats()
        )


def entries(warehouse: Engine) -> list[tuple[str, str, datetime]]:
    with warehouse.connect() as connection:
        query = "select native_id, reason, first_seen from quarantine order by 1, 2"
        return [tuple(row) for row in connection.exec_driver_sql(query)]


@contextmanager
def statements(warehouse: Engine) -> Iterator[list[str]]:
    """Collects the statements sent to the database; one for many rows counts once."""
    sent: list[str] = []

    def collect(*details: object) -> None:
        sent.append(str(details[2]))

    event.listen(warehouse, "before_cursor_execute", collect)
    yield sent
    event.remove(warehouse, "before_cursor_execute", collect)


def test_a_record_processed_again_keeps_only_its_present_problems(
    warehouse: Engine,
) -> None:
    report(warehouse, problem("1"), problem("1", "no such state"), problem("2"))

    report(warehouse, problem("1"), native_ids={"1"}, now=LATER)

    assert entries(warehouse) == [("1", "no such date", NOW), ("2", "no such date", NOW)]


def test_a_stage_keeps_the_problems_of_another_stage(warehouse: Engine) -> None:
    report(warehouse, problem("1"), stage="map")

    report(warehouse, native_ids={"1"}, stage="pull")

    assert [native_id for native_id, _, _ in entries(warehouse)] == ["1"]


def test_the_full_set_of_ids_drops_the_problems_of_records_that_no_longer_exist(
    warehouse: Engine,
) -> None:
    report(warehouse, problem("1"), problem("2"))
    report(warehouse, problem("3"), stage="map")

    with warehouse.begin() as connection:
        drop_stale_problems(connection, "plan", "rows", keep={"2"})

    assert [native_id for native_id, _, _ in entries(warehouse)] == ["2", "3"]


def test_a_thousand_corrected_records_take_as_few_statements_as_one(
    warehouse: Engine,
) -> None:
    ids = [str(number) for number in range(1000)]
    report(warehouse, *map(problem, ids))
    with statements(warehouse) as for_one_record:
        report(warehouse, native_ids=ids[:1])
    with statements(warehouse) as for_all_records:
        report(warehouse, native_ids=ids)

    assert entries(warehouse) == []
    assert len(for_all_records) == len(for_one_record)


def test_of_the_first_problems_those_of_whole_records_come_before_older_ones(
    warehouse: Engine,
) -> None:
    report(warehouse, replace(problem("1"), held=False))
    report(warehouse, problem("2"), problem("3"), stage="map", now=LATER)

    with warehouse.connect() as connection:
        first = read_first_problems(connection, "plan", 2)
        assert count_problems(connection) == {"plan": (2, 1)}

    assert [native_id for native_id, _, _ in first] == ["2", "3"]
