"""The connector for workbooks and CSV files: implements `connectors.base.Connector`."""

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
    ReplyPage,
)
from connectors.kit.delimited_text import UnreadableFile
from connectors.kit.known_functions import unknown_functions
from connectors.kit.mapping import map_or_hold
from connectors.spreadsheets.csv_comments import (
    apply_csv_comments,
    find_csv_answers,
    find_csv_comments,
)
from connectors.spreadsheets.mapping import map_row
from connectors.spreadsheets.notes import NotAPackage, find_note_refusals
from connectors.spreadsheets.plan_files import PlanFile, PlanFiles, find_files, read_plan_files
from connectors.spreadsheets.plan_rows import PlanRow, index_by_key, list_rows
from connectors.spreadsheets.plan_table import find_repeated_headings
from connectors.spreadsheets.pull import changed_page, file_digests, find_cut_off
from connectors.spreadsheets.settings import SpreadsheetSettings
from connectors.spreadsheets.sheet_grid import CORRECT_FILE
from connectors.spreadsheets.workbook_comments import (
    apply_workbook_comments,
    find_workbook_answers,
    find_workbook_comments,
)
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange, Target
from model.records import Mapped
from model.replies.reply import Reply

ROWS = "rows"


class SpreadsheetConnector:
    """Plans in files: rows become work items, comments become notes on the cells of their rows."""

    def __init__(self, settings: SpreadsheetSettings, context: ConnectorContext) -> None:
        self.name = context.name
        self._settings = settings
        self._context = context

    @property
    def streams(self) -> tuple[str, ...]:
        return (ROWS,)

    def check(self) -> list[AccessProblem]:
        """Report files that are missing or unreadable and an unknown function.

        Headings that occur twice and sheets that take no note are reported as not blocking.
        """
        known = self._context.lookups.functions
        unknown = unknown_functions(self.name, [self._settings.function], known)
        try:
            plans = self._plan_files()
        except ConnectionFailed as failure:
            return [AccessProblem(failure.reason, failure.remedy), *unknown]
        unread = [AccessProblem(failure.reason, failure.remedy) for failure in plans.failures]
        warnings = [problem for plan in plans.read for problem in _warnings(plan)]
        return [*unread, *warnings, *unknown]

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Yield one page with all rows that changed; a file is only ever read whole.

        Raises ConnectionFailed after that page when a file or sheet could not be read, or a CSV
        file may be cut off; no row counts as deleted then.
        """
        del stream
        plans = self._plan_files()
        page = changed_page(plans, self._settings, cursor, now)
        if page:
            yield page
        reached = page.cursor if page else cursor or {}
        if failures := [*plans.failures, *find_cut_off(reached)]:
            raise self._failure(failures)

    def rewind(self, stream: str, cursor: Cursor) -> Cursor:
        """The cursor itself: every pull reads the files whole and compares them with it."""
        del stream
        return cursor

    def file_digests(self, stream: str, cursor: Cursor) -> dict[str, str]:
        """By file, a digest of its rows; notes are no part of them."""
        del stream
        return file_digests(cursor)

    def map(self, stream: str, raw: RawRecord, observed_at: datetime) -> Mapped:
        """Map a row to a work item; see `map_row`."""
        del stream
        return map_or_hold(
            raw.native_id,
            "the row",
            "its file",
            lambda: map_row(raw, observed_at, self._settings, self._context),
        )

    def comment_obstacle(self, target: Target) -> str | None:  # noqa: ARG002
        """None: every record takes comments."""
        return None

    def find_comments(self, targets: Sequence[Target]) -> list[PostedComment]:
        """Our sections in notes and our rows in notes files.

        Raises ConnectionFailed when a file that may hold some cannot be read.
        """
        plans = self._plan_files()
        if plans.failures:
            raise self._failure(plans.failures)
        return [
            comment
            for plan, in_file in _by_file(plans, targets)
            for comment in self._find_in_file(plan, in_file)
        ]

    def _find_in_file(
        self, plan: PlanFile, targets: Sequence[tuple[Target, PlanRow]]
    ) -> list[PostedComment]:
        find = find_workbook_comments if plan.delimiter is None else find_csv_comments
        try:
            return find(plan, targets)
        except NotAPackage as error:
            failure = UnreadableFile(f"{plan.name}: {error}", CORRECT_FILE)
            raise self._failure([failure]) from error

    def find_replies(
        self,
        targets: Sequence[Target],
        cursor: Cursor | None,
        now: datetime,  # noqa: ARG002
    ) -> Iterator[ReplyPage]:
        """The answers to our comments on these rows; the files are read whole each time.

        Raises ConnectionFailed after them when a file cannot be read.
        """
        plans = self._plan_files()
        failures = list(plans.failures)
        answers: dict[str, Reply] = {}
        for plan, in_file in _by_file(plans, targets):
            find = find_workbook_answers if plan.delimiter is None else find_csv_answers
            try:
                found = find(plan, in_file)
            except NotAPackage as error:
                failures.append(UnreadableFile(f"{plan.name}: {error}", CORRECT_FILE))
            except UnreadableFile as unreadable:
                failures.append(unreadable)
            else:
                for answer in found:
                    # Of a comment that somebody copied the first answer counts.
                    answers.setdefault(answer.reply_id, answer)
        yield ReplyPage(tuple(answers.values()), cursor or {})
        if failures:
            raise self._failure(failures)

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        """Write the comments, each file once for all of its changes."""
        plans = self._plan_files()
        rows, _ = index_by_key(list_rows(plans.read))
        by_file: dict[str, list[tuple[CommentChange, PlanRow]]] = {}
        for change in changes:
            row = rows.get(change.target.ref.native_id)
            if row is None:
                yield self._refuse_without_row(change, plans)
            else:
                by_file.setdefault(row.plan.name, []).append((change, row))
        for plan in plans.read:
            if in_file := by_file.get(plan.name):
                is_workbook = plan.delimiter is None
                write = apply_workbook_comments if is_workbook else apply_csv_comments
                yield from write(plan, in_file)

    def close(self) -> None:
        """Do nothing: no file stays open between calls."""

    def _plan_files(self) -> PlanFiles:
        home, pattern = self._context.home, self._settings.path
        # No file at all is a mistake in the path, never a plan without rows.
        if not find_files(home, pattern):
            raise ConnectionFailed(
                self.name,
                f'there is no file "{pattern}" below {home.absolute()}',
                "Correct the path of this connection in interlock.yaml, or put the file there",
            )
        return read_plan_files(home, self._settings)

    def _failure(self, failures: Sequence[UnreadableFile]) -> ConnectionFailed:
        reasons = "; ".join(failure.reason for failure in failures)
        return ConnectionFailed(self.name, reasons, failures[0].remedy)

    def _refuse_without_row(self, change: CommentChange, plans: PlanFiles) -> RefusedChange:
        reason = f'no row of "{self._settings.path}" has the key "{change.target.key}" for itself'
        if plans.failures:
            failure = self._failure(plans.failures)
            return RefusedChange(change, f"{reason}; {failure.reason}", failure.remedy)
        return RefusedChange(change, reason, "Put the row back, or wait for the next sync", False)


def _by_file(
    plans: PlanFiles, targets: Sequence[Target]
) -> Iterator[tuple[PlanFile, list[tuple[Target, PlanRow]]]]:
    """The files that have some of these records, each with its records and their rows."""
    rows, _ = index_by_key(list_rows(plans.read))
    present = [(t, rows[t.ref.native_id]) for t in targets if t.ref.native_id in rows]
    for plan in plans.read:
        # Identity, not equality: comparing files would compare all of their bytes.
        if in_file := [(target, row) for target, row in present if row.plan is plan]:
            yield plan, in_file


def _warnings(plan: PlanFile) -> Iterator[AccessProblem]:
    """What does not prevent a sync, but should be known."""
    for table in plan.tables:
        for cells in find_repeated_headings(table):
            what = f'{plan.name}, sheet "{table.grid.sheet}": {cells} have the same heading'
            yield AccessProblem(what, "The left one is read; rename the other", blocking=False)
    if plan.delimiter is None:
        sheets = [table.grid.sheet for table in plan.tables]
        try:
            refusals = find_note_refusals(plan.raw, sheets)
        except NotAPackage as error:
            yield AccessProblem(f"{plan.name} takes no comments: {error}", "Repair it", False)
            return
        for sheet, refused in refusals.items():
            what = f'{plan.name}, sheet "{sheet}" takes no comments: {refused.reason}'
            yield AccessProblem(what, refused.remedy, blocking=False)


def open_connector(
    settings: SpreadsheetSettings, context: ConnectorContext
) -> SpreadsheetConnector:
    """Open a connector for the files that `settings` names; nothing is read yet."""
    return SpreadsheetConnector(settings, context)
