"""Opening the warehouse: the embedded PostgreSQL, or any other by INTERLOCK_WAREHOUSE_URL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, ProgrammingError

from model.warehouse.embedded.programs import EmbeddedFailed
from model.warehouse.embedded.roles import OWNER, WRITER
from model.warehouse.embedded.server import join
from model.warehouse.failures import (
    OWNER_URL_VARIABLE,
    URL_VARIABLE,
    WarehouseUnreachable,
    describe_address,
    explain_refusal,
)
from model.warehouse.grants import grant_to_writer

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number, as long as every version of Interlock uses the same one.
_MIGRATION_LOCK = 0x1E71
_OLDEST_POSTGRESQL = 14
_CONNECT_SECONDS = 10
"""Without a limit, an address that nothing answers holds every command for minutes."""


def open_warehouse(home: Path, environment: Mapping[str, str]) -> Engine:
    """Connect and bring the tables up to date; safe to call from several processes at once.

    Without INTERLOCK_WAREHOUSE_URL an embedded PostgreSQL runs below `home`/state and ends with
    the last process that uses it. The role of INTERLOCK_WAREHOUSE_OWNER_URL, if given, owns the
    tables and is used for migrations only. Raises WarehouseUnreachable.
    """
    writer, owner = _addresses(home, environment)
    # A connection may have died while a Dagster process slept; the ping replaces it unnoticed.
    engine = create_engine(_with_time_limit(writer), pool_pre_ping=True)
    try:
        with _explaining(writer):
            is_current = _is_current(engine)
        # Only when needed: the owner's password need not be at hand for everyday commands.
        if not is_current:
            with _explaining(owner):
                _migrate_as(owner, str(writer.username))
    # Also for an interrupt: an engine that stays open holds the embedded server.
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def _explaining(url: URL) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        raise explain_refusal(error, url) from error


def _with_time_limit(url: URL) -> URL:
    if "connect_timeout" in url.query:
        return url
    return url.update_query_dict({"connect_timeout": str(_CONNECT_SECONDS)})


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
        # Tables of a new migration belong to the owner; without grants the writer could not read
        # them.
        if owner.username != writer:
            with engine.begin() as connection:
                grant_to_writer(connection, writer)
    finally:
        engine.dispose()


def _is_current(engine: Engine) -> bool:
    try:
        with engine.connect() as connection:
            _require_supported(connection, engine.url)
            return _applied(connection) == newest_migration()
    except ProgrammingError as error:
        # Tables of an earlier version, on which the writer has no rights yet.
        if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            return False
        raise


def _require_supported(connection: Connection, url: URL) -> None:
    """Raises WarehouseUnreachable for a server, or for tables, of a version that is not known."""
    major = int((connection.dialect.server_version_info or (_OLDEST_POSTGRESQL,))[0])
    if major < _OLDEST_POSTGRESQL:
        raise WarehouseUnreachable(
            f"{describe_address(url)} is version {major}, and Interlock needs {_OLDEST_POSTGRESQL} "
            f"or newer. Upgrade it, or unset {URL_VARIABLE} to use the embedded one"
        )
    applied = _applied(connection)
    if applied is not None and applied not in known_migrations():
        raise WarehouseUnreachable(
            f"{describe_address(url)}: a newer Interlock migrated its tables (to {applied}; this "
            f"one knows them up to {newest_migration()}). Install that version, or restore the "
            "backup of before the upgrade"
        )


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run the outstanding migrations up to a revision; other processes wait meanwhile."""
    with engine.begin() as connection:
        # Looked at before the lock, which most commands then need not wait for.
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
    return max(known_migrations())


def known_migrations() -> set[str]:
    """All revisions of this version."""
    return {path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")}


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
        except OSError as error:
            raise WarehouseUnreachable(
                f"the embedded PostgreSQL below {home / 'state'} cannot be used: "
                f"{error.filename or 'writing'}: {error.strerror}. Free space or give this user "
                f"its rights there, or name a PostgreSQL server in {URL_VARIABLE}"
            ) from error
        return server.url(WRITER), server.url(OWNER)
    writer = _address(environment, URL_VARIABLE)
    is_owned = OWNER_URL_VARIABLE in environment
    return writer, _address(environment, OWNER_URL_VARIABLE) if is_owned else writer


def _address(environment: Mapping[str, str], variable: str) -> URL:
    example = "it should look like postgresql://user:password@host:5432/database"
    try:
        url = make_url(environment[variable])
    # ValueError is what a port that is no number raises; its text repeats a part of the address.
    except (ArgumentError, ValueError):
        raise WarehouseUnreachable(f"{variable} is no database address; {example}") from None
    # With a second @ nothing says where the password ends, and messages name what stands after it.
    if environment[variable].count("@") > 1 or "@" in f"{url.host} {url.database}":
        raise WarehouseUnreachable(
            f"{variable} cannot be read, because of an @ that does not stand between password and "
            f"host; write one in a name or a password as %40; {example}"
        )
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise WarehouseUnreachable(
            f"{variable} begins with {url.drivername}://, and the warehouse is PostgreSQL; "
            f"{example}"
        )
    return url.set(drivername="postgresql+psycopg")
