"""Comments written through a connection into files on disk."""

import codecs
import csv
from io import StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from connectors.base import ConnectionFailed
from connectors.spreadsheets.connector import SpreadsheetConnector
from model.comment_content import (
    CommentChange,
    CommentContent,
    CommentState,
    Outcome,
    PostedComment,
    RefusedChange,
)
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


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    workbook(*PLAN).save(tmp_path / "plan.xlsx")
    return tmp_path / "plan.xlsx"


def applied(connection: SpreadsheetConnector, *changes: CommentChange) -> list[Outcome]:
    return list(connection.apply(changes))


def note(path: Path, cell: str) -> str:
    return str(load_workbook(path)["Plan"][cell].comment.text)


def refused(outcomes: list[Outcome]) -> RefusedChange:
    (outcome,) = outcomes
    assert isinstance(outcome, RefusedChange)
    return outcome


def test_a_comment_is_written_to_the_key_cell_of_its_row(plan: Path) -> None:
    (posted,) = applied(connector(plan.parent), change("M-2", comment()))
    assert posted == PostedComment(
        target("M-2").ref, "C-1a2b3c4d", "Plan!A3", comment().digest, "https://plans.test/M-2"
    )
    assert "Late handover" in note(plan, "A3")


def test_posted_comments_are_found(plan: Path) -> None:
    connection = connector(plan.parent)
    outcomes = applied(connection, change("M-1", comment("C-1")), change("M-1", comment("C-2")))
    assert connection.find_comments([target("M-1"), target("M-2")]) == outcomes


def test_writing_a_comment_twice_leaves_the_same_file(plan: Path) -> None:
    applied(connector(plan.parent), change("M-1", comment()))
    once = plan.read_bytes()
    applied(connector(plan.parent), change("M-1", comment()))
    assert plan.read_bytes() == once


def test_a_comment_is_edited_in_its_place_when_its_row_moved(plan: Path) -> None:
    connection = connector(plan.parent)
    applied(connection, change("M-2", comment()))
    book = load_workbook(plan)
    text = book["Plan"]["A3"].comment.text
    book["Plan"].insert_rows(2)
    book["Plan"]["A3"].comment, book["Plan"]["A4"].comment = None, Comment(text, "Interlock")
    book.save(plan)
    (posted,) = applied(connection, change("M-2", comment(state=CommentState.RESOLVED)))
    assert isinstance(posted, PostedComment)
    assert posted.comment_id == "Plan!A4"
    assert note(plan, "A4").startswith("── Interlock · resolved ──")
    assert load_workbook(plan)["Plan"]["A3"].comment is None


def test_a_note_of_a_person_is_kept_above_ours(tmp_path: Path) -> None:
    book = workbook(*PLAN)
    book.active["A2"].comment = Comment("Ada: ask the agency", "Ada")
    book.save(tmp_path / "plan.xlsx")
    applied(connector(tmp_path), change("M-1", comment()))
    assert note(tmp_path / "plan.xlsx", "A2").startswith("Ada: ask the agency\n── Interlock ──\n")


def test_a_conversation_on_the_key_moves_our_note_to_the_next_column(tmp_path: Path) -> None:
    book = workbook(*PLAN)
    book.active["A2"].comment = Comment("[Threaded comment] by Ada", "tc={1}")
    book.save(tmp_path / "plan.xlsx")
    connection = connector(tmp_path)
    (posted,) = applied(connection, change("M-1", comment()))
    assert isinstance(posted, PostedComment)
    assert posted.comment_id == "Plan!B2"
    assert connection.find_comments([target("M-1")]) == [posted]


def test_a_row_full_of_conversations_takes_no_comment(tmp_path: Path) -> None:
    book = workbook(*PLAN)
    for cell in book.active[2]:
        cell.comment = Comment("[Threaded comment] by Ada", "tc={1}")
    book.save(tmp_path / "plan.xlsx")
    outcome = refused(applied(connector(tmp_path), change("M-1", comment())))
    assert "carries a conversation" in outcome.reason


