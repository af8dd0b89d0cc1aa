"""The migrations make exactly the tables that the code speaks of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL

from model.warehouse.connect import migrate
from model.warehouse.schema import metadata


def test_migrations_and_schema_agree(warehouse: Engine) -> None:
    with warehouse.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_several_processes_may_migrate_at_once(postgres: URL) -> None:
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("create database raced")
    engine.dispose()
    raced = create_engine(postgres.set(database="raced"))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(migrate, [raced, raced]))

    with raced.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    raced.dispose()
