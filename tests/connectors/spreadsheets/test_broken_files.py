"""Workbooks and CSV files with anything in them: rows, problems, or an error with its remedy."""

from __future__ import annotations

import csv
from contextlib import suppress
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import ConnectionFailed
from connectors.spreadsheets.cell_values import UnclearValue, parse_date, parse_days, parse_percent
from connectors.spreadsheets.connector import SpreadsheetConnector
from connectors.spreadsheets.notes import NotAPackage, NoteRefused, read_notes, write_notes
from model.comment_content import PostedComment, RefusedChange
from tests.connectors.broken_files import changed_archives, changed_bytes
from tests.connectors.json_shapes import EFFORTS, check_page, map_anything, replies_or_fail
from tests.connectors.spreadsheets.build import (
    EVERY_COLUMN,
    HEADINGS,
    NOW,
    PLAN,
    change,
    comment,
    connector,
    saved,
    target,
    workbook,
)

PLAIN = ";".join(HEADINGS) + "\nM-1;Brief;2026-03-02;2026-03-13;Running\nM-2;Launch;;;Planned\n"
NOTES = 'Key;Conflict;State;Comment;Digest\nM-1;C-1;open;"Late";0123456789abcdef\n'
BOOK = write_notes(saved(workbook(*PLAN)), {("Plan", "A2"): "A note of Ada's"})


def use(connection: SpreadsheetConnector) -> None:
    """Everything that a sync asks of a connection; only ConnectionFailed may come of it."""
    assert all(problem.what and problem.remedy for problem in connection.check())
    try:
        for page in connection.pull("rows", None, NOW):
            check_page(page)
            for record in page.records:
                map_anything(connection, "rows", record.payload, NOW)
        connection.find_comments([target("M-1")])
        (outcome,) = connection.apply([change("M-1", comment())])
        assert isinstance(outcome, PostedComment | RefusedChange)
        replies_or_fail(connection, target("M-1"), None, NOW)
    except ConnectionFailed as error:
        assert error.reason and error.remedy


def tried(effort: settings) -> settings:
    # The folder is the test's; each example writes its files anew.
    return settings(effort, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_a_notes_file_with_an_endless_cell_refuses_its_comments(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text(PLAIN)
    (tmp_path / "plan.notes.csv").write_text(NOTES + '"' + "x" * 140_000)
    connection = connector(tmp_path, path="plan.csv")
    assert connection.find_comments([target("M-1")]) == []
    (outcome,) = connection.apply([change("M-1", comment())])
    assert isinstance(outcome, RefusedChange)


@EFFORTS
def test_any_csv_file_gives_rows_problems_or_an_error(effort: settings, tmp_path: Path) -> None:
    connection = connector(tmp_path, path="plan.csv")

    @tried(effort)
    @given(changed_bytes(PLAIN.encode()) | changed_bytes(PLAIN.encode("utf-16")))
    def check(content: bytes) -> None:
        (tmp_path / "plan.notes.csv").unlink(missing_ok=True)
        (tmp_path / "plan.csv").write_bytes(content)
        use(connection)

    check()


@EFFORTS
def test_any_notes_file_is_read_or_refused(effort: settings, tmp_path: Path) -> None:
    connection = connector(tmp_path, path="plan.csv")
    (tmp_path / "plan.csv").write_text(PLAIN)

    @tried(effort)
    @given(changed_bytes(NOTES.encode()))
    def check(content: bytes) -> None:
        (tmp_path / "plan.notes.csv").write_bytes(content)
        use(connection)

    check()


@EFFORTS
def test_any_workbook_gives_rows_problems_or_an_error(effort: settings, tmp_path: Path) -> None:
    connection = connector(tmp_path, path="plan.xlsx")

    @tried(effort)
    @given(changed_archives(BOOK))
    def check(content: bytes) -> None:
        (tmp_path / "plan.xlsx").write_bytes(content)
        use(connection)
        with suppress(NotAPackage, NoteRefused):
            read_notes(content)

    check()


@EFFORTS
def test_any_text_in_a_cell_is_mapped_or_reported(effort: settings, tmp_path: Path) -> None:
    connection = connector(tmp_path, path="plan.csv", columns=EVERY_COLUMN)
    words = st.text(max_size=12) | st.sampled_from(["31.02.2026", "-5", "1e9", "CDP-1+x", "#REF!"])

    @tried(effort)
    @given(st.lists(words, min_size=len(EVERY_COLUMN), max_size=len(EVERY_COLUMN)))
    def check(cells: list[str]) -> None:
        text = StringIO(newline="")
        csv.writer(text).writerows([EVERY_COLUMN.values(), ["M-1", *cells[1:]]])
        (tmp_path / "plan.csv").write_bytes(text.getvalue().encode("utf-8", "surrogatepass"))
        use(connection)

    check()


@pytest.mark.parametrize("parse", [parse_date, parse_days, parse_percent])
@EFFORTS
def test_any_text_is_a_value_or_unclear(effort: settings, parse: object) -> None:
    @effort
    @given(st.text(max_size=12) | st.decimals().map(str) | st.dates().map(str))
    def check(text: str) -> None:
        try:
            parse(text)  # type: ignore[operator]
        except UnclearValue as unclear:
            check_problem_text(unclear)

    check()


def check_problem_text(unclear: UnclearValue) -> None:
    assert unclear.reason and unclear.remedy


def test_a_decimal_of_days_is_counted_whole() -> None:
    assert parse_days(str(Decimal("2.5"))) == 3
