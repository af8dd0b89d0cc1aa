"""The export files of a connection, newest first, and which of their lines are current.

A line belongs to a part of the books: the values of the profile's `covers` columns (company and
period, for instance), or the file itself. The newest file that holds a part replaces that part of
all older files. A file dated in the future counts as the oldest: it would replace every later one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from glob import glob
from hashlib import sha256
from pathlib import Path

from connectors.base import ConnectionFailed
from connectors.erp.column_styles import ColumnStyles, detect_column_styles
from connectors.erp.export_table import ExportLine, ExportTable, read_export_table
from connectors.erp.settings import ExportProfile
from connectors.erp.total_row import check_total, read_amounts
from connectors.kit.delimited_text import UnreadableFile
from connectors.kit.plausible import is_from_future

FINDINGS_SUFFIX = ".findings.csv"


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file as it was when the pull began; `name` is its path relative to the instance folder.

    `saved_at` is in UTC, `fingerprint` the SHA-256 of its content.
    """

    name: str
    path: Path
    saved_at: datetime
    fingerprint: str
    is_from_future: bool = False


@dataclass(frozen=True, slots=True)
class IdentifiedLine:
    """A line with its native id and the part of the books it belongs to."""

    native_id: str
    part: str
    line: ExportLine


@dataclass(frozen=True, slots=True)
class ExportContent:
    """What one export holds: its lines, and how its columns are written.

    `unchecked` is the reason why a declared total row could not be compared; `is_proven` says
    that it was compared and agrees.
    """

    table: ExportTable
    styles: ColumnStyles
    lines: tuple[IdentifiedLine, ...]
    unchecked: str | None
    is_proven: bool


def find_exports(connection: str, home: Path, path: str, now: datetime) -> list[ExportFile]:
    """Find all files that the pattern `path` matches below `home`, newest first.

    Raises ConnectionFailed where there is none or one cannot be read.
    """
    matches = glob(path, root_dir=home)  # noqa: PTH207 (Path.glob would match hidden files too)
    names = [name for name in matches if not name.endswith(FINDINGS_SUFFIX)]
    files = [(name, home / name) for name in names if (home / name).is_file()]
    # An empty list would mean that all lines are gone; a missing file is not that.
    if not files:
        raise ConnectionFailed(
            connection,
            f"no export matches {home / path}",
            "Put the export there, or correct `path` in interlock.yaml",
        )
    try:
        exports = [_export_file(name, file, now) for name, file in files]
    except OSError as error:
        raise ConnectionFailed(
            connection, f"{error.filename} cannot be read: {error.strerror}", "Grant read access"
        ) from None
    # The name decides between files saved at the same instant, so that the order is stable.
    return sorted(
        exports,
        key=lambda export: (not export.is_from_future, export.saved_at, export.name),
        reverse=True,
    )


def _export_file(name: str, path: Path, now: datetime) -> ExportFile:
    saved_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    fingerprint = sha256(path.read_bytes()).hexdigest()
    return ExportFile(name, path, saved_at, fingerprint, is_from_future(saved_at, now))


def read_export(export: ExportFile, profile: ExportProfile) -> ExportContent:
    """Read one export; raises UnreadableFile where its figures cannot be trusted as a whole."""
    try:
        content = export.path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"it cannot be read: {error.strerror}", "Grant read access") from None
    # The cursor records the fingerprint, so these must be the figures that belong to it.
    if sha256(content).hexdigest() != export.fingerprint:
        raise UnreadableFile("it is being written", "Nothing to do: the next sync reads it")
    table = read_export_table(content, profile)
    styles = detect_column_styles(table, profile)
    unchecked = check_total(table, profile, styles)
    is_proven = profile.total is not None and unchecked is None
    lines = tuple(_identify_lines(export, table, profile))
    return ExportContent(table, styles, lines, unchecked, is_proven)


def describe_sums(content: ExportContent) -> str:
    """The sum of each column of amounts over the rows that are no postings, for people."""
    sums = []
    for heading, style in content.styles.items():
        amounts = read_amounts(content.table.asides, heading, style)
        if any(amount is not None for amount in amounts):
            total = sum((amount for amount in amounts if amount is not None), Decimal())
            sums.append(f"{heading} {total:,}")
    return ", ".join(sums) or "their figures cannot be read"


def _identify_lines(
    export: ExportFile, table: ExportTable, profile: ExportProfile
) -> Iterator[IdentifiedLine]:
    """Give each line its native id: its part, its keys, and a number where those are equal."""
    covers = [table.file_heading(heading) for heading in profile.covers]
    keys = [table.file_heading(heading) for heading in profile.keys]
    groups: dict[tuple[str, str], list[ExportLine]] = defaultdict(list)
    for line in table.lines:
        part = _join_cells(line, covers) if covers else _escape(export.name)
        groups[part, _join_cells(line, keys)].append(line)
    for (part, key), lines in groups.items():
        # Numbered by content, so that a file sorted otherwise gives lines the same ids.
        in_order = sorted(lines, key=lambda line: [*line.cells.values()])
        for number, line in enumerate(in_order, start=1):
            suffix = f"#{number}" if number > 1 else ""
            yield IdentifiedLine(f"{part}|{key}{suffix}", part, line)


def _join_cells(line: ExportLine, headings: Sequence[str]) -> str:
    return "|".join(_escape(line.cells[heading]) for heading in headings)


def _escape(value: str) -> str:
    """Escape the characters that separate the parts of a native id."""
    value = " ".join(value.split())
    return value.replace("%", "%25").replace("|", "%7C").replace("#", "%23")


def select_current_lines(
    exports: Sequence[ExportFile],
    profile: ExportProfile,
    known_parts: Mapping[str, Sequence[str]],
) -> Iterator[tuple[ExportFile, ExportContent | UnreadableFile, list[IdentifiedLine]]]:
    """Yield each export, newest first, with those of its lines that no newer export replaces.

    For an export that cannot be read its error and no lines are yielded; it keeps replacing the
    parts that `known_parts` (by name of the export) says it held before.
    """
    replaced: set[str] = set()
    for export in exports:
        try:
            content = read_export(export, profile)
        except UnreadableFile as unreadable:
            # Otherwise the older figures that this export had replaced would come back.
            replaced.update(known_parts.get(export.name, ()))
            yield export, unreadable, []
            continue
        yield export, content, [line for line in content.lines if line.part not in replaced]
        replaced.update(line.part for line in content.lines)
