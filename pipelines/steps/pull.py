"""Pull: from a tool into landing, page by page, each page with its cursor in one transaction."""

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
    note_pull,
    read_cursor,
)
from model.warehouse.locks import exclusive_lock
from model.warehouse.quarantine import drop_stale, replace_problems
from pipelines.instance import Instance


@dataclass(frozen=True, slots=True)
class PullResult:
    """What one pull brought: records read, those new or changed, those gone, and problems."""

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
"""Called after each page with the connection's name and how many records were read so far."""


def pull(
    instance: Instance, name: str, now: datetime, progress: Progress = lambda _name, _count: None
) -> PullResult:
    """Bring what changed in one connection since the last pull.

    Raises ConnectionFailed when the tool cannot be read further; what came before stays.
    """
    total = PullResult()
    with exclusive_lock(instance.engine, name):
        _note(instance, name, now, to_the_end=False)
        with instance.connector(name) as connector:
            for stream in connector.streams:
                total += _stream(instance, connector, stream, now, progress, total.read)
        _note(instance, name, now, to_the_end=True)
    return total


def _note(instance: Instance, name: str, now: datetime, *, to_the_end: bool) -> None:
    with instance.engine.begin() as connection:
        note_pull(connection, name, now, to_the_end=to_the_end)


def _stream(
    instance: Instance,
    connector: Connector,
    stream: str,
    now: datetime,
    progress: Progress,
    before: int,
) -> PullResult:
    with instance.engine.connect() as connection:
        cursor = read_cursor(connection, connector.name, stream, "pull")
    total, troubled = PullResult(), set[str]()
    for page in connector.pull(stream, cursor, now):
        troubled |= {problem.native_id for problem in page.problems}
        with instance.engine.begin() as connection:
            total += _page(
                connection, connector.name, stream, page, troubled, now, instance.references
            )
        progress(connector.name, before + total.read)
    return total


def _page(
    connection: Connection,
    name: str,
    stream: str,
    page: Page,
    troubled: set[str],
    now: datetime,
    references: ReferenceFormats,
) -> PullResult:
    changed = land(connection, name, stream, [(r.native_id, r.payload) for r in page.records], now)
    looked_at = {record.native_id for record in page.records} | {
        problem.native_id for problem in page.problems
    }
    count = replace_problems(
        connection, name, stream, "pull", looked_at, page.problems, now, references
    )
    gone = 0
    if page.snapshot_ids is not None:
        gone = mark_deleted(connection, name, stream, page.deleted, now)
        here = page.snapshot_ids | page.deleted
        gone += mark_gone(connection, name, stream, here, page.gone_reason, now)
        drop_stale(connection, name, stream, keep=page.snapshot_ids | troubled)
    move_cursor(connection, name, stream, "pull", page.cursor, now)
    return PullResult(len(page.records), changed, gone, count)
