from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import RawRecord
from connectors.spreadsheets.tool import TOOL
from connectors.testing import assert_mapping_version, map_recorded
from model.records import (
    DependencyRole,
    DependencyType,
    Kind,
    Mapped,
    Origin,
    Priority,
    Problem,
    Ref,
    State,
    StatedDependency,
    WorkItem,
)
from tests.connectors.spreadsheets.build import (
    EVERY_COLUMN,
    NOW,
    connector,
    mapped,
    mapped_row,
    pulled,
    workbook,
)

KEYED = {"key": "Key", "title": "Task"}


def item(result: Mapped) -> WorkItem:
    (version,) = result.versions
    assert isinstance(version.record, WorkItem)
    return version.record


def mapped_field(home: Path, field: str, value: Any, heading: str = "Column") -> Mapped:
    return mapped_row(home, {**KEYED, field: heading}, ("M-1", "Brief", value))


def only_problem(result: Mapped) -> Problem:
    (problem,) = result.problems
    return problem


def test_a_row_is_mapped_to_a_work_item_with_all_of_its_columns(tmp_path: Path) -> None:
    row = {
        "key": "M-1",
        "title": "Brief the agency",
        "start": datetime(2026, 3, 2),
        "finish": "13.3.2026",
        "actual_start": date(2026, 3, 3),
        "owner": "Ada Lind",
        "status": "RUNNING",
        "priority": "High",
        "percent": 0.4,
        "estimate": 7.5,
        "remaining": "4 d",
        "wbs": "D-4711-02",
        "labels": "launch; brand",
        "parent": "M-0",
        "milestone": "yes",
        "function": "Sales",
    }
    columns = {field: field.upper() for field in row}
    work_item = item(mapped_row(tmp_path, columns, tuple(row.values())))
    assert work_item == WorkItem(
        ref=Ref("marketing-plan", Kind.WORK_ITEM, "M-1"),
        key="M-1",
        title="Brief the agency",
        url=f"{(tmp_path / 'plan.xlsx').as_uri()}#Plan!A2",
        touched_at=work_item.touched_at,
        dates_from='column "FINISH"',
        function="sales",
        owner="Ada Lind",
        state=State.IN_PROGRESS,
        status="RUNNING",
        priority=Priority.HIGH,
        planned_start=date(2026, 3, 2),
        planned_finish=date(2026, 3, 13),
        actual_start=date(2026, 3, 3),
        estimate_days=8,
        remaining_days=4,
        percent_complete=40,
        milestone=True,
        parent=Ref("marketing-plan", Kind.WORK_ITEM, "M-0"),
        initiative="cdp",
        labels=("launch", "brand"),
        wbs="D-4711-02",
    )


def test_a_version_is_valid_from_when_the_file_was_saved(tmp_path: Path) -> None:
    workbook(("Key",), ("M-1", "x")).save(tmp_path / "plan.xlsx")
    connection = connector(tmp_path, columns={"key": "Key"})
    (landed,) = pulled(connection).records
    early = NOW - timedelta(days=9)
    payload = landed.payload.replace(NOW.isoformat(), early.isoformat())
    (version,) = connection.map("rows", RawRecord("M-1", payload), NOW).versions
    assert version.valid_from == version.record.touched_at == early


def test_a_row_without_a_function_has_that_of_the_connection(tmp_path: Path) -> None:
    assert item(mapped_field(tmp_path, "owner", "Ada")).function == "marketing"


def test_an_unmapped_status_quarantines_the_row_with_a_remedy(tmp_path: Path) -> None:
    result = mapped_field(tmp_path, "status", "Parked", "Stand")
    assert result.versions == ()
    assert only_problem(result) == Problem(
        "M-1",
        'plan.xlsx, sheet Plan, cell C2 ("Stand"): the status "Parked" is not mapped to a state',
        'Add "Parked" to the statuses of the workflow for connection "marketing-plan" in '
        "operating_model/, or correct the cell",
        held=True,
        known_as=("M-1", f"{(tmp_path / 'plan.xlsx').as_uri()}#Plan!A2"),
    )


@pytest.mark.parametrize(
    ("percent", "state"), [(None, State.PLANNED), ("5 %", State.IN_PROGRESS), (100, State.DONE)]
)
def test_without_a_status_the_state_follows_from_the_percentage(
    tmp_path: Path, percent: Any, state: State
) -> None:
    result = mapped_row(tmp_path, {**KEYED, "percent": "%"}, ("M-1", "Brief", percent))
    assert item(result).state is state


@pytest.mark.parametrize("text", ["31.02.2026", "3/4/2026", "#REF!"])
def test_an_impossible_date_quarantines_the_row_with_its_cell(tmp_path: Path, text: str) -> None:
    problem = only_problem(mapped_field(tmp_path, "finish", text, "End"))
    assert problem.held
    assert 'cell C2 ("End")' in problem.reason
    assert text in problem.reason


