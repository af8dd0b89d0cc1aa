"""Decides which findings file each comment change goes to, and applies the changes per file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from connectors.erp.export_files import ExportContent, ExportFile, select_current_lines
from connectors.erp.findings_files import (
    find_findings_files,
    findings_path,
    read_posted,
    write_changes,
)
from connectors.erp.mapping import line_id
from connectors.erp.settings import ExportProfile
from connectors.kit.delimited_text import UnreadableFile
from model.comment_content import CommentChange, Outcome, RefusedChange
from model.comments import CommentKey

FindingsDestination = tuple[Path, tuple[str, str]]
"""A findings file, and the (delimiter, encoding) to write it in if it does not exist yet."""


def apply_changes(
    changes: Sequence[CommentChange], exports: Sequence[ExportFile], profile: ExportProfile
) -> list[Outcome]:
    """Write the changes and return one outcome per change, in their order.

    A row that exists in any findings file is edited there, whichever export holds its line now;
    a new one goes beside the export that holds the line. A change whose line no export holds is
    refused.
    """
    existing = _locate_existing_rows(exports)
    new = {change.target.ref.native_id for change in changes if _key(change) not in existing}
    destinations = _locate_lines(new, exports, profile)
    batches: dict[FindingsDestination, list[CommentChange]] = defaultdict(list)
    outcomes: dict[CommentKey, Outcome] = {}
    for change in changes:
        destination = existing.get(_key(change)) or destinations.get(change.target.ref.native_id)
        if destination:
            batches[destination].append(change)
        else:
            outcomes[_key(change)] = _refuse_without_export(change)
    for (path, like), batch in batches.items():
        written = write_changes(path, batch, like)
        outcomes |= {_key(change): outcome for change, outcome in zip(batch, written, strict=True)}
    # Files were written one after the other; the caller expects the order of its changes.
    return [outcomes[_key(change)] for change in changes]


def _key(change: CommentChange) -> CommentKey:
    return change.content.conflict_id, change.target.ref


def _locate_existing_rows(exports: Sequence[ExportFile]) -> dict[CommentKey, FindingsDestination]:
    rows: dict[CommentKey, FindingsDestination] = {}
    for path in find_findings_files(exports):
        # An unreadable findings file refuses only the changes that would be written into it.
        with suppress(UnreadableFile):
            # The delimiter and encoding matter only for a new file, and this one exists.
            rows |= dict.fromkeys(read_posted(path), (path, (",", "utf-8")))
    return rows


def _locate_lines(
    native_ids: Iterable[str], exports: Sequence[ExportFile], profile: ExportProfile
) -> dict[str, FindingsDestination]:
    """Where comments on these records go; the exports are read only if there are any records."""
    records: dict[str, list[str]] = defaultdict(list)
    for native_id in native_ids:
        records[line_id(native_id, profile)].append(native_id)
    destinations: dict[str, FindingsDestination] = {}
    for export, content, lines in select_current_lines(exports, profile, {}) if records else ():
        if isinstance(content, ExportContent):
            like = (content.table.delimiter, content.table.encoding)
            ids = [native_id for line in lines for native_id in records.get(line.native_id, ())]
            destinations |= dict.fromkeys(ids, (findings_path(export.path), like))
    return destinations


def _refuse_without_export(change: CommentChange) -> RefusedChange:
    return RefusedChange(
        change,
        f"no export holds the line {change.target.ref.native_id} now",
        "Look whether an export is missing or cannot be read; the next sync tries again",
    )
