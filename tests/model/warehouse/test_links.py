"""Dependencies between tools, resolved by the names of records."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, text

from model.addresses import Site, UrlShape
from model.keys import ReferenceFormats
from model.records import (
    DependencyRole,
    Kind,
    Mapped,
    Origin,
    Problem,
    Ref,
    Spend,
    SpendKind,
    State,
    StatedDependency,
    Version,
    WorkItem,
)
from model.warehouse.landing import DELETED, LandingRow
from model.warehouse.links import LinkResult, link
from model.warehouse.load import load_records
from model.warehouse.lookup import WarehouseLookup

NOW = datetime(2026, 3, 2, tzinfo=UTC)
STREAMS = [("jira", "rows"), ("plan", "rows"), ("other", "rows")]
ISSUE = UrlShape(r"/browse/([A-Z]+-\d+)")
FORMATS = ReferenceFormats(
    sites=(
        Site("jira", ("https://jira.example",), (ISSUE,)),
        Site("other", ("https://other.example",), (ISSUE,)),
    )
)


def stated(
    *targets: str, origin: Origin = Origin.FIELD, role: DependencyRole = DependencyRole.PREDECESSOR
) -> Any:
    return tuple(
        StatedDependency(target, role, origin, 'column "Depends on"') for target in targets
    )


def put(
    warehouse: Engine, connection: str, key: str, dependencies: Any = (), **fields: Any
) -> None:
    item = WorkItem(
        ref=Ref(connection, Kind.WORK_ITEM, f"id-{key}"),
        key=key,
        title=f"Work {key}",
        function="it",
        state=State.PLANNED,
        status="To Do",
        **fields,
    )
    load(warehouse, connection, key, Mapped((Version(NOW, item, dependencies),)))


def load(
    warehouse: Engine, connection: str, key: str, mapped: Mapped, gone: str | None = None
) -> None:
    with warehouse.begin() as opened:
        row = LandingRow(key, "{}", NOW, 1, gone)
        load_records(opened, connection, "rows", [(row, mapped)], NOW, FORMATS)


def rebuild(warehouse: Engine, *unread: str) -> LinkResult:
    with warehouse.begin() as connection:
        return link(connection, STREAMS, unread, NOW)


def edges(warehouse: Engine) -> list[tuple[str, str]]:
    rebuild(warehouse)
    with warehouse.connect() as connection:
        rows = connection.execute(
            text("""
                select p.native_id, s.native_id from dependency d
                join record p on p.id = d.predecessor_id join record s on s.id = d.successor_id
                order by 1, 2
            """)
        )
        return [(p.removeprefix("id-"), s.removeprefix("id-")) for p, s in rows]


def dangling(warehouse: Engine) -> list[str]:
    rebuild(warehouse)
    with warehouse.connect() as connection:
        return list(connection.execute(text("select target from dangling order by 1")).scalars())


def test_a_key_in_another_tool_becomes_a_dependency(warehouse: Engine) -> None:
    put(warehouse, "jira", "CDP-12")
    put(warehouse, "plan", "CMP-1", stated("CDP-12"))

    assert edges(warehouse) == [("CDP-12", "CMP-1")]


def test_the_order_in_which_tools_are_read_does_not_matter(warehouse: Engine) -> None:
    put(warehouse, "plan", "CMP-1", stated("CDP-12"))
    assert edges(warehouse) == []

    put(warehouse, "jira", "CDP-12")

    assert edges(warehouse) == [("CDP-12", "CMP-1")]


def test_a_web_address_names_its_record(warehouse: Engine) -> None:
    address = "https://jira.example/browse/CDP-12"
    put(warehouse, "jira", "CDP-12", url=address)
    put(warehouse, "plan", "CMP-1", stated("CDP-12"))

    assert edges(warehouse) == [("CDP-12", "CMP-1")]


def test_an_address_names_the_record_of_its_site_and_no_other_of_the_same_key(
    warehouse: Engine,
) -> None:
    for name in ("jira", "other"):
        put(warehouse, name, "CDP-12", url=f"https://{name}.example/browse/CDP-12")
    put(warehouse, "plan", "M-1", stated(FORMATS.normalise("https://jira.example/browse/CDP-12")))
    put(warehouse, "plan", "M-2", stated(FORMATS.normalise("https://other.example/browse/CDP-12")))
    put(warehouse, "plan", "M-3", stated("CDP-12"))

    result = rebuild(warehouse)

    assert (result.dependencies, result.ambiguous) == (2, 1)
    with warehouse.connect() as connection:
        refs = connection.execute(
            text("""
                select p.connection, s.native_id from dependency d
                join record p on p.id = d.predecessor_id join record s on s.id = d.successor_id
                order by 1
            """)
        ).all()
    assert refs == [("jira", "id-M-1"), ("other", "id-M-2")]


def test_an_address_of_an_issue_that_is_not_read_is_no_row_of_the_same_key(
    warehouse: Engine,
) -> None:
    put(warehouse, "plan", "CDP-99")
    target = FORMATS.normalise("https://jira.example/browse/CDP-99")
    put(warehouse, "plan", "M-1", stated(target))

    assert edges(warehouse) == []
    assert dangling(warehouse) == [target]


def test_a_key_of_a_foreign_host_is_no_record_of_ours(warehouse: Engine) -> None:
    put(warehouse, "jira", "CDP-12")
    foreign = FORMATS.normalise("https://foreign.example/browse/CDP-12")
    put(warehouse, "plan", "M-1", stated(foreign))

    assert edges(warehouse) == []
    assert dangling(warehouse) == [foreign]


def test_a_record_in_quarantine_is_expected_by_its_address_too(warehouse: Engine) -> None:
    held = Problem("CDP-12", "no status", "Map it", known_as=("CDP-12",))
    load(warehouse, "jira", "CDP-12", Mapped(problems=(held,)))
    target = FORMATS.normalise("https://jira.example/browse/CDP-12")
    put(warehouse, "plan", "M-1", stated(target))

    assert dangling(warehouse) == []


def test_a_link_reported_by_both_ends_is_one_dependency(warehouse: Engine) -> None:
    put(warehouse, "jira", "A-1", stated("A-2", role=DependencyRole.SUCCESSOR, origin=Origin.LINK))
    put(warehouse, "jira", "A-2", stated("A-1", origin=Origin.LINK))

    assert edges(warehouse) == [("A-1", "A-2")]


def test_a_named_field_that_points_at_nothing_dangles(warehouse: Engine) -> None:
    put(warehouse, "plan", "CMP-1", stated("CDP-99"))

    assert dangling(warehouse) == ["CDP-99"]


def test_what_dangles_is_shown_as_its_tool_spells_it(warehouse: Engine) -> None:
    written = StatedDependency(
        "CDP-99", DependencyRole.PREDECESSOR, Origin.FIELD, 'column "Needs"', written="Cdp-99"
    )
    put(warehouse, "plan", "CMP-1", (written,), wbs="d-9.x")
    put(warehouse, "jira", "A-1", stated("B-1"))

    with warehouse.connect() as connection:
        plan, jira = connection.execute(text("select id from record order by id")).scalars()
        targets = [(plan, "CDP-99"), (plan, "D-9.X"), (jira, "B-1")]
        assert WarehouseLookup(connection).read_spellings(targets) == {
            (plan, "CDP-99"): ("Cdp-99", "plan"),
            (plan, "D-9.X"): ("d-9.x", "plan"),
            (jira, "B-1"): ("B-1", "jira"),
        }


def test_a_name_of_two_records_is_reported_as_the_tool_spells_it(warehouse: Engine) -> None:
    put(warehouse, "plan", "T-1")
    put(warehouse, "other", "T-1")
    named = StatedDependency(
        "T-1", DependencyRole.PREDECESSOR, Origin.FIELD, 'column "Needs"', written="t-1"
    )
    put(warehouse, "jira", "CDP-1", (named,))

    rebuild(warehouse)

    with warehouse.connect() as connection:
        reason = connection.execute(text("select reason from quarantine")).scalar_one()
    assert reason.startswith('column "Needs" says "t-1", which names 2 records')


def test_while_a_tool_is_not_read_to_its_end_nothing_newly_dangles(
    warehouse: Engine,
) -> None:
    put(warehouse, "plan", "CMP-1", stated("CDP-99"))
    rebuild(warehouse)
    put(warehouse, "plan", "CMP-2", stated("CDP-12"))

    assert rebuild(warehouse, "jira").dangling == 1

    with warehouse.connect() as connection:
        (waiting,) = connection.execute(text("select native_id, reason from quarantine")).all()
        assert connection.execute(text("select target from dangling")).scalars().all() == ["CDP-99"]
    assert waiting.native_id == "CMP-2"
    assert "jira could not be read to the end" in waiting.reason
    assert dangling(warehouse) == ["CDP-12", "CDP-99"]


def test_free_text_that_names_nothing_does_not_dangle(warehouse: Engine) -> None:
    put(warehouse, "plan", "CMP-1", stated("COVID-19", origin=Origin.TEXT))

    assert dangling(warehouse) == []


def test_a_dependency_on_a_record_in_quarantine_does_not_dangle(warehouse: Engine) -> None:
    held = Problem("CDP-12", "no such date", "correct it", known_as=("CDP-12",))
    load(warehouse, "jira", "CDP-12", Mapped(problems=(held,)))
    put(warehouse, "plan", "CMP-1", stated("CDP-12"))

    assert dangling(warehouse) == []


def test_a_deleted_record_leaves_those_who_point_at_it_dangling(warehouse: Engine) -> None:
    put(warehouse, "jira", "CDP-12")
    put(warehouse, "plan", "CMP-1", stated("CDP-12"))
    assert edges(warehouse) == [("CDP-12", "CMP-1")]

    load(warehouse, "jira", "CDP-12", Mapped(), gone=DELETED)

    assert edges(warehouse) == []
    assert dangling(warehouse) == ["CDP-12"]


def test_a_record_that_lost_its_visibility_keeps_its_dependencies(warehouse: Engine) -> None:
    put(warehouse, "jira", "CDP-12")
    put(warehouse, "plan", "CMP-1", stated("CDP-12"))

    load(warehouse, "jira", "CDP-12", Mapped(), gone="lost access")

    assert edges(warehouse) == [("CDP-12", "CMP-1")]


def test_a_name_is_looked_up_in_its_own_tool_first(warehouse: Engine) -> None:
    put(warehouse, "plan", "T-1")
    put(warehouse, "other", "T-1")
    put(warehouse, "plan", "T-2", stated("T-1"))

    rebuild(warehouse)

    with warehouse.connect() as connection:
        tool = connection.execute(
            text("select connection from record where id = (select predecessor_id from dependency)")
        ).scalar_one()
        assert tool == "plan"


def test_a_name_of_two_records_elsewhere_is_reported_and_links_nothing(
    warehouse: Engine,
) -> None:
    put(warehouse, "plan", "T-1")
    put(warehouse, "other", "T-1")
    put(warehouse, "jira", "CDP-1", stated("T-1"))

    assert edges(warehouse) == []
    assert dangling(warehouse) == []
    with warehouse.connect() as connection:
        reason = connection.execute(text("select reason from quarantine")).scalar_one()
        assert "names 2 records" in reason


def test_nothing_depends_on_itself(warehouse: Engine) -> None:
    put(warehouse, "jira", "CDP-12", stated("CDP-12", origin=Origin.TEXT))

    assert edges(warehouse) == []


def test_of_two_lags_of_one_dependency_the_longer_counts(warehouse: Engine) -> None:
    def lagging(target: str, role: DependencyRole, days: int) -> StatedDependency:
        return StatedDependency(target, role, Origin.LINK, "link", lag_days=days)

    put(warehouse, "jira", "A-1", (lagging("A-2", DependencyRole.SUCCESSOR, 2),))
    put(warehouse, "jira", "A-2", (lagging("A-1", DependencyRole.PREDECESSOR, 5),))

    rebuild(warehouse)

    with warehouse.connect() as connection:
        assert connection.execute(text("select lag_days from dependency")).scalars().all() == [5]


def test_a_record_that_is_moved_to_the_top_loses_its_parent(warehouse: Engine) -> None:
    def parents() -> int:
        rebuild(warehouse)
        query = text("select count(parent_id) from record")
        with warehouse.connect() as connection:
            return connection.execute(query).scalar_one()

    put(warehouse, "jira", "A-1")
    put(warehouse, "jira", "A-2", parent=Ref("jira", Kind.WORK_ITEM, "id-A-1"))
    assert parents() == 1

    put(warehouse, "jira", "A-2")

    assert parents() == 0


def test_a_spend_line_is_no_predecessor_and_its_name_does_not_dangle(warehouse: Engine) -> None:
    put_spend(warehouse, "4711", wbs=None)
    put(warehouse, "jira", "A-1", stated("4711"))

    assert edges(warehouse) == []
    assert dangling(warehouse) == []


def test_an_unknown_wbs_dangles_only_once_there_is_spend_with_a_wbs(warehouse: Engine) -> None:
    put(warehouse, "jira", "A-1", wbs="d-1")
    put(warehouse, "jira", "A-2", wbs="d-2")
    assert dangling(warehouse) == []

    put_spend(warehouse, "4711", wbs="D-1")

    assert dangling(warehouse) == ["D-2"]


def put_spend(warehouse: Engine, key: str, wbs: str | None) -> None:
    line = Spend(
        ref=Ref("erp", Kind.SPEND, f"id-{key}"),
        key=key,
        title=key,
        function="it",
        spend_kind=SpendKind.BUDGET,
        amount=Decimal(9),
        currency="EUR",
        on=NOW.date(),
        wbs=wbs,
    )
    load(warehouse, "erp", key, Mapped((Version(NOW, line),)))
