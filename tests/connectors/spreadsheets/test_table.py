import pytest

from connectors.spreadsheets.grid import Grid
from connectors.spreadsheets.table import Missing, Table, doubled, find_table

WANTED = {"key": ("Key",), "title": ("Task", "Title"), "finish": ("End",)}


def found(*rows: list[str], **grid: object) -> Table:
    table = find_table(Grid("Plan", rows, **grid), WANTED)  # type: ignore[arg-type]
    assert isinstance(table, Table)
    return table


def missed(*rows: list[str]) -> Missing:
    missing = find_table(Grid("Plan", rows), WANTED)
    assert isinstance(missing, Missing)
    return missing


def test_a_table_is_found_below_a_banner_and_right_of_the_margin() -> None:
    table = found(
        ["Campaign plan 2026"],
        [],
        ["", "", "Key", "Task", "Owner", "End"],
        ["", "", "M-1", "Brief"],
    )
    assert table.heading_row == 2
    assert table.columns == {"key": 2, "title": 3, "finish": 5}


def test_headings_are_found_whatever_their_case_spacing_and_line_breaks() -> None:
    assert found([" KEY ", "t a s k".replace(" ", ""), "End\n"]).heading_row == 0


def test_any_of_several_headings_of_a_field_will_do() -> None:
    assert found(["Key", "Title", "End"]).columns["title"] == 1


def test_headings_below_a_merged_banner_are_one_row() -> None:
    table = found(["Key", "Task", "Dates"], ["", "", "End"], merged={(1, 0): 0, (1, 1): 0})
    assert table.heading_row == 1


def test_blank_rows_titles_notes_and_repeated_headings_are_not_rows() -> None:
    table = found(
        ["Key", "Task", "End"],
        ["Phase 1"],
        ["M-1", "Brief", "x"],
        ["", "", ""],
        ["Key", "Task", "End"],
        ["M-2", "Launch", ""],
        [],
        ["Dates are not final."],
    )
    assert list(table.rows()) == [2, 5]


def test_a_missing_heading_is_named_with_those_found_and_the_nearest() -> None:
    text = str(missed(["Plan"], ["Key", "Tasks", "End", "Owner"]))
    assert 'sheet "Plan" lacks in row 2 the heading "Task / Title"' in text
    assert '(is "Tasks" meant?)' in text
    assert '"Key", "Tasks", "End", "Owner"' in text


def test_a_sheet_with_most_headings_is_a_table_gone_wrong_and_one_with_few_is_not() -> None:
    assert missed(["Key", "Task", "Finish"]).near
    assert not missed(["Key", "Country"]).near


def test_a_sheet_without_any_heading_says_so() -> None:
    assert 'has no row with any of the headings "Key"' in str(missed(["Region", "Amount"]))


def test_of_two_equal_headings_the_left_counts_and_both_are_told() -> None:
    table = found(["Key", "Task", "End", "End"])
    assert table.columns["finish"] == 2
    assert doubled(table) == ["C1 and D1"]


@pytest.mark.parametrize(("column", "name"), [(1, "(B)"), (2, "End"), (3, "End (D)")])
def test_every_column_has_a_heading_of_its_own(column: int, name: str) -> None:
    wanted = {"key": ("Key",), "finish": ("End",)}
    table = find_table(Grid("Plan", [["Key", "", "End", "End"]]), wanted)
    assert isinstance(table, Table)
    assert table.headings[column] == name
