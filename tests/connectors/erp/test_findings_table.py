from dataclasses import replace

import pytest

from connectors.erp.findings_table import (
    RowMarker,
    empty_findings_table,
    findings_to_bytes,
    parse_findings,
    put_finding,
)
from model.comment_content import CommentContent, CommentState, Target
from model.records import Kind, Ref

REF = Ref("books", Kind.SPEND, "1000|2026/003|a b")
CONTENT = CommentContent("C-1a2b3c4d5e", CommentState.OPEN, "Late, too", (), (("Status", "open"),))


def test_a_marker_cell_is_read_as_it_was_written() -> None:
    marker = RowMarker(REF, "interlock:C-1a2b3c4d5e", "0123456789abcdef")
    assert RowMarker.from_cell(marker.to_cell()) == marker
    assert marker.comment_key == ("C-1a2b3c4d5e", REF)


@pytest.mark.parametrize("cell", ["", "done", "seen by Anna", "interlock:C-1 0123 books:car:7"])
def test_a_cell_that_people_wrote_over_is_no_marker(cell: str) -> None:
    assert RowMarker.from_cell(cell) is None


def test_new_columns_are_added_before_the_marker_column_and_every_cell_is_quoted() -> None:
    empty = empty_findings_table(";", "cp1252")
    findings = put_finding(empty, Target(REF, "4711"), CONTENT)
    heading, row = findings_to_bytes(findings).decode("utf-8-sig").splitlines()
    assert heading == '"Record";"Finding";"Status";"Answer";"Answered by";"Interlock"'
    assert row.startswith('"4711";"Late, too";"open";"";"";"interlock:C-1a2b3c4d5e ')


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_findings_file_is_parsed_as_it_was_written(delimiter: str, encoding: str) -> None:
    empty = empty_findings_table(delimiter, encoding)
    findings = put_finding(empty, Target(REF, "4711"), CONTENT)
    assert parse_findings(findings_to_bytes(findings)) == findings


def test_a_new_column_is_added_after_those_of_people() -> None:
    empty = empty_findings_table(";", "utf-8")
    with_note = replace(empty, headings=("My note", *empty.headings), rows=(("call Ada", ""),))
    findings = put_finding(with_note, Target(REF, "4711"), CONTENT)
    names = ("My note", "Record", "Finding", "Status", "Answer", "Answered by", "Interlock")
    assert findings.headings == names
    assert findings.rows[0] == ("call Ada", "", "", "", "", "", "")