def test_a_protected_sheet_refuses_its_comments_and_no_others(tmp_path: Path) -> None:
    book = workbook(*PLAN[:2])
    second = book.create_sheet("Later")
    for row in (PLAN[0], PLAN[2]):
        second.append(row)
    book["Plan"].protection.sheet = book["Plan"].protection.objects = True
    book.save(tmp_path / "plan.xlsx")
    outcomes = applied(connector(tmp_path), change("M-1", comment()), change("M-2", comment()))
    assert [type(outcome) for outcome in outcomes] == [RefusedChange, PostedComment]
    assert "protected" in refused(outcomes[:1]).reason
    assert load_workbook(tmp_path / "plan.xlsx")["Later"]["A2"].comment is not None


@pytest.mark.parametrize("lock", ["~$plan.xlsx", ".~lock.plan.xlsx#"])
def test_an_open_file_is_not_changed_until_it_is_closed(plan: Path, lock: str) -> None:
    plan.with_name(lock).touch()
    before = plan.read_bytes()
    outcome = refused(applied(connector(plan.parent), change("M-1", comment())))
    assert (outcome.retryable, plan.read_bytes()) == (True, before)
    assert "is open" in outcome.reason
    plan.with_name(lock).unlink()
    assert isinstance(applied(connector(plan.parent), change("M-1", comment()))[0], PostedComment)


def test_a_comment_on_a_row_that_is_gone_is_refused_with_its_key(plan: Path) -> None:
    outcome = refused(applied(connector(plan.parent), change("M-7", comment())))
    assert '"M-7"' in outcome.reason
    assert not outcome.retryable


def test_a_missing_row_is_retryable_while_a_file_is_unreadable(plan: Path) -> None:
    plan.with_name("other.xlsx").write_bytes(b"cut off")
    outcome = refused(applied(connector(plan.parent), change("M-7", comment())))
    assert outcome.retryable
    assert "other.xlsx cannot be read" in outcome.reason


def test_finding_comments_fails_while_a_file_is_unreadable(plan: Path) -> None:
    plan.with_name("other.xlsx").write_bytes(b"cut off")
    with pytest.raises(ConnectionFailed, match=r"other\.xlsx"):
        connector(plan.parent).find_comments([target("M-1")])


