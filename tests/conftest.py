"""One real PostgreSQL for all tests, and a fresh, migrated database for each test that asks."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
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
_FOR_SAFETY_OR_LATER = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum", "jit")
"""What keeps data that matter safe, and what pays off for large or long-lived ones."""

# A deadline per example would be a timed assertion: it fails when the machine is busy.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")


@pytest.fixture(scope="session")
def server() -> Iterator[Engine]:
    """The embedded server, connected as its superuser; its database `template` has all tables.

    It lives outside pytest's own folder, which only its owner may enter: run by root, the server
    is another user's.
    """
    with tempfile.TemporaryDirectory(prefix="interlock-tests-", dir=memory_folder()) as folder:
        data = Path(folder) / "data"
        server = create_engine(join(data).url(SUPERUSER), isolation_level="AUTOCOMMIT")
        for name in _FOR_SAFETY_OR_LATER:
            _execute(server, f"alter system set {name} = off")
        _execute(server, "select pg_reload_conf()")
        _execute(server, "create database template")
        engine = create_engine(server.url.set(database="template"))
        migrate(engine)
        engine.dispose()
        yield server
        server.dispose()
        stop(data)


@pytest.fixture(scope="session")
def postgres(server: Engine) -> URL:
    """The address of the server, for its superuser."""
    return server.url


def memory_folder() -> Path | None:
    """A file system in memory, where there is one with room, for what is written and read often."""
    is_there = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    return _MEMORY if is_there else None


@pytest.fixture(scope="session")
def new_database(server: Engine) -> Callable[[], URL]:
    """Makes a fresh database with all tables at each call; its address."""
    return lambda: _copy(server, "template")


@pytest.fixture(scope="session")
def copy_database(server: Engine) -> Callable[[str], AbstractContextManager[URL]]:
    """The address of a copy, for a block, of the database with a name; nobody may be connected."""

    @contextmanager
    def copied(name: str) -> Iterator[URL]:
        url = _copy(server, name)
        yield url
        drop_database(server, str(url.database))

    return copied


@pytest.fixture
def empty_database(server: Engine) -> Iterator[URL]:
    """The address of a fresh database without tables."""
    name = f"test_{next(_numbers)}"
    _execute(server, f"create database {name}")
    yield server.url.set(database=name)
    drop_database(server, name)


@pytest.fixture
def database(server: Engine, new_database: Callable[[], URL]) -> Iterator[URL]:
    """The address of a fresh database with all tables."""
    url = new_database()
    yield url
    drop_database(server, str(url.database))


def drop_database(server: Engine, name: str) -> None:
    """At once, before its files reach the disk: a thousand of them took half a minute to delete."""
    _execute(server, f"drop database {name} with (force)")


@pytest.fixture
def warehouse(database: URL) -> Iterator[Engine]:
    """A fresh warehouse."""
    engine = create_engine(database)
    yield engine
    engine.dispose()


def _copy(server: Engine, name: str) -> URL:
    fresh = f"test_{next(_numbers)}"
    # Faster than the default by a third, because the files are in memory.
    _execute(server, f"create database {fresh} template {name} strategy file_copy")
    return server.url.set(database=fresh)


def _execute(server: Engine, statement: str) -> None:
    with server.connect() as connection:
        connection.exec_driver_sql(statement)
