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

import httpx
from sqlalchemy import Engine
from sqlalchemy.engine import URL

from connectors.sandbox import running_sandbox
from connectors.spreadsheets.notes import read_notes
from pipelines.steps.sync import sync_all
from tests.pipelines.killed import sync_until_killed
from tests.pipelines.small import JIRA, NOW, SALESFORCE, Small, make_small

KILLS = 20
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
        select id, rule, about, status, severity, functions, details->'wording' from conflict""",
    "events": "select conflict_id, event from conflict_event",
    "comments": """
        select conflict_id, r.ref, digest, state from comment join record r on r.id = record_id""",
}


def state(engine: Engine) -> dict[str, list[str]]:
    """Everything the warehouse holds, without its own row numbers and instants of writing."""
    with engine.connect() as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.exec_driver_sql(query))
            for name, query in _STATE.items()
        }


def comments(small: Small) -> dict[str, int]:
    """How many comments stand on what, as each tool tells."""
    issue = httpx.get(
        f"{small.sandbox.jira_url}/rest/api/3/issue/CDP-2/comment",
        auth=("interlock@example.com", "sandbox-token"),
    )
    page = httpx.get(f"{small.sandbox.salesforce_url}/").text
    deal = page.partition("/lightning/r/Opportunity/")[2].partition("/")[0]
    feed = httpx.get(f"{small.sandbox.salesforce_url}/lightning/r/Opportunity/{deal}/view").text
    notes = read_notes((small.home / "files" / "plan.xlsx").read_bytes())
    return {
        "CDP-2": issue.json()["total"],
        "deal": feed.count("interlock:C-"),
        "workbook": sum(note.text.count("interlock:C-") for note in notes.values()),
    }


@contextmanager
def fresh(home: Path, database: URL, ports: tuple[int, int]) -> Iterator[Small]:
    """The small instance as on its first day, on the same ports each time."""
    jira, salesforce = ports
    with running_sandbox(
        jira=JIRA, salesforce=SALESFORCE, jira_port=jira, salesforce_port=salesforce
    ) as sandbox:
        small = make_small(home, sandbox, database)
        for file in (home / "files").iterdir():
            os.utime(file, (NOW.timestamp() - 600,) * 2)
        yield small


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def run_killed(small: Small, fatal: int) -> tuple[int | None, int]:
    """Run a sync in a process of its own; its exit code, and how many instants it passed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.pipelines.killed"])
    heard, told = context.Pipe(duplex=False)
    arguments: Any = (small.home, dict(small.environment), NOW, fatal, told)
    process = context.Process(target=sync_until_killed, args=arguments)
    process.start()
    told.close()
    process.join()
    return process.exitcode, heard.recv() if process.exitcode == 0 else 0


def finish(small: Small) -> tuple[dict[str, list[str]], dict[str, int]]:
    """Run a whole sync here; what the warehouse and the tools then hold."""
    instance = small.opened()
    sync_all(instance, NOW, lambda _: None, write=True)
    result = state(instance.engine), comments(small)
    instance.close()
    return result


def test_a_sync_killed_at_twenty_instants_and_run_again_equals_an_undisturbed_one(
    tmp_path: Path, new_database: Callable[[], URL]
) -> None:
    ports = free_ports()
    with fresh(tmp_path / "undisturbed", new_database(), ports) as small:
        code, instants = run_killed(small, NEVER)
        undisturbed = finish(small)
    assert code == 0
    assert undisturbed[1] == {"CDP-2": 2, "deal": 1, "workbook": 1}

    for number in range(KILLS):
        fatal = 1 + number * (instants - 1) // (KILLS - 1)
        with fresh(tmp_path / f"killed-{number}", new_database(), ports) as small:
            code, _ = run_killed(small, fatal)
            assert code == -signal.SIGKILL
            again = finish(small)
        assert again == undisturbed, f"killed at instant {fatal} of {instants}"
