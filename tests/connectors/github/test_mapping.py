"""Issues and milestones as the API gives them, and the work items they become."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from connectors.base import RawRecord
from connectors.github.tool import TOOL
from connectors.testing import assert_mapping_version, map_recorded
from model.records import (
    DependencyRole,
    DependencyType,
    Kind,
    Origin,
    Priority,
    Ref,
    State,
    StatedDependency,
)
from tests.connectors.github.builders import (
    MILESTONE,
    NOW,
    connect,
    item_of,
    map_issue,
    raw_issue,
)

DATES = {"fields": {"start": "Start", "finish": "Target"}}


def field_value(name: str, value: Any, data_type: str = "date") -> dict[str, Any]:
    return {"issue_field_name": name, "data_type": data_type, "value": value}


def stated(own: dict[str, Any] | None = None, **fields: Any) -> dict[str, StatedDependency]:
    (version,) = map_issue(own=own, **fields).versions
    return {dependency.target: dependency for dependency in version.stated_dependencies}


def test_an_issue_is_identified_by_its_id_and_called_by_repository_and_number() -> None:
    item = item_of(map_issue(assignee={"login": "ada", "id": 5}, labels=[{"name": "cdp"}]))
    assert item.ref == Ref("code", Kind.WORK_ITEM, "1012")
    assert (item.key, item.url) == ("acme/api#12", "https://github.com/acme/api/issues/12")
    assert (item.owner, item.function, item.initiative) == ("ada", "it", "cdp")


def test_a_held_issue_is_known_by_every_name_that_others_may_use() -> None:
    (problem,) = map_issue(state="lost").problems
    assert problem.held
    address = "https://github.com/acme/api/issues/12"
    assert problem.known_as == ("acme/api#12", "api#12", address)


@pytest.mark.parametrize(
    "url", ["", "https://x.example/issues/1", "/repos/acme/../issues/1", "/repos/a/b/c/issues/1"]
)
def test_an_issue_whose_address_names_no_repository_is_held(url: str) -> None:
    """Its key becomes part of the path to which comments are written."""
    (problem,) = map_issue(url=url).problems
    assert problem.held
    assert "the issue cannot be read" in problem.reason


def test_within_an_organisation_an_issue_has_a_short_name() -> None:
    assert map_issue().aliases == ((Ref("code", Kind.WORK_ITEM, "1012"), "api#12"),)


@pytest.mark.parametrize(
    ("fields", "state", "status"),
    [
        ({}, State.PLANNED, "open"),
        ({"state_reason": "reopened"}, State.PLANNED, "open"),
        ({"labels": [{"name": "bug"}]}, State.PLANNED, "open"),
        ({"labels": [{"name": "In progress"}]}, State.IN_PROGRESS, "In progress"),
        ({"labels": [{"name": "waiting"}, {"name": "in progress"}]}, State.BLOCKED, "waiting"),
        ({"state": "closed", "state_reason": "completed"}, State.DONE, "completed"),
        ({"state": "closed"}, State.DONE, "completed"),
        ({"state": "closed", "state_reason": "not_planned"}, State.CANCELLED, "not planned"),
        ({"state": "closed", "state_reason": "duplicate"}, State.CANCELLED, "duplicate"),
        (
            {"state": "closed", "state_reason": "completed", "labels": [{"name": "in progress"}]},
            State.DONE,
            "completed",
        ),
    ],
)
def test_the_status_is_a_mapped_label_or_how_the_issue_was_closed(
    fields: dict[str, Any], state: State, status: str
) -> None:
    item = item_of(map_issue(**fields))
    assert (item.state, item.status) == (state, status)


def test_a_finished_issue_has_the_day_on_which_it_was_closed() -> None:
    closed = {"state": "closed", "closed_at": "2026-01-30T18:00:00Z"}
    assert item_of(map_issue(**closed)).actual_finish == date(2026, 1, 30)
    assert item_of(map_issue(**closed, state_reason="not_planned")).actual_finish is None


def test_dates_come_from_the_chosen_issue_fields() -> None:
    values = [field_value("Start", "2026-03-02"), field_value("Target", "2026-04-01")]
    item = item_of(map_issue(own=DATES, issue_field_values=values, milestone=MILESTONE))
    assert (item.planned_start, item.planned_finish) == (date(2026, 3, 2), date(2026, 4, 1))
    assert item.dates_from == 'GitHub "Target"'


def test_an_issue_without_a_date_of_its_own_has_that_of_its_milestone() -> None:
    values = [field_value("Effort", "high", "single_select")]
    item = item_of(map_issue(own=DATES, issue_field_values=values, milestone=MILESTONE))
    assert item.planned_finish == date(2026, 5, 1)
    assert item.dates_from == 'GitHub milestone "2.0"'


def test_an_issue_without_any_date_says_so() -> None:
    item = item_of(map_issue(own=DATES))
    assert (item.planned_finish, item.dates_from) == (None, "")


@pytest.mark.parametrize(
    ("labels", "priority"),
    [
        (["P1"], Priority.CRITICAL),
        (["p3", "P2"], Priority.HIGH),
        (["p3"], Priority.LOW),
        ([], None),
    ],
)
def test_labels_may_be_priorities(labels: list[str], priority: Priority | None) -> None:
    priorities = {"p1": "critical", "P2": "high", "P3": "low"}
    own = {"priorities": priorities}
    item = item_of(map_issue(own=own, labels=[{"name": name} for name in labels]))
    assert item.priority == priority


def test_a_sub_issue_has_its_parent_and_a_parent_the_share_that_is_done() -> None:
    summary = {"total": 3, "completed": 1, "percent_completed": 33}
    item = item_of(map_issue(parent=1009, sub_issues_summary=summary))
    assert item.parent == Ref("code", Kind.WORK_ITEM, "1009")
    assert item.percent_complete == 33
    assert item_of(map_issue(sub_issues_summary=summary | {"total": 0})).percent_complete is None


def test_another_function_may_plan_in_a_repository() -> None:
    assert item_of(map_issue(own={"functions": {"acme/api": "legal"}})).function == "legal"


def test_a_version_begins_when_the_issue_changed_and_never_after_it_was_seen() -> None:
    (version,) = map_issue().versions
    assert version.valid_from == datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
    (ahead,) = map_issue(updated_at="2026-03-09T09:00:00Z").versions
    assert ahead.valid_from == NOW


def test_our_own_comment_changes_nothing_that_is_mapped() -> None:
    """It moves `updated_at` and the count of comments."""
    before = item_of(map_issue(comments=0))
    after = item_of(map_issue(comments=1, updated_at="2026-03-01T09:00:00Z"))
    assert before == after


def test_a_milestone_is_a_milestone_of_the_plan() -> None:
    payload = orjson.dumps({"repository": "acme/api", "milestone": MILESTONE}).decode()
    mapped = connect().map("milestones", RawRecord("milestone-77", payload), NOW)
    item = item_of(mapped)
    assert item.milestone
    assert (item.key, item.title) == ("acme/api milestone 3", "2.0")
    assert (item.planned_finish, item.state) == (date(2026, 5, 1), State.PLANNED)
    assert mapped.aliases == ((item.ref, "acme/api 2.0"),)


def test_a_closed_milestone_was_reached_on_the_day_it_was_closed() -> None:
    closed = MILESTONE | {"state": "closed", "closed_at": "2026-02-20T10:00:00Z", "due_on": None}
    payload = orjson.dumps({"repository": "acme/api", "milestone": closed}).decode()
    item = item_of(connect().map("milestones", RawRecord("milestone-77", payload), NOW))
    assert (item.state, item.actual_finish) == (State.DONE, date(2026, 2, 20))


def test_blocking_issues_are_predecessors() -> None:
    raw = raw_issue(blocked_by=("https://github.com/acme/web/issues/5",))
    (version,) = map_issue(raw).versions
    (dependency,) = version.stated_dependencies
    assert (dependency.target, dependency.role) == ("ACME/WEB#5", DependencyRole.PREDECESSOR)
    assert (dependency.origin, dependency.where) == (Origin.LINK, '"blocked by"')


def test_a_milestone_waits_for_its_issues() -> None:
    (dependency,) = stated(milestone=MILESTONE).values()
    assert dependency.target == "ACME/API MILESTONE 3"
    assert dependency.role is DependencyRole.SUCCESSOR
    assert dependency.type is DependencyType.FINISH_TO_FINISH


@pytest.mark.parametrize(
    ("line", "target"),
    [
        ("- [ ] #13", "ACME/API#13"),
        ("* [x] #13 and more", "ACME/API#13"),
        ("1. [ ] acme/web#5", "ACME/WEB#5"),
        ("  - [X] web#5", "WEB#5"),
        ("- [ ] https://github.com/acme/web/issues/5", "ACME/WEB#5"),
        ("- [ ] the contract CDP-12", "CDP-12"),
    ],
)
def test_an_issue_is_not_finished_before_its_tasks(line: str, target: str) -> None:
    (dependency,) = stated(body=f"Tasks:\r\n\r\n{line}\r\n").values()
    assert (dependency.target, dependency.origin) == (target, Origin.TEXT)
    assert dependency.type is DependencyType.FINISH_TO_FINISH


@pytest.mark.parametrize(
    "body",
    [
        "See #13 and acme/web#5, CDP-12.",
        "- [ ] nothing in particular, 2026",
        "- [ ] #12, this issue itself",
        "<!-- - [ ] #13 -->",
        "<!--\n- [ ] #13",
        "&#13; v1.0#x",
    ],
)
def test_other_text_states_nothing_by_default(body: str) -> None:
    assert stated(body=body) == {}


def test_names_in_text_count_where_it_is_configured_but_not_our_own_issues() -> None:
    own = {"references_in_body": True}
    body = "Waits for CDP-12, other/repo#4 and 4711; see #13, acme/web#5, web#6."
    assert stated(own, body=body).keys() == {"CDP-12", "OTHER/REPO#4"}
    assert stated(own, body=body)["CDP-12"].where == "text in the description"


def test_what_is_stated_by_a_link_is_not_stated_again_by_text() -> None:
    raw = raw_issue(blocked_by=("https://github.com/acme/web/issues/5",), body="- [ ] acme/web#5")
    (version,) = map_issue(raw).versions
    assert [dependency.origin for dependency in version.stated_dependencies] == [Origin.LINK]


RAW_RECORDS = Path(__file__).with_name("raw_records.json")
RECORDED = (2, "0bc73a0ba52e8d77")
"""The mapping version, and the digest of what `raw_records.json` maps to."""


def test_a_changed_mapping_has_a_new_version() -> None:
    connector = connect(
        fields={"start": "Start", "finish": "Target"},
        references_in_body=True,
        priorities={"P1": "critical"},
    )
    results = map_recorded(connector, RAW_RECORDS, NOW)
    assert_mapping_version(TOOL, results, *RECORDED)
