import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.base import ConnectionFailed
from connectors.erp.findings_table import FindingsTable, findings_to_bytes
from model.comment_content import (
    CommentChange,
    CommentContent,
    CommentState,
    Outcome,
    Paragraph,
    PostedComment,
    RefusedChange,
    Target,
    TextSpan,
)
from model.records import Kind, Ref

WriteLine = Callable[..., str]
ExportFolder = Any


def decision_facts(status: str = "open", decision: str = "") -> tuple[tuple[str, str], ...]:
    return (
        ("Status", status),
        ("Who decides", "Anna Berg"),
        ("Decide by", "2026-07-10"),
        ("Decision", decision),
    )


def change(
    document: str = "1",
    *,
    heading: str = "Budget is released too late",
    conflict: str = "C-1a2b3c4d5e",
    state: CommentState = CommentState.OPEN,
    facts: tuple[tuple[str, str], ...] | None = None,
    period: str = "2026/003",
    suffix: str = "",
) -> CommentChange:
    ref = Ref("books", Kind.SPEND, f"1000|{period}|{document}{suffix}")
    content = CommentContent(
        conflict, state, heading, (Paragraph((TextSpan("Why"),)),), facts or decision_facts(state)
    )
    return CommentChange(Target(ref, document), content)


def apply(folder: ExportFolder, *changes: CommentChange) -> list[Outcome]:
    return list(folder.connector.apply(changes))


def posted(folder: ExportFolder, *changes: CommentChange) -> list[PostedComment]:
    comments: list[PostedComment] = folder.connector.find_comments(
        [change.target for change in changes]
    )
    return comments


