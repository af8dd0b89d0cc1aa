"""Reads the pages of one stream: what changed since a cursor, or everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from connectors.base import ConnectionFailed, Cursor, Page, RawRecord
from connectors.kit.client import HttpClient
from connectors.kit.cursors import Reading, begin_reading
from connectors.kit.json_path import find_value
from connectors.kit.paginators import PageRequest
from connectors.kit.timestamps import parse_instant
from connectors.rest.settings import IncrementalSettings, Stream
from model.records import Problem


@dataclass(frozen=True, slots=True)
class StreamPull:
    """One stream of a connection. Raises ConnectionFailed like `Connector.pull`."""

    connection: str
    name: str
    stream: Stream
    client: HttpClient

    def pages(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """A page per answer, then one with the cursor and, after a whole reading, all ids.

        The pages before the last carry the cursor of the beginning: nothing is known about the
        order in which the tool lists its records, so a pull that is cut off begins again.
        """
        start = cursor or {}
        reading = self._begin(cursor, now)
        ids: set[str] = set()
        for answer_records in self.fetch(reading.since):
            page = self._to_page(answer_records, start)
            ids |= {record.native_id for record in page.records}
            # What could not be landed exists all the same; without this it would count as deleted.
            ids |= {problem.native_id for problem in page.problems}
            reading = self._advance(reading, answer_records)
            yield page
        snapshot_ids = frozenset(ids) if reading.is_full else None
        yield Page((), reading.to_cursor(), snapshot_ids=snapshot_ids)

    def fetch(self, since: datetime | None = None) -> Iterator[list[Any]]:
        """The records of each answer as the tool gives them, without those to skip."""
        params = dict(self.stream.params)
        if since is not None and self.stream.incremental:
            params[self.stream.incremental.param] = _format(since, self.stream.incremental)
        request = PageRequest(self.stream.path, params)
        paginator = self.stream.paginator.build(self.stream.records)
        for answer in self.client.pages(request, paginator):
            records = find_value(answer.body, self.stream.records)
            if not isinstance(records, list):
                raise self._no_list()
            yield [record for record in records if not self._is_skipped(record)]

    def _begin(self, cursor: Cursor | None, now: datetime) -> Reading:
        if self.stream.incremental is None:
            return Reading(None, now)
        incremental = self.stream.incremental
        return begin_reading(cursor, now, incremental.overlap, incremental.full_every)

    def _advance(self, reading: Reading, records: list[Any]) -> Reading:
        for record in records:
            if changed_at := changed_instant(record, self.stream):
                reading = reading.seen(changed_at)
        return reading

    def _to_page(self, records: list[Any], cursor: Cursor) -> Page:
        with_ids = [(find_value(record, self.stream.id), record) for record in records]
        raw: list[RawRecord] = []
        problems: list[Problem] = []
        for native_id, record in with_ids:
            if not _is_id(native_id):
                problems.append(self._without_id())
                continue
            try:
                payload = orjson.dumps(record, option=orjson.OPT_SORT_KEYS).decode()
            except orjson.JSONEncodeError as error:
                problems.append(self._not_storable(str(native_id), error))
                continue
            raw.append(RawRecord(str(native_id), payload))
        return Page(tuple(raw), cursor, tuple(dict.fromkeys(problems)))

    def _is_skipped(self, record: Any) -> bool:
        return any(find_value(record, path) not in (None, False) for path in self.stream.skip_with)

    def _no_list(self) -> ConnectionFailed:
        return ConnectionFailed(
            self.connection,
            f'the answer to GET {self.stream.path} has no list at "{self.stream.records}"',
            f"Correct `records` of the stream {self.name} in interlock.yaml.",
        )

    def _not_storable(self, native_id: str, error: Exception) -> Problem:
        return Problem(
            native_id,
            f"the record {native_id} of {self.name} cannot be stored ({error})",
            "Correct the record in its tool; a record this deeply nested is none of a plan.",
        )

    def _without_id(self) -> Problem:
        return Problem(
            f"a record of {self.name}",
            f'a record of {self.name} has no id at "{self.stream.id}"',
            f"Correct `id` of the stream {self.name} in interlock.yaml, or `skip_with`.",
        )


def changed_instant(record: Any, stream: Stream) -> datetime | None:
    """When a record last changed; None where it does not say so in a form that can be read."""
    value = find_value(record, stream.changed_at) if stream.changed_at else None
    try:
        return parse_instant(value).astimezone(UTC) if value else None
    except (ValueError, OverflowError, OSError):
        return None


def _is_id(value: Any) -> bool:
    # Python counts True as the number 1.
    if isinstance(value, str):
        # PostgreSQL keeps no NUL in text.
        return value != "" and "\x00" not in value
    return isinstance(value, int) and not isinstance(value, bool)


def _format(instant: datetime, incremental: IncrementalSettings) -> str | int:
    if incremental.format == "iso":
        return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    factor = 1000 if incremental.format == "epoch_ms" else 1
    return int(instant.timestamp()) * factor
