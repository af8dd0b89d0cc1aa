"""What the writer may not do to the record, tried as the writer role, statement by statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from model.audit_chain import FaultKind
from model.warehouse.audit import audit_record
from model.warehouse.embedded.roles import OWNER, WRITER
from model.warehouse.grants import grant_to_writer, record_risk
from model.warehouse.schema import APPEND_ONLY
from tests.model.warehouse.test_audit import faults, write_decided


@pytest.fixture(scope="module")
def granted(new_database: Callable[[], URL]) -> URL:
    """The address of a warehouse with a decided conflict, after the grants to the writer."""
    url = new_database()
    engine = create_engine(url)
    write_decided(engine)
    with engine.begin() as connection:
        grant_to_writer(connection, WRITER)
    engine.dispose()
    return url


@pytest.fixture
def warehouse(granted: URL) -> Iterator[Engine]:
    engine = create_engine(granted)
    yield engine
    engine.dispose()


@pytest.fixture
def as_writer(granted: URL) -> Iterator[Connection]:
    """A session of the role with which Interlock works."""
    engine = create_engine(granted.set(username=WRITER), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


REFUSED = "must be owner|permission denied|must be superuser"
REPLACED = "or replace function {}() returns trigger language plpgsql as 'begin return new; end'"


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement",
    [
        "update {table} set {column} = {column}",
        "delete from {table}",
        "truncate {table} cascade",
        "drop trigger append_only on {table}",
        "drop trigger never_emptied on {table}",
        "alter table {table} disable trigger all",
        "alter table {table} add column note text",
        "alter table {table} owner to current_user",
        "drop table {table} cascade",
        "create rule hide as on insert to {table} do instead nothing",
        "create trigger mine after insert on {table} for each row execute function refuse_change()",
    ],
)
def test_the_writer_cannot_change_the_record_or_its_protection(
    as_writer: Connection, table: str, statement: str
) -> None:
    columns = {
        "operating_model_version": "model",
        "audit_chain": "hash",
        "hold_release": "reason",
        "raised_risk": "reason",
    }
    column = columns.get(table, "conflict_id")

    with pytest.raises(DBAPIError, match=REFUSED):
        as_writer.exec_driver_sql(statement.format(table=table, column=column))


@pytest.mark.parametrize(
    "statement",
    [
        "drop trigger chained on decision",
        "set session_replication_role = replica",
        "set role postgres",
        f"create {REPLACED.format('refuse_change')}",
        f"create {REPLACED.format('chain_row')}",
        "alter function chain_row() security invoker",
        "drop function refuse_change() cascade",
        "drop schema public cascade",
        "insert into audit_chain values (9, 'decision', '9', '{}', now(), 'x', 'y')",
        "select append_to_chain('decision', '9', '{}')",
        "select setval(pg_get_serial_sequence('decision', 'id'), 1)",
        "update alembic_version set version_num = '0001'",
        "copy decision to program 'true'",
        "alter system set fsync = off",
    ],
)
def test_the_writer_cannot_come_past_the_protection(as_writer: Connection, statement: str) -> None:
    with pytest.raises(DBAPIError, match=REFUSED):
        as_writer.exec_driver_sql(statement)


def test_the_writer_cannot_feed_the_chain_from_a_table_of_its_own(as_writer: Connection) -> None:
    as_writer.exec_driver_sql("create temporary table decision (id bigint)")

    with pytest.raises(DBAPIError, match="permission denied for function chain_row"):
        as_writer.exec_driver_sql(
            "create trigger chained after insert on pg_temp.decision "
            "for each row execute function chain_row()"
        )


def test_what_the_writer_appends_gets_the_number_hash_and_time_of_the_database(
    as_writer: Connection, warehouse: Engine
) -> None:
    as_writer.execute(
        text(
            "insert into conflict_event (conflict_id, event, at, details) "
            "select id, 'returned', '2020-01-01Z', '{}' from conflict"
        )
    )

    audit = audit_record(warehouse)
    assert faults(audit) == [(FaultKind.MISDATED, audit.head.number)]


def test_a_shadowed_table_of_the_writer_does_not_catch_the_chain(
    as_writer: Connection, warehouse: Engine
) -> None:
    before = audit_record(warehouse).head
    as_writer.exec_driver_sql("create temporary table audit_chain (like public.audit_chain)")
    as_writer.exec_driver_sql("set search_path = pg_temp, public")

    as_writer.execute(
        text(
            "insert into conflict_event (conflict_id, event, at, details) "
            "select id, 'returned', now(), '{}' from conflict"
        )
    )

    audit = audit_record(warehouse, audit_record(warehouse).head.hash)
    assert (audit.head.number, audit.faults) == (before.number + 1, ())


def test_a_role_that_may_rewrite_the_record_is_told(
    warehouse: Engine, as_writer: Connection
) -> None:
    assert record_risk(as_writer) is None
    with warehouse.connect() as connection:
        superuser = record_risk(connection)
        # Rolled back at the end.
        connection.exec_driver_sql(f"alter table decision owner to {OWNER}")
        connection.exec_driver_sql(f"set local role {OWNER}")
        owner = record_risk(connection)

    assert superuser and "superuser" in superuser
    assert owner and f"{OWNER} owns the table decision" in owner
