"""The plan as read from the warehouse: its columns for work items, deals, spend and links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine

from model.keys import ReferenceFormats
from model.network import NO_DATE, UNKNOWN, day_of
from model.plan import NONE, Column, ItemAttributes, Plan, SpendLines
from model.records import (
    Deal,
    DealStage,
    DependencyRole,
    DependencyType,
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
from model.warehouse.landing import DELETED, LandingRow
from model.warehouse.links import link
from model.warehouse.load import load_records
from model.warehouse.lookup import WarehouseLookup
from model.warehouse.plan import read_known_names, read_plan
from model.warehouse.plan_fields import Declarations, read_items
from model.warehouse.plan_tables import (
    assemble,
    declared_columns,
    network_columns,
    replace_texts,
)
from tests.model.operating_model.small_model import small_model

TODAY = date(2026, 3, 4)
Read = Callable[..., Plan]


def on(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.fixture
def read(warehouse: Engine, tmp_path: Path) -> Read:
    """Rebuilds the dependencies and reads the plan."""

    def read(as_of: datetime | None = None) -> Plan:
        with warehouse.begin() as connection:
            link(connection, [("jira", "rows")], [], on(4))
            return read_plan(connection, small_model(tmp_path), TODAY, as_of)

    return read


def ref(key: str, kind: Kind) -> Ref:
    return Ref("jira", kind, f"id-{key}")


def work(key: str, **fields: Any) -> WorkItem:
    given = {"function": "it", "state": State.PLANNED, "status": "To Do", **fields}
    return WorkItem(ref=ref(key, Kind.WORK_ITEM), key=key, title=f"Work {key}", **given)


def deal(key: str, **fields: Any) -> Deal:
    given = {"function": "marketing", "stage": DealStage.OPEN, "status": "Talks", **fields}
    return Deal(ref=ref(key, Kind.DEAL), key=key, title=f"Deal {key}", **given)


def budget(key: str, **fields: Any) -> Spend:
    given = {"spend_kind": SpendKind.BUDGET, "amount": Decimal(9), "currency": "EUR", **fields}
    own = ref(key, Kind.SPEND)
    return Spend(ref=own, key=key, title=key, function="it", on=date(2026, 1, 1), **given)


def keys(warehouse: Engine, plan: Plan) -> list[str]:
    """The keys of the plan's items, in its order."""
    with warehouse.connect() as connection:
        labels = WarehouseLookup(connection).read_labels(plan.items.id.tolist())
    return [labels[record_id].key for record_id in plan.items.id.tolist()]


def put(
    warehouse: Engine,
    *records: SharedRecord,
    at: datetime,
    stated: Any = (),
    connection: str = "jira",
) -> None:
    for record in records:
        moved = record.model_copy(update={"ref": replace(record.ref, connection=connection)})
        load(warehouse, record.key, Mapped((Version(at, moved, stated),)), at)


def load(
    warehouse: Engine, key: str, mapped: Mapped, at: datetime, gone: str | None = None
) -> None:
    with warehouse.begin() as connection:
        load_records(
            connection,
            "jira",
            "rows",
            [(LandingRow(key, "{}", at, 1, gone), mapped)],
            at,
            ReferenceFormats(),
        )


def values(plan: Plan, *names: str) -> dict[str, Any]:
    """The values of these columns for the only item of the plan."""
    return {
        name: getattr(part, name).item()
        for name in names
        for part in (plan.items, plan.attributes)
        if hasattr(part, name)
    }


