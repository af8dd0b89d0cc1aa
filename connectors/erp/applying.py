"""Which findings file each change goes to, and carrying the changes out file by file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from connectors.erp.comments import (
    Marker,
    findings_beside,
    findings_path,
    read_posted,
    write_changes,
)
from connectors.erp.exports import Book, Export, standing
from connectors.erp.mapping import line_id
from connectors.erp.settings import Profile
from connectors.erp.text import Unreadable
from model.comment_content import CommentChange, Outcome, RefusedChange

Place = tuple[Path, tuple[str, str]]
"""A findings file, and the (delimiter, encoding) of the export it stands beside."""


def apply_changes(
    changes: Sequence[CommentChange], exports: Sequence[Export], profile: Profile
) -> list[Outcome]:
    """One outcome a change, in their order.

    A row that stands in any findings file is edited there, whichever export holds its line now;
    a new one goes beside the export that holds the line.
    """
    placed = _standing_rows(exports)
    new = {change.target.ref.native_id for change in changes if _marker(change) not in placed}
    lines = _lines_at(new, exports, profile)
    batches: dict[Place, list[CommentChange]] = defaultdict(list)
    outcomes: dict[Marker, Outcome] = {}
    for change in changes:
        place = placed.get(_marker(change)) or lines.get(change.target.ref.native_id)
        if place:
            batches[place].append(change)
        else:
            outcomes[_marker(change)] = _homeless(change)
    for (path, like), batch in batches.items():
        written = write_changes(path, batch, like)
        outcomes |= {_marker(change): done for change, done in zip(batch, written, strict=True)}
    return [outcomes[_marker(change)] for change in changes]


def _marker(change: CommentChange) -> Marker:
    return change.target.ref, change.content.marker


def _standing_rows(exports: Sequence[Export]) -> dict[Marker, Place]:
    rows: dict[Marker, Place] = {}
    for path in findings_beside(exports):
        with suppress(Unreadable):
            rows |= dict.fromkeys(read_posted(path), (path, (",", "utf-8")))
    return rows


def _lines_at(
    native_ids: Iterable[str], exports: Sequence[Export], profile: Profile
) -> dict[str, Place]:
    """Where the lines behind these records stand; the exports are read only if there are any."""
    records: dict[str, list[str]] = defaultdict(list)
    for native_id in native_ids:
        records[line_id(native_id, profile)].append(native_id)
    places: dict[str, Place] = {}
    for export, book, lines in standing(exports, profile, {}) if records else ():
        if isinstance(book, Book):
            place = findings_path(export.path), (book.table.delimiter, book.table.encoding)
            held = [native_id for line in lines for native_id in records.get(line.native_id, ())]
            places |= dict.fromkeys(held, place)
    return places


def _homeless(change: CommentChange) -> RefusedChange:
    return RefusedChange(
        change,
        f"no export holds the line {change.target.ref.native_id} now",
        "Look whether an export is missing or cannot be read; the next sync tries again",
    )
