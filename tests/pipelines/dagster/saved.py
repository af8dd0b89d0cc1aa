"""A deployment after a sync, of which tests get copies: a copy costs a tenth of a sync."""

from __future__ import annotations

import copy
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
from sqlalchemy.engine import URL

from connectors.sandbox import Sandbox
from tests.pipelines.small import Small


@dataclass(frozen=True)
class Saved:
    """What a sync left: the instance, Dagster's record, the tools' states, and its own result.

    The states are restored within the running tools, whose addresses are in the warehouse; so one
    copy at a time may write into its tools.
    """

    small: Small
    dagster: dg.DagsterInstance
    result: dg.ExecuteInProcessResult
    states: tuple[dict[str, Any], ...]
    copy_database: Callable[[str], URL]

    @contextmanager
    def copied(self, home: Path) -> Iterator[tuple[Small, dg.DagsterInstance]]:
        """A copy of the instance folder in `home`, and of what Dagster recorded."""
        shutil.copytree(self.small.home, home)
        warehouse = self.copy_database(self._database)
        address = warehouse.render_as_string(hide_password=False)
        environment = {**self.small.environment, "INTERLOCK_WAREHOUSE_URL": address}
        with dg.DagsterInstance.ephemeral() as dagster:
            _copy_records(self.dagster, dagster)
            yield replace(self.small, home=home, environment=environment), dagster
        self._restore_tools()

    @property
    def _database(self) -> str:
        return self.small.environment["INTERLOCK_WAREHOUSE_URL"].rpartition("/")[2].split("?")[0]

    def _restore_tools(self) -> None:
        sandbox = self.small.sandbox
        for tool, state in zip(_tools(sandbox), self.states, strict=True):
            vars(tool).update(copy.deepcopy(state))
        for url in (sandbox.jira_url, sandbox.salesforce_url, sandbox.github_url):
            httpx.delete(f"{url}/_sandbox/faults", verify=False).raise_for_status()


def save(
    small: Small,
    dagster: dg.DagsterInstance,
    result: dg.ExecuteInProcessResult,
    copy_database: Callable[[str], URL],
) -> Saved:
    states = tuple(copy.deepcopy(vars(tool)) for tool in _tools(small.sandbox))
    return Saved(small, dagster, result, states, copy_database)


def _tools(sandbox: Sandbox) -> tuple[Any, ...]:
    return sandbox.jira, sandbox.salesforce, sandbox.github


def _copy_records(source: dg.DagsterInstance, target: dg.DagsterInstance) -> None:
    """Copy runs and events; Dagster has no function for it, but both are SQLite in memory."""
    for storage in ("run_storage", "event_log_storage"):
        _sqlite(getattr(source, storage)).backup(_sqlite(getattr(target, storage)))


def _sqlite(storage: Any) -> sqlite3.Connection:
    connection = storage._held_conn.connection.dbapi_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection
