import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.base import ConnectionFailed

WriteLine = Callable[..., str]
ExportFolder = Any


def test_a_line_is_landed_verbatim_with_its_file_and_line_number(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", line("4711", "1.234,56-"))
    (landed,) = folder.pull().records
    assert landed.native_id == "1000|2026/003|4711"
    assert '"Betrag":"1.234,56-"' in landed.payload
    assert '"file":"march.csv","line":2' in landed.payload


def test_an_unchanged_file_yields_no_page(folder: ExportFolder, line: WriteLine) -> None:
    folder.put("march.csv", line())
    assert folder.pull(folder.pull().cursor).pages == []


def test_a_file_saved_again_with_the_same_content_yields_no_page(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", line())
    cursor = folder.pull().cursor
    folder.put("march.csv", line(), day=2)
    assert folder.pull(cursor).pages == []


def test_a_changed_profile_pulls_the_same_file_again(folder: ExportFolder, line: WriteLine) -> None:
    folder.put("march.csv", line())
    cursor = folder.pull().cursor
    folder.profile["numbers"] = "german"
    assert folder.pull(cursor).ids == ["1000|2026/003|4711"]


def test_only_files_that_changed_are_pulled(folder: ExportFolder, line: WriteLine) -> None:
    folder.put("march.csv", line("1"))
    cursor = folder.pull().cursor
    folder.put("april.csv", line("2", period="2026/004"), day=2)
    pulled = folder.pull(cursor)
    assert pulled.ids == ["1000|2026/004|2"]
    assert pulled.snapshot_ids == {"1000|2026/003|1", "1000|2026/004|2"}


def test_a_file_from_the_future_replaces_no_other_and_is_reported_until_it_is_saved_again(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("wrong_clock.csv", line("1", "1,00"), line("2", period="2026/004"), day=1)
    future = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    os.utime(folder.home / "wrong_clock.csv", (future, future))
    folder.put("right.csv", line("1", "9,00"), day=2)
    pulled = folder.pull()
    amounts = {record.native_id: record.payload for record in pulled.records}
    assert '"Betrag":"9,00"' in amounts["1000|2026/003|1"]
    assert set(amounts) == {"1000|2026/003|1", "1000|2026/004|2"}
    (problem,) = pulled.problems
    assert "wrong_clock.csv was saved at 2027-01-01 00:00 UTC, which is in the future" in str(
        problem.reason
    )
    assert not problem.held
    past = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
    os.utime(folder.home / "wrong_clock.csv", (past, past))
    again = folder.pull(pulled.cursor)
    assert again.problems == []
    assert again.snapshot_ids == {"1000|2026/003|1", "1000|2026/004|2"}


def test_a_newer_file_replaces_only_the_parts_that_it_holds(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("first.csv", line("1"), line("2"), line("3", period="2026/004"))
    cursor = folder.pull().cursor
    folder.put("restated.csv", line("1", "9,00"), day=2)
    pulled = folder.pull(cursor)
    assert pulled.snapshot_ids == {"1000|2026/003|1", "1000|2026/004|3"}
    (restated,) = [record for record in pulled.records if record.native_id == "1000|2026/003|1"]
    assert '"Betrag":"9,00"' in restated.payload


def test_the_older_lines_are_current_again_when_the_newer_file_is_removed(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("first.csv", line("1"), line("2"))
    restated = folder.put("restated.csv", line("1", "9,00"), day=2)
    cursor = folder.pull().cursor
    restated.unlink()
    pulled = folder.pull(cursor)
    assert sorted(pulled.ids) == ["1000|2026/003|1", "1000|2026/003|2"]


def test_without_covers_no_file_replaces_another(folder: ExportFolder, line: WriteLine) -> None:
    folder.profile["covers"] = []
    folder.put("a.csv", line("1"))
    folder.put("b.csv", line("1"), day=2)
    assert sorted(folder.pull().ids) == ["a.csv|1", "b.csv|1"]


def test_lines_with_equal_keys_are_numbered(folder: ExportFolder, line: WriteLine) -> None:
    folder.put("march.csv", line("1"), line("1"))
    assert folder.pull().ids == ["1000|2026/003|1", "1000|2026/003|1#2"]


def test_lines_with_equal_keys_keep_their_ids_when_sorted_otherwise(
    folder: ExportFolder, line: WriteLine
) -> None:
    def identities() -> dict[str, str]:
        return {spend.ref.native_id: str(spend.amount) for spend in folder.spend()}

    folder.put("march.csv", line("1", "2,50"), line("1", "7,50"))
    before = identities()
    folder.put("march.csv", line("1", "7,50"), line("1", "2,50"))
    assert identities() == before


def test_separators_within_keys_cannot_give_two_lines_the_same_id(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.profile["keys"] = ["Belegnr", "Text"]
    folder.put("march.csv", line("1|a", text="b"), line("1", text="a|b"), line("1", text="a#2"))
    assert len(set(folder.pull().ids)) == 3


def test_an_interrupted_pull_resumes_with_the_file_it_was_in(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", line("1"))
    folder.put("april.csv", line("2", period="2026/004"), day=2)
    pages = folder.pull().pages
    after_april = next(index for index, page in enumerate(pages) if page.cursor["files"])
    rest = folder.pull(pages[after_april].cursor)
    assert rest.ids == ["1000|2026/003|1"]
    assert rest.snapshot_ids == {"1000|2026/003|1", "1000|2026/004|2"}
    assert folder.pull(pages[0].cursor).ids == ["1000|2026/004|2", "1000|2026/003|1"]


def test_a_long_file_is_split_into_pages(folder: ExportFolder, line: WriteLine) -> None:
    folder.put("march.csv", *(line(str(number)) for number in range(4100)))
    assert [len(page.records) for page in folder.pull().pages] == [2000, 2000, 100, 0, 0]


def test_a_file_whose_total_agrees_is_pulled(folder: ExportFolder, line: WriteLine) -> None:
    folder.profile["total"] = "Gesamtsumme"
    folder.put("march.csv", line("1", "1.000,00"), line("2", "50,00-"), "Gesamtsumme;;;;;;;;950,00")
    pulled = folder.pull()
    assert (len(pulled.ids), pulled.problems) == (2, [])


def test_a_file_whose_total_differs_is_refused_with_both_figures(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.profile["total"] = "Gesamtsumme"
    folder.put("march.csv", line("1", "1.000,00"), "Gesamtsumme;;;;;;;;950,00")
    pulled = folder.pull()
    (problem,) = pulled.problems
    assert 'the total row in line 3 says 950.00 for "Betrag"' in problem.reason
    assert "its lines (1) add up to 1,000.00" in problem.reason
    assert (pulled.ids, pulled.snapshot_ids, problem.held) == ([], None, True)


def test_a_file_cut_off_before_its_total_is_refused(folder: ExportFolder, line: WriteLine) -> None:
    folder.profile["total"] = "Gesamtsumme"
    folder.put("march.csv", line("1"), line("2"))
    (problem,) = folder.pull().problems
    assert 'march.csv was not read: the total row "Gesamtsumme" is missing' in problem.reason


def test_a_file_with_a_total_loses_no_line_in_silence_wherever_it_is_cut_off(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.profile["total"] = "Gesamtsumme"
    path = folder.put(
        "march.csv", line("1", "1.000,00"), line("2", "50,00-"), "Gesamtsumme;;;;;;;;950,00"
    )
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        pulled = folder.pull()
        assert len(pulled.ids) == 2 or (pulled.problems and pulled.snapshot_ids is None)


def test_an_unreadable_amount_leaves_the_total_unchecked_and_is_reported(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.profile["total"] = "Gesamtsumme"
    folder.put("march.csv", line("1", "1,5O"), line("2", "2,50"), "Gesamtsumme;;;;;;;;4,00")
    pulled = folder.pull()
    (problem,) = pulled.problems
    assert 'not be checked: amounts in the column "Betrag" that cannot be read: 1' in problem.reason
    assert (len(pulled.ids), problem.held) == (2, False)


def test_a_line_that_cannot_be_split_leaves_the_total_unchecked_and_the_rest_read(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.profile["total"] = "Gesamtsumme"
    folder.put("march.csv", line("1", "1,00;"), line("2", "2,00;"), "Gesamtsumme;;;;;;;;3,00")
    assert len(folder.pull().ids) == 2
    folder.put("march.csv", line("1", "1,00"), line("2", text="a;b"), "Gesamtsumme;;;;;;;;3,00")
    pulled = folder.pull()
    assert (pulled.ids, [problem.native_id for problem in pulled.problems]) == (
        ["1000|2026/003|1"],
        ["march.csv#3", "march.csv#total"],
    )


def test_an_unreadable_file_keeps_replacing_the_lines_it_replaced_before(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("first.csv", line("1", "5,00"))
    folder.put("restated.csv", line("1", "9,00"), day=2)
    cursor = folder.pull().cursor
    folder.put("restated.csv", "1000;2026/003", head="<html>", day=3)
    pulled = folder.pull(cursor)
    assert (pulled.ids, pulled.snapshot_ids, len(pulled.problems)) == ([], None, 1)
    again = folder.pull(pulled.cursor)
    assert (again.ids, again.problems) == ([], pulled.problems)


def test_one_bad_file_does_not_stop_the_others(folder: ExportFolder, line: WriteLine) -> None:
    folder.put("good.csv", line("1"))
    folder.put("bad.csv", "x", head="not an export", day=2)
    pulled = folder.pull()
    assert pulled.ids == ["1000|2026/003|1"]
    assert [problem.native_id for problem in pulled.problems] == ["bad.csv"]


def test_a_file_that_cannot_be_read_makes_the_pull_fail_after_the_readable_ones(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("good.csv", line("1"))
    folder.put("bad.csv", "x", head="not an export", day=2)
    pulled = folder.pull()
    assert str(pulled.failed).startswith("books: bad.csv was not read: no row holds the headings")
    again = folder.pull(pulled.cursor)
    assert again.ids == []
    assert again.failed == pulled.failed
    (folder.home / "bad.csv").unlink()
    assert folder.pull(pulled.cursor).failed is None


def test_rows_that_are_not_lines_are_reported_with_their_number(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", line("1"), "Erstellt von Meier;;", "Seite 2", "1000;2026/003;12;01.03")
    pulled = folder.pull()
    reasons = {problem.native_id: problem.reason for problem in pulled.problems}
    assert "rows without amount and date, not read: 2" in reasons["march.csv#rows"]
    assert 'line 3, 4; the first says "Erstellt von Meier"' in reasons["march.csv#rows"]
    assert "line 5: 4 cells under 9 headings" in reasons["march.csv#5"]


def test_problems_of_a_file_are_among_the_snapshot_ids(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", line("1"), "Seite 2")
    assert folder.pull().snapshot_ids == {"1000|2026/003|1", "march.csv#rows"}


def test_a_line_that_cannot_be_split_does_not_count_as_deleted(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", line("1"), line("2"))
    cursor = folder.pull().cursor
    folder.put("march.csv", line("1"), line("2", text="a;b"))
    pulled = folder.pull(cursor)
    assert pulled.snapshot_ids is None
    assert folder.pull(pulled.cursor).pages == []
    folder.put("march.csv", line("1"))
    assert folder.pull(pulled.cursor).snapshot_ids == {"1000|2026/003|1"}


def test_a_row_of_nothing_but_a_tab_is_blank(folder: ExportFolder, line: WriteLine) -> None:
    folder.put("march.csv", "\t", line("1"))
    pulled = folder.pull()
    assert (pulled.ids, pulled.problems) == (["1000|2026/003|1"], [])


def test_a_findings_file_is_not_read_as_an_export(folder: ExportFolder, line: WriteLine) -> None:
    folder.put("march.csv", line("1"))
    folder.put("march.findings.csv", "x", head="State")
    assert folder.pull().problems == []


def test_no_export_at_all_is_an_error(folder: ExportFolder) -> None:
    with pytest.raises(ConnectionFailed, match=r"books: no export matches .*\.csv"):
        folder.pull()


def _lines(line: WriteLine, count: int, **fields: str) -> list[str]:
    return [line(str(number), **fields) for number in range(count)]


@pytest.mark.parametrize("left", [0, 1, 9])
def test_a_file_that_lost_most_of_its_lines_deletes_none_and_does_not_count_as_read(
    folder: ExportFolder, line: WriteLine, left: int
) -> None:
    folder.put("march.csv", *_lines(line, 20))
    cursor = folder.pull().cursor
    folder.put("march.csv", *_lines(line, left))
    short = folder.pull(cursor)
    assert (short.snapshot_ids, short.problems) == (None, [])
    for pulled in (short, folder.pull(short.cursor)):
        assert pulled.failed is not None
        assert f"march.csv holds {left} lines, where it held 20" in pulled.failed.reason
        assert "save it under another name and remove this one" in pulled.failed.remedy


def test_a_truncated_file_stays_in_doubt_until_it_is_complete_again(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", *_lines(line, 20))
    cursor = folder.pull().cursor
    folder.put("march.csv", *_lines(line, 3))
    cursor = folder.pull(cursor).cursor
    folder.put("march.csv", *_lines(line, 4))
    still_short = folder.pull(cursor)
    assert still_short.snapshot_ids is None
    cursor = still_short.cursor
    folder.put("march.csv", *_lines(line, 19))
    assert len(folder.pull(cursor).snapshot_ids or ()) == 19


def test_a_short_file_under_another_name_deletes_the_missing_lines(
    folder: ExportFolder, line: WriteLine
) -> None:
    path = folder.put("march.csv", *_lines(line, 20))
    cursor = folder.pull().cursor
    path.unlink()
    folder.put("corrected.csv", *_lines(line, 3))
    assert len(folder.pull(cursor).snapshot_ids or ()) == 3


def test_a_short_file_whose_total_agrees_deletes_the_missing_lines(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.profile["total"] = "Summe"
    folder.put("march.csv", *_lines(line, 20, amount="1,00"), "Summe;;;;;;;;20,00")
    cursor = folder.pull().cursor
    folder.put("march.csv", *_lines(line, 2, amount="1,00"), "Summe;;;;;;;;2,00")
    pulled = folder.pull(cursor)
    assert (len(pulled.snapshot_ids or ()), pulled.problems) == (2, [])


def test_a_newer_file_with_few_of_the_lines_it_replaces_deletes_none_of_them(
    folder: ExportFolder, line: WriteLine
) -> None:
    older = folder.put("first.csv", *_lines(line, 20))
    cursor = folder.pull().cursor
    folder.put("restated.csv", *_lines(line, 3), day=2)
    pulled = folder.pull(cursor)
    assert pulled.snapshot_ids is None
    assert pulled.failed is not None
    reason = "restated.csv holds 3 lines of 1000|2026/003, where the older first.csv"
    assert reason in pulled.failed.reason
    assert "remove first.csv" in pulled.failed.remedy
    older.unlink()
    assert len(folder.pull(pulled.cursor).snapshot_ids or ()) == 3


def test_a_newer_file_whose_total_agrees_deletes_the_lines_it_does_not_hold(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.profile["total"] = "Summe"
    folder.put("first.csv", *_lines(line, 20, amount="1,00"), "Summe;;;;;;;;20,00")
    cursor = folder.pull().cursor
    folder.put("restated.csv", *_lines(line, 3, amount="1,00"), "Summe;;;;;;;;3,00", day=2)
    pulled = folder.pull(cursor)
    assert (len(pulled.snapshot_ids or ()), pulled.problems) == (3, [])