def test_all_comments_of_a_file_are_one_write(plan: Path) -> None:
    before = plan.read_bytes()
    applied(connector(plan.parent), change("M-1", comment("C-1")), change("M-2", comment("C-2")))
    assert "xl/styles.xml" not in changed_parts(before, plan.read_bytes())
    assert [entry.name for entry in plan.parent.iterdir()] == ["plan.xlsx"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "plan.csv"
    path.write_text("Key;Task;Start;End;Status\nM-1;Brief;;;Running\n=M-2;Launch;;;Planned\n")
    return path


def csv_connector(table: Path) -> SpreadsheetConnector:
    return connector(table.parent, path="*.csv", columns=COLUMNS)


def entries(table: Path) -> list[dict[str, str]]:
    with table.with_name("plan.notes.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_comments_on_a_csv_file_are_rows_of_a_file_beside_it(table: Path) -> None:
    before = table.read_bytes()
    connection = csv_connector(table)
    outcomes = applied(connection, change("M-1", comment()))
    (entry,) = entries(table)
    answers = ["Answer", "Answered by"]
    assert list(entry) == ["Key", "Conflict", "State", "Days late", *answers, "Comment", "Digest"]
    assert (entry["Key"], entry["State"], entry["Days late"]) == ("M-1", "open", "9")
    assert entry["Comment"].startswith("Late handover\n")
    # Excel takes a CSV file for UTF-8 only if it begins with a byte order mark.
    assert table.with_name("plan.notes.csv").read_bytes().startswith(codecs.BOM_UTF8)
    assert connection.find_comments([target("M-1")]) == outcomes
    assert table.read_bytes() == before


def test_a_comment_on_a_csv_file_is_edited_in_its_row(table: Path) -> None:
    connection = csv_connector(table)
    applied(connection, change("M-1", comment("C-1")), change("M-1", comment("C-2")))
    applied(connection, change("M-1", comment("C-1", state=CommentState.RESOLVED)))
    assert [(e["Conflict"], e["State"]) for e in entries(table)] == [
        ("C-1", "resolved"),
        ("C-2", "open"),
    ]


def test_text_that_looks_like_a_formula_is_escaped(table: Path) -> None:
    evil = CommentContent("C-1", CommentState.OPEN, "=cmd|' /C calc'!A0", (), (("Impact", "-5 d"),))
    connection = csv_connector(table)
    for _ in range(2):
        applied(connection, change("=M-2", evil))
    (entry,) = entries(table)
    assert entry["Key"] == "'=M-2"
    assert entry["Comment"].startswith("'=cmd")
    assert entry["Impact"] == "'-5 d"
    assert len(connection.find_comments([target("=M-2")])) == 1


def test_columns_and_rows_that_people_added_to_a_notes_file_are_kept(table: Path) -> None:
    connection = csv_connector(table)
    applied(connection, change("M-1", comment("C-1")))
    (ours,) = entries(table)
    theirs = {**dict.fromkeys(ours, ""), "Reply": "my own row"}
    with table.with_name("plan.notes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(theirs), delimiter=";")
        writer.writeheader()
        writer.writerows([{**ours, "Reply": "agreed"}, theirs])
    applied(connection, change("M-1", comment("C-1", "Later still")), change("M-1", comment("C-2")))
    assert [(e["Conflict"], e["Reply"]) for e in entries(table)] == [
        ("C-1", "agreed"),
        ("", "my own row"),
        ("C-2", ""),
    ]


def test_a_notes_file_saved_with_another_delimiter_is_read(table: Path) -> None:
    connection = csv_connector(table)
    applied(connection, change("M-1", comment()))
    notes = table.with_name("plan.notes.csv")
    notes.write_bytes(notes.read_bytes().replace(b";", b"\t"))
    assert len(connection.find_comments([target("M-1")])) == 1


def test_another_file_in_the_place_of_the_notes_file_is_not_overwritten(table: Path) -> None:
    notes = table.with_name("plan.notes.csv")
    notes.write_text("Shopping\nmilk\n")
    outcome = refused(applied(csv_connector(table), change("M-1", comment())))
    assert "is no notes file" in outcome.reason
    assert csv_connector(table).find_comments([target("M-1")]) == []
    assert notes.read_text() == "Shopping\nmilk\n"


def test_cells_beyond_the_headings_of_a_notes_file_are_kept(table: Path) -> None:
    connection = csv_connector(table)
    applied(connection, change("M-1", comment("C-1")))
    notes = table.with_name("plan.notes.csv")
    notes.write_bytes(notes.read_bytes().rstrip() + b";my;reply\r\n")
    applied(connection, change("M-1", comment("C-1", "Later still")))
    content = notes.read_text(encoding="utf-8-sig")
    heading, row = csv.reader(StringIO(content, newline=""), delimiter=";")
    more = [text for name, text in zip(heading, row, strict=True) if name == "More"]
    assert more == ["my", "reply"]
    assert entries(table)[0]["Comment"].startswith("Later still")


def test_a_note_that_would_become_too_long_refuses_all_changes_of_its_file(tmp_path: Path) -> None:
    book = workbook(*PLAN)
    book.active["A2"].comment = Comment("x" * 32_700, "Ada")
    book.save(tmp_path / "plan.xlsx")
    before = (tmp_path / "plan.xlsx").read_bytes()
    outcomes = applied(connector(tmp_path), change("M-1", comment()), change("M-2", comment()))
    assert [type(outcome) for outcome in outcomes] == [RefusedChange, RefusedChange]
    assert (tmp_path / "plan.xlsx").read_bytes() == before


def test_a_comment_is_edited_in_the_cell_that_has_it_when_an_earlier_cell_is_free(
    tmp_path: Path,
) -> None:
    path, connection = tmp_path / "plan.xlsx", connector(tmp_path)
    book = workbook(*PLAN)
    book.active["A2"].comment = Comment("[Threaded comment] by Ada", "tc={1}")
    book.save(path)
    applied(connection, change("M-1", comment()))
    book = load_workbook(path)
    book["Plan"]["A2"].comment = None
    book.save(path)
    (posted,) = applied(connection, change("M-1", comment(heading="Later still")))
    assert isinstance(posted, PostedComment)
    assert posted.comment_id == "Plan!B2"
    assert load_workbook(path)["Plan"]["A2"].comment is None
