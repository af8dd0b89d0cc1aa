"""Every state of a conflict is kept: each past day can be asked, and none can be changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from model.audit_chain import FaultKind
from model.conflicts import Conflict, Status
from model.findings import Impact, Severity
from model.ledger import Event, LedgerUpdate
from model.warehouse.audit import audit_record
from model.warehouse.conflict_versions import read_conflicts_as_of, read_first_kept
from model.warehouse.ledger import write_ledger_update
from model.warehouse.schema import conflict_version
from tests.model.warehouse.test_ledger_tables import conflict

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def on(day: int) -> datetime:
    return START + timedelta(days=day)


def write(warehouse: Engine, at: datetime, *conflicts: Conflict) -> None:
    with warehouse.begin() as connection:
        write_ledger_update(connection, LedgerUpdate(conflicts), at)


def count(warehouse: Engine) -> int:
    with warehouse.connect() as connection:
        return connection.scalar(select(func.count()).select_from(conflict_version)) or 0


def worse(before: Conflict, days: int, **update: object) -> Conflict:
    finding = replace(before.finding, impact=Impact(days=days))
    return before.model_copy(update={"finding": finding, **update})


def test_each_past_day_is_answered_as_it_was_shown(warehouse: Engine) -> None:
    opened = conflict("late", Severity.HIGH)
    shown = {0: opened}
    for day in range(1, 10):
        status = Status.RESOLVED if day == 7 else Status.OPEN
        shown[day] = worse(opened, days=day // 2, status=status)
    for day, state in shown.items():
        write(warehouse, on(day), state)

    with warehouse.connect() as connection:
        for day, state in shown.items():
            assert read_conflicts_as_of(connection, on(day)) == {opened.id: state}
        assert read_conflicts_as_of(connection, on(7), Status.OPEN) == {}
        assert read_conflicts_as_of(connection, on(-1)) == {}
        assert read_first_kept(connection) == on(0)


def test_what_nobody_is_shown_makes_no_state(warehouse: Engine) -> None:
    opened = conflict("late", Severity.HIGH)
    looked_again = replace(opened.finding, found_on=date(2026, 3, 9))

    write(warehouse, on(0), opened)
    write(warehouse, on(1), opened.model_copy(update={"finding": looked_again}))

    assert count(warehouse) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "update conflict_version set details = '{}'",
        "delete from conflict_version",
        "truncate conflict_version",
    ],
)
def test_a_state_on_record_is_never_changed(warehouse: Engine, statement: str) -> None:
    write(warehouse, on(0), conflict("late", Severity.HIGH))

    with pytest.raises(DBAPIError, match="append-only"), warehouse.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (
            "update conflict_version set details = jsonb_set(details, '{status}', '\"resolved\"')",
            FaultKind.ALTERED,
        ),
        ("delete from conflict_version", FaultKind.REMOVED),
        (
            "update conflict set details = jsonb_set(details, '{wording, title}', '\"Fine\"')",
            FaultKind.CONTRADICTED,
        ),
    ],
)
def test_an_audit_finds_what_an_administrator_changed(
    warehouse: Engine, statement: str, kind: FaultKind
) -> None:
    opened, now = conflict("late", Severity.HIGH), datetime.now(UTC)
    with warehouse.begin() as connection:
        update = LedgerUpdate((opened,), (Event(opened.id, "opened", now),))
        write_ledger_update(connection, update, now)
    assert audit_record(warehouse).faults == ()

    with warehouse.begin() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")
        connection.exec_driver_sql(statement)

    assert audit_record(warehouse).faults[0].kind is kind
