"""One process at a time per step: advisory locks, which PostgreSQL releases with the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

WAIT_SECONDS = 120


class LockTimeout(Exception):
    """Another process holds a lock and did not release it in time: which one, and what to do."""


@contextmanager
def exclusive_lock(engine: Engine, step: str, wait_seconds: int = WAIT_SECONDS) -> Iterator[None]:
    """Hold the lock of a step, waiting for a process that holds it.

    Raises LockTimeout. The lock belongs to a database session, so a killed process releases it.
    """
    with engine.connect() as connection:
        # Without a transaction: one that stays open as long as a sync would keep PostgreSQL from
        # removing dead rows.
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(
            text("select set_config('lock_timeout', :ms, false)"), {"ms": f"{wait_seconds}s"}
        )
        try:
            connection.execute(_LOCK, {"step": step})
        except OperationalError as error:
            # A server that is lost meanwhile is another error.
            if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                raise
            raise LockTimeout(
                f"another sync is at work on {step} and did not finish within {wait_seconds} s. "
                "Nothing was changed here; run it again later"
            ) from error
        try:
            yield
        except BaseException:
            # The cause is what the step raised, and a session that is lost holds no lock.
            with suppress(DBAPIError):
                _release(connection, step)
            raise
        _release(connection, step)


def _release(connection: Connection, step: str) -> None:
    connection.execute(_UNLOCK, {"step": step})
    connection.execute(text("reset lock_timeout"))


# Step names are hashed to the 64 bits of an advisory lock; 7777 keeps them apart from other users
# of such locks.
_LOCK = text("select pg_advisory_lock(hashtextextended(:step, 7777))")
_UNLOCK = text("select pg_advisory_unlock(hashtextextended(:step, 7777))")
