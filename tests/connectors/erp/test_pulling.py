from collections.abc import Callable
from typing import Any

import pytest

from connectors.base import ConnectionFailed

Line = Callable[..., str]
Desk = Any


def test_every_line_is_landed_word_for_word_with_its_place(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line("4711", "1.234,56-"))
    (landed,) = desk.pull().records
    assert landed.native_id == "1000|2026/003|4711"
    assert '"Betrag":"1.234,56-"' in landed.payload
    assert '"file":"march.csv","line":2' in landed.payload


def test_an_unchanged_file_gives_nothing(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line())
    assert desk.pull(desk.pull().cursor).pages == []


def test_a_copy_with_the_same_content_gives_nothing(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line())
    cursor = desk.pull().cursor
    desk.put("march.csv", line(), day=2)
    assert desk.pull(cursor).pages == []


def test_another_profile_reads_the_same_file_again(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line())
    cursor = desk.pull().cursor
    desk.profile["numbers"] = "german"
    assert desk.pull(cursor).ids == ["1000|2026/003|4711"]


def test_only_files_that_changed_are_given(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line("1"))
    cursor = desk.pull().cursor
    desk.put("april.csv", line("2", period="2026/004"), day=2)
    pulled = desk.pull(cursor)
    assert pulled.ids == ["1000|2026/004|2"]
    assert pulled.snapshot_ids == {"1000|2026/003|1", "1000|2026/004|2"}


def test_a_restated_period_replaces_what_it_covers_and_nothing_else(desk: Desk, line: Line) -> None:
    desk.put("first.csv", line("1"), line("2"), line("3", period="2026/004"))
    cursor = desk.pull().cursor
    desk.put("restated.csv", line("1", "9,00"), day=2)
    pulled = desk.pull(cursor)
    assert pulled.snapshot_ids == {"1000|2026/003|1", "1000|2026/004|3"}
    (restated,) = [record for record in pulled.records if record.native_id == "1000|2026/003|1"]
    assert '"Betrag":"9,00"' in restated.payload


def test_when_a_restatement_is_withdrawn_the_former_lines_come_back(desk: Desk, line: Line) -> None:
    desk.put("first.csv", line("1"), line("2"))
    restated = desk.put("restated.csv", line("1", "9,00"), day=2)
    cursor = desk.pull().cursor
    restated.unlink()
    pulled = desk.pull(cursor)
    assert sorted(pulled.ids) == ["1000|2026/003|1", "1000|2026/003|2"]


def test_without_parts_of_the_books_each_file_stands_for_itself(desk: Desk, line: Line) -> None:
    desk.profile["covers"] = []
    desk.put("a.csv", line("1"))
    desk.put("b.csv", line("1"), day=2)
    assert sorted(desk.pull().ids) == ["a.csv|1", "b.csv|1"]


def test_equal_lines_are_counted_and_none_is_lost(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line("1"), line("1"))
    assert desk.pull().ids == ["1000|2026/003|1", "1000|2026/003|1#2"]


def test_lines_with_equal_keys_keep_their_identity_when_sorted_otherwise(
    desk: Desk, line: Line
) -> None:
    def identities() -> dict[str, str]:
        return {spend.ref.native_id: str(spend.amount) for spend in desk.spend()}

    desk.put("march.csv", line("1", "2,50"), line("1", "7,50"))
    before = identities()
    desk.put("march.csv", line("1", "7,50"), line("1", "2,50"))
    assert identities() == before


def test_signs_within_keys_cannot_make_two_lines_one(desk: Desk, line: Line) -> None:
    desk.profile["keys"] = ["Belegnr", "Text"]
    desk.put("march.csv", line("1|a", text="b"), line("1", text="a|b"), line("1", text="a#2"))
    assert len(set(desk.pull().ids)) == 3


def test_a_pull_that_is_cut_off_goes_on_with_the_file_it_was_in(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line("1"))
    desk.put("april.csv", line("2", period="2026/004"), day=2)
    pages = desk.pull().pages
    after_april = next(index for index, page in enumerate(pages) if page.cursor["files"])
    rest = desk.pull(pages[after_april].cursor)
    assert rest.ids == ["1000|2026/003|1"]
    assert rest.snapshot_ids == {"1000|2026/003|1", "1000|2026/004|2"}
    assert desk.pull(pages[0].cursor).ids == ["1000|2026/004|2", "1000|2026/003|1"]


def test_long_files_come_in_pages(desk: Desk, line: Line) -> None:
    desk.put("march.csv", *(line(str(number)) for number in range(4100)))
    assert [len(page.records) for page in desk.pull().pages] == [2000, 2000, 100, 0, 0]


