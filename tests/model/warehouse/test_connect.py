"""Opening the warehouse: what an address that does not work is answered with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL

from model.warehouse.connect import open_warehouse, recreate_tables
from model.warehouse.failures import URL_VARIABLE, WarehouseUnreachable
from model.warehouse.schema import APPEND_ONLY, VERSION_TABLES
from tests.model.warehouse.roles import administer, make_role


def refusal(tmp_path: Path, url: URL | str) -> str:
    """What opening the warehouse at an address is refused with."""
    address = url if isinstance(url, str) else url.render_as_string(hide_password=False)
    with pytest.raises(WarehouseUnreachable) as error:
        open_warehouse(tmp_path, {URL_VARIABLE: address})
    message = str(error.value)
    assert "\n" not in message
    assert "s3cret" not in message
    return message


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    message = refusal(
        tmp_path, "postgresql://interlock:s3cret@127.0.0.1:1/plans?sslpassword=s3cret"
    )

    assert "127.0.0.1:1 (database plans, role interlock): no PostgreSQL answers there" in message
    assert URL_VARIABLE in message


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("s3cret", "postgresql://user:password@host"),
        ("postgresql://u:s3cret@h:s3cret/d", "postgresql://user:password@host"),
        ("mysql://u:s3cret@h/d", "begins with mysql://, and the warehouse is PostgreSQL"),
        ("sqlite:///s3cret.db", "begins with sqlite://"),
        ("postgresql://u:s3cret@127.0.0.1:99999/d", "the port is no port number"),
        ("postgresql://u:s3cret@no-such-host.invalid/d", "its host name is not known"),
        ("postgresql://u:s3cret@127.0.0.1:1/d?colour=s3cret", "colour"),
        ("postgresql://u:one s3@s3cret@127.0.0.1/d", "a password as %40"),
        ("postgresql://u:one@s3cret?two@127.0.0.1/d", "a password as %40"),
        ("postgresql://u:one/s3@s3cret@127.0.0.1/d", "a password as %40"),
        ("postgresql://u/n:s3cret@127.0.0.1/d", "a password as %40"),
    ],
)
def test_an_address_that_cannot_work_is_named_with_what_is_wrong_and_not_repeated(
    tmp_path: Path, address: str, expected: str
) -> None:
    assert expected in refusal(tmp_path, address)


def test_a_database_that_is_missing_is_named(tmp_path: Path, postgres: URL) -> None:
    message = refusal(tmp_path, postgres.set(database="not_there"))

    assert "the database does not exist" in message
    assert "createdb" in message


def test_a_role_that_is_missing_is_named(tmp_path: Path, postgres: URL) -> None:
    assert "the role does not exist" in refusal(tmp_path, postgres.set(username="nobody_knows"))


@pytest.fixture
def asked_for_a_password(postgres: URL) -> Iterator[URL]:
    """The address of a role that this server asks for a password."""
    role = make_role(postgres, "password 's3cret'")
    with psycopg.connect(
        host=str(postgres.query["host"]), user=postgres.username, dbname="postgres", autocommit=True
    ) as connection:
        path = Path(connection.execute("show hba_file").fetchone()[0])  # type: ignore[index]
        rules = path.read_text()
        path.write_text(f"local all {role} scram-sha-256\n{rules}")
        _reload(connection)
        yield postgres.set(username=role)
        path.write_text(rules)
        _reload(connection)


def _reload(connection: psycopg.Connection) -> None:
    """Returns when the server has read its access rules again."""
    loaded = "select pg_conf_load_time()"
    before = connection.execute(loaded).fetchone()
    connection.execute("select pg_reload_conf()")
    while connection.execute(loaded).fetchone() == before:
        pass


@pytest.mark.parametrize("password", ["not-s3cret", None])
def test_a_wrong_password_is_called_one(
    tmp_path: Path, asked_for_a_password: URL, password: str | None
) -> None:
    message = refusal(tmp_path, asked_for_a_password.set(password=password))

    assert "the server refuses the password" in message


def test_a_role_without_rights_on_the_schema_is_told_what_it_needs(
    tmp_path: Path, postgres: URL, empty_database: URL
) -> None:
    message = refusal(tmp_path, empty_database.set(username=make_role(postgres)))

    assert "permission denied for schema public" in message
    assert "CREATE on the schema public" in message


def test_a_server_that_is_read_only_cannot_be_migrated_and_says_so(
    tmp_path: Path, empty_database: URL
) -> None:
    administer(
        empty_database,
        f"alter database {empty_database.database} set default_transaction_read_only = on",
    )

    assert "it is read-only" in refusal(tmp_path, empty_database)


def test_a_warehouse_of_a_newer_interlock_is_called_one(tmp_path: Path, database: URL) -> None:
    administer(database, "update alembic_version set version_num = '9999'")

    message = refusal(tmp_path, database)

    assert "a newer Interlock migrated its tables (to 9999" in message


def test_postgresql_older_than_14_is_refused(tmp_path: Path, database: URL) -> None:
    # What SQLAlchemy asks a server for its version by; this one then claims to be an older one.
    administer(
        database,
        "create or replace function pg_catalog.version() returns text language sql stable as "
        "$$ select 'PostgreSQL 13.20 on x86_64-pc-linux-gnu'::text $$",
    )

    assert "is version 13, and Interlock needs 14 or newer" in refusal(tmp_path, database)


def test_an_embedded_warehouse_where_nothing_can_be_written_names_the_folder(
    tmp_path: Path,
) -> None:
    (tmp_path / "state").write_text("a file where the folder belongs")

    with pytest.raises(WarehouseUnreachable, match=f"{tmp_path / 'state'}"):
        open_warehouse(tmp_path, {})


def test_recreated_tables_are_empty_and_append_only_again(
    tmp_path: Path, warehouse: Engine
) -> None:
    with warehouse.begin() as connection:
        connection.execute(text("insert into operating_model_version values ('f', now(), '{}')"))

    address = warehouse.url.render_as_string(hide_password=False)
    recreate_tables(tmp_path, {URL_VARIABLE: address})

    with warehouse.connect() as connection:
        count = connection.execute(text("select count(*) from operating_model_version"))
        assert count.scalar_one() == 0
        triggers = text(
            "select tgrelid::regclass::text from pg_trigger where tgname = 'append_only'"
        )
        protected = connection.execute(triggers).scalars().all()
    versions = [table.name for table in VERSION_TABLES.values()]
    assert sorted(protected) == sorted([*APPEND_ONLY, *versions])
