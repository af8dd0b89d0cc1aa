"""Reads one configured stream: what changed since a cursor, or everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from connectors.kit.answers import UnexpectedPaging
from connectors.kit.client import HttpClient
from connectors.kit.json_path import find_value
from connectors.kit.paginators import EndlessPages, PageRequest
from connectors.kit.streams import ListStream, fetch_records
from connectors.rest.settings import IncrementalSettings, Stream


@dataclass(frozen=True, slots=True)
class ConfiguredStream:
    """One stream of a connection, as interlock.yaml declares it."""

    name: str
    settings: Stream
    client: HttpClient

    def to_list_stream(self) -> ListStream:
        settings, incremental = self.settings, self.settings.incremental
        stream = ListStream(
            self.name,
            self.fetch,
            settings.id,
            changed_at=settings.changed_at,
            correct_id=f"Correct `id` of the stream {self.name} in interlock.yaml, which is "
            f'"{settings.id}", or `skip_with`.',
            tool_time=self.client.tool_time,
        )
        if incremental is None:
            return stream
        return replace(stream, overlap=incremental.overlap, full_every=incremental.full_every)

    def fetch(self, since: datetime | None = None) -> Iterator[list[Any]]:
        """The records of each answer as the tool gives them, without those to skip."""
        settings = self.settings
        params = dict(settings.params)
        if since is not None and settings.incremental:
            params[settings.incremental.param] = _format(since, settings.incremental)
        request = PageRequest(settings.path, params)
        paginator = settings.paginator.build(settings.records)
        remedy = f"Correct `records` of the stream {self.name} in interlock.yaml."
        try:
            for records in fetch_records(self.client, request, paginator, settings.records, remedy):
                yield [record for record in records if not self._is_skipped(record)]
        except UnexpectedPaging as error:
            error.remedy = (
                f"Correct the paginator of the stream {self.name} in interlock.yaml: its `type`, "
                "and the path in `field` or `total`."
            )
            raise
        except EndlessPages as error:
            error.remedy = (
                f"Correct the paginator of the stream {self.name} in interlock.yaml: its `type`, "
                "`param` and `start` as the API documents them, and `total`, which says where the "
                "list ends."
            )
            raise

    def _is_skipped(self, record: Any) -> bool:
        paths = self.settings.skip_with
        return any(find_value(record, path) not in (None, False) for path in paths)


def _format(instant: datetime, incremental: IncrementalSettings) -> str | int:
    if incremental.format == "iso":
        return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    factor = 1000 if incremental.format == "epoch_ms" else 1
    return int(instant.timestamp()) * factor
