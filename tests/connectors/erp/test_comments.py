import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.base import ConnectionFailed
from connectors.erp.findings import Findings, render
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

Line = Callable[..., str]
Desk = Any


def told(status: str = "open", decision: str = "") -> tuple[tuple[str, str], ...]:
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
    remark = CommentContent(
        conflict, state, heading, (Paragraph((TextSpan("Why"),)),), facts or told(state)
    )
    return CommentChange(Target(ref, document), remark)


def apply(desk: Desk, *changes: CommentChange) -> list[Outcome]:
    return list(desk.connector.apply(changes))


def posted(desk: Desk, *changes: CommentChange) -> list[PostedComment]:
    found: list[PostedComment] = desk.connector.find_comments([change.target for change in changes])
    return found


def rows(path: Path, delimiter: str = ";", encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(newline="", encoding=encoding) as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.fixture
def findings(desk: Desk, line: Line) -> Path:
    """Where findings about the lines 1 and 2 of an export go."""
    desk.put("march.csv", line("1"), line("2"))
    home: Path = desk.home
    return home / "march.findings.csv"


def test_a_finding_is_a_row_beside_its_export(desk: Desk, findings: Path) -> None:
    apply(desk, change())
    (row,) = rows(findings)
    assert row["Status"] == "open"
    assert row["Record"] == "1"
    assert row["Finding"] == "Budget is released too late"
    assert (row["Who decides"], row["Decide by"]) == ("Anna Berg", "2026-07-10")
    assert "interlock:C-1a2b3c4d5e" in row["Interlock"]


def test_the_export_itself_is_not_touched(desk: Desk, findings: Path) -> None:
    before = (desk.home / "march.csv").read_bytes()
    apply(desk, change())
    assert (desk.home / "march.csv").read_bytes() == before
    assert sorted(path.name for path in desk.home.iterdir()) == ["march.csv", findings.name]


def test_what_was_written_is_found_again_with_its_digest(desk: Desk, findings: Path) -> None:
    one, two = change("1"), change("2", conflict="C-0000000002")
    outcomes = apply(desk, one, two)
    assert posted(desk, one, two) == outcomes
    assert [isinstance(outcome, PostedComment) and outcome.digest for outcome in outcomes] == [
        one.content.digest,
        two.content.digest,
    ]
    assert posted(desk, two) == outcomes[1:]


def test_an_edit_changes_the_row_in_place(desk: Desk, findings: Path) -> None:
    apply(desk, change("1"), change("2"))
    apply(desk, change("1", state=CommentState.RESOLVED, heading="No longer late"))
    assert [(row["Status"], row["Finding"]) for row in rows(findings)] == [
        ("resolved", "No longer late"),
        ("open", "Budget is released too late"),
    ]


def test_writing_the_same_again_after_a_lost_outcome_leaves_one_row(
    desk: Desk, findings: Path
) -> None:
    apply(desk, change())
    before = findings.read_bytes()
    apply(desk, change())
    assert findings.read_bytes() == before


def test_two_conflicts_on_one_line_have_a_row_each(desk: Desk, findings: Path) -> None:
    apply(desk, change(conflict="C-0000000001"), change(conflict="C-0000000002"))
    assert len(rows(findings)) == 2


def test_a_fact_that_no_longer_holds_is_emptied(desk: Desk, findings: Path) -> None:
    apply(desk, change(facts=told("decided", "accepted by Anna")))
    apply(desk, change(facts=told()))
    assert rows(findings)[0]["Decision"] == ""


def test_what_people_added_stays_word_for_word(desk: Desk, findings: Path) -> None:
    apply(desk, change())
    text = findings.read_text(encoding="utf-8-sig").splitlines()
    head, row = text[0], text[1]
    findings.write_text(
        f'Notiz;{head}\n"=spoken; to Anna";{row}\nmine;own row\n', encoding="cp1252"
    )
    apply(desk, change(facts=(*told("decided", "moved"), ("Otherwise", "escalates"))))
    ours, theirs = rows(findings)
    assert (ours["Notiz"], ours["Decision"]) == ("=spoken; to Anna", "moved")
    assert (ours["Status"], ours["Otherwise"]) == ("decided", "escalates")
    assert (theirs["Notiz"], theirs["Record"]) == ("mine", "own row")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r@", " =", "＝"])
def test_text_is_never_a_formula(desk: Desk, findings: Path, start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    apply(desk, change(heading=text, facts=(("Who decides", text),)))
    (row,) = rows(findings)
    assert row["Finding"] == row["Who decides"] == f"'{text.strip()}"


def test_a_cell_of_ours_is_one_line_whatever_the_text_holds(desk: Desk, findings: Path) -> None:
    apply(desk, change(heading='a"b;c\r\nd\x00\u2028e'))
    assert rows(findings)[0]["Finding"] == 'a"b;c d e'


def test_excel_sees_the_encoding_and_the_delimiter_of_the_export(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line("1").replace(";", "\t"), head=_tabbed(), encoding="utf-16")
    apply(desk, change(heading="Łódź"))
    (row,) = rows(desk.home / "march.findings.csv", "\t", "utf-16")
    assert row["Finding"] == "Łódź"


def _tabbed() -> str:
    head = "BuKr;Periode;Belegnr;Buchungsdatum;Kostenstelle;PSP-Element;Wertart;Text;Betrag"
    return head.replace(";", "\t")


def test_names_outside_a_windows_code_page_survive(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line("1", text="Prämie"), encoding="cp1252")
    apply(desk, change(heading="Łukasz decides"))
    assert (desk.home / "march.findings.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert rows(desk.home / "march.findings.csv")[0]["Finding"] == "Łukasz decides"


def test_each_export_has_its_own_findings(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line("1"))
    desk.put("april.csv", line("2", period="2026/004"))
    apply(desk, change("1"), change("2", period="2026/004"))
    assert [row["Record"] for row in rows(desk.home / "april.findings.csv")] == ["2"]
    assert [row["Record"] for row in rows(desk.home / "march.findings.csv")] == ["1"]


def test_a_finding_stays_in_its_file_when_a_newer_export_takes_the_line_over(
    desk: Desk, findings: Path, line: Line
) -> None:
    apply(desk, change())
    desk.put("restated.csv", line("1"), day=2)
    apply(desk, change(state=CommentState.RESOLVED))
    assert [row["Status"] for row in rows(findings)] == ["resolved"]
    assert not (desk.home / "restated.findings.csv").exists()


def test_one_column_of_several_leads_to_its_line(desk: Desk) -> None:
    del desk.profile["amount"], desk.profile["kind"], desk.profile["kinds"]
    desk.profile["amounts"] = {"budget": "Plan", "actual": "Ist"}
    desk.profile["columns"] = {"fiscal_period": "Periode"}
    desk.profile |= {"keys": ["PSP"], "covers": ["BuKr", "Periode"]}
    desk.put("q.csv", "1000;2026/003;P;5,00;1,00", head="BuKr;Periode;PSP;Plan;Ist")
    (outcome,) = apply(desk, change("P", suffix="/budget"))
    assert isinstance(outcome, PostedComment)
    assert outcome.url == (desk.home / "q.findings.csv").as_uri()


def test_a_line_that_no_export_holds_is_refused_and_the_others_are_written(
    desk: Desk, findings: Path
) -> None:
    refused, written = apply(desk, change("404"), change("1"))
    assert isinstance(refused, RefusedChange)
    assert refused.reason == "no export holds the line 1000|2026/003|404 now"
    assert isinstance(written, PostedComment)


@pytest.mark.parametrize("lock", [".~lock.march.findings.csv#", "~$march.findings.csv"])
def test_while_a_person_has_the_file_open_it_is_left_alone(
    desk: Desk, findings: Path, lock: str
) -> None:
    (desk.home / lock).touch()
    (refused,) = apply(desk, change())
    assert isinstance(refused, RefusedChange)
    assert f"is open (lock file {lock})" in refused.reason
    assert refused.retryable
    assert not findings.exists()


def test_a_findings_file_without_our_column_is_not_written_over(desk: Desk, findings: Path) -> None:
    findings.write_text("State;Finding\nopen;mine\n")
    (refused,) = apply(desk, change())
    assert isinstance(refused, RefusedChange)
    assert 'its first row has no column "Interlock"' in refused.reason
    assert findings.read_text() == "State;Finding\nopen;mine\n"
    with pytest.raises(ConnectionFailed, match=r"march\.findings\.csv: its first row"):
        posted(desk, change())


def test_findings_of_another_connection_in_the_same_folder_are_not_ours(
    desk: Desk, findings: Path
) -> None:
    other = Target(Ref("other", Kind.SPEND, "1000|2026/003|1"), "1")
    apply(desk, change())
    assert desk.connector.find_comments([other]) == []


def test_a_save_by_a_person_between_our_read_and_our_write_is_not_undone(
    desk: Desk, findings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(desk, change())

    def interrupted(found: Findings) -> bytes:
        findings.write_text("saved by a person")
        return render(found)

    monkeypatch.setattr("connectors.erp.comments.render", interrupted)
    (refused,) = apply(desk, change(state=CommentState.RESOLVED))
    assert isinstance(refused, RefusedChange)
    assert "was changed meanwhile" in refused.reason
    assert findings.read_text() == "saved by a person"
    assert sorted(path.name for path in desk.home.iterdir()) == ["march.csv", findings.name]


def test_a_place_that_cannot_be_written_is_a_refusal_with_its_reason(
    desk: Desk, findings: Path
) -> None:
    findings.mkdir()
    (refused,) = apply(desk, change())
    assert isinstance(refused, RefusedChange)
    assert "march.findings.csv cannot be read: Is a directory" in refused.reason
