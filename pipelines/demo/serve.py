"""Dagster's UI and daemon as a child of the demo, until somebody stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

import httpx
import yaml

from pipelines.coordinator import LOCAL_PERSON
from pipelines.demo.place import DemoFailed
from pipelines.ui_links import CODE_LOCATION

_START = 90.0
_STOP = 20.0
_AGAIN = 0.5
"""Seconds: how long it may take to answer, to end, and between two looks."""


@contextmanager
def dagster_running(ui_url: str, folder: Path, person: str) -> Iterator[subprocess.Popen[bytes]]:
    """Dagster runs while the block does; whoever opens its UI counts as `person` (an e-mail).

    Its files, the log among them, stand in `folder`. Raises DemoFailed if it does not answer.
    """
    parts, log = urlsplit(ui_url), folder / "dagster.log"
    address = ("-h", parts.hostname or "127.0.0.1", "-p", str(parts.port or 80))
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(_workspace(folder)), *address]
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 our own interpreter and arguments
            [*command, "--log-level", "warning"],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | {LOCAL_PERSON: person},
            start_new_session=True,
        )
    try:
        _await(ui_url, child, log)
        yield child
    finally:
        _stop(child)


def _workspace(folder: Path) -> Path:
    module = {"module_name": "pipelines.definitions", "location_name": CODE_LOCATION}
    path = folder / "workspace.yaml"
    path.write_text(yaml.safe_dump({"load_from": [{"python_module": module}]}), encoding="utf-8")
    return path


def _await(ui_url: str, child: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START
    while time.monotonic() < until and child.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{ui_url}/server_info", trust_env=False).is_success:
                return
        time.sleep(_AGAIN)
    raise DemoFailed(f"Dagster does not answer at {ui_url}. Its log is {log}")


def _stop(child: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C would, so that its own children end; by force if that does not help."""
    if child.poll() is not None:
        return
    child.send_signal(signal.SIGINT)
    try:
        child.wait(_STOP)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def stop_on_signals() -> None:
    """Let SIGINT and SIGTERM end the block they meet, even where a script had SIGINT ignored."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupted)


def _interrupted(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
