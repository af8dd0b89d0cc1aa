"""The contract of every connector, over an export in a folder."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator

import pytest

from connectors.base import Connector
from connectors.erp.tool import TOOL
from connectors.testing import (
    ConnectorContract,
    StandIn,
)
from model.comment_content import PostedComment
from tests.connectors.erp.conftest import NOW, ExportFolder

_PART = "1000|2026/003"
"""Company code and period, which a native id begins with."""


class ExportStandIn(StandIn):
    """An export that the ERP system writes again as a whole."""

    tool = TOOL
    stream = "lines"
    now = NOW

    def __init__(self, folder: ExportFolder, line: Callable[..., str]) -> None:
        self._folder = folder
        self._line = line
        self._texts = {f"{_PART}|{document}": "Licences" for document in range(4711, 4716)}
        self._day = 0
        self._export()

    def connect(self, secret: str | None = None) -> Connector:
        return self._folder.connector

    def native_ids(self) -> Collection[str]:
        return self._texts.keys()

    def rename(self, native_id: str, title: str) -> None:
        self._texts[native_id] = title
        self._export()

    def delete(self, native_id: str) -> None:
        del self._texts[native_id]
        self._export()

    def comment_count(self, native_id: str) -> int:
        (path,) = self._folder.home.glob("*findings*")
        text = path.read_text(encoding="utf-8-sig")
        rows = csv.DictReader(text.splitlines(keepends=True), delimiter=";")
        return len([row for row in rows if row["Interlock"].endswith(f":{native_id}")])

    def reply(self, posted: PostedComment, words: str) -> None:
        """Type an answer into the row of a comment, as a person does in a spreadsheet program."""
        (path,) = self._folder.home.glob("*findings*")
        lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
        rows = list(csv.reader(lines, delimiter=";"))
        at = rows[0].index("Answer")
        for row in rows[1:]:
            if posted.conflict_id in row[-1] and row[-1].endswith(str(posted.target)):
                row[at] = words
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows(rows)

    edit_reply = reply

    def _export(self) -> None:
        self._day += 1
        lines = [
            self._line(native_id.removeprefix(f"{_PART}|"), text=text)
            for native_id, text in self._texts.items()
        ]
        self._folder.put("spend.csv", *lines, day=self._day)


class TestContract(ConnectorContract):
    @pytest.fixture
    def stand_in(self, folder: ExportFolder, line: Callable[..., str]) -> Iterator[StandIn]:
        yield ExportStandIn(folder, line)
