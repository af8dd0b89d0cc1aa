import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import ConnectionFailed, Page
from connectors.spreadsheets.connector import SpreadsheetConnector
from tests.connectors.spreadsheets.build import (
    HEADINGS,
    NOW,
    PLAN,
    change,
    comment,
    connector,
    pulled,
    target,
    workbook,
)


def write(path: Path, *rows: Any, modified: datetime = NOW - timedelta(days=3)) -> None:
    workbook(*rows).save(path)
    os.utime(path, (modified.timestamp(), modified.timestamp()))


def pull_again(connection: SpreadsheetConnector, page: Page, now: datetime = NOW) -> list[Page]:
    return list(connection.pull("rows", json.loads(json.dumps(page.cursor)), now))


def test_a_row_is_landed_verbatim_with_the_address_of_each_cell(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", *PLAN)
    landed = pulled(connector(tmp_path)).records[0]
    payload = json.loads(landed.payload)
    assert landed.native_id == "M-1"
    assert payload["cells"]["Task"] == ["B2", "Brief the agency"]
    assert payload["cells"]["End"] == ["D2", "2026-03-13"]
    assert (payload["file"], payload["sheet"], payload["row"]) == ("plan.xlsx", "Plan", 2)
    assert payload["saved"] == "2026-02-27T09:00:00+00:00"


def test_an_unchanged_file_yields_no_page(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", *PLAN)
    connection = connector(tmp_path)
    assert pull_again(connection, pulled(connection)) == []


def test_of_a_changed_file_only_changed_rows_are_pulled(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", *PLAN)
    connection = connector(tmp_path)
    first = pulled(connection)
    write(tmp_path / "plan.xlsx", *PLAN, ("M-3", "Review", None, None, "Planned"))
    (second,) = pull_again(connection, first)
    assert [landed.native_id for landed in second.records] == ["M-3"]


def test_our_own_note_changes_no_row(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", *PLAN)
    connection = connector(tmp_path)
    first = pulled(connection)
    list(connection.apply([change("M-1", comment())]))
    assert len(connection.find_comments([target("M-1")])) == 1
    (second,) = pull_again(connection, first)
    assert second.records == ()
    assert pull_again(connection, second) == []


def test_the_snapshot_ids_are_the_keys_that_exist(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", *PLAN)
    connection = connector(tmp_path)
    first = pulled(connection)
    write(tmp_path / "plan.xlsx", *PLAN[:2])
    (second,) = pull_again(connection, first)
    assert (first.snapshot_ids, second.snapshot_ids) == ({"M-1", "M-2"}, {"M-1"})


def test_a_row_that_comes_back_is_landed_again(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", *PLAN)
    connection = connector(tmp_path)
    first = pulled(connection)
    write(tmp_path / "plan.xlsx", *PLAN[:2])
    (second,) = pull_again(connection, first)
    write(tmp_path / "plan.xlsx", *PLAN)
    (third,) = pull_again(connection, second)
    assert [landed.native_id for landed in third.records] == ["M-2"]


def test_a_file_restored_from_a_copy_was_saved_now(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", *PLAN)
    connection = connector(tmp_path)
    first = pulled(connection)
    write(tmp_path / "plan.xlsx", *PLAN[:1], ("M-1", "Brief"), modified=NOW - timedelta(days=90))
    (second,) = pull_again(connection, first)
    assert json.loads(second.records[0].payload)["saved"] == NOW.isoformat()


def test_a_file_from_the_future_was_saved_now(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", *PLAN, modified=datetime(2031, 1, 1, tzinfo=UTC))
    assert json.loads(pulled(connector(tmp_path)).records[0].payload)["saved"] == NOW.isoformat()


def test_changed_columns_in_the_settings_pull_everything_again(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", *PLAN)
    first = pulled(connector(tmp_path))
    (second,) = pull_again(connector(tmp_path, columns={"key": "Task"}), first)
    assert second.snapshot_ids == {"Brief the agency", "Launch campaign"}


def test_repeated_keys_are_a_problem_of_each_row_and_delete_none(
    tmp_path: Path,
) -> None:
    write(tmp_path / "plan.xlsx", *PLAN, ("M-1", "Again", None, None, "Planned"))
    page = pulled(connector(tmp_path))
    assert [landed.native_id for landed in page.records] == ["M-2"]
    assert page.snapshot_ids == {"M-1", "M-2"}
    assert [(p.native_id, p.held) for p in page.problems] == [("M-1", True), ("M-1", True)]
    assert "row 2 has the key" in page.problems[0].reason
    assert "stands in plan.xlsx, sheet Plan, row 4" in page.problems[0].reason


def test_keys_are_unique_across_the_files_of_a_connection(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", *PLAN)
    write(tmp_path / "b.xlsx", *PLAN[:2])
    reasons = [problem.reason for problem in pulled(connector(tmp_path)).problems]
    assert ["a.xlsx" in reason and "b.xlsx" in reason for reason in reasons] == [True, True]


def test_a_row_without_a_key_is_a_problem_that_names_its_cell(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", *PLAN, (None, "Review", None, None, "Planned"))
    (problem,) = pulled(connector(tmp_path)).problems
    assert "plan.xlsx, sheet Plan, row 4 has no key of its own in cell A4" in problem.reason


def test_a_row_below_a_merged_key_has_no_key_of_its_own(tmp_path: Path) -> None:
    book = workbook(*PLAN, (None, "second line", None, None, "Planned"))
    book.active.merge_cells("A3:A4")
    book.save(tmp_path / "plan.xlsx")
    page = pulled(connector(tmp_path))
    assert page.snapshot_ids == {"M-1", "M-2"}
    assert "in cell A4" in page.problems[0].reason


def test_a_missing_heading_is_reported_with_file_sheet_and_the_nearest(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", ("Key", "Task", "Start", "Ends", "Status"))
    with pytest.raises(ConnectionFailed) as failed:
        pulled(connector(tmp_path))
    assert str(failed.value) == (
        'marketing-plan: plan.xlsx cannot be read: sheet "Plan" lacks in row 1 the heading "End" '
        '(is "Ends" meant?); it has "Key", "Task", "Start", "Ends", "Status". '
        "Correct the file, or the columns of this connection in interlock.yaml"
    )


def test_an_unreadable_file_neither_stops_the_others_nor_deletes_rows(
    tmp_path: Path,
) -> None:
    write(tmp_path / "a.xlsx", *PLAN[:2])
    (tmp_path / "b.xlsx").write_bytes(b"no workbook")
    pages = connector(tmp_path).pull("rows", None, NOW)
    page = next(pages)
    assert [landed.native_id for landed in page.records] == ["M-1"]
    assert page.snapshot_ids is None
    with pytest.raises(ConnectionFailed, match=r"b\.xlsx cannot be read"):
        next(pages)


def test_a_sheet_that_lost_a_heading_fails_after_the_others_are_pulled(
    tmp_path: Path,
) -> None:
    book = workbook(*PLAN)
    book.create_sheet("Later").append(["Key", "Task", "Start", "Ends", "Status"])
    book.save(tmp_path / "plan.xlsx")
    pages = connector(tmp_path).pull("rows", None, NOW)
    assert len(next(pages).records) == 2
    with pytest.raises(ConnectionFailed, match='sheet "Later" lacks in row 1 the heading "End"'):
        next(pages)


def test_no_file_at_all_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ConnectionFailed, match=r'no file "\*\.xlsx" below'):
        pulled(connector(tmp_path))


def test_check_reports_missing_files_missing_headings_and_repeated_headings(tmp_path: Path) -> None:
    assert connector(tmp_path).check()[0].blocking
    write(tmp_path / "plan.xlsx", ("Key", "Task", "Start", "Ends", "Status"))
    (missing,) = connector(tmp_path).check()
    assert '"Ends" meant?' in missing.what
    write(tmp_path / "plan.xlsx", (*HEADINGS, "End"))
    (twice,) = connector(tmp_path).check()
    assert "D1 and F1 have the same heading" in twice.what
    assert not twice.blocking


def test_check_reports_a_function_that_the_operating_model_lacks(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", *PLAN)
    (problem,) = connector(tmp_path, function="marketng").check()
    assert problem.what == '"marketng" is no function of the operating model'


def test_check_reports_sheets_that_take_no_comments(tmp_path: Path) -> None:
    book = workbook(*PLAN)
    book.active.protection.sheet = True
    book.active.protection.objects = True
    book.save(tmp_path / "plan.xlsx")
    (closed,) = connector(tmp_path).check()
    assert "takes no comments" in closed.what
    assert not closed.blocking


def _csv(path: Path, rows: int) -> None:
    lines = [",".join(HEADINGS), *(f"M-{n},Task {n},,,Planned" for n in range(rows))]
    path.write_text("\n".join(lines), encoding="utf-8")


def _pull_doubtful(plan: SpreadsheetConnector, cursor: Any) -> tuple[list[Page], str]:
    pages: list[Page] = []
    with pytest.raises(ConnectionFailed) as failed:
        for page in plan.pull("rows", cursor, NOW):
            pages.append(page)
    return pages, failed.value.reason


@pytest.mark.parametrize("left", [0, 3])
def test_a_csv_file_that_lost_most_of_its_rows_deletes_none_and_does_not_count_as_read(
    tmp_path: Path, left: int
) -> None:
    path, plan = tmp_path / "plan.csv", connector(tmp_path, path="plan.csv")
    _csv(path, 20)
    cursor = pulled(plan).cursor
    _csv(path, left)
    (short,), reason = _pull_doubtful(plan, cursor)
    assert (short.snapshot_ids, short.problems) == (None, ())
    assert reason.startswith("plan.csv lost most of its 20 rows")
    assert _pull_doubtful(plan, short.cursor) == ([], reason)
    _csv(path, left + 1)
    (still_short,), _ = _pull_doubtful(plan, short.cursor)
    assert still_short.snapshot_ids is None
    _csv(path, 19)
    assert len(pulled(plan, still_short.cursor).snapshot_ids or ()) == 19


def test_a_workbook_that_lost_most_of_its_rows_deletes_them(tmp_path: Path) -> None:
    rows = [(f"M-{n}", "Task", None, None, "Planned") for n in range(20)]
    write(tmp_path / "plan.xlsx", HEADINGS, *rows)
    cursor = pulled(connector(tmp_path)).cursor
    write(tmp_path / "plan.xlsx", HEADINGS, *rows[:3])
    assert len(pulled(connector(tmp_path), cursor).snapshot_ids or ()) == 3


def test_a_file_without_any_row_is_an_empty_plan(tmp_path: Path) -> None:
    _csv(tmp_path / "plan.csv", 0)
    page = pulled(connector(tmp_path, path="plan.csv"))
    assert (page.records, page.snapshot_ids) == ((), frozenset())


@pytest.mark.parametrize("settings", [{"sheet": "Plan"}, {"references_in": "Task"}])
def test_a_changed_setting_that_decides_what_is_read_pulls_everything_again(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    write(tmp_path / "plan.xlsx", *PLAN)
    first = pulled(connector(tmp_path))
    (second,) = pull_again(connector(tmp_path, **settings), first)
    assert [record.native_id for record in second.records] == ["M-1", "M-2"]


def test_rows_of_a_file_that_was_unreadable_are_not_pulled_again(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", *PLAN[:2])
    write(tmp_path / "b.xlsx", PLAN[0], PLAN[2])
    connection = connector(tmp_path)
    first = pulled(connection)
    content = (tmp_path / "b.xlsx").read_bytes()
    (tmp_path / "b.xlsx").write_bytes(b"cut off")
    second = next(connection.pull("rows", first.cursor, NOW))
    (tmp_path / "b.xlsx").write_bytes(content)
    (third,) = pull_again(connection, second)
    assert (third.records, third.snapshot_ids) == ((), {"M-1", "M-2"})


@pytest.mark.parametrize("key", ["#REF!", "", "  "])
def test_a_formula_error_or_an_empty_cell_is_no_key(tmp_path: Path, key: str) -> None:
    (tmp_path / "plan.csv").write_text(f"Key,Task,Note\n{key},Brief,x\n")
    columns = {"key": "Key", "title": "Task"}
    page = pulled(connector(tmp_path, path="plan.csv", columns=columns))
    assert (page.records, page.snapshot_ids) == ((), frozenset())
    assert "line 2 has no key of its own in cell A2" in page.problems[0].reason


def test_spaces_and_line_breaks_within_a_key_are_unified(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text('Key,Task\n" M  1\nb",Brief\n')
    columns = {"key": "Key", "title": "Task"}
    page = pulled(connector(tmp_path, path="plan.csv", columns=columns))
    assert page.snapshot_ids == {"M 1 b"}


def csv_plan(home: Path, *lines: str) -> SpreadsheetConnector:
    (home / "plan.csv").write_text("\n".join(("Key,Task,Who", *lines, "")))
    return connector(home, path="plan.csv", columns={"key": "Key", "title": "Task", "owner": "Who"})


def test_a_row_of_another_width_is_held_with_its_line_and_its_record_stays(tmp_path: Path) -> None:
    first = pulled(csv_plan(tmp_path, "K-1,Brief,Ada", "K-2,Launch,Ben", "K-3,Review,Cy"))
    connection = csv_plan(tmp_path, "K-1,Brief,Ada", "K-2,Launch,,Ben")
    (second,) = pull_again(connection, first)
    assert second.snapshot_ids == {"K-1", "K-2"}
    (problem,) = second.problems
    assert "plan.csv, line 3 cannot be read: 4 cells under 3 headings" in problem.reason


def test_a_row_that_is_read_again_as_before_is_not_landed_again(tmp_path: Path) -> None:
    whole = ("K-1,Brief,Ada", "K-2,Launch,Ben")
    first = pulled(csv_plan(tmp_path, *whole))
    (second,) = pull_again(csv_plan(tmp_path, whole[0], 'K-2,"Launch,Ben'), first)
    (third,) = pull_again(csv_plan(tmp_path, *whole), second)
    assert (second.snapshot_ids, third.records) == ({"K-1", "K-2"}, ())


def test_in_a_first_pull_with_an_unreadable_row_nothing_counts_as_deleted(tmp_path: Path) -> None:
    assert pulled(csv_plan(tmp_path, "K-1,Brief,Ada", 'K-2,"Launch,Ben')).snapshot_ids is None


def test_a_row_with_only_its_key_keeps_its_record_and_is_told(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", *PLAN, ("M-3", None, None, None, None))
    page = pulled(connector(tmp_path))
    assert page.snapshot_ids == {"M-1", "M-2", "M-3"}
    assert 'row 4 has only its key "M-3"' in page.problems[0].reason


def test_a_total_is_told_and_is_no_row(tmp_path: Path) -> None:
    write(tmp_path / "plan.xlsx", *PLAN, ("Total", "2 rows", None, None, None))
    page = pulled(connector(tmp_path))
    assert page.snapshot_ids == {"M-1", "M-2"}
    assert [problem.held for problem in page.problems] == [False]
    assert "row 4: it looks like a total" in page.problems[0].reason
