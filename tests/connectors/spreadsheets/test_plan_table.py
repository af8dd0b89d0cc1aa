import pytest

from connectors.spreadsheets.plan_table import (
    MissingHeadings,
    PlanTable,
    find_repeated_headings,
    find_table,
)
from connectors.spreadsheets.sheet_grid import SheetGrid

WANTED = {"key": ("Key",), "title": ("Task", "Title"), "finish": ("End",)}


def plan_table(*rows: list[str], **grid: object) -> PlanTable:
    table = find_table(SheetGrid("Plan", rows, **grid), WANTED)  # type: ignore[arg-type]
    assert isinstance(table, PlanTable)
    return table


def missing_headings(*rows: list[str]) -> MissingHeadings:
    missing = find_table(SheetGrid("Plan", rows), WANTED)
    assert isinstance(missing, MissingHeadings)
    return missing


def test_a_table_is_found_below_a_banner_and_right_of_the_margin() -> None:
    table = plan_table(
        ["Campaign plan 2026"],
        [],
        ["", "", "Key", "Task", "Owner", "End"],
        ["", "", "M-1", "Brief"],
    )
    assert table.heading_row == 2
    assert table.columns == {"key": 2, "title": 3, "finish": 5}


def test_headings_are_found_whatever_their_case_spacing_and_line_breaks() -> None:
    assert plan_table([" KEY ", "t a s k".replace(" ", ""), "End\n"]).heading_row == 0


def test_any_of_several_headings_of_a_field_is_found() -> None:
    assert plan_table(["Key", "Title", "End"]).columns["title"] == 1


def test_headings_below_a_merged_banner_are_one_row() -> None:
    table = plan_table(["Key", "Task", "Dates"], ["", "", "End"], merged={(1, 0): 0, (1, 1): 0})
    assert table.heading_row == 1


def test_blank_rows_titles_notes_and_repeated_headings_are_not_rows() -> None:
    table = plan_table(
        ["Key", "Task", "End"],
        ["Phase 1"],
        ["M-1", "Brief", "x"],
        ["", "", ""],
        ["Key", "Task", "End"],
        ["M-2", "Launch", ""],
        [],
        ["Dates are not final."],
    )
    assert table.sort_rows().plan == (2, 5)


def test_a_missing_heading_is_named_with_those_present_and_the_nearest() -> None:
    text = str(missing_headings(["Plan"], ["Key", "Tasks", "End", "Owner"]))
    assert 'sheet "Plan" lacks in row 2 the heading "Task / Title"' in text
    assert '(is "Tasks" meant?)' in text
    assert '"Key", "Tasks", "End", "Owner"' in text


def test_a_sheet_with_most_headings_is_meant_as_a_plan_and_one_with_few_is_not() -> None:
    assert missing_headings(["Key", "Task", "Finish"]).has_most
    assert not missing_headings(["Key", "Country"]).has_most


def test_a_sheet_without_any_heading_says_so() -> None:
    assert 'has no row with any of the headings "Key"' in str(
        missing_headings(["Region", "Amount"])
    )


def test_of_two_equal_headings_the_left_counts_and_both_are_reported() -> None:
    table = plan_table(["Key", "Task", "End", "End"])
    assert table.columns["finish"] == 2
    assert find_repeated_headings(table) == ["C1 and D1"]


@pytest.mark.parametrize(("column", "name"), [(1, "(B)"), (2, "End"), (3, "End (D)")])
def test_each_column_has_a_unique_heading(column: int, name: str) -> None:
    wanted = {"key": ("Key",), "finish": ("End",)}
    table = find_table(SheetGrid("Plan", [["Key", "", "End", "End"]]), wanted)
    assert isinstance(table, PlanTable)
    assert table.headings[column] == name


def test_a_sheet_with_half_of_the_headings_is_not_meant_as_a_plan() -> None:
    half = MissingHeadings("Plan", 0, ("Key", "Task"), (("End",), ("Status",)), 4)
    assert not half.has_most


def test_of_several_headings_of_a_field_the_first_in_the_settings_counts() -> None:
    assert plan_table(["Key", "Title", "Task", "End"]).columns["title"] == 2
