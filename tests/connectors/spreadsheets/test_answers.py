"""Answers in notes of a workbook and in the file beside a CSV plan: read, and never lost."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from connectors.base import ConnectionFailed
from connectors.spreadsheets.connector import SpreadsheetConnector
from model.comment_content import CommentState, RefusedChange
from model.replies.reply import Reply
from tests.connectors.spreadsheets.build import (
    COLUMNS,
    PLAN,
    change,
    changed_parts,
    comment,
    connector,
    target,
    workbook,
)

HOSTILE = [
    "=HYPERLINK(1)",
    'she said "no"; see below',
    "first line\nsecond line",
    "a;b,c\td",
    "ü — € 你好 <b>&amp;</b>",
    "x" * 5_000,
]


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    workbook(*PLAN).save(tmp_path / "plan.xlsx")
    return tmp_path / "plan.xlsx"


def type_below(plan: Path, cell: str, words: str) -> None:
    """Add words at the end of a note, as a person does in a spreadsheet program."""
    book = load_workbook(plan)
    text = book["Plan"][cell].comment.text
    book["Plan"][cell].comment = Comment(f"{text}\n{words}", "Ada")
    book.save(plan)


def replies(connection: SpreadsheetConnector, *keys: str) -> list[Reply]:
    targets = [target(key) for key in keys or ("M-1", "M-2")]
    pages = connection.find_replies(targets, None, None)  # type: ignore[arg-type]
    return [reply for page in pages for reply in page.replies]


def texts(connection: SpreadsheetConnector) -> list[str]:
    return [reply.text for reply in replies(connection)]


def test_an_answer_in_a_note_names_its_conflict_and_nobody(plan: Path) -> None:
    connection = connector(plan.parent)
    list(connection.apply([change("M-2", comment("C-1"))]))
    type_below(plan, "A3", "/interlock accept until 2027-02-15\nbecause it fits")
    ref = target("M-2").ref
    assert replies(connection) == [
        Reply(
            ref,
            f"C-1 {ref.native_id}",
            "accept until 2027-02-15\nbecause it fits",
            author=None,
            conflict_id="C-1",
            is_answer=True,
        )
    ]
    assert replies(connection, "M-1") == []


@pytest.mark.parametrize("words", HOSTILE)
def test_what_was_typed_into_a_note_stays_when_our_comment_changes(plan: Path, words: str) -> None:
    connection = connector(plan.parent)
    list(connection.apply([change("M-1", comment("C-1"))]))
    type_below(plan, "A2", words)
    before = texts(connection)
    list(connection.apply([change("M-1", comment("C-2"))]))
    list(connection.apply([change("M-1", comment("C-1", state=CommentState.RESOLVED))]))
    assert texts(connection) == before == [words]


def test_an_edit_beside_an_answer_changes_the_notes_alone(plan: Path) -> None:
    connection = connector(plan.parent)
    list(connection.apply([change("M-1", comment("C-1"))]))
    type_below(plan, "A2", "ack")
    before = plan.read_bytes()
    assert texts(connection) == ["ack"]
    assert plan.read_bytes() == before
    list(connection.apply([change("M-1", comment("C-1", heading="Later still"))]))
    parts = changed_parts(before, plan.read_bytes())
    assert parts and all("comments" in part or "vmlDrawing" in part for part in parts)


def test_a_note_of_somebody_elses_is_no_answer(plan: Path) -> None:
    book = load_workbook(plan)
    book["Plan"]["A2"].comment = Comment("ack\n── Answer below this line ──\nack", "Ada")
    book.save(plan)
    assert texts(connector(plan.parent)) == []


def test_answers_of_other_files_come_before_the_error_about_a_broken_one(plan: Path) -> None:
    connection = connector(plan.parent)
    list(connection.apply([change("M-1", comment("C-1"))]))
    type_below(plan, "A2", "ack")
    plan.with_name("zzz.xlsx").write_bytes(b"no workbook")
    pages = connection.find_replies([target("M-1")], None, None)  # type: ignore[arg-type]
    assert [reply.text for reply in next(pages).replies] == ["ack"]
    with pytest.raises(ConnectionFailed, match=r"zzz\.xlsx"):
        next(pages)


# Beside a CSV file


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "plan.csv"
    path.write_text("Key;Task;Start;End;Status\nM-1;Brief;;;Running\nM-2;Launch;;;Planned\n")
    return path


def csv_connector(table: Path) -> SpreadsheetConnector:
    return connector(table.parent, path="*.csv", columns=COLUMNS)


def read_cells(table: Path, delimiter: str = ";") -> list[list[str]]:
    text = table.with_name("plan.notes.csv").read_text(encoding="utf-8-sig")
    return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))


def write_cells(table: Path, cells: list[list[str]], encoding: str = "utf-8-sig") -> None:
    with table.with_name("plan.notes.csv").open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=";").writerows(cells)


def answer(table: Path, words: str, row: int = 1, column: str = "Answer") -> None:
    cells = read_cells(table)
    cells[row][cells[0].index(column)] = words
    write_cells(table, cells)


@pytest.mark.parametrize("words", HOSTILE)
def test_an_answer_beside_a_csv_file_is_read_and_kept(table: Path, words: str) -> None:
    connection = csv_connector(table)
    list(connection.apply([change("M-1", comment("C-1")), change("M-2", comment("C-2"))]))
    answer(table, words)
    answer(table, "Anna", column="Answered by")
    (before,) = replies(connection)
    assert (before.text, before.author_name, before.conflict_id) == (words, "Anna", "C-1")
    list(connection.apply([change("M-2", comment("C-3"))]))
    list(connection.apply([change("M-1", comment("C-1", state=CommentState.RESOLVED))]))
    assert replies(connection) == [before]
    cells = read_cells(table)
    assert cells[1][cells[0].index("Answer")] == words


def test_an_answer_stays_with_its_row_when_people_sort_the_file(table: Path) -> None:
    connection = csv_connector(table)
    list(connection.apply([change("M-1", comment("C-1")), change("M-2", comment("C-2"))]))
    answer(table, "ack", 1)
    answer(table, "escalate", 2)
    heading, *rows = read_cells(table)
    write_cells(table, [heading, *reversed(rows)], "cp1252")
    list(connection.apply([change("M-1", comment("C-1", heading="Later still"))]))
    found = {reply.conflict_id: reply.text for reply in replies(connection)}
    assert found == {"C-1": "ack", "C-2": "escalate"}


def test_no_column_is_lost_that_has_the_heading_of_another(table: Path) -> None:
    connection = csv_connector(table)
    list(connection.apply([change("M-1", comment("C-1"))]))
    heading, row = read_cells(table)
    write_cells(table, [[*heading, "Answer", "", ""], [*row, "ack", "one", "two"]])
    list(connection.apply([change("M-1", comment("C-1", heading="Later still"))]))
    assert texts(connection) == ["ack"]
    assert {"ack", "one", "two"} <= set(read_cells(table)[1])


def test_an_open_quote_is_refused_and_takes_no_row_with_it(table: Path) -> None:
    connection = csv_connector(table)
    list(connection.apply([change("M-1", comment("C-1")), change("M-2", comment("C-2"))]))
    notes = table.with_name("plan.notes.csv")
    broken = notes.read_bytes().replace(b"M-1;C-1", b'M-1;"C-1', 1)
    notes.write_bytes(broken)
    (outcome,) = connection.apply([change("M-1", comment("C-1", heading="Later still"))])
    assert isinstance(outcome, RefusedChange)
    assert notes.read_bytes() == broken
    with pytest.raises(ConnectionFailed, match=r"plan\.notes\.csv.*quotation marks"):
        replies(connection)
