"""Findings go to a file beside the export: nothing can be written into an export itself.

The file is read whole, changed in memory, and put in place by one rename, so that a reader sees
the old file or the new one. While a person has it open in a spreadsheet it is left alone: their
next save would undo what is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from connectors.erp.exports import FINDINGS, Export
from connectors.erp.findings import Findings, Mark, blank, parse, put, render
from connectors.erp.text import Unreadable
from connectors.replace import Blocked, replace_file
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange
from model.records import Ref

Marker = tuple[Ref, str]
"""What a comment is found by: its record and the marker of its conflict."""


def findings_path(export: Path) -> Path:
    return export.with_name(f"{export.stem}{FINDINGS}")


def findings_beside(exports: Sequence[Export]) -> list[Path]:
    """All findings files in the folders of the exports, also of exports that are gone."""
    folders = {export.path.parent for export in exports}
    return sorted(path for folder in folders for path in folder.glob(f"*{FINDINGS}"))


def read_posted(path: Path) -> dict[Marker, PostedComment]:
    """Our comments in a findings file; raises Unreadable naming the file."""
    try:
        findings = parse(path.read_bytes())
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}", "Grant read access") from None
    except Unreadable as unreadable:
        raise Unreadable(f"{path}: {unreadable.reason}", unreadable.remedy) from None
    return {(mark.ref, mark.marker): _posted(path, mark) for _, mark in findings.marks()}


def _posted(path: Path, mark: Mark) -> PostedComment:
    place = f"{path.name}!{mark.conflict_id} {mark.ref.native_id}"
    return PostedComment(mark.ref, mark.conflict_id, place, mark.digest, path.absolute().as_uri())


def write_changes(
    path: Path, changes: Sequence[CommentChange], like: tuple[str, str]
) -> list[Outcome]:
    """Rewrite one findings file for all its changes; `like` is a new file's (delimiter, encoding).

    A row that is there already is edited, so a write whose outcome was lost can be repeated.
    """
    try:
        _rewrite(path, lambda findings: _changed(findings, changes), blank(*like))
        posted = read_posted(path)
    except (Unreadable, Blocked) as held:
        return [RefusedChange(change, held.reason, held.remedy) for change in changes]
    return [posted[change.target.ref, change.content.marker] for change in changes]


def _changed(findings: Findings, changes: Sequence[CommentChange]) -> Findings:
    for change in changes:
        findings = put(findings, change.target, change.content)
    return findings


def _rewrite(path: Path, change: Callable[[Findings], Findings], new: Findings) -> None:
    try:
        before = path.read_bytes() if path.exists() else None
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}", "Grant read access") from None
    after = render(change(parse(before) if before is not None else new))
    replace_file(path, before, after)
