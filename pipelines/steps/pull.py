"""Pull: from a tool into landing, page by page, each committed together with its cursor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable
from zlib import crc32

from sqlalchemy import Connection

from connectors.base import ConnectionFailed, Connector, Cursor, Page
from connectors.kit.exceptions import RequestFailed
from model.keys import ReferenceFormats
from model.warehouse.connection_states import record_pull_end, record_pull_start
from model.warehouse.full_reads import (
    FullRead,
    read_full_reads,
    record_full_read_end,
    record_full_read_start,
)
from model.warehouse.holds import Hold, read_holds
from model.warehouse.landing import (
    drop_cursor,
    land,
    mark_deleted,
    mark_gone,
    move_cursor,
    read_cursor,
)
from model.warehouse.locks import exclusive_lock
from model.warehouse.quarantine import drop_stale_problems, replace_problems
from pipelines.instance import Instance
from pipelines.isolation import each_isolated, isolated, mask_problems


@dataclass(frozen=True, slots=True)
class PullResult:
    """Counts of one pull: records read, new or changed, gone from the tool, and problems.

    `held` is how many of the problems leave out a whole record.
    """

    read: int = 0
    changed: int = 0
    gone: int = 0
    problems: int = 0
    held: int = 0

    def __add__(self, other: PullResult) -> PullResult:
        return PullResult(
            self.read + other.read,
            self.changed + other.changed,
            self.gone + other.gone,
            self.problems + other.problems,
            self.held + other.held,
        )


@dataclass
class PullFailed(ConnectionFailed):
    """A connection some of whose streams could not be read; `result` is what was read of it."""

    result: PullResult = field(default_factory=PullResult)


Progress = Callable[[str, int, str], None]
"""Called after each page with the connection's name, the number of records read so far, and why
its streams are read from their beginning ("" if they are not)."""


ASKED = "it was asked for"
RESUMED = "the last such reading was cut off"


@runtime_checkable
class Rewinding(Protocol):
    """A connector that knows more than how far it has read, and keeps it when it reads all again.

    Without `rewind` the stream is read again without a cursor.
    """

    def rewind(self, stream: str, cursor: Cursor) -> Cursor | None:
        """The cursor from which everything is read again."""
        ...


def pull(
    instance: Instance,
    name: str,
    now: datetime,
    progress: Progress = lambda _name, _count, _why: None,
    *,
    reread: bool = False,
) -> PullResult:
    """Land what changed in one connection since the last pull; with `reread`, everything.

    A stream that cannot be read does not stop the others. Raises PullFailed when there was one,
    and ConnectionFailed when there is no connector; what was read before stays landed.
    """
    total, failures = PullResult(), list[ConnectionFailed]()
    days = instance.deployment.connections[name].reread_days
    with exclusive_lock(instance.engine, name):
        with instance.engine.begin() as connection:
            record_pull_start(connection, name, now)
            held = read_holds(connection).get(name)
            full_reads = read_full_reads(connection, name)
        with instance.connector(name) as connector:
            with isolated(name, "naming its streams"):
                streams = tuple(connector.streams)
            for stream in streams:
                last = full_reads.get(stream)
                why = (
                    why_read_again(last, held, now)
                    or (ASKED if reread else "")
                    or why_due(name, last, days, now)
                )
                stream_pull = _StreamPull(instance, connector, stream, now, last, why)
                try:
                    stream_pull.run(progress, total.read)
                except ConnectionFailed as failure:
                    failures.append(failure)
                total += stream_pull.total
                if failures and _is_unreachable(failures[-1]):
                    break
            # Before the connector is closed: were that to fail too, this is the cause to show.
            if failures:
                raise _combine(name, failures, total)
        with instance.engine.begin() as connection:
            record_pull_end(connection, name, now)
    return total


def why_due(name: str, last: FullRead | None, days: int, now: datetime) -> str:
    """Why the rhythm asks for a full reading now ("" if it does not).

    Connections take their turns at different times of the rhythm, so that not all of them are read
    in one sync. A reading that is under way goes on instead.
    """
    if last is None or last.completed_at is None:
        return ""
    seconds = days * 24 * 3600
    offset = crc32(name.encode()) % seconds
    turns = [int((at.timestamp() + offset) // seconds) for at in (last.begun_at, now)]
    return f"that is done every {days} days" if turns[0] < turns[1] else ""


def why_read_again(last: FullRead | None, held: Hold | None, now: datetime) -> str:
    """Why a hold asks for a full reading of a stream now ("" if it does not)."""
    if held is None:
        return ""
    begun_at = last.begun_at if last else None
    # In the run that began the hold it would be no second reading. The next one shows whether the
    # change was passing; one from `confirm_from` on may confirm it.
    is_due = any(
        now >= instant and (begun_at is None or begun_at < instant)
        for instant in (held.judged_at + timedelta(microseconds=1), held.confirm_from)
    )
    return "its last change is held until it is confirmed" if is_due else ""


def _is_unreachable(failure: ConnectionFailed) -> bool:
    """Whether the tool gave no answer at all, as it would not to the next stream."""
    return isinstance(failure, RequestFailed) and failure.status is None and failure.transient


def _combine(name: str, failures: list[ConnectionFailed], total: PullResult) -> PullFailed:
    """One failure that says what all of them say, each cause once."""
    first = failures[0]
    reasons = dict.fromkeys(failure.reason.rstrip(".") for failure in failures)
    return PullFailed(name, "; ".join(reasons), first.remedy, first.record, total)


@dataclass
class _StreamPull:
    """The pull of one stream; `total` also counts the pages before a failure.

    `last` is its last reading from the beginning, `why` the reason for another one now ("" for
    none).
    """

    instance: Instance
    connector: Connector
    stream: str
    now: datetime
    last: FullRead | None
    why: str
    total: PullResult = field(default_factory=PullResult)

    def run(self, progress: Progress, read_before: int) -> None:
        """Land all pages; `read_before` counts the records of the streams before it."""
        name, engine = self.connector.name, self.instance.engine
        with engine.begin() as connection:
            cursor = self._begin(connection)
        problem_ids = set[str]()
        activity = f"reading the stream {self.stream}"
        with isolated(name, activity):
            pages = self.connector.pull(self.stream, cursor, self.now)
        for page in each_isolated(name, activity, pages):
            # What a connector yields may be as wrong as what it raises.
            with isolated(name, activity):
                page = replace(page, problems=mask_problems(name, page.problems))
                problem_ids |= {problem.native_id for problem in page.problems}
                with engine.begin() as connection:
                    self.total += _write_page(
                        connection,
                        name,
                        self.stream,
                        page,
                        problem_ids,
                        self.now,
                        self.instance.references,
                    )
            why = self.why or (RESUMED if self._is_cut_off else "")
            progress(name, read_before + self.total.read, why)
        with engine.begin() as connection:
            record_full_read_end(connection, name, self.stream, self.now)

    @property
    def _is_cut_off(self) -> bool:
        """Whether the last reading from the beginning came to no end; it goes on then."""
        return self.last is not None and self.last.completed_at is None

    def _begin(self, connection: Connection) -> Cursor | None:
        """Set the cursor back to the beginning where all is to be read; where the pull begins."""
        name = self.connector.name
        cursor = read_cursor(connection, name, self.stream, "pull")
        is_first = cursor is None and not self._is_cut_off
        if self.why:
            cursor = self._rewind(cursor)
            if cursor is None:
                drop_cursor(connection, name, self.stream, "pull")
            else:
                move_cursor(connection, name, self.stream, "pull", cursor, self.now)
        if self.why or is_first:
            record_full_read_start(connection, name, self.stream, self.now)
        return cursor

    def _rewind(self, cursor: Cursor | None) -> Cursor | None:
        """The cursor from which everything is read again."""
        if cursor is None or not isinstance(self.connector, Rewinding):
            return None
        with isolated(self.connector.name, f"beginning the stream {self.stream} again"):
            return self.connector.rewind(self.stream, cursor)


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
    held = sum(problem.held for problem in dict.fromkeys(page.problems))
    return PullResult(len(page.records), changed, gone, problem_count, held)
