"""Commands in processes that can be killed with all they started, without paying for imports.

`python -m tests.campaign.runner` loads the packages once. Each line on its standard input starts a
command in a forked process with a process group of its own, as a shell would; its process id and,
at the end, its exit code are lines on standard output.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.pipelines.dagster.clocks import modules_with_a_clock

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Command:
    """A command line, the environment it runs in, its instant "now", and where its output goes."""

    words: tuple[str, ...]
    environment: Mapping[str, str]
    now: str
    output: str


_PACKAGES = (
    "anyio._backends._asyncio", "connectors.erp.connector", "connectors.jira.connector",
    "connectors.salesforce.connector", "connectors.spreadsheets.connector", "dagster._cli.job",
    "dagster._core.storage.event_log.sqlite", "dagster._core.storage.runs.sqlite", "httpcore",
    "numpy.linalg", "pipelines.assets.comments", "pipelines.assets.conflicts",
    "pipelines.assets.connections", "pipelines.assets.shared_model", "pipelines.cli.commands",
    "pipelines.cli.sync", "pipelines.coordinator", "pipelines.decide_job",
    "pipelines.housekeeping", "pipelines.schedules", "python_calamine", "rich.progress",
)  # fmt: skip
"""What the commands import."""


class Runner:
    """A process that runs one command at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.campaign.runner"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, command: Command) -> int:
        """Start a command; its process group."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(command)) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def wait(self) -> int:
        """Wait for the end of the command; its exit code, negative after a signal."""
        return self._answer()

    def close(self) -> None:
        self._process.communicate()

    def _answer(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


def kill_group(group: int) -> None:
    """SIGKILL to all processes of the group that are left."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _serve() -> None:
    _load_packages()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(**json.loads(line))
        # In both processes, so that the group exists whichever of them goes first.
        with suppress(OSError):
            os.setpgid(child, child)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _load_packages() -> None:
    for name in _PACKAGES:
        importlib.import_module(name)
    # Both import many modules at their first call.
    importlib.import_module("holidays").list_supported_countries()
    importlib.import_module("model.rules").installed_rules()


def _become(words: list[str], environment: dict[str, str], now: str, output: str) -> None:
    with suppress(OSError):
        os.setpgid(0, 0)
    for number, path, mode in ((0, os.devnull, os.O_RDONLY), (1, output, os.O_WRONLY)):
        os.dup2(os.open(path, mode | os.O_CREAT | os.O_APPEND, 0o600), number)
    os.dup2(1, 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(environment["INTERLOCK_HOME"])
    _set_clocks(datetime.fromisoformat(now))
    sys.argv = words
    os._exit(_run(words[0]))


def _set_clocks(now: datetime) -> None:
    """Let commands take this for the present, and not pause before another attempt."""
    from connectors.kit.clock import Clock

    for tool in ("jira", "salesforce"):
        connector: Any = importlib.import_module(f"connectors.{tool}.connector")
        connector.Clock = lambda: Clock(sleep=lambda _: None)
    command: Any = importlib.import_module("pipelines.cli.sync")
    command.now = lambda: now
    for name in modules_with_a_clock():
        module: Any = importlib.import_module(name)
        module.run_instant = lambda _: now


def _run(program: str) -> int:
    import traceback

    try:
        if program == "dagster":
            from dagster._cli import main as dagster

            dagster()
        else:
            from pipelines.cli import main

            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 70
    else:
        code = 0
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    _serve()
