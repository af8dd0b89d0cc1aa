"""A warehouse that fails in the middle of a command: one line with the cause, and no lock left."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import URL

from model.warehouse.failures import URL_VARIABLE
from model.warehouse.locks import exclusive_lock
from pipelines.cli.exit_codes import ExitCode
from tests.model.warehouse.roles import administer, make_role
from tests.pipelines.commanding import Run


def fail_on_the_first_record(database: URL, statement: str) -> None:
    """Let the server do this when a sync stores its first record."""
    administer(
        database,
        f"create function fail() returns trigger language plpgsql as $$ begin {statement}; end $$",
        "create trigger fail before insert on landing execute function fail()",
    )


def sole_line(err: str) -> str:
    (line,) = err.splitlines()
    return line


LOSE_ALL_SESSIONS = """perform pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid();
    perform pg_terminate_backend(pg_backend_pid()); return null"""
LOSE_ALL_OTHER_SESSIONS = """perform pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid(); return null"""
FULL_DISK = """raise exception 'could not extend file "base/5/16412": No space left on device'
    using errcode = 'disk_full'"""


@pytest.mark.parametrize(
    ("statement", "cause"),
    [
        (LOSE_ALL_SESSIONS, "the connection was lost"),
        (LOSE_ALL_OTHER_SESSIONS, "the connection was lost"),
        (FULL_DISK, "its disk is full"),
    ],
)
def test_a_warehouse_that_fails_in_mid_sync_is_one_line_and_the_next_sync_goes_on(
    interlock: Run, database: URL, statement: str, cause: str
) -> None:
    fail_on_the_first_record(database, statement)

    code, _, err = interlock("sync")

    assert code == ExitCode.NO_WAREHOUSE
    assert cause in sole_line(err)
    assert "run the command again" in err
    administer(database, "drop trigger fail on landing")
    assert interlock("sync")[0] == ExitCode.SUCCESS


def test_a_read_only_warehouse_is_read_and_refuses_a_sync_in_one_line(
    interlock: Run, database: URL
) -> None:
    administer(
        database, f"alter database {database.database} set default_transaction_read_only = on"
    )

    assert interlock("conflicts")[0] == ExitCode.SUCCESS
    code, _, err = interlock("sync")

    assert code == ExitCode.NO_WAREHOUSE
    assert "it is read-only" in sole_line(err)


def test_a_role_that_may_only_read_is_told_so_in_one_line(
    interlock: Run, database: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = make_role(database)
    administer(database, f"grant select on all tables in schema public to {role}")
    reader = database.set(username=role).render_as_string(hide_password=False)
    monkeypatch.setenv(URL_VARIABLE, reader)

    code, _, err = interlock("sync")

    assert code == ExitCode.NO_WAREHOUSE
    assert "the role lacks a right" in sole_line(err)


def test_what_a_step_raised_is_not_hidden_by_a_lock_that_was_lost_with_its_session(
    database: URL,
) -> None:
    engine = create_engine(database)
    with pytest.raises(RuntimeError, match="the cause"), exclusive_lock(engine, "it-jira"):
        administer(
            database,
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()",
        )
        raise RuntimeError("the cause")
    engine.dispose()


def test_an_error_of_interlock_itself_keeps_its_traceback_and_has_a_code_of_its_own(
    interlock: Run, database: URL
) -> None:
    administer(database, "alter table landing rename to somewhere_else")

    code, _, err = interlock("sync")

    assert code == ExitCode.DEFECT
    assert "Traceback" in err
