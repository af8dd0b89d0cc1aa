"""A sync that kills its own process with SIGKILL at a chosen instant.

Instants are counted before and after each request, each commit and each replaced file, because
between two of them nothing changes that outlives the process. The same number is the same instant
in every run.
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


class _InstantCounter:
    """Counts instants, and kills this process when the fatal number is reached."""

    def __init__(self, fatal: int) -> None:
        self.passed = 0
        self._fatal = fatal

    def count(self) -> None:
        self.passed += 1
        if self.passed == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def count_calls(self, owner: Any, name: str) -> None:
        """Count one instant before and one after every call of a function."""
        real: Callable[..., Any] = getattr(owner, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.count()
            result = real(*args, **kwargs)
            self.count()
            return result

        setattr(owner, name, counted)


def sync_until_killed(
    home: Path, environment: Mapping[str, str], now: datetime, fatal: int, results: Pipe
) -> None:
    """Run one sync and die at instant `fatal`; one that survives sends the number of instants."""
    counter = _InstantCounter(fatal)
    counter.count_calls(httpx.Client, "send")
    counter.count_calls(requests.Session, "send")
    counter.count_calls(os, "replace")
    counter.count_calls(Connection, "_commit_impl")
    instance = open_instance(home, environment)
    sync_all(instance, now, lambda _: None, write=True)
    results.send(counter.passed)
