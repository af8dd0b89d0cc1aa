"""Issues mapped to work items: their present and past states, and their problems."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from connectors.base import RawRecord
from connectors.jira.mapping import IssueMapping
from connectors.jira.tool import TOOL
from connectors.testing import assert_mapping_version, map_recorded
from model.operating_model.lookups import ConnectionLookups
from model.records import Kind, Mapped, Priority, Ref, State
from tests.connectors.jira.builders import (
    NOW,
    STATUSES,
    Site,
    comment_change,
    connect,
    edit_issue,
    fetch_comments,
    issue,
    map_issue,
    present_item,
    pull_pages,
    records_by_key,
    settings,
    work_items,
)
from tests.connectors.references import REFERENCES

START = [{"id": "customfield_10015", "name": "Start date", "type": "date"}]

LOOKUPS = ConnectionLookups(statuses=STATUSES, references=REFERENCES.for_connection("jira-it"))


def read(
    fields: dict[str, Any],
    /,
    *changelog: dict[str, Any],
    names: dict[str, str] | None = None,
    lookups: ConnectionLookups | None = None,
    **overrides: Any,
) -> Mapped:
    """Map an issue with these fields, in the shape of `POST /rest/api/3/issue/bulkfetch`."""
    all_fields = {"summary": "Ingest", "created": "2026-01-05T09:00:00.000+0000", **fields}
    all_fields.setdefault("status", {"name": "To Do", "statusCategory": {"key": "new"}})
    payload = {
        "issue": {"id": "10001", "key": "CDP-1", "fields": all_fields},
        "changelog": list(changelog),
        "names": names or {},
    }
    mapping = IssueMapping("jira-it", settings(**overrides), lookups or LOOKUPS)
    return mapping.map(RawRecord("10001", orjson.dumps(payload).decode()), NOW)


def changed(at: str | int, field: str, before: Any, after: Any, **overrides: Any) -> dict[str, Any]:
    """An entry of the changelog as Jira records it: `from`/`to` raw, `fromString` for people."""
    raw = {"from": before, "to": after}
    texts = {"fromString": before, "toString": after}
    item = {"field": field, "fieldId": field, **raw, **texts, **overrides}
    return {"id": "1", "created": at, "author": {"accountId": "ada"}, "items": [item]}


def test_the_present_state_of_an_issue_is_read(jira: Site) -> None:
    sandbox = jira(
        issue("CDP-1", summary="Platform"),
        issue(
            "CDP-2",
            summary="Ingest customers",
            status="In Progress",
            priority="High",
            assignee="ada",
            parent="CDP-1",
            labels=["cdp"],
            due="2026-04-30",
            fields={"Start date": "2026-03-02"},
        ),
        fields=START,
    )
    connector = connect(
        sandbox.jira_url, fields={"start": "Start date"}, functions={"CDP": "platform"}
    )
    record = present_item(map_issue(connector, "CDP-2"))
    parent = sandbox.jira.find("CDP-1")
    assert parent is not None
    assert (record.key, record.title) == ("CDP-2", "Ingest customers")
    assert (record.state, record.status) == (State.IN_PROGRESS, "In Progress")
    assert (record.planned_start, record.planned_finish) == (date(2026, 3, 2), date(2026, 4, 30))
    assert (record.priority, record.owner, record.function) == (Priority.HIGH, "ada", "platform")
    assert record.parent == Ref("jira-it", Kind.WORK_ITEM, parent.id)
    assert record.url == f"{sandbox.jira_url}/browse/CDP-2"
    assert record.dates_from == 'Jira "Due date"'


def test_each_change_of_dates_and_status_begins_a_version(jira: Site) -> None:
    sandbox = jira(
        issue(
            "CDP-1",
            status="In Progress",
            due="2026-05-15",
            changes=[
                {
                    "at": "2026-01-20T10:00:00Z",
                    "by": "ada",
                    "field": "duedate",
                    "from": "2026-04-30",
                    "to": "2026-05-15",
                },
                {
                    "at": "2026-02-01T10:00:00Z",
                    "by": "ada",
                    "field": "status",
                    "from": "To Do",
                    "to": "In Progress",
                },
            ],
        )
    )
    result = map_issue(connect(sandbox.jira_url), "CDP-1")
    history = [
        (version.valid_from.date(), record.planned_finish, record.state)
        for version, record in zip(result.versions, work_items(result), strict=True)
    ]
    assert history == [
        (date(2026, 1, 5), date(2026, 4, 30), State.PLANNED),
        (date(2026, 1, 20), date(2026, 5, 15), State.PLANNED),
        (date(2026, 2, 1), date(2026, 5, 15), State.IN_PROGRESS),
    ]


def test_a_change_made_through_the_site_reads_back_as_the_state_before(jira: Site) -> None:
    sandbox = jira(issue("CDP-1", due="2026-04-30", labels=["a"], summary="Old"))
    edit_issue(sandbox, "CDP-1", duedate=None, labels=["b", "c"], summary="New")
    first, last = work_items(map_issue(connect(sandbox.jira_url), "CDP-1"))
    assert (first.title, last.title) == ("Old", "New")
    assert (first.labels, last.labels) == (("a",), ("b", "c"))
    assert (first.planned_finish, last.planned_finish) == (date(2026, 4, 30), None)


def test_a_start_date_is_undone_by_its_raw_value_not_by_its_text() -> None:
    result = read(
        {"customfield_10015": "2026-03-09"},
        changed(
            "2026-02-01T10:00:00.000+0000",
            "Start date",
            "2026-03-02",
            "2026-03-09",
            fieldId="customfield_10015",
            fromString="2/Mär/26",
        ),
        names={"customfield_10015": "Start date"},
        fields={"start": "Start date"},
    )
    starts = [record.planned_start for record in work_items(result)]
    assert starts == [date(2026, 3, 2), date(2026, 3, 9)]


def test_priority_assignee_and_release_are_undone() -> None:
    at = "2026-02-01T10:00:00.000+0000"
    result = read(
        {
            "priority": {"id": "2", "name": "High"},
            "assignee": {"accountId": "bob"},
            "fixVersions": [{"id": "7", "name": "2.0"}],
        },
        changed(at, "priority", "3", "2", fromString="Medium"),
        changed("2026-02-02T10:00:00.000+0000", "assignee", None, "bob"),
        changed(
            "2026-02-03T10:00:00.000+0000", "Fix Version", None, "7", fieldId=None, fromString=None
        ),
    )
    first, *_, last = work_items(result)
    assert (first.priority, last.priority) == (Priority.MEDIUM, Priority.HIGH)
    assert (first.owner, last.owner) == (None, "bob")
    assert [len(version.stated_dependencies) for version in result.versions] == [0, 0, 0, 1]


def test_the_changelog_may_give_its_times_as_numbers() -> None:
    seconds = int(datetime(2026, 2, 1, tzinfo=UTC).timestamp())
    for number in (seconds, seconds * 1000):
        result = read({"duedate": "2026-05-01"}, changed(number, "duedate", None, "2026-05-01"))
        assert result.versions[-1].valid_from == datetime(2026, 2, 1, tzinfo=UTC)


def test_the_day_of_a_change_is_the_day_where_it_was_made() -> None:
    entry = changed(
        "2026-02-01T01:00:00.000+0800", "status", "1", "3", fromString="To Do", toString="Done"
    )
    done = {"name": "Done", "statusCategory": {"key": "done"}}
    record = present_item(read({"status": done}, entry))
    assert record.actual_finish == date(2026, 2, 1)


def test_times_of_a_version_are_in_utc() -> None:
    at = "2026-02-01T01:00:00.000+0800"
    version = read({"duedate": "2026-05-01"}, changed(at, "duedate", None, "2026-05-01")).versions[
        -1
    ]
    assert version.valid_from.isoformat() == "2026-01-31T17:00:00+00:00"
    assert version.record.touched_at.isoformat() == "2026-01-31T17:00:00+00:00"


def test_work_that_was_reopened_has_no_finish() -> None:
    result = read(
        {"status": {"name": "In Progress", "statusCategory": {"key": "indeterminate"}}},
        changed("2026-01-10T10:00:00.000+0000", "status", "1", "2", fromString="To Do"),
        changed("2026-01-12T10:00:00.000+0000", "status", "2", "3", fromString="In Progress"),
        changed("2026-01-14T10:00:00.000+0000", "status", "3", "2", fromString="Done"),
    )
    finishes = [record.actual_finish for record in work_items(result)]
    assert finishes == [None, None, date(2026, 1, 12), None]
    assert present_item(result).actual_start == date(2026, 1, 10)


def test_an_issue_whose_move_to_done_is_not_recorded_finished_when_it_was_resolved() -> None:
    done = {"name": "Done", "statusCategory": {"key": "done"}}
    fields = {"status": done, "resolutiondate": "2026-02-10T16:00:00.000+0000"}
    assert present_item(read(fields)).actual_finish == date(2026, 2, 10)


@pytest.mark.parametrize(
    ("category", "state"),
    [("new", State.PLANNED), ("indeterminate", State.IN_PROGRESS), ("done", State.DONE)],
)
def test_an_unmapped_status_counts_by_its_category_and_is_reported(
    category: str, state: State
) -> None:
    result = read({"status": {"name": "已完成", "statusCategory": {"key": category}}})
    assert present_item(result).state is state
    assert present_item(result).status == "已完成"
    (problem,) = result.problems
    assert not problem.held
    assert "CDP-1" in problem.reason
    assert 'Map "已完成"' in problem.remedy


def test_a_past_status_counts_by_the_category_in_its_raw_record(jira: Site) -> None:
    step = {"at": "2026-01-20T10:00:00Z", "by": "ada", "field": "status"}
    sandbox = jira(
        issue("CDP-1", status="Done", changes=[{**step, "from": "Shipped", "to": "Done"}]),
        statuses=[
            {"name": "Shipped", "category": "done"},
            {"name": "Done", "category": "done"},
        ],
    )
    result = map_issue(connect(sandbox.jira_url), "CDP-1")
    assert [record.state for record in work_items(result)] == [State.DONE, State.DONE]
    assert result.problems == ()


def test_the_start_of_an_issue_that_was_created_in_work_is_unknown(jira: Site) -> None:
    change = {"at": "2026-01-20T10:00:00Z", "by": "ada", "field": "duedate"}
    sandbox = jira(
        issue(
            "CDP-1",
            status="In Progress",
            due="2026-02-10",
            changes=[{**change, "from": "2026-02-01", "to": "2026-02-10"}],
        )
    )
    result = map_issue(connect(sandbox.jira_url), "CDP-1")
    assert [record.actual_start for record in work_items(result)] == [None, None]


def test_a_past_status_that_jira_no_longer_has_counts_as_in_progress() -> None:
    result = read(
        {"status": {"name": "Done", "statusCategory": {"key": "done"}}},
        changed("2026-02-01T10:00:00.000+0000", "status", "99", "3", fromString="Legacy"),
    )
    assert work_items(result)[0].state is State.IN_PROGRESS
    assert "Jira has no category for it" in result.problems[0].reason


def test_an_unmapped_priority_is_left_out_and_reported() -> None:
    result = read({"priority": {"name": "Someday"}})
    assert present_item(result).priority is None
    assert 'Add "Someday" to priorities of jira-it' in result.problems[0].remedy
    named = read({"priority": {"name": "Someday"}}, priorities={"Someday": "low"})
    assert present_item(named).priority is Priority.LOW


@pytest.mark.parametrize("text", ["2026-02-30", "0026-03-01", "soon"])
def test_an_impossible_date_holds_the_issue_and_names_it(text: str) -> None:
    result = read({"duedate": text})
    (problem,) = result.problems
    assert result.versions == ()
    assert problem.held
    assert problem.known_as == ("CDP-1", f"{settings().url}/browse/CDP-1")
    assert f'CDP-1 has "{text}" as its Due date' in problem.reason


def test_an_impossible_start_date_holds_the_issue_and_is_named_like_its_field() -> None:
    (problem,) = read(
        {"customfield_1": "2026-02-30"},
        names={"customfield_1": "Start date"},
        fields={"start": "Start date"},
    ).problems
    assert problem.held
    assert 'has "2026-02-30" as its Start date' in problem.reason


def test_an_impossible_date_that_was_never_corrected_is_reported_once_and_held() -> None:
    result = read(
        {"duedate": "soon", "summary": "New"},
        changed("2026-02-01T10:00:00.000+0000", "summary", "Old", "New"),
    )
    assert [problem.held for problem in result.problems] == [True]


def test_an_impossible_date_of_the_past_is_left_out_there_only() -> None:
    result = read(
        {"duedate": "2026-05-01"},
        changed("2026-02-01T10:00:00.000+0000", "duedate", "2026-13-01", "2026-05-01"),
    )
    assert [record.planned_finish for record in work_items(result)] == [None, date(2026, 5, 1)]
    assert [problem.held for problem in result.problems] == [False]


@pytest.mark.parametrize("payload", ["[]", "{}", '{"issue": {"id": "1"}}', '{"issue": '])
def test_a_raw_record_of_another_shape_is_held_and_raises_nothing(payload: str) -> None:
    mapping = IssueMapping("jira-it", settings(), ConnectionLookups())
    result = mapping.map(RawRecord("10001", payload), NOW)
    assert result.versions == ()
    assert result.problems[0].held


def test_a_held_issue_is_still_known_by_its_key() -> None:
    (problem,) = read({"fixVersions": ["2.0"]}).problems
    assert problem.held
    assert problem.known_as == ("CDP-1", f"{settings().url}/browse/CDP-1")


def test_an_issue_with_hardly_any_field_is_still_a_work_item() -> None:
    record = present_item(read({"summary": None, "status": None, "created": None}))
    assert (record.title, record.state, record.status) == ("CDP-1", State.PLANNED, "")


def test_estimates_are_working_days_of_eight_hours_rounded_up() -> None:
    record = present_item(read({"timeoriginalestimate": 100_800, "timeestimate": 3_600}))
    assert (record.estimate_days, record.remaining_days) == (4, 1)


def test_percent_comes_from_the_chosen_field_else_from_time_spent() -> None:
    progress = {"aggregateprogress": {"progress": 30, "total": 90, "percent": 33}}
    assert present_item(read(progress)).percent_complete == 33
    for no_time_logged in ({"progress": 0, "total": 0}, {"progress": 0, "total": 28_800}):
        assert present_item(read({"aggregateprogress": no_time_logged})).percent_complete is None
    chosen = read(
        {"customfield_1": 60.0, **progress},
        names={"customfield_1": "Progress"},
        fields={"percent": "Progress"},
    )
    assert present_item(chosen).percent_complete == 60


@pytest.mark.parametrize("text", ["about half", "40,5,1", "inf", "nan", 0.4, 250, -5])
def test_an_impossible_percentage_is_left_out_and_reported(text: Any) -> None:
    result = read(
        {"customfield_1": text}, names={"customfield_1": "Progress"}, fields={"percent": "Progress"}
    )
    assert present_item(result).percent_complete is None
    (problem,) = result.problems
    assert "as its Progress, which is no whole percentage" in problem.reason
    assert not problem.held


def test_an_estimate_longer_than_any_plan_is_left_out_and_reported() -> None:
    result = read({"timeoriginalestimate": 10**15})
    assert present_item(result).estimate_days is None
    (problem,) = result.problems
    assert "CDP-1 has more than 10,000 working days as its Original estimate" in problem.reason


def test_progress_that_overflows_a_number_holds_the_issue() -> None:
    (problem,) = read({"aggregateprogress": {"progress": 1e308, "total": 1e-308}}).problems
    assert problem.held
    assert "OverflowError" in problem.reason


def test_dates_without_a_due_date_come_from_the_start_field() -> None:
    record = present_item(
        read(
            {"customfield_1": "2026-03-02"},
            names={"customfield_1": "Start date"},
            fields={"start": "Start date"},
        )
    )
    assert record.dates_from == 'Jira "Start date"'
    assert present_item(read({})).dates_from == ""


def test_an_issue_without_a_creation_date_is_valid_from_its_first_observation() -> None:
    assert read({"created": None}).versions[0].valid_from == NOW


def test_an_initiative_is_found_by_label_and_else_by_its_longest_wbs_prefix() -> None:
    lookups = ConnectionLookups(
        statuses=STATUSES, initiatives={"cdp": "platform"}, wbs={"IT-4": "it", "IT-47": "campaign"}
    )
    wbs: dict[str, Any] = {"names": {"customfield_2": "WBS"}, "fields": {"wbs": "WBS"}}
    money = {"customfield_2": "IT-47.02"}
    labelled = present_item(read({"labels": ["CDP"], **money}, lookups=lookups, **wbs))
    assert (labelled.initiative, labelled.wbs) == ("platform", "IT-47.02")
    assert present_item(read(money, lookups=lookups, **wbs)).initiative == "campaign"


def test_a_moved_issue_keeps_its_former_key_as_a_name() -> None:
    result = read(
        {}, changed("2026-02-01T10:00:00.000+0000", "Key", "OLD-7", "CDP-1", fieldId=None)
    )
    assert result.aliases == ((Ref("jira-it", Kind.WORK_ITEM, "10001"), "OLD-7"),)


def test_touched_at_is_the_last_change_by_a_person() -> None:
    person = changed("2026-02-01T10:00:00.000+0000", "description", "a", "b")
    app = changed("2026-02-02T10:00:00.000+0000", "RemoteIssueLink", None, "x")
    app["author"] = {"accountId": "app-1", "accountType": "app"}
    ours = changed("2026-02-03T10:00:00.000+0000", "labels", "", "x")
    ours["author"] = {"accountId": "interlock", "emailAddress": "interlock@example.com"}
    record = present_item(read({}, person, app, ours))
    assert record.touched_at == datetime(2026, 2, 1, 10, tzinfo=UTC)


def test_our_own_comment_does_not_change_the_raw_record(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector = connect(sandbox.jira_url)
    before = pull_pages(connector)
    list(connector.apply([comment_change(sandbox, "CDP-1")]))
    assert len(fetch_comments(sandbox, "CDP-1")) == 1
    after = pull_pages(connector, before[-1].cursor)
    assert records_by_key(after) == records_by_key(before)


RAW_RECORDS = Path(__file__).with_name("raw_records.json")
RECORDED = (2, "40f6e0c5ca503b14")
"""The mapping version, and the digest of what `raw_records.json` maps to."""


def test_a_changed_mapping_has_a_new_version() -> None:
    results = map_recorded(
        connect(
            "https://tool.example",
            fields={
                "start": "Start date",
                "depends_on": "Depends on",
                "wbs": "WBS element",
                "percent": "Progress",
            },
            references_in=["description"],
        ),
        RAW_RECORDS,
        NOW,
    )
    assert_mapping_version(TOOL, results, *RECORDED)