def test_a_work_item_has_the_values_that_its_tool_states(warehouse: Engine, read: Read) -> None:
    dates = ("planned_start", "planned_finish", "actual_start", "actual_finish")
    stated = {name: date(2026, 3, day) for day, name in enumerate(dates, start=1)}
    known: dict[str, Any] = {"state": State.IN_PROGRESS, "priority": Priority.HIGH}
    known |= {"milestone": True, "function": "marketing", "initiative": "portal", "owner": "ada"}
    amounts = {"estimate_days": 8, "remaining_days": 3, "percent_complete": 40}
    put(warehouse, work("A-1", **stated, **known, **amounts), at=on(1))

    plan = read()

    assert values(plan, *dates) == {name: day_of(day) for name, day in stated.items()}
    assert values(plan, "duration", "remaining", "percent") == {
        "duration": 8,
        "remaining": 3,
        "percent": 40,
    }
    assert values(
        plan, "state", "priority", "milestone", "function", "initiative", "has_owner"
    ) == {
        "state": State.IN_PROGRESS,
        "priority": Priority.HIGH,
        "milestone": True,
        "function": plan.functions.index("marketing"),
        "initiative": plan.initiatives.index("portal"),
        "has_owner": True,
    }


def test_what_a_work_item_does_not_state_is_missing(warehouse: Engine, read: Read) -> None:
    put(warehouse, work("A-1"), at=on(1))

    plan = read()

    dates = ("planned_start", "planned_finish", "actual_start", "actual_finish", "deadline")
    assert values(plan, *dates) == dict.fromkeys(dates, NO_DATE)
    numbers = ("duration", "remaining", "percent", "parent")
    assert values(plan, *numbers) == dict.fromkeys(numbers, UNKNOWN)
    names = ("initiative", "priority", "wbs", "currency")
    assert values(plan, *names) == dict.fromkeys(names, NONE)
    flags = ("milestone", "has_owner", "is_deal")
    assert values(plan, *flags) == dict.fromkeys(flags, False)


@pytest.mark.parametrize(
    ("stage", "state", "is_open", "finished"),
    [
        (DealStage.OPEN, State.PLANNED, True, False),
        (DealStage.WON, State.DONE, True, True),
        (DealStage.LOST, State.CANCELLED, False, False),
    ],
)
def test_a_deal_is_a_milestone_due_when_it_closes(
    warehouse: Engine, read: Read, stage: DealStage, state: State, is_open: bool, finished: bool
) -> None:
    closes = date(2026, 3, 31)
    put(
        warehouse,
        deal("D-1", stage=stage, close_date=closes, amount=Decimal("12.34"), currency="EUR"),
        at=on(1),
    )

    plan = read()

    close = day_of(closes)
    assert values(plan, "planned_finish", "deadline", "actual_finish", "planned_start") == {
        "planned_finish": close,
        "deadline": close,
        "actual_finish": close if finished else NO_DATE,
        "planned_start": NO_DATE,
    }
    assert values(plan, "state", "is_open", "is_deal", "milestone", "value", "currency") == {
        "state": state,
        "is_open": is_open,
        "is_deal": True,
        "milestone": True,
        "value": 1234,
        "currency": plan.currencies.index("EUR"),
    }


def test_work_that_is_done_or_cancelled_is_not_open(warehouse: Engine, read: Read) -> None:
    put(warehouse, *(work(state.name, state=state) for state in State), at=on(1))

    plan = read()

    assert set(plan.items.state[plan.attributes.is_open].tolist()) == {
        State.PLANNED,
        State.IN_PROGRESS,
        State.BLOCKED,
    }


def test_the_last_touch_is_a_day_in_utc(warehouse: Engine, read: Read) -> None:
    late = datetime.fromisoformat("2026-03-03T23:30:00-05:00")
    put(warehouse, work("A-1", touched_at=late), at=on(1))

    assert values(read(), "touched") == {"touched": day_of(date(2026, 3, 4))}


def test_without_a_touch_the_day_on_which_the_version_began_counts(
    warehouse: Engine, read: Read
) -> None:
    put(warehouse, work("A-1"), at=on(2))

    assert values(read(), "touched") == {"touched": day_of(date(2026, 3, 2))}


