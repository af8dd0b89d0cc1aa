"""A small instance after a sync, of which tests get copies: a copy costs a fraction of a sync."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.engine import URL, make_url

from connectors.sandbox import Sandbox
from tests.pipelines.small import Small
from tests.pipelines.syncing import run_sync

CopyDatabase = Callable[[str], AbstractContextManager[URL]]
"""A copy of the database with a name, which nobody is connected to, until the block ends."""


@dataclass(frozen=True)
class SavedSmall:
    """The instance, and the states of its tools.

    The states are restored within the running tools, whose addresses are in the warehouse; so one
    copy at a time may write into its tools.
    """

    small: Small
    states: tuple[dict[str, Any], ...]
    copy_database: CopyDatabase

    @contextmanager
    def copied(self, home: Path) -> Iterator[Small]:
        """A copy with its instance folder in `home`, until the block ends."""
        shutil.copytree(self.small.home, home)
        url = make_url(self.small.environment["INTERLOCK_WAREHOUSE_URL"])
        with self.copy_database(str(url.database)) as warehouse:
            address = warehouse.render_as_string(hide_password=False)
            environment = {**self.small.environment, "INTERLOCK_WAREHOUSE_URL": address}
            yield replace(self.small, home=home, environment=environment)
            self._restore_tools()

    def _restore_tools(self) -> None:
        sandbox = self.small.sandbox
        for tool, state in zip(_tools(sandbox), self.states, strict=True):
            vars(tool).update(copy.deepcopy(state))
        for url in (sandbox.jira_url, sandbox.salesforce_url, sandbox.github_url):
            for kept in ("faults", "requests"):
                httpx.delete(f"{url}/_sandbox/{kept}", verify=False).raise_for_status()


def sync_and_save(small: Small, copy_database: CopyDatabase) -> SavedSmall:
    """The state of a new instance after a sync that wrote its comments."""
    with closing(small.open()) as instance:
        run_sync(instance)
    return save_small(small, copy_database)


def save_small(small: Small, copy_database: CopyDatabase) -> SavedSmall:
    """The present state of an instance that is not open."""
    states = tuple(copy.deepcopy(vars(tool)) for tool in _tools(small.sandbox))
    return SavedSmall(small, states, copy_database)


def _tools(sandbox: Sandbox) -> tuple[Any, ...]:
    return sandbox.jira, sandbox.salesforce, sandbox.github
