"""Pull: from a tool into landing, page by page, each committed together with its cursor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from connectors.base import Connector, Page
from model.keys import ReferenceFormats
from model.warehouse.landing import (
    land,
    mark_deleted,
    mark_gone,
    move_cursor,
    read_cursor,
    record_pull,
)
from model.warehouse.locks import exclusive_lock
from model.warehouse.quarantine import drop_stale_problems, replace_problems
from pipelines.instance import Instance


@dataclass(frozen=True, slots=True)
class PullResult:
    """Counts of one pull: records read, new or changed, gone from the tool, and problems."""

    read: int = 0
    changed: int = 0
    gone: int = 0
    problems: int = 0

    def __add__(self, other: PullResult) -> PullResult:
        return PullResult(
            self.read + other.read,
            self.changed + other.changed,
            self.gone + other.gone,
            self.problems + other.problems,
        )


Progress = Callable[[str, int], None]
"""Called after each page with the connection's name and the number of records read so far."""


def pull(
    instance: Instance, name: str, now: datetime, progress: Progress = lambda _name, _count: None
) -> PullResult:
    """Land what changed in one connection since the last pull.

    Raises ConnectionFailed when the tool cannot be read further; pages before that stay landed.
    """
    total = PullResult()
    with exclusive_lock(instance.engine, name):
        # A pull that is killed from here on counts as one that did not reach the end.
        _record_pull(instance, name, now, to_the_end=False)
        with instance.connector(name) as connector:
            for stream in connector.streams:
                total += _pull_stream(instance, connector, stream, now, progress, total.read)
        _record_pull(instance, name, now, to_the_end=True)
    return total


def _record_pull(instance: Instance, name: str, now: datetime, *, to_the_end: bool) -> None:
    with instance.engine.begin() as connection:
        record_pull(connection, name, now, to_the_end=to_the_end)


def _pull_stream(
    instance: Instance,
    connector: Connector,
    stream: str,
    now: datetime,
    progress: Progress,
    read_before: int,
) -> PullResult:
    """Pull one stream; `read_before` counts the records of the streams before it."""
    with instance.engine.connect() as connection:
        cursor = read_cursor(connection, connector.name, stream, "pull")
    total, problem_ids = PullResult(), set[str]()
    for page in connector.pull(stream, cursor, now):
        problem_ids |= {problem.native_id for problem in page.problems}
        with instance.engine.begin() as connection:
            total += _write_page(
                connection, connector.name, stream, page, problem_ids, now, instance.references
            )
        progress(connector.name, read_before + total.read)
    return total


def _write_page(
    connection: Connection,
    name: str,
    stream: str,
    page: Page,
    problem_ids: set[str],
    now: datetime,
    references: ReferenceFormats,
) -> PullResult:
    changed = land(connection, name, stream, [(r.native_id, r.payload) for r in page.records], now)
    read_ids = {record.native_id for record in page.records} | {
        problem.native_id for problem in page.problems
    }
    problem_count = replace_problems(
        connection, name, stream, "pull", read_ids, page.problems, now, references
    )
    gone = 0
    if page.snapshot_ids is not None:
        gone = mark_deleted(connection, name, stream, page.deleted, now)
        # The deleted ones are marked already, with a reason of their own.
        accounted_for = page.snapshot_ids | page.deleted
        gone += mark_gone(connection, name, stream, accounted_for, page.gone_reason, now)
        drop_stale_problems(connection, name, stream, keep=page.snapshot_ids | problem_ids)
    move_cursor(connection, name, stream, "pull", page.cursor, now)
    return PullResult(len(page.records), changed, gone, problem_count)
