"""The files of a connection: which ones it names, and the tables they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectors.spreadsheets.delimited import readings
from connectors.spreadsheets.grid import Unreadable
from connectors.spreadsheets.settings import SpreadsheetSettings
from connectors.spreadsheets.table import Missing, Table, find_table
from connectors.spreadsheets.workbook import read_workbook

WORKBOOKS = frozenset({".xlsx", ".xlsm"})
DELIMITED = frozenset({".csv", ".tsv", ".txt"})
NOTES_SUFFIX = ".notes.csv"
"""The ending of the file in which a CSV file's comments stand."""
_NOT_PLANS = ("~$", ".")
"""How the names of lock files and of hidden files begin."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read, once: `raw` is what every later step works on.

    `missed` are sheets on which a table is evidently meant, but lacks a heading.
    """

    path: Path
    name: str
    raw: bytes
    modified: datetime
    tables: tuple[Table, ...]
    missed: tuple[Missing, ...]
    delimiter: str | None = None
    """Of a CSV file."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True, slots=True)
class Sources:
    """All files of a connection; `failures` say of a file why it (or a sheet) was not read."""

    read: tuple[Source, ...]
    failures: tuple[str, ...]


def find_files(home: Path, pattern: str) -> list[Path]:
    """The files that a path or pattern names, in order; lock, hidden and notes files left out."""
    literal = home / pattern
    if literal.is_file():
        return [literal]
    base = Path(literal.anchor) if Path(pattern).is_absolute() else home
    return sorted(
        path
        for path in base.glob(str(literal.relative_to(base)))
        if path.is_file()
        and not path.name.startswith(_NOT_PLANS)
        and not path.name.lower().endswith(NOTES_SUFFIX)
    )


def read_sources(home: Path, settings: SpreadsheetSettings) -> Sources:
    """Read every file; one that cannot be read does not keep the others from it."""
    read, failures = [], []
    for path in find_files(home, settings.path):
        try:
            source = read_source(path, home, settings)
        except (Unreadable, OSError) as error:
            failures.append(f"{path.name} cannot be read: {error}")
        else:
            read.append(source)
            failures += [f"{path.name}: {missing}" for missing in source.missed]
    return Sources(tuple(read), tuple(failures))


def read_source(path: Path, home: Path, settings: SpreadsheetSettings) -> Source:
    """Read one file; raises Unreadable (or OSError) when there is no table to be had from it."""
    raw = path.read_bytes()
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    name = path.relative_to(home).as_posix() if path.is_relative_to(home) else path.as_posix()
    wanted = wanted_headings(settings)
    if path.suffix.lower() in WORKBOOKS:
        found = [find_table(grid, wanted) for grid in read_workbook(raw, settings.sheet)]
        return _source(path, name, raw, modified, found)
    if path.suffix.lower() in DELIMITED:
        delimiter, table = _best_reading(raw, settings, wanted)
        return _source(path, name, raw, modified, [table], delimiter)
    raise Unreadable(f'"{path.suffix}" files are not read; save it as .xlsx or .csv')


def wanted_headings(settings: SpreadsheetSettings) -> dict[str, Sequence[str]]:
    """Every mapped field and every column of free text, with the headings it may have."""
    free_text = {heading: (heading,) for heading in settings.references_in}
    return {**dict(settings.columns.items()), **free_text}


def _best_reading(
    raw: bytes, settings: SpreadsheetSettings, wanted: Mapping[str, Sequence[str]]
) -> tuple[str, Table | Missing]:
    """The delimiter with which the headings are found, or most of them."""
    found = [
        (delimiter, find_table(grid, wanted))
        for delimiter, grid in readings(raw, "", settings.delimiter, settings.encoding)
    ]
    return min(found, key=lambda one: len(one[1].missing) if isinstance(one[1], Missing) else -1)


def _source(
    path: Path,
    name: str,
    raw: bytes,
    modified: datetime,
    found: Sequence[Table | Missing],
    delimiter: str | None = None,
) -> Source:
    tables = tuple(one for one in found if isinstance(one, Table))
    missed = [one for one in found if isinstance(one, Missing)]
    if not tables:
        nearest = min(missed, key=lambda one: len(one.missing), default=None)
        raise Unreadable(str(nearest or "it has no visible sheet"))
    near = tuple(one for one in missed if one.near)
    return Source(path, name, raw, modified, tables, near, delimiter)
