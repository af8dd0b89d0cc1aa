"""Records of configured streams become work items, deals and spend."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.base import RawRecord
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
    assert problem.known_as == ("acme/api#1",)


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("start_on", "soon", "no date"),
        ("start_on", "0206-01-01", "no date"),
        ("estimate", -1, "no number of days"),
        ("estimate", "much", "no number of days"),
        ("percent", 140, "no percentage"),
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
