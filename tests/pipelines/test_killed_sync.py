"""A sync killed at any instant and run again ends where an undisturbed one does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from connectors.sandbox import running_sandbox
from pipelines.steps.sync import sync_all
from tests.pipelines.killed import sync_until_killed
from tests.pipelines.small import JIRA, NOW, SALESFORCE, Small, make_small
from tests.pipelines.syncing import COMMENTED, count_comments

FEW_KILLS, MANY_KILLS = 3, 40
NEVER = -1

_STATE = {
    "landing": "select connection, stream, native_id, digest, gone_reason from landing",
    "quarantine": "select connection, stream, native_id, reason, held from quarantine",
    "cursors": "select connection, stream, stage from cursor",
    "work items": """
        select r.ref, valid_from, valid_to, key, title, state, status, planned_start,
               planned_finish, actual_start, owner, stated_dependencies
        from work_item join record r on r.id = record_id
        where r.connection <> 'marketing-plan'""",
    "deals": """
        select r.ref, valid_to is null, key, stage, amount, currency, close_date,
            stated_dependencies
        from deal join record r on r.id = record_id""",
    "spend": """
        select r.ref, valid_from, valid_to, spend_kind, amount, currency, "on", wbs
        from spend join record r on r.id = record_id""",
    "names": "select name, r.ref from alias join record r on r.id = record_id",
    "dependencies": """
        select p.ref, s.ref, type, lag_days, place from dependency
        join record p on p.id = predecessor_id join record s on s.id = successor_id""",
    "forecast": """
        select r.ref, early_start, early_finish, late_finish, total_slack, certainty
        from forecast join record r on r.id = record_id""",
    "conflicts": """
        select id, rule, about, status, severity, functions,
               -- Briefings name their records by row number.
               (details->'wording') - 'briefings'
        from conflict""",
    "events": "select conflict_id, event from conflict_event",
    "comments": """
        select conflict_id, r.ref, digest, state from comment join record r on r.id = record_id""",
}


def read_state(engine: Engine) -> dict[str, list[str]]:
    """Everything in the warehouse except for its own row numbers and times of writing."""
    with engine.connect() as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.exec_driver_sql(query))
            for name, query in _STATE.items()
        }


@contextmanager
def fresh_small(home: Path, database: URL, ports: tuple[int, int]) -> Iterator[Small]:
    """The small instance before its first sync, on the same ports each time."""
    jira, salesforce = ports
    with running_sandbox(
        jira=JIRA, salesforce=SALESFORCE, jira_port=jira, salesforce_port=salesforce
    ) as sandbox:
        small = make_small(home, sandbox, database)
        for file in (home / "files").iterdir():
            os.utime(file, (NOW.timestamp() - 600,) * 2)
        yield small


def free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


def run_killed(small: Small, fatal: int) -> tuple[int | None, int]:
    """Run a sync in a process of its own; its exit code, and the number of instants it passed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.pipelines.killed"])
    receiver, sender = context.Pipe(duplex=False)
    arguments: Any = (small.home, dict(small.environment), NOW, fatal, sender)
    process = context.Process(target=sync_until_killed, args=arguments)
    process.start()
    sender.close()
    process.join()
    return process.exitcode, receiver.recv() if process.exitcode == 0 else 0


def sync_to_the_end(small: Small) -> tuple[dict[str, list[str]], dict[str, int]]:
    """Run a whole sync in this process; the state of the warehouse and of the tools after it."""
    instance = small.open()
    sync_all(instance, NOW, lambda _: None, write=True)
    result = read_state(instance.engine), count_comments(small)
    instance.close()
    return result


def assert_kills_leave_no_trace(home: Path, new_database: Callable[[], URL], kills: int) -> None:
    """Kill a sync at so many instants, spread evenly, and compare the state after the next one."""
    ports = free_ports()
    with fresh_small(home / "undisturbed", new_database(), ports) as small:
        code, instants = run_killed(small, NEVER)
        undisturbed = sync_to_the_end(small)
    assert code == 0
    assert undisturbed[1] == COMMENTED

    for number in range(kills):
        fatal = 1 + number * (instants - 1) // (kills - 1)
        with fresh_small(home / f"killed-{number}", new_database(), ports) as small:
            code, _ = run_killed(small, fatal)
            assert code == -signal.SIGKILL
            again = sync_to_the_end(small)
        assert again == undisturbed, f"killed at instant {fatal} of {instants}"


@pytest.mark.long
def test_a_sync_killed_at_a_few_instants_and_run_again_equals_an_undisturbed_one(
    tmp_path: Path, new_database: Callable[[], URL]
) -> None:
    assert_kills_leave_no_trace(tmp_path, new_database, FEW_KILLS)


@pytest.mark.long
def test_a_sync_killed_at_many_instants_and_run_again_equals_an_undisturbed_one(
    tmp_path: Path, new_database: Callable[[], URL]
) -> None:
    assert_kills_leave_no_trace(tmp_path, new_database, MANY_KILLS)
