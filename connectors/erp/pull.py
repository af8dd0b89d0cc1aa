"""Pulls exports page by page: changed lines, missing lines, and what could not be read.

The cursor holds per file what was pulled of it last time. A pull that was interrupted resumes with
the next file; a file whose current lines did not change is not pulled again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

from connectors.base import ConnectionFailed, Cursor, Page, RawRecord
from connectors.erp.export_files import (
    ExportContent,
    ExportFile,
    IdentifiedLine,
    describe_sums,
    select_current_lines,
)
from connectors.erp.line_payload import LinePayload
from connectors.erp.settings import ExportProfile
from connectors.erp.truncation import TruncationCheck, may_be_truncated
from connectors.kit.delimited_text import UnreadableFile
from model.records import Problem

PAGE_LINES = 2000
_MOST_LISTED = 20


class _PulledFile(BaseModel):
    """What the last pull yielded of a file: a digest of its current lines, and its parts.

    `lines` is how many lines it held when it was last complete.
    """

    digest: str
    parts: tuple[str, ...]
    lines: int = 0


_NEVER_PULLED = _PulledFile(digest="", parts=())


class _PullCursor(BaseModel):
    """The cursor. `order` is set once all files were read: their names and fingerprints."""

    profile: str = ""
    files: dict[str, _PulledFile] = {}
    order: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> Cursor:
        cursor: dict[str, Any] = self.model_dump(mode="json")
        return cursor


def pull_exports(
    connection: str, exports: Sequence[ExportFile], profile: ExportProfile, cursor: Cursor | None
) -> Iterator[Page]:
    """Yield the current lines of all files that changed, and on the last page the snapshot ids.

    There are no snapshot ids while a file cannot be read or may be cut off, or while a line
    cannot be split into cells and so has no id: its record would count as deleted. Raises
    ConnectionFailed after the last page when a file could not be read or may be cut off.
    """
    state = _resume(cursor, profile)
    order = tuple((export.name, _mark(export)) for export in exports)
    if state.order != order:
        # Set again only at the end: an interrupted pull must not count as complete.
        state.order = ()
        unread: list[Problem] = []
        yield from _pull_files(exports, profile, state, order, unread)
        if unread:
            reasons = "; ".join(problem.reason for problem in unread)
            raise ConnectionFailed(connection, reasons, unread[0].remedy)


def file_digests(cursor: Cursor) -> dict[str, str]:
    """By file, a digest of the current lines that were pulled of it up to this cursor."""
    files = _PullCursor.model_validate(cursor).files
    return {name: pulled.digest for name, pulled in files.items()}


def _mark(export: ExportFile) -> str:
    """What of a file decides whether its connection is read again."""
    return f"{export.fingerprint}{' from the future' if export.is_from_future else ''}"


def _resume(cursor: Cursor | None, profile: ExportProfile) -> _PullCursor:
    """The state to go on from; an empty one when the cursor was made with another profile."""
    state = _PullCursor.model_validate(cursor or {})
    return state if state.profile == profile.digest else _PullCursor(profile=profile.digest)


def _pull_files(
    exports: Sequence[ExportFile],
    profile: ExportProfile,
    state: _PullCursor,
    order: tuple[tuple[str, str], ...],
    unread: list[Problem],
) -> Iterator[Page]:
    """Yield the pages of all files.

    Adds a problem to `unread` per file that cannot be read, and per loss of lines that may be none.
    """
    snapshot_ids: set[str] = set()
    is_complete = True
    truncation = TruncationCheck()
    # What each file held before, also for files that cannot be read now.
    parts = {name: pulled.parts for name, pulled in state.files.items()}
    for export, content, lines in select_current_lines(exports, profile, parts):
        if isinstance(content, UnreadableFile):
            unread.append(_unread_problem(export, content))
            yield Page((), state.to_json(), (unread[-1],))
            continue
        lines_before = state.files.get(export.name, _NEVER_PULLED).lines
        unread += truncation.find_problems(export, content, lines_before)
        problems = (*_content_problems(export, content), *_report_future(export))
        is_complete = is_complete and not content.table.broken
        snapshot_ids.update(line.native_id for line in lines)
        # A problem has an id too and would otherwise count as solved while its file is unchanged.
        snapshot_ids.update(problem.native_id for problem in problems)
        yield from _pull_lines(export, content, lines, state)
        # Commits that this file is done, also when none of its lines changed.
        yield Page((), state.to_json(), problems)
    if not unread:
        # Files that are gone are dropped from the cursor.
        files = {name: state.files[name] for name, _ in order}
        final = _PullCursor(profile=state.profile, files=files, order=order)
        ids = frozenset(snapshot_ids) if is_complete else None
        yield Page((), final.to_json(), snapshot_ids=ids)


def _pull_lines(
    export: ExportFile, content: ExportContent, lines: Sequence[IdentifiedLine], state: _PullCursor
) -> Iterator[Page]:
    """Yield the pages of a file whose current lines changed, then record them in `state`.

    The cursor of these pages does not contain the file yet: a pull killed among them yields the
    whole file again.
    """
    before, digest = state.files.get(export.name, _NEVER_PULLED), _digest(content, lines)
    parts = tuple(sorted({line.part for line in content.lines}))
    if (before.digest, before.parts) != (digest, parts):
        for start in range(0, len(lines), PAGE_LINES):
            page = lines[start : start + PAGE_LINES]
            records = tuple(_raw_record(export, content, line) for line in page)
            yield Page(records, state.to_json())
    # A doubtful file keeps its former count, so that it stays in doubt until it is complete again.
    is_doubtful = may_be_truncated(content, before.lines)
    count = before.lines if is_doubtful else len(content.lines)
    state.files[export.name] = _PulledFile(digest=digest, parts=parts, lines=count)


def _digest(content: ExportContent, lines: Sequence[IdentifiedLine]) -> str:
    digest = sha256(repr((content.table.headings, content.styles)).encode())
    for entry in lines:
        digest.update(repr((entry.native_id, entry.line.number, entry.line.cells)).encode())
    return digest.hexdigest()[:16]


def _raw_record(export: ExportFile, content: ExportContent, entry: IdentifiedLine) -> RawRecord:
    line = entry.line
    payload = LinePayload(export.name, line.number, export.saved_at, line.cells, content.styles)
    return RawRecord(entry.native_id, payload.to_json())


def _unread_problem(export: ExportFile, unreadable: UnreadableFile) -> Problem:
    return Problem(
        export.name,
        f"{export.name} was not read: {unreadable.reason}; its former figures stay",
        unreadable.remedy,
    )


def _report_future(export: ExportFile) -> Iterator[Problem]:
    if export.is_from_future:
        yield Problem(
            f"{export.name}#saved",
            f"{export.name} was saved at {export.saved_at:%Y-%m-%d %H:%M} UTC, which is in the "
            "future, so every other export counts as newer",
            "Correct the clock of whatever saved it, then save it again.",
            held=False,
        )


def _content_problems(export: ExportFile, content: ExportContent) -> Iterator[Problem]:
    """What of a file could not be read or checked, while the rest of it was."""
    headings = len(content.table.headings)
    for row in content.table.broken:
        yield Problem(
            f"{export.name}#{row.number}",
            f"{export.name}, line {row.number}: {len(row.cells)} cells under {headings} headings",
            "Look for a delimiter within a text, or a line that is cut off; export it again",
        )
    if unknown := content.table.unknown:
        lines = ", ".join(str(row.number) for row in unknown[:5])
        first = " ".join(" ".join(unknown[0].cells).split())[:80]
        yield Problem(
            f"{export.name}#rows",
            f"{export.name}: rows without amount and date, not read: {len(unknown)} "
            f'(line {lines}{", …" if len(unknown) > 5 else ""}; the first says "{first}")',
            "Name what they begin with under `skip` in the profile, or correct them",
            held=False,
        )
    if asides := content.table.asides:
        numbers = ", ".join(str(row.number) for row in asides[:_MOST_LISTED])
        more = ", …" if len(asides) > _MOST_LISTED else ""
        yield Problem(
            f"{export.name}#asides",
            f"{export.name}: rows with figures that are no postings, because a key is missing or "
            f"says that they are a sum: {len(asides)} (line {numbers}{more}; "
            f"{describe_sums(content)}); they do not count as spend",
            "Nothing for subtotals and balances; give the others their keys and export again",
            held=False,
        )
    if content.unchecked:
        yield Problem(
            f"{export.name}#total",
            f"{export.name}: its total row could not be checked: {content.unchecked}",
            "Correct these lines in the source and export again",
            held=False,
        )