def test_a_finish_before_the_start_quarantines_the_row(tmp_path: Path) -> None:
    columns = {**KEYED, "start": "Start", "finish": "End"}
    row = ("M-1", "Brief", date(2026, 3, 9), date(2026, 3, 2))
    problem = only_problem(mapped_row(tmp_path, columns, row))
    assert problem.held
    assert "2026-03-02 lies before the start 2026-03-09" in problem.reason


def test_all_problems_of_a_row_are_reported_at_once(tmp_path: Path) -> None:
    columns = {**KEYED, "status": "Status", "finish": "End"}
    result = mapped_row(tmp_path, columns, ("M-1", None, "Parked", "31.02.2026"))
    assert [problem.held for problem in result.problems] == [True, True, True]


@pytest.mark.parametrize("text", ["TBD", "-", "n/a"])
def test_a_date_stated_to_be_unknown_is_none(tmp_path: Path, text: str) -> None:
    result = mapped_field(tmp_path, "finish", text)
    assert item(result).planned_finish is None
    assert result.problems == ()


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("priority", "1"),
        ("percent", "most"),
        ("estimate", "2 weeks"),
        ("milestone", "perhaps"),
        ("function", "legal"),
        ("initiative", "moonshot"),
        ("owner", "#N/A"),
    ],
)
def test_another_field_that_is_not_clear_is_left_out_and_reported(
    tmp_path: Path, field: str, text: str
) -> None:
    result = mapped_field(tmp_path, field, text)
    assert item(result).key == "M-1"
    assert not only_problem(result).held
    assert text in only_problem(result).reason
    assert only_problem(result).remedy


def test_a_row_with_a_key_but_no_title_is_quarantined(tmp_path: Path) -> None:
    result = mapped_row(tmp_path, {**KEYED, "estimate": "Days"}, ("M-1", None, 240))
    assert "has a key but no title" in only_problem(result).reason


def test_named_dependencies_are_firm_and_carry_type_and_lag(tmp_path: Path) -> None:
    result = mapped_field(tmp_path, "depends_on", "CDP-12; cdp-14 FF+3d", "Depends on")
    assert result.versions[0].stated_dependencies == (
        StatedDependency("CDP-12", DependencyRole.PREDECESSOR, Origin.FIELD, 'column "Depends on"'),
        StatedDependency(
            "CDP-14",
            DependencyRole.PREDECESSOR,
            Origin.FIELD,
            'column "Depends on"',
            DependencyType.FINISH_TO_FINISH,
            3,
        ),
    )


def test_keys_in_free_text_are_possible_dependencies(tmp_path: Path) -> None:
    columns = {**KEYED, "depends_on": "Needs"}
    row = (
        "M-1",
        "Brief",
        "CDP-12",
        "M-1 needs CDP-12 and https://acme.atlassian.net/browse/CDP-15?x=1",
    )
    book = workbook((*columns.values(), "Remarks"), row)
    book.save(tmp_path / "plan.xlsx")
    connection = connector(tmp_path, columns=columns, references_in="Remarks")
    (landed,) = pulled(connection).records
    dependencies = connection.map("rows", landed, NOW).versions[0].stated_dependencies
    assert [(c.target, c.origin) for c in dependencies] == [
        ("CDP-12", Origin.FIELD),
        ("ACME.ATLASSIAN.NET CDP-15", Origin.TEXT),
    ]


def test_a_word_for_no_dependency_states_none(tmp_path: Path) -> None:
    assert mapped_field(tmp_path, "depends_on", "none").versions[0].stated_dependencies == ()


@pytest.mark.parametrize(
    ("field", "value"), [("initiative", "CDP"), ("labels", "x, CDP"), ("wbs", "D-4711-9")]
)
def test_an_initiative_is_known_by_name_label_or_wbs(
    tmp_path: Path, field: str, value: str
) -> None:
    assert item(mapped_field(tmp_path, field, value)).initiative == "cdp"


def test_a_configured_url_leads_to_the_cell(tmp_path: Path) -> None:
    url = "https://share.test/{file}?sheet={sheet}&cell={cell}"
    result = mapped_row(tmp_path, KEYED, ("M-1", "Brief"), url=url)
    assert item(result).url == "https://share.test/plan.xlsx?sheet=Plan&cell=A2"


