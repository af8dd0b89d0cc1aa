"""Reads and writes findings files: comments beside an export, since an export takes none itself.

A file is read whole, changed in memory, and put in place by one rename, so that a reader sees the
old file or the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from connectors.erp.export_files import FINDINGS_SUFFIX, ExportFile
from connectors.erp.findings_table import (
    FindingsTable,
    RowMarker,
    empty_findings_table,
    findings_to_bytes,
    parse_findings,
    put_finding,
)
from connectors.kit.delimited_text import UnreadableFile
from connectors.kit.files import FileBlocked, replace_file
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange
from model.comments import CommentKey
from model.replies.reply import Reply


def findings_path(export: Path) -> Path:
    """`march.findings.csv` for `march.csv`."""
    return export.with_name(f"{export.stem}{FINDINGS_SUFFIX}")


def find_findings_files(exports: Sequence[ExportFile]) -> list[Path]:
    """All findings files in the folders of the exports, also of exports that are gone."""
    folders = {export.path.parent for export in exports}
    return sorted(path for folder in folders for path in folder.glob(f"*{FINDINGS_SUFFIX}"))


def read_posted(path: Path) -> dict[CommentKey, PostedComment]:
    """Our comments in a findings file; raises UnreadableFile naming the file."""
    markers = _read(path).row_markers()
    return {marker.comment_key: _posted(path, marker) for _, marker in markers}


def read_answers(path: Path) -> list[Reply]:
    """What people answered in a findings file; raises UnreadableFile naming the file."""
    return _read(path).answers()


def _read(path: Path) -> FindingsTable:
    try:
        return parse_findings(path.read_bytes())
    except OSError as error:
        raise _unreadable(path, error) from None
    except UnreadableFile as unreadable:
        raise UnreadableFile(f"{path}: {unreadable.reason}", unreadable.remedy) from None


def _unreadable(path: Path, error: OSError) -> UnreadableFile:
    return UnreadableFile(f"{path} cannot be read: {error.strerror}", "Grant read access")


def _posted(path: Path, marker: RowMarker) -> PostedComment:
    comment_id = f"{path.name}!{marker.conflict_id} {marker.ref.native_id}"
    url = path.absolute().as_uri()
    return PostedComment(marker.ref, marker.conflict_id, comment_id, marker.digest, url)


def write_changes(
    path: Path, changes: Sequence[CommentChange], like: tuple[str, str]
) -> list[Outcome]:
    """Write all changes of one findings file at once and return one outcome per change.

    `like` is the (delimiter, encoding) of a file that does not exist yet. A row that exists is
    edited, so a write whose outcome was lost can be repeated. All changes are refused when the
    file cannot be read, or is open in a program: its next save would undo what is written here.
    """
    try:
        _rewrite(path, lambda findings: _put_all(findings, changes), empty_findings_table(*like))
        # Read back, so that the outcomes state what the file holds and not what was meant.
        posted = read_posted(path)
    except (UnreadableFile, FileBlocked) as error:
        return [RefusedChange(change, error.reason, error.remedy) for change in changes]
    return [posted[change.content.conflict_id, change.target.ref] for change in changes]


def _put_all(findings: FindingsTable, changes: Sequence[CommentChange]) -> FindingsTable:
    for change in changes:
        findings = put_finding(findings, change.target, change.content)
    return findings


def _rewrite(
    path: Path, edit: Callable[[FindingsTable], FindingsTable], empty: FindingsTable
) -> None:
    try:
        before = path.read_bytes() if path.exists() else None
    except OSError as error:
        raise _unreadable(path, error) from None
    after = findings_to_bytes(edit(parse_findings(before) if before is not None else empty))
    replace_file(path, before, after)