def test_an_owner_is_one_person_in_all_tools_that_know_them(warehouse: Engine, read: Read) -> None:
    put(warehouse, work("A-1", owner="acc-ben"), work("A-2"), at=on(1))
    put(warehouse, deal("D-1", owner="Ben"), work("A-3", owner="acc-ada"), at=on(1))
    put(warehouse, work("B-1", owner="Ben"), at=on(1), connection="sheet")

    plan = read()

    assert plan.people == ("ada", "ben", "jira:Ben")
    assert plan.attributes.has_owner.tolist() == [
        owner != NONE for owner in plan.attributes.owner.tolist()
    ]
    owners = {
        key: plan.people[owner] if owner != NONE else None
        for key, owner in zip(keys(warehouse, plan), plan.attributes.owner.tolist(), strict=True)
    }
    # In Jira nobody of the operating model is called "Ben", so that is another person.
    assert owners == {"A-1": "ben", "A-2": None, "A-3": "ada", "B-1": "ben", "D-1": "jira:Ben"}


def test_each_item_names_the_connection_it_comes_from(warehouse: Engine, read: Read) -> None:
    put(warehouse, work("A-1"), deal("D-1"), at=on(1))
    put(warehouse, work("B-1"), at=on(1), connection="sheet")

    plan = read()

    assert plan.connections == ("jira", "sheet")
    names = [plan.connections[at] for at in plan.attributes.connection.tolist()]
    assert dict(zip(keys(warehouse, plan), names, strict=True)) == {
        "A-1": "jira",
        "B-1": "sheet",
        "D-1": "jira",
    }


def test_an_item_of_a_function_that_the_model_no_longer_names_has_the_default_calendar(
    warehouse: Engine, read: Read
) -> None:
    put(warehouse, work("A-1", function="closed"), work("A-2"), at=on(1))

    plan = read()

    assert sorted(plan.attributes.function.tolist()) == [NONE, plan.functions.index("it")]
    default, of_it = plan.items.calendar.max(), plan.items.calendar.min()
    assert (of_it, default) == (plan.functions.index("it"), len(plan.functions))


def test_a_spend_line_has_the_values_that_its_export_states(warehouse: Engine, read: Read) -> None:
    put(
        warehouse,
        budget("B-1", spend_kind=SpendKind.BUDGET, amount=Decimal("9.99"), wbs="x"),
        budget("B-2", spend_kind=SpendKind.COMMITMENT, currency="USD"),
        budget("B-3", spend_kind=SpendKind.ACTUAL, amount=Decimal(-1)),
        at=on(1),
    )

    spend, currencies = read().spend, read().currencies

    by_kind = np.argsort(spend.kind)
    assert spend.kind[by_kind].tolist() == [0, 1, 2]
    assert spend.amount[by_kind].tolist() == [999, 900, -100]
    assert [currencies[at] for at in spend.currency[by_kind]] == ["EUR", "USD", "EUR"]
    assert set(spend.on.tolist()) == {day_of(date(2026, 1, 1))}
    assert spend.wbs[by_kind].tolist() == [0, NONE, NONE]
    assert set(spend.function.tolist()) == {read().functions.index("it")}


def test_a_column_of_the_plan_is_declared_by_its_field_alone(
    warehouse: Engine, read: Read, tmp_path: Path
) -> None:
    put(warehouse, work("A-1", labels=(), status="To Do", percent_complete=7), at=on(1))
    put(warehouse, deal("D-1", probability=60), at=on(1))
    read()

    declared: Declarations = {
        "chance": (Column(work_item="percent_complete", deal="probability"), np.dtype("i1")),
        "status": (Column(work_item="status", deal="status", names="statuses"), np.dtype("i4")),
    }
    with warehouse.connect() as connection:
        known = read_known_names(connection, small_model(tmp_path))
        items = read_items(connection, network_columns() | declared, known, None)
        statuses = replace_texts(items, "statuses")

    columns = assemble(declared, items)
    assert columns["chance"].tolist() == [7, 60]
    assert [statuses[at] for at in columns["status"].tolist()] == ["To Do", "Talks"]


