"""The files of a connection: which files its path matches, and the tables they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectors.kit.delimited_text import UnreadableFile
from connectors.spreadsheets.csv_grids import read_csv_grids
from connectors.spreadsheets.plan_table import MissingHeadings, PlanTable, find_table
from connectors.spreadsheets.settings import SpreadsheetSettings
from connectors.spreadsheets.sheet_grid import CORRECT_FILE
from connectors.spreadsheets.workbook import read_workbook

WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm"})
CSV_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
NOTES_SUFFIX = ".notes.csv"
"""The ending of the file that holds the comments on a CSV file."""
_IGNORED_PREFIXES = ("~$", ".")
"""How the names of lock files and of hidden files begin."""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A file as it was read once; every later step works on its bytes in `raw`.

    `name` is its path relative to the instance folder, `modified` is in UTC. `near_tables` are
    sheets on which a table is evidently meant but lacks a heading. `delimiter` is that of a CSV
    file and None for a workbook.
    """

    path: Path
    name: str
    raw: bytes
    modified: datetime
    tables: tuple[PlanTable, ...]
    near_tables: tuple[MissingHeadings, ...]
    delimiter: str | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True, slots=True)
class PlanFiles:
    """All files of a connection: those that could be read, and why others (or sheets) were not."""

    read: tuple[PlanFile, ...]
    failures: tuple[UnreadableFile, ...]


def find_files(home: Path, pattern: str) -> list[Path]:
    """Find the files that a path or pattern matches, without lock, hidden and notes files."""
    literal = home / pattern
    # A name may contain the characters of a pattern: `plan [final].xlsx`.
    if literal.is_file():
        return [literal]
    base = Path(literal.anchor) if Path(pattern).is_absolute() else home
    return sorted(
        path
        for path in base.glob(str(literal.relative_to(base)))
        if path.is_file()
        and not path.name.startswith(_IGNORED_PREFIXES)
        and not path.name.lower().endswith(NOTES_SUFFIX)
    )


def read_plan_files(home: Path, settings: SpreadsheetSettings) -> PlanFiles:
    """Read all files of a connection; the failure of one does not affect the others."""
    plans: list[PlanFile] = []
    failures: list[UnreadableFile] = []
    for path in find_files(home, settings.path):
        try:
            plan = _read_plan_file(path, home, settings)
        except UnreadableFile as error:
            failures.append(
                UnreadableFile(f"{path.name} cannot be read: {error.reason}", error.remedy)
            )
        except OSError as error:
            failures.append(UnreadableFile(f"{path.name} cannot be read: {error}", CORRECT_FILE))
        else:
            plans.append(plan)
            failures += [
                UnreadableFile(f"{path.name}: {missing}", CORRECT_FILE)
                for missing in plan.near_tables
            ]
    return PlanFiles(tuple(plans), tuple(failures))


def _read_plan_file(path: Path, home: Path, settings: SpreadsheetSettings) -> PlanFile:
    """Read one file; raises UnreadableFile when it holds no table, or OSError."""
    raw = path.read_bytes()
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    name = path.relative_to(home).as_posix() if path.is_relative_to(home) else path.as_posix()
    wanted = _wanted_headings(settings)
    if path.suffix.lower() in WORKBOOK_SUFFIXES:
        results = [find_table(grid, wanted) for grid in read_workbook(raw, settings.sheet)]
        return _plan_file(path, name, raw, modified, results)
    if path.suffix.lower() in CSV_SUFFIXES:
        delimiter, result = _best_csv_reading(raw, settings, wanted)
        return _plan_file(path, name, raw, modified, [result], delimiter)
    reason = f'"{path.suffix}" files are not read; save it as .xlsx or .csv'
    raise UnreadableFile(reason, CORRECT_FILE)


def _wanted_headings(settings: SpreadsheetSettings) -> dict[str, Sequence[str]]:
    """Each mapped field and each column of free text, with the headings it may have."""
    free_text = {heading: (heading,) for heading in settings.references_in}
    return {**dict(settings.columns.items()), **free_text}


def _best_csv_reading(
    raw: bytes, settings: SpreadsheetSettings, wanted: Mapping[str, Sequence[str]]
) -> tuple[str, PlanTable | MissingHeadings]:
    """The delimiter with which all headings are found, or most of them, and the result."""
    grids = read_csv_grids(raw, "", settings.delimiter, settings.encoding)
    readings = [(delimiter, find_table(grid, wanted)) for delimiter, grid in grids]
    return min(readings, key=lambda reading: _count_missing(reading[1]))


def _count_missing(result: PlanTable | MissingHeadings) -> int:
    return len(result.missing) if isinstance(result, MissingHeadings) else 0


def _plan_file(
    path: Path,
    name: str,
    raw: bytes,
    modified: datetime,
    results: Sequence[PlanTable | MissingHeadings],
    delimiter: str | None = None,
) -> PlanFile:
    tables = tuple(result for result in results if isinstance(result, PlanTable))
    misses = [result for result in results if isinstance(result, MissingHeadings)]
    # The nearest miss is the most useful reason: often a single heading was renamed.
    if not tables:
        nearest = min(misses, key=_count_missing, default=None)
        raise UnreadableFile(str(nearest or "it has no visible sheet"), CORRECT_FILE)
    near_tables = tuple(miss for miss in misses if miss.has_most)
    return PlanFile(path, name, raw, modified, tables, near_tables, delimiter)
