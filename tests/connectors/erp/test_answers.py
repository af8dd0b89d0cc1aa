"""Answers in a findings file: read as replies, and never lost when the file is written again."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import ConnectionFailed
from connectors.erp.findings_table import empty_findings_table, findings_to_bytes, parse_findings
from connectors.kit.delimited_text import UnreadableFile
from model.comment_content import CommentState, PostedComment
from model.replies.reply import Reply
from tests.connectors.erp.test_findings_files import apply, change, findings, posted, rows
from tests.connectors.json_shapes import EFFORTS

ExportFolder = Any
Edit = Callable[[list[dict[str, str]]], Any]
__all__ = ["findings"]


def edit(path: Path, change_rows: Edit, delimiter: str = ";", encoding: str = "utf-8-sig") -> None:
    """Open, change and save the file as a person does in a spreadsheet program."""
    lines = rows(path)
    change_rows(lines)
    headings = list(dict.fromkeys(name for line in lines for name in line))
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, headings, restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(lines)


def answer(path: Path, words: str, row: int = 0, **more: str) -> None:
    edit(path, lambda lines: lines[row].update({"Answer": words, **more}))


def replies(folder: ExportFolder, *documents: str) -> list[Reply]:
    targets = [change(document).target for document in documents or ("1", "2")]
    return [
        reply
        for page in folder.connector.find_replies(targets, None, None)
        for reply in page.replies
    ]


def test_an_answer_names_its_row_and_who_typed_it(folder: ExportFolder, findings: Path) -> None:
    (comment,) = apply(folder, change())
    assert isinstance(comment, PostedComment)
    answer(findings, "accept until 2027-02-15 because paid late", **{"Answered by": " Anna  Berg"})
    assert replies(folder) == [
        Reply(
            comment.target,
            "C-1a2b3c4d5e 1000|2026/003|1",
            "accept until 2027-02-15 because paid late",
            author=None,
            author_name="Anna Berg",
            conflict_id="C-1a2b3c4d5e",
            is_answer=True,
        )
    ]


def test_an_empty_answer_and_an_answer_in_a_row_of_peoples_own_are_none(
    folder: ExportFolder, findings: Path
) -> None:
    apply(folder, change())
    answer(findings, "  \n ")
    edit(findings, lambda lines: lines.append({"Record": "1", "Answer": "ack"}))
    assert replies(folder) == []


@pytest.mark.parametrize(
    "words",
    ["/interlock ack", " / Interlock: ack", "'/interlock ack", "'ack", "ack\n", "Interlock: ack"],
)
def test_a_command_may_be_typed_as_in_a_tool(
    folder: ExportFolder, findings: Path, words: str
) -> None:
    apply(folder, change())
    answer(findings, words)
    assert [reply.text for reply in replies(folder)] == ["ack"]


@pytest.mark.parametrize("heading", ["answer", "ANSWER ", " Answer"])
def test_the_heading_is_known_in_any_case_and_stands_once(
    folder: ExportFolder, findings: Path, heading: str
) -> None:
    apply(folder, change())
    edit(findings, lambda lines: lines[0].update({heading: "ack"}))
    edit(findings, lambda lines: lines[0].pop("Answer") and None)
    apply(folder, change(heading="Later still"))
    assert [reply.text for reply in replies(folder)] == ["ack"]


HOSTILE = [
    "=HYPERLINK(1)",
    "-1",
    'she said "no"; see below',
    "first line\nsecond line\r\nthird",
    "a;b,c\td",
    "ü — € 你好",
    "'quoted'",
    " blank around ",
    "x" * 20_000,
]


@pytest.mark.parametrize("words", HOSTILE)
def test_what_people_typed_is_written_back_as_it_was(
    folder: ExportFolder, findings: Path, words: str
) -> None:
    apply(folder, change("1"), change("2"))
    answer(findings, words, 1, **{"Answered by": words, "Mine": words})
    apply(folder, change("1", heading="Later"), change("2", state=CommentState.RESOLVED))
    apply(folder, change("2", conflict="C-0000000002", facts=(("A new column", "x"),)))
    row = rows(findings)[1]
    assert (row["Answer"], row["Answered by"], row["Mine"]) == (words, words, words)
    assert row["Status"] == "resolved"


def test_answers_stay_with_their_rows_when_people_sort_and_delete_rows(
    folder: ExportFolder, findings: Path
) -> None:
    changes = [change("1"), change("2"), change("1", conflict="C-0000000002")]
    apply(folder, *changes)
    for row, words in enumerate(("ack", "escalate", "not ours")):
        answer(findings, words, row)
    before = {reply.reply_id: reply.text for reply in replies(folder)}
    edit(findings, lambda lines: lines.reverse())
    apply(folder, *(change("1", heading="Later"), *changes[1:]))
    assert {reply.reply_id: reply.text for reply in replies(folder)} == before
    edit(findings, lambda lines: lines.pop(0))
    apply(folder, change("1", heading="Later still"))
    assert sorted(reply.text for reply in replies(folder)) == ["ack", "escalate"]


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "cp1252"), ("\t", "utf-16"), (";", "utf-8")]
)
def test_an_answer_survives_a_file_saved_in_another_form(
    folder: ExportFolder, findings: Path, delimiter: str, encoding: str
) -> None:
    apply(folder, change())
    edit(findings, lambda lines: lines[0].update({"Answer": "später, „weil“"}), delimiter, encoding)
    apply(folder, change(heading="Later"))
    assert [reply.text for reply in replies(folder)] == ["später, „weil“"]


def test_of_a_row_that_was_copied_the_upper_answer_counts(
    folder: ExportFolder, findings: Path
) -> None:
    apply(folder, change())
    edit(findings, lambda lines: lines.append(dict(lines[0])))
    answer(findings, "ack", 0)
    answer(findings, "escalate", 1)
    assert [reply.text for reply in replies(folder)] == ["ack"]


def test_answers_about_other_records_are_left_out(folder: ExportFolder, findings: Path) -> None:
    apply(folder, change("1"), change("2"))
    answer(findings, "ack", 0)
    answer(findings, "escalate", 1)
    assert [reply.text for reply in replies(folder, "2")] == ["escalate"]


def test_a_file_that_cannot_be_read_is_an_error_after_the_others(
    folder: ExportFolder, findings: Path
) -> None:
    apply(folder, change())
    answer(findings, "ack")
    (folder.home / "broken.findings.csv").write_text("no;such;columns\n")
    pages = folder.connector.find_replies([change().target], None, None)
    assert [reply.text for reply in next(pages).replies] == ["ack"]
    with pytest.raises(ConnectionFailed, match=r"broken\.findings\.csv"):
        next(pages)


def test_our_own_text_is_no_answer(folder: ExportFolder, findings: Path) -> None:
    facts = (("Answer", "ack"), ("Answered by", "Interlock"))
    apply(folder, change(facts=(*facts, ("Status", "open"))))
    assert posted(folder, change())
    assert replies(folder) == []


@EFFORTS
def test_any_content_has_answers_or_is_refused(effort: Any) -> None:
    cells = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6)
    marker = "interlock:C-1 0123456789abcdef books:spend:1000|2026/003|1"

    @effort
    @given(st.dictionaries(st.sampled_from(["Answer", "answer ", "x", ""]) | cells, cells))
    def check(row: Mapping[str, str]) -> None:
        table = empty_findings_table(";", "utf-8")
        headings, values = (*row, "Interlock"), (*row.values(), marker)
        whole = findings_to_bytes(type(table)(headings, (values,), ";", "utf-8-sig"))
        for content in (whole, whole[:-3], whole[: len(whole) // 2]):
            try:
                answers = parse_findings(content).answers()
            except UnreadableFile:
                continue
            for reply in answers:
                assert reply.text and "\x00" not in reply.text

    check()
