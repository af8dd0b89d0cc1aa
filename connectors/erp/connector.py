"""The connector for ERP exports: implements `connectors.base.Connector`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from connectors.base import (
    AccessProblem,
    ConnectionFailed,
    ConnectorContext,
    Cursor,
    Page,
    RawRecord,
    ReplyPage,
)
from connectors.erp.change_routing import apply_changes
from connectors.erp.export_files import ExportFile, find_exports, read_export
from connectors.erp.findings_files import find_findings_files, read_answers, read_posted
from connectors.erp.mapping import map_line
from connectors.erp.pull import file_digests, pull_exports
from connectors.erp.settings import ErpSettings, ExportProfile, load_profile
from connectors.kit.delimited_text import UnreadableFile
from connectors.kit.known_functions import unknown_functions
from connectors.kit.mapping import map_or_hold
from model.comment_content import CommentChange, Outcome, PostedComment, Target
from model.comments import CommentKey
from model.records import Mapped
from model.replies.reply import Reply


def open_connector(settings: ErpSettings, context: ConnectorContext) -> ErpConnector:
    """Open a connector for the exports that `settings` names.

    Raises ConnectionFailed for a profile that cannot be read.
    """
    profile = load_profile(settings, context.name, context.home)
    return ErpConnector(settings, profile, context)


class ErpConnector:
    """Spend lines from export files; comments go to a findings file beside each export."""

    streams = ("lines",)

    def __init__(
        self, settings: ErpSettings, profile: ExportProfile, context: ConnectorContext
    ) -> None:
        self.name = context.name
        self._settings = settings
        self._profile = profile
        self._context = context

    def check(self) -> list[AccessProblem]:
        """Report missing or unreadable exports, folders that take no file, unknown functions."""
        try:
            exports = self._exports()
        except ConnectionFailed as failure:
            return [AccessProblem(failure.reason, failure.remedy), *self._unknown_functions()]
        unreadable = [problem for export in exports for problem in self._unreadable(export)]
        return [*unreadable, *_unwritable_folders(exports), *self._unknown_functions()]

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:  # noqa: ARG002
        """Yield the current lines of all files that changed; see `pull_exports`."""
        return pull_exports(self.name, self._exports(now), self._profile, cursor)

    def rewind(self, stream: str, cursor: Cursor) -> Cursor:
        """The cursor itself: every pull reads the files whole and compares them with it."""
        del stream
        return cursor

    def file_digests(self, stream: str, cursor: Cursor) -> dict[str, str]:
        """By export, a digest of its current lines."""
        del stream
        return file_digests(cursor)

    def map(self, stream: str, raw: RawRecord, observed_at: datetime) -> Mapped:  # noqa: ARG002
        """Map a line to spend; see `map_line`."""
        return map_or_hold(
            raw.native_id,
            "the line",
            "its export",
            lambda: map_line(self.name, self._settings, self._profile, raw, observed_at),
        )

    def comment_obstacle(self, target: Target) -> str | None:  # noqa: ARG002
        """None: every record takes comments."""
        return None

    def find_comments(self, targets: Sequence[Target]) -> list[PostedComment]:
        """Our comments on these records in all findings files beside the exports.

        Raises ConnectionFailed for a findings file that cannot be read.
        """
        refs = {target.ref for target in targets}
        comments: dict[CommentKey, PostedComment] = {}
        for path in find_findings_files(self._exports()):
            try:
                comments |= read_posted(path)
            except UnreadableFile as unreadable:
                raise ConnectionFailed(self.name, unreadable.reason, unreadable.remedy) from None
        return [comment for comment in comments.values() if comment.target in refs]

    def find_replies(
        self,
        targets: Sequence[Target],
        cursor: Cursor | None,
        now: datetime,  # noqa: ARG002
    ) -> Iterator[ReplyPage]:
        """The answers in the rows of these records; the files are read whole each time.

        Raises ConnectionFailed after them when a findings file cannot be read.
        """
        refs = {target.ref for target in targets}
        answers: dict[str, Reply] = {}
        failures: list[UnreadableFile] = []
        # Of two files with the same row, the last one is written to.
        for path in reversed(find_findings_files(self._exports())):
            try:
                found = read_answers(path)
            except UnreadableFile as unreadable:
                failures.append(unreadable)
                continue
            for answer in found:
                # A row that somebody copied has one answer: that of the upper row.
                answers.setdefault(answer.reply_id, answer)
        replies = tuple(answer for answer in answers.values() if answer.record in refs)
        yield ReplyPage(replies, cursor or {})
        if failures:
            reasons = "; ".join(failure.reason for failure in failures)
            raise ConnectionFailed(self.name, reasons, failures[0].remedy)

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        """Write each findings file once for all of its changes; outcomes in their order."""
        return iter(apply_changes(list(changes), self._exports(), self._profile))

    def close(self) -> None:
        """Do nothing: no file stays open between calls."""

    def _exports(self, now: datetime | None = None) -> list[ExportFile]:
        """The exports in the order in which they replace each other at an instant.

        Without one, all of them in an order that means nothing.
        """
        far = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)
        return find_exports(self.name, self._context.home, self._settings.path, now or far)

    def _unreadable(self, export: ExportFile) -> Iterator[AccessProblem]:
        try:
            read_export(export, self._profile)
        except UnreadableFile as unreadable:
            what = f"{export.name} cannot be read: {unreadable.reason}"
            yield AccessProblem(what, unreadable.remedy)

    def _unknown_functions(self) -> list[AccessProblem]:
        names = (self._settings.function, *self._settings.functions.values())
        return unknown_functions(self.name, names, self._context.lookups.functions)


def _unwritable_folders(exports: Sequence[ExportFile]) -> list[AccessProblem]:
    folders = sorted({export.path.parent for export in exports})
    return [
        # Reading works all the same, so this does not stop a sync.
        AccessProblem(
            f"{folder} cannot be written, so no findings file can stand beside the exports",
            "Grant write access to the folder",
            blocking=False,
        )
        for folder in folders
        if not os.access(folder, os.W_OK)
    ]
