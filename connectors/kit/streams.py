"""A list of records read as the pages of a pull.

A connector only says how its tool's answers are fetched, and where a record holds its id and the
time of its last change. Cursors, deletions and records that cannot be landed are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.base import Cursor, Page, RawRecord
from connectors.kit.answers import CHECK_URL, Answered, pages_of_stream
from connectors.kit.client import HttpClient
from connectors.kit.cursors import Reading, begin_reading
from connectors.kit.json_path import find_value
from connectors.kit.paginators import PageRequest, Paginator
from connectors.kit.plausible import report_future_change
from connectors.kit.stream_records import StreamRecords, split
from connectors.kit.timestamps import find_instant
from model.records import Problem


def fetch_records(
    client: HttpClient,
    request: PageRequest,
    paginator: Paginator,
    records: str = "$",
    remedy: str = CHECK_URL,
) -> Iterator[list[Any]]:
    """The records of each answer, which stand there at the path `records`.

    Raises UnexpectedAnswer with `remedy` for an answer that has no list there.
    """
    for answer in client.pages(request, paginator):
        values = find_value(answer.body, records)
        # Read as an empty list, this would end every record in the plan.
        if not isinstance(values, list):
            answered = Answered(
                client.connection, f"{request.method} {request.path}", answer.body, remedy
            )
            raise answered.unexpected(f'a list at "{records}"', values)
        yield values


@dataclass(frozen=True, slots=True)
class ListStream:
    """A list of records of one connection.

    `fetch` yields the records of each answer, or the problem of one that cannot be read to its
    end: all, or those that changed since an instant. `id`
    and `changed_at` are paths within a record; a native id is the id behind `id_prefix`. Without
    `overlap` everything is read each time; with it only what changed since that long before the
    newest change seen, and everything again after `full_every`.
    """

    name: str
    fetch: Callable[[datetime | None], Iterator[list[Any]]]
    id: str = "id"
    id_prefix: str = ""
    changed_at: str | None = None
    overlap: timedelta | None = None
    full_every: timedelta = timedelta(days=1)
    correct_id: str = CHECK_URL
    """What to do about a record without an id."""
    tool_time: Callable[[datetime], datetime] = lambda instant: instant
    """What the tool's clock shows at an instant of ours: `HttpClient.tool_time`."""

    def pages(
        self,
        cursor: Cursor | None,
        now: datetime,
        problems: Sequence[Problem] = (),
        gone_reason: str = "deleted",
        remember: Cursor | None = None,
    ) -> Iterator[Page]:
        """A page per answer, then one with the cursor and, after a whole reading, all ids.

        The last page also has these `problems`, and its cursor what to `remember`. The pages
        before it carry the cursor of the beginning, so a pull that is cut off begins again.
        """
        end = Page((), {}, tuple(problems), gone_reason=gone_reason)
        return pages_of_stream(self.name, self._pages(cursor, now, end, remember or {}))

    def _pages(
        self, cursor: Cursor | None, now: datetime, end: Page, remember: Cursor
    ) -> Iterator[Page]:
        reading = self._begin(cursor, now)
        met = StreamRecords(self.name, self.correct_id)
        for records in self.fetch(reading.since):
            taken = [self._take(met, record) for record in records]
            landed, held = split(taken)
            for record, part in zip(records, taken, strict=True):
                if changed_at := self._changed_at(record):
                    reading = reading.seen(changed_at)
                    held += report_future_change(part.native_id, changed_at, self.tool_time(now))
            # With the cursor of the beginning: nothing is known about the order in which the tool
            # lists its records, so what is missing may be older than what has come.
            yield Page(landed, cursor or {}, held)
        # An incremental reading shows only what changed; what it lacks is not gone.
        snapshot_ids = met.snapshot() if reading.is_full else None
        yield replace(end, cursor=reading.to_cursor() | remember, snapshot_ids=snapshot_ids)

    def _take(self, met: StreamRecords, record: Any) -> RawRecord | Problem:
        if isinstance(record, Problem):
            return met.hold(record)
        return met.take(find_value(record, self.id), record, self.id_prefix)

    def _begin(self, cursor: Cursor | None, now: datetime) -> Reading:
        if self.overlap is None:
            return Reading(None, now)
        return begin_reading(cursor, now, self.overlap, self.full_every, self.tool_time)

    def _changed_at(self, record: Any) -> datetime | None:
        if self.changed_at is None or isinstance(record, Problem):
            return None
        return find_instant(record, self.changed_at)
