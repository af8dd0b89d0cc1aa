"""The connector for workbooks and CSV files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from connectors.base import (
    AccessProblem,
    ConnectionFailed,
    ConnectorContext,
    Cursor,
    Page,
    RawRecord,
)
from connectors.kit.known_functions import unknown_functions
from connectors.spreadsheets.delimited_comments import apply_to_notes_file, find_in_notes_file
from connectors.spreadsheets.mapping import map_row
from connectors.spreadsheets.notes import NotAPackage, refusals
from connectors.spreadsheets.pull import changed_page
from connectors.spreadsheets.rows import Row, by_key, rows_of
from connectors.spreadsheets.settings import SpreadsheetSettings
from connectors.spreadsheets.sources import Source, Sources, find_files, read_sources
from connectors.spreadsheets.table import doubled
from connectors.spreadsheets.workbook_comments import apply_to_workbook, find_in_workbook
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange, Target
from model.records import Mapped

ROWS = "rows"
_LOOK_AT_FILES = "Correct the file, or the columns of this connection in interlock.yaml"


class SpreadsheetConnector:
    """Plans in files: rows become work items, remarks become notes on the cells of their rows."""

    def __init__(self, settings: SpreadsheetSettings, context: ConnectorContext) -> None:
        self.name = context.name
        self._settings = settings
        self._surroundings = context

    @property
    def streams(self) -> tuple[str, ...]:
        return (ROWS,)

    def check(self) -> list[AccessProblem]:
        """Files that are missing or unreadable, headings that are missing or stand twice, sheets
        that take no note, and an unknown function."""
        known = self._surroundings.lookups.functions
        unknown = unknown_functions(self.name, [self._settings.function], known)
        try:
            sources = self._sources()
        except ConnectionFailed as failed:
            return [AccessProblem(failed.reason, failed.remedy), *unknown]
        unread = [AccessProblem(failure, _LOOK_AT_FILES) for failure in sources.failures]
        doubts = [problem for source in sources.read for problem in _doubts(source)]
        return [*unread, *doubts, *unknown]

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """One page with all rows that changed: a file is saved as a whole, so it is read so.

        Raises ConnectionFailed after that page when a file or sheet could not be read; rows are
        then never taken for deleted.
        """
        del stream
        sources = self._sources()
        if page := changed_page(sources, self._settings, cursor, now):
            yield page
        if sources.failures:
            raise self._failed(sources.failures)

    def map(self, stream: str, landed: RawRecord, observed_at: datetime) -> Mapped:
        del stream
        return map_row(landed, observed_at, self._settings, self._surroundings)

    def find_comments(self, targets: Sequence[Target]) -> list[PostedComment]:
        """Our sections in notes, and our rows in notes files; raises ConnectionFailed when a
        file that may hold some cannot be read."""
        sources = self._sources()
        if sources.failures:
            raise self._failed(sources.failures)
        rows, _ = by_key(rows_of(sources.read))
        wanted = [(t, rows[t.ref.native_id]) for t in targets if t.ref.native_id in rows]
        found: list[PostedComment] = []
        for source in sources.read:
            mine = [(target, row) for target, row in wanted if row.source is source]
            if mine:
                found += self._find_in(source, mine)
        return found

    def _find_in(
        self, source: Source, targets: Sequence[tuple[Target, Row]]
    ) -> list[PostedComment]:
        find = find_in_workbook if source.delimiter is None else find_in_notes_file
        try:
            return find(source, targets)
        except NotAPackage as error:
            raise self._failed([f"{source.name}: {error}"]) from error

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        """Write the comments, each file once for all of its changes."""
        sources = self._sources()
        rows, _ = by_key(rows_of(sources.read))
        by_file: dict[str, list[tuple[CommentChange, Row]]] = {}
        for change in changes:
            row = rows.get(change.target.ref.native_id)
            if row is None:
                yield self._unplaced(change, sources)
            else:
                by_file.setdefault(row.source.name, []).append((change, row))
        for source in sources.read:
            if mine := by_file.get(source.name):
                write = apply_to_workbook if source.delimiter is None else apply_to_notes_file
                yield from write(source, mine)

    def close(self) -> None:
        """Nothing stays open between calls."""

    def _sources(self) -> Sources:
        home, pattern = self._surroundings.home, self._settings.path
        if not find_files(home, pattern):
            raise ConnectionFailed(
                self.name,
                f'there is no file "{pattern}" below {home.absolute()}',
                "Correct the path of this connection in interlock.yaml, or put the file there",
            )
        return read_sources(home, self._settings)

    def _failed(self, failures: Sequence[str]) -> ConnectionFailed:
        return ConnectionFailed(self.name, "; ".join(failures), _LOOK_AT_FILES)

    def _unplaced(self, change: CommentChange, sources: Sources) -> RefusedChange:
        reason = f'no row of "{self._settings.path}" has the key "{change.target.key}" for itself'
        if sources.failures:
            return RefusedChange(change, f"{reason}; {'; '.join(sources.failures)}", _LOOK_AT_FILES)
        return RefusedChange(change, reason, "Put the row back, or wait for the next sync", False)


def _doubts(source: Source) -> Iterator[AccessProblem]:
    """What does not keep a file from being read, but should be known."""
    for table in source.tables:
        for cells in doubled(table):
            what = f'{source.name}, sheet "{table.grid.sheet}": {cells} have the same heading'
            yield AccessProblem(what, "The left one is read; rename the other", blocking=False)
    if source.delimiter is None:
        sheets = [table.grid.sheet for table in source.tables]
        try:
            closed = refusals(source.raw, sheets)
        except NotAPackage as error:
            yield AccessProblem(f"{source.name} takes no comments: {error}", "Repair it", False)
            return
        for sheet, refused in closed.items():
            what = f'{source.name}, sheet "{sheet}" takes no comments: {refused.reason}'
            yield AccessProblem(what, refused.remedy, blocking=False)


def open_connector(
    settings: SpreadsheetSettings, context: ConnectorContext
) -> SpreadsheetConnector:
    return SpreadsheetConnector(settings, context)
