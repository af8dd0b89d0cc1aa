"""One real PostgreSQL for all tests, and a fresh, migrated database for each test that asks."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL

from model.warehouse.connect import migrate
from model.warehouse.embedded.cluster import SUPERUSER
from model.warehouse.embedded.server import join, stop

_numbers = itertools.count(1)
_MEMORY = Path("/dev/shm")
_ROOM = 4 * 2**30

# A deadline per example would be a timed assertion: it fails when the machine is busy.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """The embedded server; its `template` database has all tables.

    It lives outside pytest's own folder, which only its owner may enter: run by root, the server
    is another user's.
    """
    with tempfile.TemporaryDirectory(prefix="interlock-tests-", dir=_memory()) as folder:
        data = Path(folder) / "data"
        url = join(data).url(SUPERUSER)
        _execute(url, "alter system set fsync = off")
        _execute(url, "select pg_reload_conf()")
        _execute(url, "create database template")
        engine = create_engine(url.set(database="template"))
        migrate(engine)
        engine.dispose()
        yield url
        stop(data)


def _memory() -> Path | None:
    """A file system in memory, where there is one with room: each test copies a database."""
    is_there = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    return _MEMORY if is_there else None


@pytest.fixture(scope="session")
def new_database(postgres: URL) -> Callable[[], URL]:
    """Makes a fresh database with all tables at each call; its address."""

    def make() -> URL:
        name = f"test_{next(_numbers)}"
        _execute(postgres, f"create database {name} template template")
        return postgres.set(database=name)

    return make


@pytest.fixture
def empty_database(postgres: URL) -> Iterator[URL]:
    """The address of a fresh database without tables."""
    name = f"test_{next(_numbers)}"
    _execute(postgres, f"create database {name}")
    yield postgres.set(database=name)
    drop_database(postgres, name)


@pytest.fixture
def database(postgres: URL, new_database: Callable[[], URL]) -> Iterator[URL]:
    """The address of a fresh database with all tables."""
    url = new_database()
    yield url
    drop_database(postgres, str(url.database))


def drop_database(postgres: URL, name: str) -> None:
    """At once, before its files reach the disk: a thousand of them took half a minute to delete."""
    _execute(postgres, f"drop database {name} with (force)")


@pytest.fixture
def warehouse(database: URL) -> Iterator[Engine]:
    """A fresh warehouse."""
    engine = create_engine(database)
    yield engine
    engine.dispose()


def _execute(url: URL, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
