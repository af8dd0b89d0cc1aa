"""Loading a batch: ids given once, names of records, and what an absent record loses."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, text

from model.records import DependencyRole, Origin, Ref, StatedDependency, Version
from model.warehouse.load import LoadResult, read_mapped_streams
from tests.model.warehouse.records import NOW, load, work_item

TABLES = ("record", "work_item", "alias", "stated_dependency", "quarantine")


def names(warehouse: Engine) -> list[str]:
    with warehouse.connect() as connection:
        return list(connection.execute(text("select name from alias order by 1")).scalars())


def rows(warehouse: Engine) -> dict[str, list[str]]:
    with warehouse.connect() as connection:
        return {
            table: sorted(map(str, connection.execute(text(f"select * from {table}"))))
            for table in TABLES
        }


def test_a_record_is_named_by_its_key_and_address_but_not_by_an_internal_number(
    warehouse: Engine,
) -> None:
    address = "https://jira.example/browse/x"
    load(warehouse, "10042", Version(NOW, work_item("10042", "CDP-12", url=address)))

    assert names(warehouse) == ["CDP-12", address.upper()]


def test_a_native_id_that_people_can_read_is_a_name(warehouse: Engine) -> None:
    load(warehouse, "r", Version(NOW, work_item("row-7b", "Landing page")))

    assert names(warehouse) == ["LANDING PAGE", "ROW-7B"]


def test_an_earlier_key_is_a_name_while_the_mapping_states_it(warehouse: Engine) -> None:
    item = work_item("10042", "CDP-12")
    load(warehouse, "10042", Version(NOW, item), aliases=((item.ref, "OLD-3"),))
    assert names(warehouse) == ["CDP-12", "OLD-3"]

    load(warehouse, "10042", Version(NOW, item))

    assert names(warehouse) == ["CDP-12"]


def test_an_alias_of_a_record_outside_the_batch_is_ignored(warehouse: Engine) -> None:
    item = work_item("10042", "CDP-12")
    other = Ref("jira", item.ref.kind, "10099")

    load(warehouse, "10042", Version(NOW, item), aliases=((other, "CDP-99"),))

    assert names(warehouse) == ["CDP-12"]


def test_the_name_of_a_renamed_record_is_that_of_its_last_version(warehouse: Engine) -> None:
    before = Version(NOW, work_item("10042", "CDP-12"))
    after = Version(NOW + timedelta(days=1), work_item("10042", "API-1"))

    load(warehouse, "10042", before, after)

    assert names(warehouse) == ["API-1"]


def test_loading_twice_changes_nothing(warehouse: Engine) -> None:
    stated = StatedDependency("CDP-1", DependencyRole.PREDECESSOR, Origin.LINK, "link")
    version = Version(NOW, work_item("10042", "CDP-12", touched_at=NOW), (stated,))
    load(warehouse, "10042", version)
    before = rows(warehouse)

    result = load(warehouse, "10042", version, now=NOW + timedelta(days=1))

    assert result == LoadResult(rows=1)
    assert rows(warehouse) == before


def test_dependencies_in_another_order_are_no_change(warehouse: Engine) -> None:
    stated = [
        StatedDependency(target, DependencyRole.PREDECESSOR, Origin.LINK, "link")
        for target in ("CDP-1", "CDP-2")
    ]
    load(warehouse, "10042", Version(NOW, work_item("10042", "CDP-12"), tuple(stated)))

    again = Version(NOW, work_item("10042", "CDP-12"), tuple(reversed(stated)))

    assert load(warehouse, "10042", again).changed == 0


def test_another_spelling_of_a_dependency_is_a_change(warehouse: Engine) -> None:
    def version(spelling: str) -> Version:
        stated = StatedDependency(
            "CDP-1", DependencyRole.PREDECESSOR, Origin.FIELD, "Needs", written=spelling
        )
        return Version(NOW, work_item("10042", "CDP-12"), (stated,))

    load(warehouse, "10042", version("CDP-1"))

    assert load(warehouse, "10042", version("cdp-1")).changed == 1


def test_a_record_keeps_its_id_when_another_raw_record_becomes_it(warehouse: Engine) -> None:
    load(warehouse, "1", Version(NOW, work_item("a", "A-1")))
    load(warehouse, "2", Version(NOW, work_item("a", "A-1")))

    with warehouse.connect() as connection:
        records = connection.execute(text("select id, landed_id from record")).all()
    assert [tuple(record) for record in records] == [(1, "2")]


def test_a_record_that_its_raw_record_is_no_longer_mapped_to_ends(warehouse: Engine) -> None:
    first, second = work_item("a", "A-1"), work_item("b", "B-1")
    stated = StatedDependency("A-1", DependencyRole.PREDECESSOR, Origin.LINK, "link")
    load(warehouse, "1", Version(NOW, first), Version(NOW, second, (stated,)))

    result = load(warehouse, "1", Version(NOW, first))

    assert result.ended == 1
    assert names(warehouse) == ["A", "A-1"]
    assert rows(warehouse)["stated_dependency"] == []


def test_the_streams_of_all_records_are_listed_once(warehouse: Engine) -> None:
    load(warehouse, "1", Version(NOW, work_item("a", "A-1")))
    load(warehouse, "2", Version(NOW, work_item("b", "B-1")))

    with warehouse.connect() as connection:
        assert read_mapped_streams(connection) == [("jira", "issues")]
