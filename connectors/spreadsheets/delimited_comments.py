"""Comments on a CSV file: rows of the notes file beside it."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.kit.files import FileBlocked, replace_file
from connectors.spreadsheets import notes_file
from connectors.spreadsheets.grid import Unreadable
from connectors.spreadsheets.rows import Row
from connectors.spreadsheets.sources import Source
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange, Target


def find_in_notes_file(
    source: Source, targets: Sequence[tuple[Target, Row]]
) -> list[PostedComment]:
    """Our rows for these targets; a notes file that is not ours holds none."""
    try:
        entries, _ = notes_file.read_entries(_raw(source), source.delimiter or ",")
    except Unreadable:
        return []
    return [
        PostedComment(target.ref, entry[notes_file.CONFLICT], row.key, entry.get(notes_file.DIGEST))
        for target, row in targets
        for entry in notes_file.entries_of(entries, row.key)
    ]


def apply_to_notes_file(
    source: Source, changes: Sequence[tuple[CommentChange, Row]]
) -> list[Outcome]:
    """Write all changes of a file at once, or refuse them all with the reason."""
    path = notes_file.notes_path(source.path)
    try:
        raw = _raw(source)
        entries, delimiter = notes_file.read_entries(raw, source.delimiter or ",")
        for change, row in changes:
            entries = notes_file.with_entry(entries, row.key, change.content)
        after = notes_file.to_bytes(entries, delimiter)
        if after != raw:
            replace_file(path, raw, after)
    except Unreadable as error:
        reason, remedy = f"{path.name} is no notes file: {error}", "Move it elsewhere"
        return [RefusedChange(change, reason, remedy, retryable=False) for change, _ in changes]
    except FileBlocked as blocked:
        return [RefusedChange(change, blocked.reason, blocked.remedy) for change, _ in changes]
    return [
        PostedComment(c.target.ref, c.content.conflict_id, row.key, c.content.digest)
        for c, row in changes
    ]


def _raw(source: Source) -> bytes | None:
    path = notes_file.notes_path(source.path)
    return path.read_bytes() if path.exists() else None
