"""Dagster's UI and daemon as a child process of the demo, until it is stopped."""

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

from pipelines.demo.demo_instance import DemoFailed
from pipelines.proxy_identity import LOCAL_PERSON, SECRET_VARIABLE
from pipelines.ui_links import CODE_LOCATION

_START_SECONDS = 90.0
_STOP_SECONDS = 20.0
_POLL_SECONDS = 0.5
"""How long Dagster may take to start and to end, and how often it is asked meanwhile."""


@contextmanager
def dagster_running(ui_url: str, folder: Path, person: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run Dagster until the block ends; whoever opens its UI acts as `person` (an e-mail address).

    Its workspace and its log are written to `folder`. Raises DemoFailed if it does not respond.
    """
    parts, log = urlsplit(ui_url), folder / "dagster.log"
    address = ("-h", parts.hostname or "127.0.0.1", "-p", str(parts.port or 80))
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-w",
        str(_write_workspace(folder)),
        *address,
    ]
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 our own interpreter and arguments
            [*command, "--log-level", "warning"],
            stdout=output,
            stderr=subprocess.STDOUT,
            # With a secret of another deployment nobody could decide in the demo.
            env={k: v for k, v in os.environ.items() if k != SECRET_VARIABLE}
            | {LOCAL_PERSON: person},
            # A session of its own, so that Ctrl-C reaches the demo first, which then stops it.
            start_new_session=True,
        )
    try:
        _wait_until_ready(ui_url, child, log)
        yield child
    finally:
        _stop(child)


def _write_workspace(folder: Path) -> Path:
    module = {"module_name": "pipelines.definitions", "location_name": CODE_LOCATION}
    path = folder / "workspace.yaml"
    path.write_text(yaml.safe_dump({"load_from": [{"python_module": module}]}), encoding="utf-8")
    return path


def _wait_until_ready(ui_url: str, child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{ui_url}/server_info", trust_env=False).is_success:
                return
        time.sleep(_POLL_SECONDS)
    raise DemoFailed(f"Dagster does not respond at {ui_url}. Its log is {log}")


def _stop(child: subprocess.Popen[bytes]) -> None:
    """Interrupt the process and wait; kill its process group if it does not end."""
    if child.poll() is not None:
        return
    # As Ctrl-C does: on this signal `dagster dev` ends its own children.
    child.send_signal(signal.SIGINT)
    try:
        child.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def stop_on_signals() -> None:
    """Let SIGINT and SIGTERM raise KeyboardInterrupt."""
    # SIGINT is ignored in the background jobs of a shell script unless it is set here.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _raise_interrupt)


def _raise_interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