def test_columns_that_are_read_from_one_field_agree_on_how_it_is_read() -> None:
    tables = [{**network_columns(), **declared_columns(ItemAttributes)}]
    for table in [*tables, declared_columns(SpendLines)]:
        readings: dict[tuple[Kind, str], set[object]] = {}
        for column, _ in table.values():
            for kind in Kind:
                source = getattr(column, kind.value)
                if isinstance(source, str):
                    readings.setdefault((kind, source), set()).add((column.missing, column.names))
        assert [field for field, ways in readings.items() if len(ways) > 1] == []


def test_a_parent_is_named_by_its_id(warehouse: Engine, read: Read) -> None:
    put(warehouse, work("A-1"), work("A-2", parent=ref("A-1", Kind.WORK_ITEM)), at=on(1))

    plan = read()

    parent, child = np.argsort(plan.items.parent)
    assert plan.items.parent[child] == plan.items.id[parent]


def test_work_and_spend_may_spell_one_wbs_in_different_case(warehouse: Engine, read: Read) -> None:
    put(warehouse, work("A-1", wbs="d-4711"), work("A-2", wbs="D-4711"), work("A-3"), at=on(1))
    put(warehouse, budget("B-1", wbs="D-4711"), budget("B-2", wbs="x"), at=on(1))

    plan = read()

    assert plan.wbs == ("D-4711", "X")
    assert sorted(plan.attributes.wbs.tolist()) == [NONE, 0, 0]
    assert sorted(plan.spend.wbs.tolist()) == [0, 1]


def test_a_link_keeps_its_ends_type_and_lag(warehouse: Engine, read: Read) -> None:
    put(warehouse, work("A-1"), at=on(1))
    follows = dependency("A-1", DependencyType.FINISH_TO_FINISH, -2), dependency("A-1")
    put(warehouse, work("A-2"), at=on(1), stated=follows)
    put(warehouse, work("A-3"), at=on(1), stated=(dependency("A-2"),))

    links = read().links

    first, second, third = sorted(read().items.id.tolist())
    ends = zip(links.predecessor.tolist(), links.successor.tolist(), strict=True)
    rows = zip(ends, links.type.tolist(), links.lag.tolist(), strict=True)
    assert sorted(rows) == [
        ((first, second), DependencyType.FINISH_TO_START, 0),
        ((first, second), DependencyType.FINISH_TO_FINISH, -2),
        ((second, third), DependencyType.FINISH_TO_START, 0),
    ]


def dependency(
    target: str, kind: DependencyType = DependencyType.FINISH_TO_START, lag: int = 0
) -> StatedDependency:
    return StatedDependency(target, DependencyRole.PREDECESSOR, Origin.LINK, "link", kind, lag)


def test_a_deleted_record_is_only_in_plans_of_days_before_its_deletion(
    warehouse: Engine, read: Read
) -> None:
    put(warehouse, work("A-1", wbs="X"), at=on(1))
    put(warehouse, work("A-2"), at=on(1), stated=(dependency("A-1"),))
    put(warehouse, deal("D-1", currency="EUR"), at=on(1))
    for key in ("A-1", "D-1"):
        load(warehouse, key, Mapped(), on(3), gone=DELETED)

    now, then = read(), read(on(2))

    assert (len(now.items), len(now.links), now.wbs) == (1, 0, ())
    assert (len(then.items), then.attributes.is_deal.sum(), then.wbs) == (3, 1, ("X",))


def test_an_empty_warehouse_is_an_empty_plan(read: Read) -> None:
    plan = read()

    assert (len(plan.items), len(plan.links), len(plan.spend.id), plan.wbs) == (0, 0, 0, ())


def test_a_plan_as_of_the_instant_of_a_change_has_the_later_version(
    warehouse: Engine, read: Read
) -> None:
    before = Version(on(1), work("A-1", percent_complete=10))
    after = Version(on(2), work("A-1", percent_complete=20))
    load(warehouse, "A-1", Mapped((before, after)), on(3))

    assert read(on(2)).items.percent.tolist() == [20]
    assert read(on(1)).items.percent.tolist() == [10]
