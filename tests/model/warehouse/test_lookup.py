"""Text for the records that a finding mentions."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, text

from model.keys import ReferenceFormats
from model.operating_model.schema import GateSign
from model.records import DependencyRole, DependencyType, Origin, StatedDependency, Version
from model.warehouse.links import link
from model.warehouse.lookup import WarehouseLookup
from tests.model.warehouse.records import NOW, load, work_item


def record_ids(warehouse: Engine) -> dict[str, int]:
    with warehouse.connect() as connection:
        rows = connection.execute(text("select native_id, id from record"))
        return {row.native_id: row.id for row in rows}


def test_a_label_follows_a_correction_that_begins_with_the_version_it_corrects(
    warehouse: Engine,
) -> None:
    load(warehouse, "1", Version(NOW, work_item("a", "A-1", title="Profile")))
    load(warehouse, "1", Version(NOW, work_item("a", "A-1", title="Profile service")))
    (record_id,) = record_ids(warehouse).values()

    with warehouse.connect() as connection:
        label = WarehouseLookup(connection).read_labels([record_id])[record_id]

    assert label.title == "Profile service"


def test_a_deleted_record_keeps_its_label(warehouse: Engine) -> None:
    load(warehouse, "1", Version(NOW, work_item("a", "A-1", owner="ada")))
    load(warehouse, "1")
    (record_id,) = record_ids(warehouse).values()

    with warehouse.connect() as connection:
        label = WarehouseLookup(connection).read_labels([record_id])[record_id]

    assert (label.key, label.owner, label.ref) == ("A-1", "ada", "jira:work_item:a")


def test_a_gate_is_recognised_by_a_label_or_by_all_words_of_its_title(warehouse: Engine) -> None:
    load(warehouse, "1", Version(NOW, work_item("a", "A-1", labels=("Go-Live",))))
    load(warehouse, "2", Version(NOW, work_item("b", "B-1", title="Security audit of 100% of it")))
    load(warehouse, "3", Version(NOW, work_item("c", "C-1", title="Security review")))
    ids = record_ids(warehouse)

    def recognised(**sign: tuple[str, ...]) -> list[int]:
        with warehouse.connect() as connection:
            return WarehouseLookup(connection).find_gate_items(GateSign(**sign)).tolist()

    assert recognised(labels=("go-live",)) == [ids["a"]]
    assert recognised(title_words=("Audit", "SECURITY")) == [ids["b"]]
    assert recognised(title_words=("100%",)) == [ids["b"]]
    assert recognised(title_words=("1_0",)) == recognised(title_words=("s%y",)) == []
    assert recognised(labels=("release",)) == []


def test_of_several_links_between_two_records_the_finish_to_start_one_names_the_place(
    warehouse: Engine,
) -> None:
    stated = [
        StatedDependency("A-1", DependencyRole.PREDECESSOR, Origin.LINK, place, type_)
        for place, type_ in (
            ("a finish link", DependencyType.FINISH_TO_FINISH),
            ("a link", DependencyType.FINISH_TO_START),
            ("a start link", DependencyType.START_TO_START),
        )
    ]
    load(warehouse, "1", Version(NOW, work_item("a", "A-1")))
    load(warehouse, "2", Version(NOW, work_item("b", "B-1"), tuple(stated)))
    pair = record_ids(warehouse)["a"], record_ids(warehouse)["b"]

    with warehouse.begin() as connection:
        link(connection, [], [], NOW)
        places = WarehouseLookup(connection).read_link_places([pair])

    assert places == {pair: "a link in jira"}


def test_dates_are_sourced_only_where_the_tool_names_their_place(warehouse: Engine) -> None:
    load(warehouse, "1", Version(NOW, work_item("a", "A-1", dates_from='Jira "Due date"')))
    load(warehouse, "2", Version(NOW, work_item("b", "B-1")))
    ids = record_ids(warehouse)

    with warehouse.connect() as connection:
        sources = WarehouseLookup(connection).read_date_sources(ids.values())

    assert sources == {ids["a"]: 'Jira "Due date" in jira'}


def test_a_record_is_found_by_its_key_in_any_case_and_by_its_reference(warehouse: Engine) -> None:
    load(warehouse, "1", Version(NOW, work_item("a", "A-1")))
    load(warehouse, "2", Version(NOW, work_item("b", "B-1")), now=NOW + timedelta(days=1))
    ids = record_ids(warehouse)

    with warehouse.connect() as connection:
        lookup = WarehouseLookup(connection)
        assert lookup.find_by_name(" a-1 ", ReferenceFormats()) == [ids["a"]]
        assert lookup.find_by_name("jira:work_item:b", ReferenceFormats()) == [ids["b"]]
        assert lookup.find_by_name("C-1", ReferenceFormats()) == []
        assert lookup.find_by_ref([work_item("b", "B-1").ref]) == [ids["b"]]