def rows(path: Path, delimiter: str = ";", encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(newline="", encoding=encoding) as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.fixture
def findings(folder: ExportFolder, line: WriteLine) -> Path:
    """Where findings about the lines 1 and 2 of an export go."""
    folder.put("march.csv", line("1"), line("2"))
    home: Path = folder.home
    return home / "march.findings.csv"


def test_a_comment_is_a_row_of_the_findings_file_beside_its_export(
    folder: ExportFolder, findings: Path
) -> None:
    apply(folder, change())
    (row,) = rows(findings)
    assert row["Status"] == "open"
    assert row["Record"] == "1"
    assert row["Finding"] == "Budget is released too late"
    assert (row["Who decides"], row["Decide by"]) == ("Anna Berg", "2026-07-10")
    assert "interlock:C-1a2b3c4d5e" in row["Interlock"]


def test_the_export_itself_is_not_changed(folder: ExportFolder, findings: Path) -> None:
    before = (folder.home / "march.csv").read_bytes()
    apply(folder, change())
    assert (folder.home / "march.csv").read_bytes() == before
    assert sorted(path.name for path in folder.home.iterdir()) == ["march.csv", findings.name]


def test_posted_comments_are_found_with_their_digests(folder: ExportFolder, findings: Path) -> None:
    first, second = change("1"), change("2", conflict="C-0000000002")
    outcomes = apply(folder, first, second)
    assert posted(folder, first, second) == outcomes
    assert [isinstance(outcome, PostedComment) and outcome.digest for outcome in outcomes] == [
        first.content.digest,
        second.content.digest,
    ]
    assert posted(folder, second) == outcomes[1:]


def test_an_edit_changes_the_row_in_its_place(folder: ExportFolder, findings: Path) -> None:
    apply(folder, change("1"), change("2"))
    apply(folder, change("1", state=CommentState.RESOLVED, heading="No longer late"))
    assert [(row["Status"], row["Finding"]) for row in rows(findings)] == [
        ("resolved", "No longer late"),
        ("open", "Budget is released too late"),
    ]


def test_writing_the_same_again_after_a_lost_outcome_leaves_one_row(
    folder: ExportFolder, findings: Path
) -> None:
    apply(folder, change())
    before = findings.read_bytes()
    apply(folder, change())
    assert findings.read_bytes() == before


def test_two_conflicts_on_one_line_have_a_row_each(folder: ExportFolder, findings: Path) -> None:
    apply(folder, change(conflict="C-0000000001"), change(conflict="C-0000000002"))
    assert len(rows(findings)) == 2


def test_a_fact_without_a_value_empties_its_cell(folder: ExportFolder, findings: Path) -> None:
    apply(folder, change(facts=decision_facts("decided", "accepted by Anna")))
    apply(folder, change(facts=decision_facts()))
    assert rows(findings)[0]["Decision"] == ""


def test_columns_and_rows_that_people_added_are_kept_verbatim(
    folder: ExportFolder, findings: Path
) -> None:
    apply(folder, change())
    text = findings.read_text(encoding="utf-8-sig").splitlines()
    head, row = text[0], text[1]
    findings.write_text(
        f'Notiz;{head}\n"=spoken; to Anna";{row}\nmine;own row\n', encoding="cp1252"
    )
    apply(folder, change(facts=(*decision_facts("decided", "moved"), ("Otherwise", "escalates"))))
    ours, theirs = rows(findings)
    assert (ours["Notiz"], ours["Decision"]) == ("=spoken; to Anna", "moved")
    assert (ours["Status"], ours["Otherwise"]) == ("decided", "escalates")
    assert (theirs["Notiz"], theirs["Record"]) == ("mine", "own row")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r@", " =", "＝"])
def test_text_is_escaped_so_that_it_is_never_a_formula(
    folder: ExportFolder, findings: Path, start: str
) -> None:
    text = f"{start}HYPERLINK(1)"
    apply(folder, change(heading=text, facts=(("Who decides", text),)))
    (row,) = rows(findings)
    assert row["Finding"] == row["Who decides"] == f"'{text.strip()}"


def test_a_cell_is_one_line_whatever_the_text_contains(
    folder: ExportFolder, findings: Path
) -> None:
    apply(folder, change(heading='a"b;c\r\nd\x00\u2028e'))
    assert rows(findings)[0]["Finding"] == 'a"b;c d e'


def test_the_findings_file_has_the_delimiter_and_utf16_encoding_of_its_export(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", line("1").replace(";", "\t"), head=_tabbed(), encoding="utf-16")
    apply(folder, change(heading="Łódź"))
    (row,) = rows(folder.home / "march.findings.csv", "\t", "utf-16")
    assert row["Finding"] == "Łódź"


def _tabbed() -> str:
    head = "BuKr;Periode;Belegnr;Buchungsdatum;Kostenstelle;PSP-Element;Wertart;Text;Betrag"
    return head.replace(";", "\t")


def test_names_outside_a_windows_code_page_are_written_in_utf8(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", line("1", text="Prämie"), encoding="cp1252")
    apply(folder, change(heading="Łukasz decides"))
    assert (folder.home / "march.findings.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert rows(folder.home / "march.findings.csv")[0]["Finding"] == "Łukasz decides"


def test_each_export_has_its_own_findings_file(folder: ExportFolder, line: WriteLine) -> None:
    folder.put("march.csv", line("1"))
    folder.put("april.csv", line("2", period="2026/004"))
    apply(folder, change("1"), change("2", period="2026/004"))
    assert [row["Record"] for row in rows(folder.home / "april.findings.csv")] == ["2"]
    assert [row["Record"] for row in rows(folder.home / "march.findings.csv")] == ["1"]


def test_a_comment_stays_in_its_file_when_a_newer_export_holds_the_line(
    folder: ExportFolder, findings: Path, line: WriteLine
) -> None:
    apply(folder, change())
    folder.put("restated.csv", line("1"), day=2)
    apply(folder, change(state=CommentState.RESOLVED))
    assert [row["Status"] for row in rows(findings)] == ["resolved"]
    assert not (folder.home / "restated.findings.csv").exists()


def test_a_comment_on_one_amount_of_a_line_goes_beside_the_export_of_the_line(
    folder: ExportFolder,
) -> None:
    del folder.profile["amount"], folder.profile["kind"], folder.profile["kinds"]
    folder.profile["amounts"] = {"budget": "Plan", "actual": "Ist"}
    folder.profile["columns"] = {"fiscal_period": "Periode"}
    folder.profile |= {"keys": ["PSP"], "covers": ["BuKr", "Periode"]}
    folder.put("q.csv", "1000;2026/003;P;5,00;1,00", head="BuKr;Periode;PSP;Plan;Ist")
    (outcome,) = apply(folder, change("P", suffix="/budget"))
    assert isinstance(outcome, PostedComment)
    assert outcome.url == (folder.home / "q.findings.csv").as_uri()


def test_a_line_that_no_export_holds_is_refused_and_the_others_are_written(
    folder: ExportFolder, findings: Path
) -> None:
    refused, written = apply(folder, change("404"), change("1"))
    assert isinstance(refused, RefusedChange)
    assert refused.reason == "no export holds the line 1000|2026/003|404 now"
    assert isinstance(written, PostedComment)


@pytest.mark.parametrize("lock", [".~lock.march.findings.csv#", "~$march.findings.csv"])
def test_a_findings_file_that_is_open_in_a_program_is_not_changed(
    folder: ExportFolder, findings: Path, lock: str
) -> None:
    (folder.home / lock).touch()
    (refused,) = apply(folder, change())
    assert isinstance(refused, RefusedChange)
    assert f"is open (lock file {lock})" in refused.reason
    assert refused.retryable
    assert not findings.exists()


def test_a_findings_file_without_the_marker_column_is_not_overwritten(
    folder: ExportFolder, findings: Path
) -> None:
    findings.write_text("State;Finding\nopen;mine\n")
    (refused,) = apply(folder, change())
    assert isinstance(refused, RefusedChange)
    assert 'its first row has no column "Interlock"' in refused.reason
    assert findings.read_text() == "State;Finding\nopen;mine\n"
    with pytest.raises(ConnectionFailed, match=r"march\.findings\.csv: its first row"):
        posted(folder, change())


def test_comments_of_another_connection_in_the_same_folder_are_not_found(
    folder: ExportFolder, findings: Path
) -> None:
    other = Target(Ref("other", Kind.SPEND, "1000|2026/003|1"), "1")
    apply(folder, change())
    assert folder.connector.find_comments([other]) == []


def test_a_save_between_our_read_and_our_write_is_not_overwritten(
    folder: ExportFolder, findings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(folder, change())

    def interrupted(table: FindingsTable) -> bytes:
        findings.write_text("saved by a person")
        return findings_to_bytes(table)

    monkeypatch.setattr("connectors.erp.findings_files.findings_to_bytes", interrupted)
    (refused,) = apply(folder, change(state=CommentState.RESOLVED))
    assert isinstance(refused, RefusedChange)
    assert "was changed meanwhile" in refused.reason
    assert findings.read_text() == "saved by a person"
    assert sorted(path.name for path in folder.home.iterdir()) == ["march.csv", findings.name]


def test_a_path_that_cannot_be_read_refuses_the_change_with_its_reason(
    folder: ExportFolder, findings: Path
) -> None:
    findings.mkdir()
    (refused,) = apply(folder, change())
    assert isinstance(refused, RefusedChange)
    assert "march.findings.csv cannot be read: Is a directory" in refused.reason


def test_a_comment_beside_an_export_that_is_gone_is_still_found(
    folder: ExportFolder, findings: Path, line: WriteLine
) -> None:
    outcomes = apply(folder, change())
    (folder.home / "march.csv").unlink()
    folder.put("april.csv", line("3", period="2026/004"))
    assert posted(folder, change()) == outcomes


def test_an_unreadable_findings_file_refuses_only_its_own_changes(
    folder: ExportFolder, findings: Path, line: WriteLine
) -> None:
    findings.write_text("State;Finding\n")
    folder.put("april.csv", line("3", period="2026/004"))
    outcomes = apply(folder, change("1"), change("3", period="2026/004"))
    assert [type(outcome) for outcome in outcomes] == [RefusedChange, PostedComment]
