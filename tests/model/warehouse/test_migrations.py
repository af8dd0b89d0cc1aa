"""The migrations create exactly the tables that the code declares."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import URL

from model.warehouse import migrations
from model.warehouse.connect import migrate, newest_migration
from model.warehouse.schema import metadata


def test_migrations_and_schema_agree(warehouse: Engine) -> None:
    with warehouse.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_several_processes_may_migrate_at_once(empty_database: URL) -> None:
    raced = create_engine(empty_database)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migrate, [raced, raced]))

    with raced.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    raced.dispose()


def test_the_newest_migration_is_the_head_that_alembic_names() -> None:
    assert newest_migration() == ScriptDirectory(*migrations.__path__).get_current_head()


def test_a_warehouse_of_a_newer_release_is_refused(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))

    with pytest.raises(CommandError, match="9999"):
        migrate(warehouse)