def test_a_total_that_agrees_lets_the_file_pass(desk: Desk, line: Line) -> None:
    desk.profile["total"] = "Gesamtsumme"
    desk.put("march.csv", line("1", "1.000,00"), line("2", "50,00-"), "Gesamtsumme;;;;;;;;950,00")
    pulled = desk.pull()
    assert (len(pulled.ids), pulled.problems) == (2, [])


def test_a_total_that_differs_holds_the_file_and_tells_both_figures(desk: Desk, line: Line) -> None:
    desk.profile["total"] = "Gesamtsumme"
    desk.put("march.csv", line("1", "1.000,00"), "Gesamtsumme;;;;;;;;950,00")
    pulled = desk.pull()
    (problem,) = pulled.problems
    assert 'the total row in line 3 says 950.00 for "Betrag"' in problem.reason
    assert "its lines (1) add up to 1,000.00" in problem.reason
    assert (pulled.ids, pulled.snapshot_ids, problem.held) == ([], None, True)


def test_a_file_cut_off_before_its_total_is_held(desk: Desk, line: Line) -> None:
    desk.profile["total"] = "Gesamtsumme"
    desk.put("march.csv", line("1"), line("2"))
    (problem,) = desk.pull().problems
    assert 'march.csv was not read: the total row "Gesamtsumme" is missing' in problem.reason


def test_wherever_a_file_with_a_total_is_cut_off_no_line_is_lost_in_silence(
    desk: Desk, line: Line
) -> None:
    desk.profile["total"] = "Gesamtsumme"
    path = desk.put(
        "march.csv", line("1", "1.000,00"), line("2", "50,00-"), "Gesamtsumme;;;;;;;;950,00"
    )
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        pulled = desk.pull()
        assert len(pulled.ids) == 2 or (pulled.problems and pulled.snapshot_ids is None)


def test_an_unreadable_amount_leaves_the_total_unchecked_but_not_in_silence(
    desk: Desk, line: Line
) -> None:
    desk.profile["total"] = "Gesamtsumme"
    desk.put("march.csv", line("1", "1,5O"), line("2", "2,50"), "Gesamtsumme;;;;;;;;4,00")
    pulled = desk.pull()
    (problem,) = pulled.problems
    assert 'not be checked: amounts in the column "Betrag" that cannot be read: 1' in problem.reason
    assert (len(pulled.ids), problem.held) == (2, False)


def test_a_line_that_cannot_be_split_leaves_the_total_unchecked_and_the_rest_read(
    desk: Desk, line: Line
) -> None:
    desk.profile["total"] = "Gesamtsumme"
    desk.put("march.csv", line("1", "1,00"), line("2", "2,00;"), "Gesamtsumme;;;;;;;;3,00")
    assert len(desk.pull().ids) == 2
    desk.put("march.csv", line("1", "1,00"), line("2", text="a;b"), "Gesamtsumme;;;;;;;;3,00")
    pulled = desk.pull()
    assert (pulled.ids, [problem.native_id for problem in pulled.problems]) == (
        ["1000|2026/003|1"],
        ["march.csv#3", "march.csv#total"],
    )


def test_while_a_restatement_is_held_the_figures_it_replaced_do_not_come_back(
    desk: Desk, line: Line
) -> None:
    desk.put("first.csv", line("1", "5,00"))
    desk.put("restated.csv", line("1", "9,00"), day=2)
    cursor = desk.pull().cursor
    desk.put("restated.csv", "1000;2026/003", head="<html>", day=3)
    pulled = desk.pull(cursor)
    assert (pulled.ids, pulled.snapshot_ids, len(pulled.problems)) == ([], None, 1)
    again = desk.pull(pulled.cursor)
    assert (again.ids, again.problems) == ([], pulled.problems)


def test_one_bad_file_does_not_stop_the_others(desk: Desk, line: Line) -> None:
    desk.put("good.csv", line("1"))
    desk.put("bad.csv", "x", head="not an export", day=2)
    pulled = desk.pull()
    assert pulled.ids == ["1000|2026/003|1"]
    assert [problem.native_id for problem in pulled.problems] == ["bad.csv"]


def test_a_file_that_cannot_be_read_makes_the_pull_fail_after_the_good_ones(
    desk: Desk, line: Line
) -> None:
    desk.put("good.csv", line("1"))
    desk.put("bad.csv", "x", head="not an export", day=2)
    pulled = desk.pull()
    assert str(pulled.failed).startswith("books: bad.csv was not read: no row holds the headings")
    again = desk.pull(pulled.cursor)
    assert again.ids == []
    assert again.failed == pulled.failed
    (desk.home / "bad.csv").unlink()
    assert desk.pull(pulled.cursor).failed is None


