"""What changed since the last pull: files by their content, rows by theirs.

A row carries `saved`, the time its file was last saved before the row was first seen like this.
Writing our notes changes a file but no row, so the pull after it brings nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from connectors.base import Cursor, JsonValue, Page, RawRecord
from connectors.kit.plausible import may_be_cut_off
from connectors.spreadsheets.rows import by_key, keys_of, rows_of
from connectors.spreadsheets.settings import SpreadsheetSettings
from connectors.spreadsheets.sources import Source, Sources
from model.records import Problem

_READ_WITH = {"path", "sheet", "columns", "references_in", "delimiter", "encoding"}
"""Settings that decide which rows there are; with other ones everything is read anew."""


def changed_page(
    sources: Sources, settings: SpreadsheetSettings, cursor: Cursor | None, now: datetime
) -> Page | None:
    """The one page of a pull, or None when no file changed.

    Only when every file could be read, and no CSV file may be cut off (a workbook that is does
    not open), does it tell which rows exist at all.
    """
    read_with = _read_with(settings)
    before = _Before(cursor, read_with)
    complete = not sources.failures
    if complete and before.shas == {source.name: source.sha256 for source in sources.read}:
        return None
    rows = list(rows_of(sources.read))
    unique, problems = by_key(rows)
    counts = Counter(row.source.name for row in rows)
    cut = [s for s in sources.read if s.delimiter and before.lost_most(s, counts[s.name])]
    complete = complete and not cut
    contents = {key: row.content() for key, row in unique.items()}
    digests = {key: _digest(content) for key, content in contents.items()}
    saved = {source.name: before.saved_at(source, now) for source in sources.read}
    landed = tuple(
        RawRecord(key, _payload(contents[key], saved[row.source.name]))
        for key, row in unique.items()
        if before.rows.get(key) != digests[key]
    )
    held = {s.name: before.count(s) if s in cut else counts[s.name] for s in sources.read}
    seen = digests if complete else {**before.rows, **digests}
    files = _files(sources, saved, held)
    after: Cursor = {"read_with": read_with, "files": files, "rows": {**seen}}
    doubts = [_doubted(source, before.count(source)) for source in cut]
    return Page(landed, after, (*problems, *doubts), keys_of(rows) if complete else None)


def _files(sources: Sources, saved: Mapping[str, datetime], counts: Mapping[str, int]) -> JsonValue:
    return {
        source.name: {
            "sha256": source.sha256,
            "saved": saved[source.name].isoformat(),
            "rows": counts[source.name],
        }
        for source in sources.read
    }


def _doubted(source: Source, before: int) -> Problem:
    return Problem(
        f"{source.name}#rows",
        f"{source.name} lost most of its {before} rows; it may be cut off, so they still count",
        "Export it again whole; if they are really gone, save it under another name",
        held=False,
    )


class _Before:
    """What the cursor remembers; nothing at all when other settings made it."""

    def __init__(self, cursor: Cursor | None, read_with: str) -> None:
        fitting: Mapping[str, Any] = cursor or {}
        if fitting.get("read_with") != read_with:
            fitting = {}
        self.rows: dict[str, str] = fitting.get("rows", {})
        self._files: dict[str, dict[str, Any]] = fitting.get("files", {})

    @property
    def shas(self) -> dict[str, str]:
        return {name: file["sha256"] for name, file in self._files.items()}

    def count(self, source: Source) -> int:
        """How many rows the file had when it was last whole; 0 where nothing is known of it."""
        return int(self._files.get(source.name, {}).get("rows", 0))

    def lost_most(self, source: Source, rows: int) -> bool:
        return may_be_cut_off(self.count(source), rows)

    def saved_at(self, source: Source, now: datetime) -> datetime:
        """When the file was saved: never in the future, and later than its former content.

        A file put back from a copy has an old time; its content is new all the same.
        """
        known = self._files.get(source.name)
        if known is None or known["sha256"] == source.sha256:
            return min(source.modified, now)
        return min(source.modified, now) if source.modified.isoformat() > known["saved"] else now


def _payload(content: dict[str, JsonValue], saved: datetime) -> str:
    return orjson.dumps({**content, "saved": saved.isoformat()}).decode()


def _digest(content: dict[str, JsonValue]) -> str:
    return hashlib.sha256(orjson.dumps(content)).hexdigest()[:16]


def _read_with(settings: SpreadsheetSettings) -> str:
    return hashlib.sha256(settings.model_dump_json(include=_READ_WITH).encode()).hexdigest()[:16]
