"""Ctrl-C and SIGTERM: one line, an exit code of their own, no lock, and the next sync goes on."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from model.warehouse.locks import exclusive_lock
from pipelines.cli.exit_codes import ExitCode
from tests.pipelines.small import Small
from tests.pipelines.syncing import run_sync

REPOSITORY = Path(__file__).parents[2]
LINE = "interrupted: run it again, nothing is lost"


@pytest.fixture
def silent_tool() -> Iterator[socket.socket]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def start_sync(small: Small) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from pipelines.cli import main; main()", "sync"],
        cwd=REPOSITORY,
        env={**small.environment, "INTERLOCK_HOME": str(small.home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, ExitCode.INTERRUPTED), (signal.SIGTERM, ExitCode.TERMINATED)],
)
def test_a_sync_that_waits_for_a_tool_ends_at_once_and_leaves_no_lock(
    small: Small, silent_tool: socket.socket, number: int, code: ExitCode
) -> None:
    small.write_settings(it_jira={"url": f"http://127.0.0.1:{silent_tool.getsockname()[1]}"})
    sync = start_sync(small)
    connection, _ = silent_tool.accept()
    connection.recv(1)

    sync.send_signal(number)
    _, err = sync.communicate()

    assert (sync.returncode, err.splitlines()) == (code, [LINE])
    connection.close()
    small.write_settings()
    instance = small.open()
    with exclusive_lock(instance.engine, "it-jira", wait_seconds=1):
        pass
    assert run_sync(instance).failures == {}
    instance.close()


HANG = """
import threading
from pipelines.cli.signals import watch_signals
with watch_signals() as interruption:
    thread = threading.Thread(target=threading.Event().wait)
    thread.start()
    try:
        print("ready", flush=True)
        thread.join()
    except KeyboardInterrupt:
        raise SystemExit(interruption.end(130))
"""


@pytest.mark.long
def test_a_thread_that_does_not_end_is_given_up_after_a_few_seconds() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HANG],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"

    process.send_signal(signal.SIGTERM)
    _, err = process.communicate()

    assert (process.returncode, err.splitlines()) == (ExitCode.TERMINATED, [LINE])
