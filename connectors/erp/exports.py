"""The export files of a connection, newest first, and which lines of them still hold.

A line belongs to a part of the books: the values of the profile's `covers` (company and period,
say), or the file itself. The newest file that holds a part replaces that part of all older ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from glob import glob
from hashlib import sha256
from pathlib import Path

from connectors.base import ConnectionFailed
from connectors.erp.columns import Styles, check_total, column_styles
from connectors.erp.settings import Profile
from connectors.erp.table import Line, Table, read_table
from connectors.erp.text import Unreadable

FINDINGS = ".findings.csv"


@dataclass(frozen=True, slots=True)
class Export:
    """A file as it was when the pull began; `name` is its path as the settings reach it."""

    name: str
    path: Path
    saved_at: datetime
    fingerprint: str


@dataclass(frozen=True, slots=True)
class BookLine:
    """A line with its identity for life and the part of the books it belongs to."""

    native_id: str
    part: str
    line: Line


@dataclass(frozen=True, slots=True)
class Book:
    """What one export says: its lines, how its columns are written, and what was left out.

    `unchecked` says why the total row, though declared, could not be compared; `proven` that it
    was, and agrees.
    """

    table: Table
    styles: Styles
    lines: tuple[BookLine, ...]
    unchecked: str | None
    proven: bool


def find_exports(connection: str, home: Path, path: str) -> list[Export]:
    """All files that `path` names below `home`, newest first.

    Raises ConnectionFailed where there is none: no file is not the same as no lines.
    """
    matches = glob(path, root_dir=home)  # noqa: PTH207 (Path.glob would match hidden files too)
    names = [name for name in matches if not name.endswith(FINDINGS)]
    files = [(name, home / name) for name in names if (home / name).is_file()]
    if not files:
        raise ConnectionFailed(
            connection,
            f"no export matches {home / path}",
            "Put the export there, or correct `path` in interlock.yaml",
        )
    try:
        exports = [_export(name, file) for name, file in files]
    except OSError as error:
        raise ConnectionFailed(
            connection, f"{error.filename} cannot be read: {error.strerror}", "Grant read access"
        ) from None
    return sorted(exports, key=lambda export: (export.saved_at, export.name), reverse=True)


def _export(name: str, path: Path) -> Export:
    saved_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Export(name, path, saved_at, sha256(path.read_bytes()).hexdigest())


def read_book(export: Export, profile: Profile) -> Book:
    """Read one export; raises Unreadable where its figures cannot be trusted as a whole."""
    try:
        content = export.path.read_bytes()
    except OSError as error:
        raise Unreadable(f"it cannot be read: {error.strerror}", "Grant read access") from None
    if sha256(content).hexdigest() != export.fingerprint:
        raise Unreadable("it is being written", "Nothing to do: the next sync reads it")
    table = read_table(content, profile)
    styles = column_styles(table, profile)
    unchecked = check_total(table, profile, styles)
    proven = profile.total is not None and unchecked is None
    return Book(table, styles, tuple(_identified(export, table, profile)), unchecked, proven)


def _identified(export: Export, table: Table, profile: Profile) -> Iterator[BookLine]:
    """Give each line its identity: its part, its keys, and a count where those are equal.

    Lines with equal keys are counted in the order of their content, so that a file sorted
    otherwise gives them the same identities.
    """
    covers = [table.spelled(heading) for heading in profile.covers]
    keys = [table.spelled(heading) for heading in profile.keys]
    alike: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in table.lines:
        part = _joined(line, covers) if covers else _escaped(export.name)
        alike[part, _joined(line, keys)].append(line)
    for (part, key), lines in alike.items():
        for count, line in enumerate(sorted(lines, key=lambda line: [*line.cells.values()]), 1):
            again = f"#{count}" if count > 1 else ""
            yield BookLine(f"{part}|{key}{again}", part, line)


def _joined(line: Line, headings: Sequence[str]) -> str:
    return "|".join(_escaped(line.cells[heading]) for heading in headings)


def _escaped(value: str) -> str:
    value = " ".join(value.split())
    return value.replace("%", "%25").replace("|", "%7C").replace("#", "%23")


def standing(
    exports: Sequence[Export], profile: Profile, known_parts: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Export, Book | Unreadable, list[BookLine]]]:
    """Each export, newest first, with those of its lines that no newer one replaces.

    An export that cannot be read now keeps the parts it had before (`known_parts`, by name),
    so that figures it had replaced do not come back.
    """
    replaced: set[str] = set()
    for export in exports:
        try:
            book = read_book(export, profile)
        except Unreadable as unreadable:
            replaced.update(known_parts.get(export.name, ()))
            yield export, unreadable, []
            continue
        yield export, book, [line for line in book.lines if line.part not in replaced]
        replaced.update(line.part for line in book.lines)
