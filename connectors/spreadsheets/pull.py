"""What changed since the last pull: files compared by their content, rows by theirs.

A raw record carries `saved`, the time when the file was last saved before this content of the row
was first read. Our own notes change a file but no row, so the pull after them yields no records.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from connectors.base import Cursor, JsonValue, Page, RawRecord
from connectors.kit.delimited_text import UnreadableFile
from connectors.kit.plausible import may_be_cut_off
from connectors.spreadsheets.plan_files import PlanFile, PlanFiles
from connectors.spreadsheets.plan_rows import (
    PlanRow,
    UnreadRows,
    existing_keys,
    index_by_key,
    key_only_problem,
    list_key_only,
    list_rows,
    list_unread,
)
from connectors.spreadsheets.settings import SpreadsheetSettings

_READ_WITH = {"path", "sheet", "columns", "references_in", "delimiter", "encoding"}
"""Settings that decide which rows there are; when they change, everything is pulled again."""
_MOST_SEARCHED = 100
"""Unread rows that are searched for known keys; with more of them nothing counts as deleted."""


def changed_page(
    plans: PlanFiles, settings: SpreadsheetSettings, cursor: Cursor | None, now: datetime
) -> Page | None:
    """Return the one page of a pull, or None when no file changed.

    The page has snapshot ids only when every file could be read and no CSV file may be cut off
    (a workbook that is cut off cannot be opened). Keys that stand in rows which cannot be read
    count as present; where such a row has no known key, there are no snapshot ids either.
    """
    read_with = _settings_digest(settings)
    before = _PreviousPull(cursor, read_with)
    is_complete = not plans.failures
    if is_complete and before.sha256_by_file == {plan.name: plan.sha256 for plan in plans.read}:
        return None
    rows = list(list_rows(plans.read))
    rows_by_key, problems = index_by_key(rows)
    counts = Counter(row.plan.name for row in rows)
    truncated = [plan for plan in plans.read if before.lost_most(plan, counts[plan.name])]
    unread = list_unread(plans.read)
    key_only = list_key_only(plans.read)
    problems += [group.to_problem() for group in unread]
    problems += [key_only_problem(row) for row in key_only]
    present = before.keys_in_doubt([group for group in unread if group.held])
    is_complete = is_complete and not truncated and present is not None
    present = (present or set()) | {row.key for row in key_only}
    present |= before.lost_keys(rows, present)
    # Compared without `saved`: saving a file again changes none of its rows.
    contents = {key: row.to_json() for key, row in rows_by_key.items()}
    digests = {key: _digest(content) for key, content in contents.items()}
    saved = {plan.name: before.saved_at(plan, now) for plan in plans.read}
    records = tuple(
        RawRecord(key, _payload(contents[key], saved[row.plan.name]))
        for key, row in rows_by_key.items()
        if before.rows.get(key) != digests[key]
    )
    # A doubtful file keeps its former count, so that it stays in doubt until it is complete again.
    rows_by_file = {
        plan.name: before.count(plan) if plan in truncated else counts[plan.name]
        for plan in plans.read
    }
    # The rows of a file that cannot be read now must not be pulled again once it can be.
    stays = before.rows.keys() & present if is_complete else before.rows.keys()
    known = {**{key: before.rows[key] for key in sorted(stays)}, **digests}
    contents_by_file = _digest_files(plans, rows_by_key, digests)
    doubtful = {plan.name for plan in truncated}
    files = _files_state(plans, saved, rows_by_file, contents_by_file, doubtful)
    after: Cursor = {"read_with": read_with, "files": files, "rows": {**known}}
    snapshot_ids = existing_keys(rows) | present if is_complete else None
    return Page(records, after, tuple(problems), snapshot_ids)


def find_cut_off(cursor: Cursor) -> list[UnreadableFile]:
    """The CSV files that may be cut off, as far as they were pulled up to this cursor.

    They stay so, read after read, until they are whole again or gone.
    """
    files: Any = cursor.get("files", {})
    return [
        UnreadableFile(
            f"{name} lost most of its {file['rows']} rows; it may be cut off, so they still count",
            "Export it again whole; if they are really gone, save it under another name",
        )
        for name, file in files.items()
        if file.get("may_be_cut_off")
    ]


def _files_state(
    plans: PlanFiles,
    saved: Mapping[str, datetime],
    counts: Mapping[str, int],
    contents: Mapping[str, str],
    doubtful: Collection[str],
) -> JsonValue:
    return {
        plan.name: {
            "sha256": plan.sha256,
            "saved": saved[plan.name].isoformat(),
            "rows": counts[plan.name],
            "content": contents[plan.name],
            "may_be_cut_off": plan.name in doubtful,
        }
        for plan in plans.read
    }


def _digest_files(
    plans: PlanFiles, rows: Mapping[str, PlanRow], digests: Mapping[str, str]
) -> dict[str, str]:
    """By file, a digest of its rows."""
    by_file: dict[str, list[str]] = {plan.name: [] for plan in plans.read}
    for key, row in rows.items():
        by_file[row.plan.name].append(f"{key} {digests[key]}")
    return {
        name: hashlib.sha256(orjson.dumps(sorted(lines))).hexdigest()[:16]
        for name, lines in by_file.items()
    }


def file_digests(cursor: Cursor) -> dict[str, str]:
    """By file, a digest of the rows that were pulled of it up to this cursor."""
    files: Any = cursor["files"]
    # A cursor of an earlier version knows only the digest of the whole file.
    return {name: file.get("content", file["sha256"]) for name, file in files.items()}


class _PreviousPull:
    """What the cursor holds of the last pull; nothing when it was made with other settings.

    `rows` maps the key of each row to the digest of its content.
    """

    def __init__(self, cursor: Cursor | None, read_with: str) -> None:
        state: Mapping[str, Any] = cursor or {}
        if state.get("read_with") != read_with:
            state = {}
        self.rows: dict[str, str] = state.get("rows", {})
        self._files: dict[str, dict[str, Any]] = state.get("files", {})

    @property
    def sha256_by_file(self) -> dict[str, str]:
        return {name: file["sha256"] for name, file in self._files.items()}

    def count(self, plan: PlanFile) -> int:
        """How many rows the file had when it was last complete; 0 where that is unknown."""
        return int(self._files.get(plan.name, {}).get("rows", 0))

    def keys_in_doubt(self, groups: Sequence[UnreadRows]) -> set[str] | None:
        """The known keys in rows that cannot be read; None where a row has none of them."""
        texts = [text for group in groups for text in group.texts]
        if len(texts) > _MOST_SEARCHED:
            return None
        keys: set[str] = set()
        for text in texts:
            in_text = {key for key in self.rows if key in text}
            if not in_text:
                return None
            keys |= in_text
        return keys

    def lost_keys(self, rows: Sequence[PlanRow], present: set[str]) -> set[str]:
        """The keys that are gone, while as many rows without a key may be theirs."""
        keyless = sum(1 for row in rows if not row.key)
        gone = self.rows.keys() - existing_keys(rows) - present
        return gone if len(gone) <= keyless else set()

    def lost_most(self, plan: PlanFile, rows: int) -> bool:
        """Whether a CSV file lost so many rows that it may be cut off."""
        return plan.delimiter is not None and may_be_cut_off(self.count(plan), rows)

    def saved_at(self, plan: PlanFile, now: datetime) -> datetime:
        """When the file was saved: never in the future, and later than its former content."""
        known = self._files.get(plan.name)
        if known is None or known["sha256"] == plan.sha256:
            return min(plan.modified, now)
        # A file put back from a copy has an old time of change, but its content is new.
        return min(plan.modified, now) if plan.modified.isoformat() > known["saved"] else now


def _payload(content: dict[str, JsonValue], saved: datetime) -> str:
    return orjson.dumps({**content, "saved": saved.isoformat()}).decode()


def _digest(content: dict[str, JsonValue]) -> str:
    return hashlib.sha256(orjson.dumps(content)).hexdigest()[:16]


def _settings_digest(settings: SpreadsheetSettings) -> str:
    return hashlib.sha256(settings.model_dump_json(include=_READ_WITH).encode()).hexdigest()[:16]
