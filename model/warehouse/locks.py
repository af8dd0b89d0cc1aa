"""One process at a time per step: advisory locks, which PostgreSQL releases with the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

WAIT_SECONDS = 120


class LockTimeout(Exception):
    """Another process holds the lock of the step and did not release it in time."""

    def __init__(self, step: str, waited: int) -> None:
        super().__init__(
            f"another sync is at work on {step} and did not finish within {waited} s. "
            "Nothing was changed here; run it again later"
        )


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
            raise LockTimeout(step, wait_seconds) from error
        try:
            yield
        finally:
            connection.execute(_UNLOCK, {"step": step})
            connection.execute(text("reset lock_timeout"))


_LOCK = text("select pg_advisory_lock(hashtextextended(:step, 7777))")
_UNLOCK = text("select pg_advisory_unlock(hashtextextended(:step, 7777))")