def test_the_url_of_a_csv_row_has_its_number(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_text("Key,Task\nM-1,Brief\n")
    connection = connector(tmp_path, columns=KEYED, path="plan.csv")
    (landed,) = pulled(connection).records
    url = item(connection.map("rows", landed, NOW)).url
    assert url == f"{(tmp_path / 'plan.csv').as_uri()}#row=2"


def test_one_percent_among_whole_percentages_is_not_done(tmp_path: Path) -> None:
    rows = (("Key", "Task", "%"), ("M-1", "Brief", 1), ("M-2", "Launch", 40))
    workbook(*rows).save(tmp_path / "plan.xlsx")
    connection = connector(tmp_path, columns={**KEYED, "percent": "%"})
    results = {r.native_id: connection.map("rows", r, NOW) for r in pulled(connection).records}
    assert (item(results["M-1"]).percent_complete, item(results["M-1"]).state) == (
        1,
        State.IN_PROGRESS,
    )
    assert item(results["M-2"]).percent_complete == 40


def test_among_fractions_one_is_done(tmp_path: Path) -> None:
    rows = (("Key", "Task", "%"), ("M-1", "Brief", 1), ("M-2", "Launch", 0.4))
    workbook(*rows).save(tmp_path / "plan.xlsx")
    connection = connector(tmp_path, columns={**KEYED, "percent": "%"})
    results = {r.native_id: connection.map("rows", r, NOW) for r in pulled(connection).records}
    assert (item(results["M-1"]).state, item(results["M-2"]).percent_complete) == (State.DONE, 40)


@pytest.mark.parametrize("text", ["#REF!", "CDP-1; CDP-2 FS+99999999999d"])
def test_a_row_whose_dependencies_are_not_clear_is_quarantined(tmp_path: Path, text: str) -> None:
    result = mapped_field(tmp_path, "depends_on", text, "Depends on")
    assert result.versions == ()
    assert only_problem(result).held


@pytest.mark.parametrize(
    ("initiative", "labels", "wbs", "expected"),
    [
        ("other", "cdp", "D-4711", "other"),
        (None, "x, cdp", "D-9", "cdp"),
        (None, "x", "D-9", "other"),
    ],
)
def test_the_initiative_column_comes_before_labels_and_labels_before_wbs(
    tmp_path: Path, initiative: str | None, labels: str, wbs: str, expected: str
) -> None:
    columns = {**KEYED, "initiative": "Initiative", "labels": "Labels", "wbs": "WBS"}
    result = mapped_row(tmp_path, columns, ("M-1", "Brief", initiative, labels, wbs))
    assert item(result).initiative == expected


def test_a_version_is_valid_at_the_latest_from_when_the_row_was_observed(tmp_path: Path) -> None:
    workbook(("Key",), ("M-1", "x")).save(tmp_path / "plan.xlsx")
    connection = connector(tmp_path, columns={"key": "Key"})
    (record,) = pulled(connection).records
    earlier = NOW - timedelta(days=9)
    assert connection.map("rows", record, earlier).versions[0].valid_from == earlier


def test_of_two_headings_that_differ_in_case_the_left_one_is_mapped(tmp_path: Path) -> None:
    days = (date(2026, 3, 2), date(2026, 3, 9))
    workbook(("Key", "Task", "End", "END"), ("M-1", "Brief", *days)).save(tmp_path / "plan.xlsx")
    result = mapped(connector(tmp_path, columns={**KEYED, "finish": "End"}))["M-1"]
    assert item(result).planned_finish == days[0]


def test_of_several_headings_of_a_field_the_first_filled_one_is_mapped(tmp_path: Path) -> None:
    rows = (("Key", "Task", "Title"), ("M-1", None, "Brief"), ("M-2", "Launch", "Start"))
    workbook(*rows).save(tmp_path / "plan.xlsx")
    results = mapped(connector(tmp_path, columns={"key": "Key", "title": ["Task", "Title"]}))
    assert [item(result).title for result in results.values()] == ["Brief", "Launch"]


@pytest.mark.parametrize("text", ["TBD", "?", "n/a"])
def test_an_estimate_stated_to_be_unknown_is_none(tmp_path: Path, text: str) -> None:
    result = mapped_field(tmp_path, "estimate", text)
    assert (item(result).estimate_days, result.problems) == (None, ())


def test_sheet_and_file_are_escaped_in_a_configured_url(tmp_path: Path) -> None:
    workbook(("Key", "Task"), ("M-1", "Brief"), sheet="Plan & more").save(tmp_path / "my plan.xlsx")
    url = "https://share.test/{file}?sheet={sheet}&cell={cell}"
    result = mapped(connector(tmp_path, columns=KEYED, url=url))["M-1"]
    assert item(result).url == "https://share.test/my%20plan.xlsx?sheet=Plan%20%26%20more&cell=A2"


RAW_RECORDS = Path(__file__).with_name("raw_records.json")
RECORDED = (2, "0023d7667c6cee0f")
"""The mapping version, and the digest of what `raw_records.json` maps to."""


def test_a_changed_mapping_has_a_new_version() -> None:
    further = {
        "actual_start": "Began",
        "actual_finish": "Ended",
        "owner": "Owner",
        "remaining": "Left",
    }
    plans = connector(Path("/plans"), columns=EVERY_COLUMN | further)
    results = map_recorded(plans, RAW_RECORDS, NOW)
    assert_mapping_version(TOOL, results, *RECORDED)
