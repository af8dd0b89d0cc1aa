"""Opening the warehouse: the embedded PostgreSQL, or any other by INTERLOCK_WAREHOUSE_URL."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import psycopg
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

from model.warehouse.embedded.programs import EmbeddedFailed
from model.warehouse.embedded.roles import OWNER, WRITER
from model.warehouse.embedded.server import join
from model.warehouse.grants import grant_to_writer

URL_VARIABLE = "INTERLOCK_WAREHOUSE_URL"
OWNER_URL_VARIABLE = "INTERLOCK_WAREHOUSE_OWNER_URL"
_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x1E71


class WarehouseUnreachable(Exception):
    """The warehouse cannot be opened; the message has its address, without the password."""


def open_warehouse(home: Path, environment: Mapping[str, str]) -> Engine:
    """Connect and bring the tables up to date; safe to call from several processes at once.

    Without INTERLOCK_WAREHOUSE_URL an embedded PostgreSQL runs below `home`/state and ends with
    the last process that uses it. The role of INTERLOCK_WAREHOUSE_OWNER_URL, if given, owns the
    tables and is used for migrations only. Raises WarehouseUnreachable.
    """
    writer, owner = _addresses(home, environment)
    engine = create_engine(writer, pool_pre_ping=True)
    try:
        if not _is_current(engine):
            _migrate_as(owner, str(writer.username))
    except (OperationalError, psycopg.OperationalError) as error:
        where = engine.url.render_as_string(hide_password=True)
        raise WarehouseUnreachable(
            f"no PostgreSQL answers at {where}. Start it, correct {URL_VARIABLE}, "
            "or unset it to use the embedded one"
        ) from error
    return engine


def recreate_tables(home: Path, environment: Mapping[str, str]) -> None:
    """Drop all tables, with the triggers that protect append-only ones, and create them again."""
    writer, owner = _addresses(home, environment)
    engine = create_engine(owner)
    with engine.begin() as connection:
        connection.exec_driver_sql("drop schema public cascade")
        connection.exec_driver_sql("create schema public")
    engine.dispose()
    _migrate_as(owner, str(writer.username))


def _migrate_as(owner: URL, writer: str) -> None:
    engine = create_engine(owner)
    try:
        migrate(engine)
        if owner.username != writer:
            with engine.begin() as connection:
                grant_to_writer(connection, writer)
    finally:
        engine.dispose()


def _is_current(engine: Engine) -> bool:
    try:
        with engine.connect() as connection:
            return _applied(connection) == newest_migration()
    except ProgrammingError as error:
        # Tables of an earlier version, on which the writer has no rights yet.
        if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            return False
        raise


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run the outstanding migrations up to a revision; other processes wait meanwhile."""
    with engine.begin() as connection:
        if _applied(connection) == newest_migration():
            return
        # Importing Alembic takes longer than most commands run.
        from alembic import command
        from alembic.config import Config

        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def newest_migration() -> str:
    """The newest revision. Read from the names of the files, because importing Alembic is slow."""
    return max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def _applied(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    applied: str | None = connection.scalar(text("select version_num from alembic_version"))
    return applied


def _addresses(home: Path, environment: Mapping[str, str]) -> tuple[URL, URL]:
    """The addresses of the role that works with the tables, and of the one that owns them."""
    if not environment.get(URL_VARIABLE):
        try:
            server = join(home / "state" / "warehouse")
        except EmbeddedFailed as error:
            raise WarehouseUnreachable(str(error)) from error
        return server.url(WRITER), server.url(OWNER)
    writer = _address(environment, URL_VARIABLE)
    is_owned = OWNER_URL_VARIABLE in environment
    return writer, _address(environment, OWNER_URL_VARIABLE) if is_owned else writer


def _address(environment: Mapping[str, str], variable: str) -> URL:
    try:
        return make_url(environment[variable]).set(drivername="postgresql+psycopg")
    except ArgumentError:
        raise WarehouseUnreachable(
            f"{variable} is no database address; it should look like "
            "postgresql://user:password@host/database"
        ) from None
