"""A deployment after a sync, of which tests get copies."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from tests.pipelines.saved import SavedSmall
from tests.pipelines.small import Small


@dataclass(frozen=True)
class Saved:
    """What a sync left: the instance with its tools, Dagster's record, and its own result."""

    instance: SavedSmall
    dagster: dg.DagsterInstance
    result: dg.ExecuteInProcessResult

    @contextmanager
    def copied(self, home: Path) -> Iterator[tuple[Small, dg.DagsterInstance]]:
        """A copy of the instance with its folder in `home`, and of what Dagster recorded."""
        with self.instance.copied(home) as small, dg.DagsterInstance.ephemeral() as dagster:
            _copy_records(self.dagster, dagster)
            yield small, dagster


def _copy_records(source: dg.DagsterInstance, target: dg.DagsterInstance) -> None:
    """Copy runs and events; Dagster has no function for it, but both are SQLite in memory."""
    for storage in ("run_storage", "event_log_storage"):
        _sqlite(getattr(source, storage)).backup(_sqlite(getattr(target, storage)))


def _sqlite(storage: Any) -> sqlite3.Connection:
    connection = storage._held_conn.connection.dbapi_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection
