"""Records of configured streams become work items, deals and spend."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.base import RawRecord
from connectors.rest.tool import TOOL
from connectors.testing import assert_mapping_version, map_recorded
from model.records import (
    Deal,
    DealStage,
    DependencyRole,
    Kind,
    Mapped,
    Origin,
    Priority,
    Ref,
    Spend,
    SpendKind,
    State,
    StatedDependency,
    WorkItem,
)
from tests.connectors.rest.builders import connect, settings
from tests.connectors.rest.tracker import issue

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def mapped(stream: str, record: dict[str, Any]) -> Mapped:
    raw = RawRecord(str(record.get("id")), json.dumps(record))
    return connect("https://tracker.example").map(stream, raw, NOW)


def item(**more: Any) -> WorkItem:
    record = mapped("issues", issue(1, **more)).versions[-1].record
    assert isinstance(record, WorkItem)
    return record


def test_an_issue_becomes_a_work_item() -> None:
    work_item = item(
        milestone={"id": 7, "due_on": "2026-05-01T07:00:00Z"},
        priority="Now",
        start_on="2026-02-01",
        estimate=2.5,
        percent=40,
    )
    assert work_item == WorkItem(
        ref=Ref("tracker", Kind.WORK_ITEM, "issues/1001"),
        key="acme/api#1",
        title="Issue 1",
        url="https://git.example/acme/api/issues/1",
        touched_at=datetime(2026, 2, 1, 10, tzinfo=UTC),
        dates_from='field "milestone.due_on"',
        function="it",
        owner="ada",
        state=State.PLANNED,
        status="open",
        priority=Priority.CRITICAL,
        planned_start=date(2026, 2, 1),
        planned_finish=date(2026, 5, 1),
        estimate_days=3,
        percent_complete=40,
        parent=Ref("tracker", Kind.WORK_ITEM, "milestones/7"),
        initiative="cdp",
        labels=("cdp",),
    )


def test_a_version_holds_from_when_the_record_changed() -> None:
    (version,) = mapped("issues", issue(1)).versions
    assert version.valid_from == datetime(2026, 2, 1, 10, tzinfo=UTC)
    (version,) = mapped("milestones", {"id": 7, "title": "x", "state": "open"}).versions
    assert version.valid_from == NOW


def test_records_of_two_streams_with_one_id_stay_apart() -> None:
    milestone = mapped("milestones", {"id": 1001, "title": "Release", "state": "open"}).versions[-1]
    assert milestone.record.ref != item().ref
    assert isinstance(milestone.record, WorkItem)
    assert milestone.record.milestone


def test_dependencies_are_certain_from_their_field_and_possible_from_text() -> None:
    blocked_by = [{"url": "https://git.example/acme/api/issues/2"}, {"url": "CDP-3"}]
    (version,) = mapped("issues", issue(1, blocked_by=blocked_by, body="see CDP-3, CDP-4")).versions
    where = 'field "blocked_by[*].url"'
    address = "https://git.example/acme/api/issues/2"
    predecessor = DependencyRole.PREDECESSOR
    assert set(version.stated_dependencies) == {
        StatedDependency(address.upper(), predecessor, Origin.FIELD, where),
        StatedDependency("CDP-3", predecessor, Origin.FIELD, where),
        StatedDependency("CDP-4", predecessor, Origin.TEXT, 'text in "body"'),
    }


def test_a_status_that_is_not_mapped_holds_the_record_and_keeps_its_name() -> None:
    (problem,) = mapped("issues", issue(1, state="triage")).problems
    assert problem.held
    assert '"triage" is not mapped' in problem.reason
    assert "workflow of tracker" in problem.remedy
    address = "https://git.example/acme/api/issues/1"
    assert problem.known_as == ("acme/api#1", address, "issues/1001")


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("start_on", "soon", "no date"),
        ("start_on", "0206-01-01", "no date"),
        ("estimate", -1, "no number of days"),
        ("estimate", "much", "no number of days"),
        ("percent", 140, "no clear percentage"),
        ("percent", 1, "no clear percentage"),
        ("percent", "1.0", "no clear percentage"),
        ("priority", "whenever", "no known priority"),
    ],
)
def test_a_value_that_cannot_be_read_is_left_out_and_reported(
    field: str, value: Any, what: str
) -> None:
    result = mapped("issues", issue(1, **{field: value}))
    (problem,) = result.problems
    assert not problem.held
    assert what in problem.reason
    assert len(result.versions) == 1


def test_a_deal_has_its_stage_amount_and_dependencies() -> None:
    record = {
        "id": 1,
        "name": "Nord AG",
        "stage": "Won",
        "amount": 1200.5,
        "closes": "2026-06-01",
        "probability": 90,
        "needs": "CDP-1",
    }
    (version,) = mapped("sales", record).versions
    assert version.record == Deal(
        ref=Ref("tracker", Kind.DEAL, "sales/1"),
        key="1",
        title="Nord AG",
        dates_from='field "closes"',
        function="sales",
        stage=DealStage.WON,
        status="Won",
        amount=Decimal("1200.5"),
        currency="EUR",
        close_date=date(2026, 6, 1),
        probability=90,
    )
    assert [stated.target for stated in version.stated_dependencies] == ["CDP-1"]


def test_a_booking_becomes_spend() -> None:
    money = {"value": "12.30", "currency": "EUR"}
    record = {
        "id": 1,
        "text": "x",
        "type": "Ist",
        "money": money,
        "day": "2026-03-01",
        "wbs": "D-1",
    }
    (version,) = mapped("bookings", record | {"wbs": "D-1"}).versions
    assert isinstance(version.record, Spend)
    assert version.record.spend_kind == SpendKind.ACTUAL
    assert (version.record.amount, version.record.currency) == (Decimal("12.30"), "EUR")
    assert (version.record.on, version.record.wbs) == (date(2026, 3, 1), "D-1")


@pytest.mark.parametrize("missing", ["type", "money", "day"])
def test_spend_that_is_not_whole_is_held(missing: str) -> None:
    money = {"value": "12.30", "currency": "EUR"}
    record = {"id": 1, "text": "x", "type": "Ist", "money": money, "day": "2026-03-01"}
    result = mapped("bookings", {**record, missing: None})
    assert result.versions == ()
    assert any(problem.held for problem in result.problems)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("streams", "issues", "fields", "title"), "a..b", "no path"),
        (("streams", "issues", "fields", "key"), "x{a[}", "no path"),
        (("streams", "issues", "changed_at"), None, "needs `changed_at`"),
        (("streams", "issues", "fields", "parent_stream"), "boards", "names no stream"),
        (("streams", "sales", "paginator", "field"), None, "needs `field`"),
        (("url",), "https://user:secret@tracker.example", "without credentials"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_the_reason(
    path: tuple[str, ...], value: Any, message: str
) -> None:
    values = settings().model_dump()
    at = values
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(ValidationError, match=message) as caught:
        type(settings()).model_validate(values)
    assert "secret" not in str(caught.value)


def test_a_record_that_names_itself_does_not_depend_on_itself() -> None:
    record = {"id": 7, "name": "Campaign", "stage": "Won", "closes": "2026-05-01", "needs": "7; 8"}
    (version,) = mapped("sales", record).versions
    assert [stated.target for stated in version.stated_dependencies] == ["8"]


def with_statuses(statuses: dict[str, Any], status: str) -> Mapped:
    """An issue of this status, mapped by a connection that says what statuses mean."""
    streams = settings().model_dump(mode="json", exclude_unset=True)["streams"]
    streams["issues"]["fields"]["statuses"] = statuses
    connector = connect("https://tracker.example", streams=streams)
    return connector.map("issues", RawRecord("1", json.dumps(issue(1, state=status))), NOW)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Doing", State.IN_PROGRESS),
        ("waits", State.BLOCKED),
        # The operating model still maps what the stream does not name, and never what it does.
        ("closed", State.DONE),
        ("open", State.CANCELLED),
    ],
)
def test_a_stream_says_what_its_statuses_mean(status: str, state: State) -> None:
    statuses = {"doing": "in progress", "Waits": "Blocked", "OPEN": "cancelled"}
    (version,) = with_statuses(statuses, status).versions
    assert isinstance(version.record, WorkItem)
    assert (version.record.state, version.record.status) == (state, status)


def test_a_status_that_nothing_maps_is_held_and_says_where_to_map_it() -> None:
    (problem,) = with_statuses({"doing": "in progress"}, "Parked").problems
    assert problem.held
    assert '"Parked" is not mapped to a state' in problem.reason
    assert "`statuses` of the stream issues in interlock.yaml" in problem.remedy


def test_a_state_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError, match="planned, in_progress, blocked, done, cancelled"):
        with_statuses({"doing": "ongoing"}, "Doing")


RAW_RECORDS = Path(__file__).with_name("raw_records.json")


@pytest.mark.parametrize(
    ("written", "percent"), [(0, 0), (0.5, 50), ("0.25", 25), (0.004, 0), (1.5, 2), (62.5, 62)]
)
def test_a_percentage_between_0_and_1_is_a_share(written: Any, percent: int) -> None:
    assert item(percent=written).percent_complete == percent


RECORDED = (4, "a80c1c9332edf242")
"""The mapping version, and the digest of what `raw_records.json` maps to."""


def test_a_changed_mapping_has_a_new_version() -> None:
    connector = connect("https://tracker.example")
    results = map_recorded(connector, RAW_RECORDS, datetime(2026, 3, 2, tzinfo=UTC))
    assert_mapping_version(TOOL, results, *RECORDED)
