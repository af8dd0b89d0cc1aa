"""A sync that kills its own process with SIGKILL at a chosen instant.

Instants are counted where something may half happen: before and after each request, each commit,
and each file put in place. So the same number is the same instant in every run.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from datetime import datetime
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import httpx
import requests
from sqlalchemy import Connection

from pipelines.instance import open_instance
from pipelines.steps.sync import sync_all


class _Instants:
    """Counts, and kills this process when the chosen number is reached."""

    def __init__(self, fatal: int) -> None:
        self.passed = 0
        self._fatal = fatal

    def pass_one(self) -> None:
        self.passed += 1
        if self.passed == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, name: str) -> None:
        """Count an instant before and after every call of a function."""
        real: Callable[..., Any] = getattr(owner, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.pass_one()
            result = real(*args, **kwargs)
            self.pass_one()
            return result

        setattr(owner, name, counted)


def sync_until_killed(
    home: Path, environment: Mapping[str, str], now: datetime, fatal: int, told: Pipe
) -> None:
    """Run one sync and die at instant `fatal`; a sync that survives tells how many there were."""
    instants = _Instants(fatal)
    instants.around(httpx.Client, "send")
    instants.around(requests.Session, "send")
    instants.around(os, "replace")
    instants.around(Connection, "_commit_impl")
    instance = open_instance(home, environment)
    sync_all(instance, now, lambda _: None, write=True)
    told.send(instants.passed)
