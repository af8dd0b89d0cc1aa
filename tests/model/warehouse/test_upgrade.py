"""A warehouse of an earlier release: upgraded to today's tables and read by today's code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL

from model.comment_content import CommentState
from model.conflicts import Status
from model.keys import ReferenceFormats
from model.records import (
    Deal,
    DealStage,
    DependencyRole,
    Kind,
    Mapped,
    Origin,
    Priority,
    Ref,
    SharedRecord,
    Spend,
    SpendKind,
    State,
    StatedDependency,
    Version,
    WorkItem,
)
from model.warehouse.connect import migrate
from model.warehouse.connection_states import read_times
from model.warehouse.landing import LandingRow, read_unmapped
from model.warehouse.ledger import (
    read_conflicts,
    read_events,
    read_posted_comments,
    read_recorded_comments,
)
from model.warehouse.links import link
from model.warehouse.load import LoadResult, load_records
from model.warehouse.plan import read_plan
from model.warehouse.schema import metadata
from tests.model.operating_model.small_model import small_model

BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 3, 9, 9, tzinfo=UTC)
OLD_ROWS = (Path(__file__).parent / "foundation.sql").read_text(encoding="utf-8")
STREAMS = {"jira": "issues", "crm": "deals", "erp": "lines"}

PARENT = WorkItem(
    ref=Ref("jira", Kind.WORK_ITEM, "10043"),
    key="CDP-1",
    title="Profile",
    function="it",
    state=State.PLANNED,
    status="To Do",
)
ITEM = WorkItem(
    ref=Ref("jira", Kind.WORK_ITEM, "10042"),
    key="CDP-12",
    title="Profile service",
    url="https://jira.example/browse/CDP-12",
    dates_from='Jira "Due date"',
    function="it",
    owner="ada",
    state=State.IN_PROGRESS,
    status="In Progress",
    priority=Priority.HIGH,
    planned_start=date(2026, 3, 2),
    planned_finish=date(2026, 4, 1),
    actual_start=date(2026, 3, 2),
    estimate_days=8,
    remaining_days=3,
    percent_complete=40,
    parent=PARENT.ref,
    initiative="portal",
    labels=("go-live", "phase 1"),
    wbs="d-4711",
)
DEAL = Deal(
    ref=Ref("crm", Kind.DEAL, "006A"),
    key="Renewal",
    title="Renewal",
    dates_from="Close Date",
    function="marketing",
    owner="005A",
    stage=DealStage.OPEN,
    status="Talks",
    amount=Decimal("1250.5"),
    currency="EUR",
    close_date=date(2026, 4, 30),
    probability=60,
)
BUDGET = Spend(
    ref=Ref("erp", Kind.SPEND, "4711-1"),
    key="4711",
    title="Licences",
    function="it",
    spend_kind=SpendKind.BUDGET,
    amount=Decimal(90000),
    currency="EUR",
    on=date(2026, 1, 1),
    fiscal_period="2026-01",
    cost_centre="CC-7",
    wbs="D-4711",
)
STATED = (
    StatedDependency("CDP-1", DependencyRole.PREDECESSOR, Origin.LINK, "issue link"),
    StatedDependency(
        "CDP-99",
        DependencyRole.PREDECESSOR,
        Origin.FIELD,
        'column "Needs"',
        lag_days=2,
        written="cdp-99",
    ),
)


@pytest.fixture
def upgraded(empty_database: URL) -> Iterator[Engine]:
    """A warehouse of revision 0001 with rows in every table, after today's migrations."""
    engine = create_engine(empty_database)
    migrate(engine, "0001")
    with engine.begin() as connection:
        connection.exec_driver_sql(OLD_ROWS)
    migrate(engine)
    yield engine
    engine.dispose()


