"""The connector: what `connectors.base.Connector` asks for, over the parts of this package."""

from __future__ import annotations

import os
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
from connectors.erp.applying import apply_changes
from connectors.erp.comments import Marker, findings_beside, read_posted
from connectors.erp.exports import Export, find_exports, read_book
from connectors.erp.mapping import map_line
from connectors.erp.pulling import pull_exports
from connectors.erp.settings import ErpSettings, Profile, load_profile
from connectors.erp.text import Unreadable
from connectors.functions import unknown_functions
from model.comment_content import CommentChange, Outcome, PostedComment, Target
from model.records import Mapped


def open_connector(settings: ErpSettings, context: ConnectorContext) -> ErpConnector:
    """A connector over the exports that `settings` names.

    Raises ConnectionFailed for a profile that cannot be read.
    """
    profile = load_profile(settings, context.name, context.home)
    return ErpConnector(settings, profile, context)


class ErpConnector:
    """Spend lines from export files; its one stream is `lines`."""

    streams = ("lines",)

    def __init__(self, settings: ErpSettings, profile: Profile, context: ConnectorContext) -> None:
        self.name = context.name
        self._settings = settings
        self._profile = profile
        self._around = context

    def check(self) -> list[AccessProblem]:
        """Whether every export can be read and its folder written, and functions are known."""
        try:
            exports = self._exports()
        except ConnectionFailed as failed:
            return [AccessProblem(failed.reason, failed.remedy), *self._unknown_functions()]
        unreadable = [problem for export in exports for problem in self._unreadable(export)]
        return [*unreadable, *_unwritable(exports), *self._unknown_functions()]

    def pull(self, stream: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:  # noqa: ARG002
        """Standing lines of every file that changed; see `pulling`."""
        return pull_exports(self.name, self._exports(), self._profile, cursor)

    def map(self, stream: str, landed: RawRecord, observed_at: datetime) -> Mapped:  # noqa: ARG002
        """Spend, valid from when its file was saved."""
        return map_line(self.name, self._settings, self._profile, landed, observed_at)

    def find_comments(self, targets: Sequence[Target]) -> list[PostedComment]:
        """Our rows in the findings files beside the exports.

        Raises ConnectionFailed for a findings file that is no longer one.
        """
        wanted = {target.ref for target in targets}
        found: dict[Marker, PostedComment] = {}
        for path in findings_beside(self._exports()):
            try:
                found |= read_posted(path)
            except Unreadable as unreadable:
                raise ConnectionFailed(self.name, unreadable.reason, unreadable.remedy) from None
        return [posted for posted in found.values() if posted.target in wanted]

    def apply(self, changes: Iterable[CommentChange]) -> Iterator[Outcome]:
        """Rewrite each findings file once for all its changes; outcomes in their order."""
        return iter(apply_changes(list(changes), self._exports(), self._profile))

    def close(self) -> None:
        """Nothing is held open between calls."""

    def _exports(self) -> list[Export]:
        return find_exports(self.name, self._around.home, self._settings.path)

    def _unreadable(self, export: Export) -> Iterator[AccessProblem]:
        try:
            read_book(export, self._profile)
        except Unreadable as unreadable:
            what = f"{export.name} cannot be read: {unreadable.reason}"
            yield AccessProblem(what, unreadable.remedy)

    def _unknown_functions(self) -> list[AccessProblem]:
        named = (self._settings.function, *self._settings.functions.values())
        return unknown_functions(self.name, named, self._around.lookups.functions)


def _unwritable(exports: Sequence[Export]) -> list[AccessProblem]:
    folders = sorted({export.path.parent for export in exports})
    return [
        AccessProblem(
            f"{folder} cannot be written, so no findings file can stand beside the exports",
            "Grant write access to the folder",
            blocking=False,
        )
        for folder in folders
        if not os.access(folder, os.W_OK)
    ]
