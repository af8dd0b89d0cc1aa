"""One lane of the campaign: an instance whose syncs are killed, and its undisturbed twin.

Each round makes the same changes in the tools of both, syncs the twin, disturbs syncs of the other
one, lets one sync of it come to its end, and compares the two.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psutil
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, make_url

from connectors.sandbox import running_sandbox
from model.warehouse.embedded import process, server
from model.warehouse.embedded.cluster import SUPERUSER
from tests.campaign.changes import Change, Office, add_faults, clear_faults
from tests.campaign.runner import REPOSITORY, Command, Runner, kill_group
from tests.campaign.state import read_comments, read_files, read_warehouse
from tests.pipelines.small import JIRA, NOW, SALESFORCE, Small, make_small

SHARE_OF_FAULTS = 0.1
SYNC = ("interlock", "sync")
DAGSTER = ("dagster", "job", "execute", "-m", "pipelines.definitions", "-j", "sync")
_EMBEDDED = make_url("postgresql://replaced.by.the.embedded.one/")


@dataclass
class Figures:
    """What a lane did."""

    kills: int = 0
    completed: int = 0
    faults: int = 0
    rounds: int = 0
    changes: int = 0
    comments: int = 0
    seconds: float = 0.0
    failure: str = ""


@dataclass
class Lane:
    """An instance with an embedded warehouse, its twin, and the random of both."""

    name: str
    random: Random
    runner: Runner
    small: Small
    twin: Small
    twin_engine: Engine
    office: Office
    engine: Engine | None = None
    """The warehouse of the disturbed instance where that is not the embedded one."""
    now: datetime = NOW
    figures: Figures = field(default_factory=Figures)

    @property
    def data(self) -> Path:
        return self.small.home / "state" / "warehouse"

    def start(self, small: Small, words: tuple[str, ...]) -> int:
        """Start a command on an instance; its process group."""
        environment = {
            **small.environment,
            "INTERLOCK_HOME": str(small.home),
            "DAGSTER_HOME": str(small.home),
            "PYTHONPATH": str(REPOSITORY),
            "COLUMNS": "160",
        }
        _output(small).unlink(missing_ok=True)
        command = Command(words, environment, self.now.isoformat(), str(_output(small)))
        return self.runner.start(command)

    def run(self, small: Small, words: tuple[str, ...] = SYNC) -> float:
        """Let a command come to its good end; the seconds that it took."""
        began = time.monotonic()
        self.start(small, words)
        code = self.runner.wait()
        assert code == 0, f"{self.name}: exit code {code}\n{_output(small).read_text()}"
        return time.monotonic() - began

    def kill(self, words: tuple[str, ...], seconds: float) -> None:
        """Start a command and kill its process group within so many seconds."""
        group = self.start(self.small, words)
        time.sleep(self.random.uniform(0, seconds))
        kill_group(group)
        self._count(self.runner.wait() < 0)

    def disturb(self, interfere: Callable[[], None]) -> tuple[int, str]:
        """Interfere with a sync, which has to end without a traceback; its exit code and output."""
        self.start(self.small, SYNC)
        interfere()
        code = self.runner.wait()
        output = _output(self.small).read_text()
        assert "Traceback" not in output, f"exit code {code}: {output}"
        return code, output

    def kill_postmaster(self, seconds: float) -> None:
        """Kill the embedded PostgreSQL under a sync, which has to end without a traceback."""
        killed: list[psutil.Process] = []

        def kill() -> None:
            time.sleep(self.random.uniform(0, seconds))
            if postmaster := process.running_server(self.data):
                with suppress(psutil.NoSuchProcess):
                    postmaster.kill()
                    killed.append(postmaster)

        self.disturb(kill)
        self._count(bool(killed))
        psutil.wait_procs(killed, 10)
        if killed and not working_in(self.data):
            self._spoil_pid_file()

    def _spoil_pid_file(self) -> None:
        """Leave the killed server's file, or what a crash and a reboot make of it."""
        file = self.data / "postmaster.pid"
        if not file.exists():
            return
        text = file.read_text()
        foreign = text.replace(text.partition("\n")[0], str(os.getpid()), 1)
        file.write_text(self.random.choice((text, foreign, text[: len(text) // 2], "")))

    def _count(self, is_killed: bool) -> None:
        if is_killed:
            self.figures.kills += 1
        else:
            self.figures.completed += 1

    def change(self, most: int = 4) -> None:
        """Some hours later, at most so many changes, the same in the tools of both."""
        self.now += timedelta(minutes=self.random.randint(20, 400))
        for change in self.office.changes(most):
            self._change_both(change)
            self.figures.changes += 1
        self.set_times()

    def _change_both(self, change: Change) -> None:
        for small in (self.twin, self.small):
            small.sandbox.jira.settings.now = small.sandbox.salesforce.settings.now = self.now
            change(small)

    def set_times(self) -> None:
        """Date the files as the tools' clocks; otherwise a kill would show in them."""
        for small in (self.twin, self.small):
            for file in (small.home / "files").iterdir():
                os.utime(file, (self.now.timestamp() - 600,) * 2)

    @contextmanager
    def faults(self, is_faulty: bool) -> Iterator[None]:
        """Let a share of the requests of the disturbed instance fail within the block."""
        if is_faulty:
            self.figures.faults += add_faults(self.small, self.random, SHARE_OF_FAULTS)
        yield
        clear_faults(self.small)

    def assert_agreement(self) -> None:
        """Compare warehouses, comments and files with those of the twin."""
        self.figures.rounds += 1
        with self.opened_warehouse() as engine:
            ours = read_warehouse(engine, self.small)
            locks = _advisory_locks(engine)
        theirs = read_warehouse(self.twin_engine, self.twin)
        comments = read_comments(self.small)
        ours["comments in the tools"] = comments
        theirs["comments in the tools"] = read_comments(self.twin)
        for part in theirs:
            only_ours = Counter(ours[part]) - Counter(theirs[part])
            only_theirs = Counter(theirs[part]) - Counter(ours[part])
            assert not only_ours and not only_theirs, (
                f"{part} in round {self.figures.rounds}: killed only {_show(only_ours)}, "
                f"twin only {_show(only_theirs)}"
            )
        self.figures.comments = len(comments)
        assert locks == 0, f"{self.name}: {locks} locks left"

    @contextmanager
    def opened_warehouse(self) -> Iterator[Engine]:
        """The warehouse of the disturbed instance, to look into it."""
        if self.engine:
            yield self.engine
        else:
            with embedded_engine(self.data) as engine:
                yield engine

    def assert_nothing_left(self) -> None:
        """No process works in the data directory, and no file is there that the twin lacks."""
        wait_until_unused(self.data)
        expected = read_files(self.twin.home) | {
            f"state/warehouse.{name}" for name in ("log", "start", "users", "watch")
        }
        left = read_files(self.small.home) - expected - {"dagster.yaml"}
        assert not left, f"{self.name}: files left: {left}"
        running = [*self.data.glob("postmaster.pid"), *self.data.glob(".handle_pids*")]
        assert not running, f"{self.name}: {running}"


@contextmanager
def open_lane(
    name: str, folder: Path, seed: str, runner: Runner, twin: URL, warehouse: URL | None = None
) -> Iterator[Lane]:
    """Two fresh instances with tools of their own and the warehouse `twin` for the second one.

    The first one has `warehouse`, or an embedded one.
    """
    tools: Any = {"jira": JIRA, "salesforce": SALESFORCE}
    random = Random(seed)
    with ExitStack() as stack:
        one = stack.enter_context(running_sandbox(**tools))
        other = stack.enter_context(running_sandbox(**tools))
        small = make_small(folder / "killed", one, warehouse or _EMBEDDED)
        if warehouse is None:
            environment = dict(small.environment)
            del environment["INTERLOCK_WAREHOUSE_URL"]
            small = replace(small, environment=environment)
        shutil.copy(REPOSITORY / "dagster_home" / "dagster.yaml", small.home)
        lane = Lane(
            name,
            random,
            runner,
            small,
            make_small(folder / "twin", other, twin),
            _disposed(stack, twin),
            Office(random),
            engine=_disposed(stack, warehouse) if warehouse else None,
        )
        lane.set_times()
        yield lane


def _disposed(stack: ExitStack, url: URL) -> Engine:
    engine = create_engine(url)
    stack.callback(engine.dispose)
    return engine


@contextmanager
def embedded_engine(data: Path) -> Iterator[Engine]:
    """The superuser's connections to the embedded server, which this process leaves at the end."""
    engine = create_engine(server.join(data).url(SUPERUSER))
    try:
        yield engine
    finally:
        engine.dispose()
        # A user leaves with its process; the campaign's own has to leave before that.
        server._users.pop(data.absolute()).close()


def working_in(data: Path) -> list[psutil.Process]:
    """The living processes whose working directory is the data directory or in a new one."""
    processes = []
    for each in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if each.cwd().startswith(str(data)) and each.status() != psutil.STATUS_ZOMBIE:
                processes.append(each)
    return processes


def wait_until_unused(data: Path) -> None:
    """Wait until the watch has ended the server; fails after half a minute."""
    end = time.monotonic() + 30
    while left := working_in(data):
        assert time.monotonic() < end, f"PostgreSQL still runs on {data}: {left}"
        time.sleep(0.1)


def _show(rows: Counter[str]) -> list[str]:
    return [row[:400] for row in rows.elements()][:6]


def _output(small: Small) -> Path:
    return small.home.parent / f"{small.home.name}.output"


def _advisory_locks(engine: Engine) -> int:
    with engine.connect() as connection:
        query = "select count(*) from pg_locks where locktype = 'advisory'"
        return int(connection.exec_driver_sql(query).scalar_one())
