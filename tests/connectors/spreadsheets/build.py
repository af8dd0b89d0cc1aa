"""Workbooks, connections and comments for the tests of this folder."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from connectors.base import ConnectorContext, Page
from connectors.spreadsheets.connector import SpreadsheetConnector, open_connector
from connectors.spreadsheets.settings import SpreadsheetSettings
from model.comment_content import (
    Bullets,
    CommentChange,
    CommentContent,
    CommentState,
    LinkSpan,
    MentionSpan,
    Paragraph,
    Target,
    TextSpan,
)
from model.operating_model.lookups import ConnectionLookups
from model.records import Kind, Mapped, Ref, State
from tests.connectors.references import REFERENCES

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVERY_COLUMN = {
    "key": "Key",
    "title": "Task",
    "start": "Start",
    "finish": "End",
    "status": "Status",
    "percent": "Done",
    "depends_on": "Depends on",
    "priority": "Priority",
    "wbs": "WBS",
    "estimate": "Days",
    "labels": "Labels",
    "parent": "Parent",
    "milestone": "Milestone",
}
HEADINGS = ("Key", "Task", "Start", "End", "Status")
COLUMNS = {"key": "Key", "title": "Task", "start": "Start", "finish": "End", "status": "Status"}
STATUSES = {"planned": State.PLANNED, "running": State.IN_PROGRESS, "done": State.DONE}

PLAN = (
    HEADINGS,
    ("M-1", "Brief the agency", datetime(2026, 3, 2), datetime(2026, 3, 13), "Running"),
    ("M-2", "Launch campaign", datetime(2026, 3, 16), datetime(2026, 3, 27), "Planned"),
)


def workbook(*rows: Sequence[Any], sheet: str = "Plan") -> Workbook:
    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(list(row))
    return book


def saved(book: Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def connector(home: Path, **settings: Any) -> SpreadsheetConnector:
    defaults = {
        "tool": "spreadsheets",
        "function": "marketing",
        "path": "*.xlsx",
        "columns": COLUMNS,
    }
    lookups = ConnectionLookups(
        statuses=STATUSES,
        functions=frozenset({"marketing", "sales"}),
        initiatives={"cdp": "cdp", "other": "other"},
        wbs={"D-4711": "cdp", "D": "other"},
        references=REFERENCES,
    )
    context = ConnectorContext("marketing-plan", home, {}, lookups)
    return open_connector(SpreadsheetSettings(**{**defaults, **settings}), context)


def pulled(connection: SpreadsheetConnector, cursor: Any = None, now: datetime = NOW) -> Page:
    (page,) = connection.pull("rows", cursor, now)
    return page


def mapped(connection: SpreadsheetConnector) -> dict[str, Mapped]:
    """The mapping of each pulled row, by its key."""
    page = pulled(connection)
    return {r.native_id: connection.map("rows", r, NOW) for r in page.records}


def mapped_row(
    home: Path, columns: Mapping[str, str], row: Sequence[Any], **settings: Any
) -> Mapped:
    """The mapping of one row in a workbook with a column per given field."""
    book = workbook(tuple(columns.values()), row)
    book.save(home / "plan.xlsx")
    (result,) = mapped(connector(home, columns=columns, **settings)).values()
    return result


def comment(
    conflict_id: str = "C-1a2b3c4d",
    heading: str = "Late handover",
    state: CommentState = CommentState.OPEN,
    words: str = "CDP-12 is 9 days late",
) -> CommentContent:
    blocks = (
        Paragraph((TextSpan(words), TextSpan(" for "), MentionSpan("Ada Lind", None))),
        Bullets(((LinkSpan("CDP-12", "https://jira.test/browse/CDP-12"),),)),
    )
    return CommentContent(conflict_id, state, heading, blocks, (("Days late", "9"),))


def target(key: str) -> Target:
    return Target(Ref("marketing-plan", Kind.WORK_ITEM, key), key, f"https://plans.test/{key}")


def change(key: str, content: CommentContent) -> CommentChange:
    return CommentChange(target(key), content)


def packed_entries(raw: bytes) -> dict[str, bytes]:
    """The bytes of each entry of a zip file, with its header."""
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
        starts = [*(info.header_offset for info in infos), archive.start_dir]
        return {i.filename: raw[a:b] for i, a, b in zip(infos, starts, starts[1:], strict=False)}


def changed_parts(before: bytes, after: bytes) -> set[str]:
    """The names of the parts that are new or whose bytes differ."""
    old, new = packed_entries(before), packed_entries(after)
    assert set(old) <= set(new)
    return {name for name, entry in new.items() if old.get(name) != entry}


def part(raw: bytes, name: str) -> str:
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        return archive.read(name).decode()


def with_parts(raw: bytes, parts: Mapping[str, str | bytes]) -> bytes:
    """The package with some parts replaced or added."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(raw)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in dict.fromkeys([*old.namelist(), *parts]):
            data = parts[name] if name in parts else old.read(name)
            new.writestr(name, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
