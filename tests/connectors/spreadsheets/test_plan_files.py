import codecs
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from connectors.base import ConnectionFailed
from connectors.kit.delimited_text import UnreadableFile
from connectors.spreadsheets.plan_files import find_files
from connectors.spreadsheets.workbook import read_workbook
from tests.connectors.spreadsheets.build import (
    HEADINGS,
    PLAN,
    connector,
    mapped,
    part,
    pulled,
    saved,
    with_parts,
    workbook,
)

CSV = "Key;Task;Start;End;Status\nM-1;Für Köln;2026-03-02;13.3.2026;Running\n"


def test_numbers_dates_and_booleans_are_read_as_excel_shows_them() -> None:
    book = workbook((12, 0.1 + 0.2, datetime(2026, 3, 1), datetime(2026, 3, 1, 12), True, " a "))
    (grid,) = read_workbook(saved(book), None)
    assert grid.rows[0] == ["12", "0.3", "2026-03-01", "2026-03-01T12:00:00", "TRUE", " a "]


def test_an_error_cell_has_the_text_of_its_error() -> None:
    raw = saved(workbook(("Key", "End"), ("M-1", 1)))
    sheet = part(raw, "xl/worksheets/sheet1.xml")
    broken = sheet.replace('<c r="B2" t="n"><v>1</v></c>', '<c r="B2" t="e"><v>#REF!</v></c>')
    assert broken != sheet
    (grid,) = read_workbook(with_parts(raw, {"xl/worksheets/sheet1.xml": broken}), None)
    assert grid.text(1, 1) == "#REF!"


def test_rows_below_the_top_of_a_merged_cell_share_its_value() -> None:
    book = workbook(("Owner",), ("Ada",), (), ("Ben",))
    book.active.merge_cells("A2:A3")
    (grid,) = read_workbook(saved(book), None)
    assert [grid.text(row, 0) for row in range(4)] == ["Owner", "Ada", "Ada", "Ben"]


def test_only_visible_sheets_are_read_unless_one_is_named() -> None:
    book = workbook(("Key",))
    book.create_sheet("Old").sheet_state = "hidden"
    raw = saved(book)
    assert [grid.sheet for grid in read_workbook(raw, None)] == ["Plan"]
    assert [grid.sheet for grid in read_workbook(raw, "Old")] == ["Old"]


def test_a_sheet_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UnreadableFile, match='no sheet "Plans"; its sheets are "Plan"'):
        read_workbook(saved(workbook()), "Plans")


def test_a_truncated_workbook_is_reported(tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").write_bytes(saved(workbook(*PLAN))[:2_000])
    with pytest.raises(ConnectionFailed, match=r"plan\.xlsx cannot be read: it is damaged"):
        list(connector(tmp_path).pull("rows", None, datetime.now().astimezone()))


def test_an_encrypted_workbook_is_reported() -> None:
    with pytest.raises(UnreadableFile, match="encrypted"):
        read_workbook(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), None)


def test_tables_on_several_sheets_are_one_plan(tmp_path: Path) -> None:
    book = workbook(*PLAN)
    second = book.create_sheet("Later")
    second.append(["a banner"])
    second.append(HEADINGS)
    second.append(["M-9", "Review", date(2026, 5, 4), date(2026, 5, 5), "Planned"])
    book.create_sheet("Notes").append(["nothing here"])
    book.save(tmp_path / "plan.xlsx")
    assert set(mapped(connector(tmp_path))) == {"M-1", "M-2", "M-9"}


def test_day_numbers_of_a_workbook_that_counts_from_1904_are_read(tmp_path: Path) -> None:
    book = workbook(HEADINGS, ("M-1", "Brief", 44621, None, "Running"))
    book.epoch = CALENDAR_MAC_1904
    book.save(tmp_path / "plan.xlsx")
    (version,) = mapped(connector(tmp_path))["M-1"].versions
    assert version.record.planned_start == date(2026, 3, 2)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "raw",
    [
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.encode("cp1252"),
        codecs.BOM_UTF16_LE + CSV.encode("utf-16-le"),
        CSV.replace(";", ",").encode(),
        CSV.replace(";", "\t").replace("\n", "\r\n").encode(),
    ],
)
def test_encoding_and_delimiter_of_a_csv_file_are_detected(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "plan.csv").write_bytes(raw)
    (version,) = mapped(connector(tmp_path, path="plan.csv"))["M-1"].versions
    assert version.record.title == "Für Köln"


def test_a_file_that_is_invalid_in_its_declared_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_bytes(CSV.encode("cp1252"))
    with pytest.raises(ConnectionFailed, match="byte 32 is no character in the encoding utf-8"):
        pulled(connector(tmp_path, path="plan.csv", encoding="utf-8"))


def test_quoted_line_breaks_do_not_end_a_row(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text(CSV.replace("Für Köln", '"Brief;\nagency"'))
    (version,) = mapped(connector(tmp_path, path="plan.csv"))["M-1"].versions
    assert version.record.title == "Brief;\nagency"


def test_lock_hidden_and_notes_files_are_not_plans(tmp_path: Path) -> None:
    for name in ("plan.csv", "~$plan.csv", ".plan.csv", "plan.notes.csv"):
        (tmp_path / name).write_text(CSV)
    assert set(mapped(connector(tmp_path, path="*.csv"))) == {"M-1"}


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.ods").write_bytes(b"")
    with pytest.raises(ConnectionFailed, match=r'"\.ods" files are not read; save it as \.xlsx'):
        pulled(connector(tmp_path, path="plan.ods"))


def test_a_file_name_may_contain_the_characters_of_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "plan [final].csv").write_text(CSV)
    files = find_files(tmp_path, "plan [final].csv")
    assert [path.name for path in files] == ["plan [final].csv"]


def test_an_absolute_pattern_is_matched_outside_of_the_instance_folder(tmp_path: Path) -> None:
    names = [f"plan{number}.csv" for number in range(9)]
    for name in reversed(names):
        (tmp_path / name).write_text(CSV)
    files = find_files(tmp_path / "instance", str(tmp_path / "*.csv"))
    assert [path.name for path in files] == names
