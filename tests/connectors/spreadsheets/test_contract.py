"""The contract of every connector, over workbooks and CSV files in a folder."""

from __future__ import annotations

import csv
from abc import abstractmethod
from collections.abc import Collection, Iterator
from io import StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from connectors.base import Connector
from connectors.spreadsheets.tool import TOOL
from connectors.testing import (
    ConnectorContract,
    StandIn,
)
from model.comment_content import PostedComment
from tests.connectors.spreadsheets.build import HEADINGS, NOW, connector, saved, workbook

ROWS = {f"M-{number}": f"Activity {number}" for number in range(1, 6)}


class FolderStandIn(StandIn):
    """A plan that people keep in one file."""

    tool = TOOL
    stream = "rows"
    now = NOW
    pattern: str

    def __init__(self, home: Path) -> None:
        self._home = home
        self._titles = dict(ROWS)
        self._save(self._titles)

    def connect(self, secret: str | None = None) -> Connector:
        return connector(self._home, path=self.pattern)

    def native_ids(self) -> Collection[str]:
        return self._titles.keys()

    def rename(self, native_id: str, title: str) -> None:
        self._titles[native_id] = title
        self._save(self._titles)

    def delete(self, native_id: str) -> None:
        del self._titles[native_id]
        self._save(self._titles)

    @abstractmethod
    def _save(self, titles: dict[str, str]) -> None: ...


class WorkbookStandIn(FolderStandIn):
    pattern = "*.xlsx"

    def comment_count(self, native_id: str) -> int:
        sheet = load_workbook(self._home / "plan.xlsx").active
        texts = [
            cell.comment.text
            for row in sheet.iter_rows()
            for cell in row
            if row[0].value == native_id and cell.comment
        ]
        return sum(text.count("[interlock:") for text in texts)

    def reply(self, posted: PostedComment, words: str) -> None:
        """Type below the line in the note; what stood there goes."""
        book = load_workbook(self._home / "plan.xlsx")
        sheet, cell = posted.comment_id.split("!")
        line = "── Answer below this line ──"
        text = book[sheet][cell].comment.text.partition(line)[0]
        book[sheet][cell].comment = Comment(f"{text}{line}\n{words}", "Ada")
        book.save(self._home / "plan.xlsx")

    edit_reply = reply

    def _save(self, titles: dict[str, str]) -> None:
        rows = [(key, title, None, None, "Planned") for key, title in titles.items()]
        (self._home / "plan.xlsx").write_bytes(saved(workbook(HEADINGS, *rows)))


class CsvStandIn(FolderStandIn):
    pattern = "plan.csv"

    def comment_count(self, native_id: str) -> int:
        text = (self._home / "plan.notes.csv").read_text(encoding="utf-8-sig")
        rows = csv.DictReader(text.splitlines(keepends=True), delimiter=";")
        return len([row for row in rows if row["Key"] == native_id])

    def reply(self, posted: PostedComment, words: str) -> None:
        path = self._home / "plan.notes.csv"
        text = path.read_text(encoding="utf-8-sig")
        heading, *rows = csv.reader(StringIO(text, newline=""), delimiter=";")
        for row in rows:
            if row[:2] == [posted.comment_id, posted.conflict_id]:
                row[heading.index("Answer")] = words
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows([heading, *rows])

    edit_reply = reply

    def _save(self, titles: dict[str, str]) -> None:
        rows = [f"{key};{title};;;Planned" for key, title in titles.items()]
        (self._home / "plan.csv").write_text("\n".join([";".join(HEADINGS), *rows, ""]))


@pytest.fixture(params=[WorkbookStandIn, CsvStandIn])
def folder_stand_in(request: pytest.FixtureRequest, tmp_path: Path) -> StandIn:
    stand_in: StandIn = request.param(tmp_path)
    return stand_in


class TestContract(ConnectorContract):
    @pytest.fixture
    def stand_in(self, folder_stand_in: StandIn) -> Iterator[StandIn]:
        yield folder_stand_in