def map_again(
    warehouse: Engine, record: SharedRecord, stated: tuple[StatedDependency, ...] = ()
) -> LoadResult:
    name, native_id = record.ref.connection, record.ref.native_id
    row = LandingRow(native_id, "{}", NOW, 1, None)
    mapped = Mapped((Version(BEGAN, record, stated),))
    with warehouse.begin() as connection:
        return load_records(
            connection, name, STREAMS[name], [(row, mapped)], NOW, ReferenceFormats()
        )


def test_the_old_rows_fill_every_table(upgraded: Engine) -> None:
    with upgraded.connect() as connection:
        empty = [
            table.name
            for table in metadata.tables.values()
            if not connection.execute(table.select().limit(1)).all()
        ]

    # Nobody recorded until now what these contain.
    assert empty == [
        "full_read",
        "hold",
        "hold_release",
        "reading_gap",
        "held_finding",
        "watched_finding",
        "displaced_comment",
        "reply",
        "reply_outcome",
        "raised_risk",
    ]


@pytest.mark.parametrize(
    ("record", "stated"), [(PARENT, ()), (ITEM, STATED), (DEAL, ()), (BUDGET, ())]
)
def test_mapping_an_unchanged_record_after_the_upgrade_makes_no_new_version(
    upgraded: Engine, record: SharedRecord, stated: tuple[StatedDependency, ...]
) -> None:
    assert map_again(upgraded, record, stated).changed == 0


@pytest.mark.parametrize(
    ("record", "stated"),
    [
        (ITEM.model_copy(update={"labels": ("go-live",)}), STATED),
        (ITEM, STATED[:1]),
        (DEAL.model_copy(update={"amount": Decimal(1300)}), ()),
        (BUDGET.model_copy(update={"on": date(2026, 2, 1)}), ()),
    ],
)
def test_mapping_a_changed_record_after_the_upgrade_makes_one(
    upgraded: Engine, record: SharedRecord, stated: tuple[StatedDependency, ...]
) -> None:
    assert map_again(upgraded, record, stated).changed == 1


def test_conflicts_and_comments_are_read_as_they_were(upgraded: Engine) -> None:
    with upgraded.connect() as connection:
        (conflict,) = read_conflicts(connection).values()
        events = read_events(connection, conflict.id)
        (posted,) = read_posted_comments(connection)[conflict.id]
        written = read_recorded_comments(connection, "jira")[conflict.id, ITEM.ref]

    assert (conflict.status, conflict.finding.impact.days) == (Status.DECIDED, 4)
    assert conflict.finding.rests_on == ("crm", "jira")
    assert (conflict.escalation.level_name, conflict.escalation.overdue) == ("heads", True)
    assert conflict.escalation.authority and conflict.escalation.authority.person_name == "Cy"
    assert conflict.decision and conflict.decision.verdict == "accept"
    assert conflict.decision.meaning == "accepted: both carry the risk as it stands"
    assert [each.event.event for each in events] == ["opened", "decided"]
    assert (posted.comment_id, written.digest, written.state) == (
        "100",
        "abc",
        CommentState.DECIDED,
    )


def test_the_plan_and_its_links_are_read_as_they_were(upgraded: Engine, tmp_path: Path) -> None:
    with upgraded.begin() as connection:
        assert [row.native_id for row in read_unmapped(connection, "jira", "issues", 0, 9)] == [
            "10042"
        ]
        linked = link(connection, list(STREAMS.items()), [], NOW)
        plan = read_plan(connection, small_model(tmp_path), NOW.date())

    assert (linked.dependencies, linked.dangling) == (1, 1)
    assert plan.items.parent.tolist() == [2, -1, -1]
    assert (len(plan.items), len(plan.spend.id), plan.wbs) == (3, 1, ("D-4711",))


def test_when_a_connection_was_read_survives_the_upgrade(upgraded: Engine) -> None:
    with upgraded.connect() as connection:
        assert read_times(connection, ["jira"]) == {"jira": datetime(2026, 3, 2, tzinfo=UTC)}