def test_rows_that_are_no_lines_are_counted_and_shown(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line("1"), "Erstellt von Meier;;", "Seite 2", "1000;2026/003;12;01.03")
    pulled = desk.pull()
    reasons = {problem.native_id: problem.reason for problem in pulled.problems}
    assert "rows without amount and date, not read: 2" in reasons["march.csv#rows"]
    assert 'line 3, 4; the first says "Erstellt von Meier"' in reasons["march.csv#rows"]
    assert "line 5: 4 cells under 9 headings" in reasons["march.csv#5"]


def test_what_was_noted_of_a_file_stays_known_until_it_is_mended(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line("1"), "Seite 2")
    assert desk.pull().snapshot_ids == {"1000|2026/003|1", "march.csv#rows"}


def test_a_line_that_cannot_be_split_is_not_taken_for_gone(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line("1"), line("2"))
    cursor = desk.pull().cursor
    desk.put("march.csv", line("1"), line("2", text="a;b"))
    pulled = desk.pull(cursor)
    assert pulled.snapshot_ids is None
    assert desk.pull(pulled.cursor).pages == []
    desk.put("march.csv", line("1"))
    assert desk.pull(pulled.cursor).snapshot_ids == {"1000|2026/003|1"}


def test_findings_beside_an_export_are_not_taken_for_one(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line("1"))
    desk.put("march.findings.csv", "x", head="State")
    assert desk.pull().problems == []


def test_no_export_at_all_is_an_error_and_not_an_empty_book(desk: Desk) -> None:
    with pytest.raises(ConnectionFailed, match=r"books: no export matches .*\.csv"):
        desk.pull()


def _lines(line: Line, count: int, **fields: str) -> list[str]:
    return [line(str(number), **fields) for number in range(count)]


@pytest.mark.parametrize("left", [0, 1, 9])
def test_a_file_that_lost_most_of_its_lines_may_be_cut_off_and_none_counts_as_gone(
    desk: Desk, line: Line, left: int
) -> None:
    desk.put("march.csv", *_lines(line, 20))
    cursor = desk.pull().cursor
    desk.put("march.csv", *_lines(line, left))
    short = desk.pull(cursor)
    (problem,) = short.problems
    assert (short.snapshot_ids, problem.native_id, problem.held) == (None, "march.csv#lines", False)
    assert f"march.csv holds {left} lines, where it held 20" in problem.reason
    assert "save it under another name and remove this one" in problem.remedy


def test_a_file_stays_in_doubt_until_it_is_whole_again(desk: Desk, line: Line) -> None:
    desk.put("march.csv", *_lines(line, 20))
    cursor = desk.pull().cursor
    desk.put("march.csv", *_lines(line, 3))
    cursor = desk.pull(cursor).cursor
    desk.put("march.csv", *_lines(line, 4))
    cursor = desk.pull(cursor).cursor
    desk.put("march.csv", *_lines(line, 19))
    assert len(desk.pull(cursor).snapshot_ids or ()) == 19


def test_a_short_file_under_another_name_is_taken_at_its_word(desk: Desk, line: Line) -> None:
    path = desk.put("march.csv", *_lines(line, 20))
    cursor = desk.pull().cursor
    path.unlink()
    desk.put("corrected.csv", *_lines(line, 3))
    assert len(desk.pull(cursor).snapshot_ids or ()) == 3


def test_a_short_file_whose_total_agrees_is_taken_at_its_word(desk: Desk, line: Line) -> None:
    desk.profile["total"] = "Summe"
    desk.put("march.csv", *_lines(line, 20, amount="1,00"), "Summe;;;;;;;;20,00")
    cursor = desk.pull().cursor
    desk.put("march.csv", *_lines(line, 2, amount="1,00"), "Summe;;;;;;;;2,00")
    pulled = desk.pull(cursor)
    assert (len(pulled.snapshot_ids or ()), pulled.problems) == (2, [])


def test_a_restatement_with_few_of_the_lines_it_replaces_may_be_cut_off(
    desk: Desk, line: Line
) -> None:
    older = desk.put("first.csv", *_lines(line, 20))
    cursor = desk.pull().cursor
    desk.put("restated.csv", *_lines(line, 3), day=2)
    pulled = desk.pull(cursor)
    (problem,) = pulled.problems
    assert pulled.snapshot_ids is None
    assert (
        "restated.csv holds 3 lines of 1000|2026/003, where the older first.csv" in problem.reason
    )
    assert "remove first.csv" in problem.remedy
    older.unlink()
    assert len(desk.pull(pulled.cursor).snapshot_ids or ()) == 3
