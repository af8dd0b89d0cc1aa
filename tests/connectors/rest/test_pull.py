"""Streams of an API, read over HTTP as configured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.base import ConnectionFailed, ConnectorContext, Page
from connectors.rest.connector import RestConnector, open_connector
from tests.connectors.rest.builders import LOOKUPS, connect, settings
from tests.connectors.rest.tracker import TOKEN, Tracker, issue

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def pull(
    connector: RestConnector, stream: str, cursor: Any = None, now: datetime = NOW
) -> list[Page]:
    return list(connector.pull(stream, cursor, now))


def ids(pages: list[Page]) -> list[str]:
    return [record.native_id for page in pages for record in page.records]


@pytest.mark.parametrize("stream", ["milestones", "sales", "bookings"])
def test_a_stream_is_read_to_its_end_however_it_is_paged(tracker: Tracker, stream: str) -> None:
    getattr(tracker, stream).extend({"id": number} for number in range(5))
    pages = pull(connect(tracker.url), stream)
    assert ids(pages) == ["0", "1", "2", "3", "4"]
    assert pages[-1].snapshot_ids == {"0", "1", "2", "3", "4"}


def test_a_second_pull_asks_only_for_what_changed(tracker: Tracker) -> None:
    connector = connect(tracker.url)
    cursor = pull(connector, "issues")[-1].cursor
    tracker.requests.clear()
    second = pull(connector, "issues", cursor)
    assert tracker.requests == ["GET /issues?state=all&per_page=2&since=2026-02-05T09%3A00%3A00Z"]
    assert ids(second) == ["1005"]
    assert second[-1].snapshot_ids is None


def test_everything_is_read_again_after_a_day(tracker: Tracker) -> None:
    connector = connect(tracker.url)
    cursor = pull(connector, "issues")[-1].cursor
    again = pull(connector, "issues", cursor, NOW + timedelta(days=1))
    assert len(ids(again)) == 5
    assert again[-1].snapshot_ids == {"1001", "1002", "1003", "1004", "1005"}


def test_a_stream_without_incremental_reading_is_read_whole_each_time(tracker: Tracker) -> None:
    tracker.milestones = [{"id": 1}]
    connector = connect(tracker.url)
    cursor = pull(connector, "milestones")[-1].cursor
    assert pull(connector, "milestones", cursor)[-1].snapshot_ids == {"1"}


def test_records_of_another_kind_in_the_list_are_skipped(tracker: Tracker) -> None:
    """GitHub lists pull requests among the issues."""
    tracker.issues.append(issue(6, pull_request={"url": "x"}))
    assert "1006" not in ids(pull(connect(tracker.url), "issues"))


def test_a_record_without_an_id_is_reported_and_stops_no_other(tracker: Tracker) -> None:
    tracker.milestones = [{"id": 1}, {"title": "?"}, {"id": ""}, {"id": True}, 7]
    pages = pull(connect(tracker.url), "milestones")
    assert ids(pages) == ["1"]
    (problem, *_) = [problem for page in pages for problem in page.problems]
    assert problem.reason.startswith("milestones, record 2 has no usable id, but null;")
    assert problem.remedy.startswith("Correct `id` of the stream milestones")
    assert pages[-1].snapshot_ids is None  # the record without an id is not deleted


def test_an_answer_without_the_list_names_the_setting(tracker: Tracker) -> None:
    own = settings(tracker.url).model_dump()
    own["streams"]["issues"]["records"] = "items"
    context = ConnectorContext("tracker", None, {"TRACKER_TOKEN": TOKEN}, LOOKUPS)  # type: ignore[arg-type]
    connector = open_connector(type(settings()).model_validate(own), context)
    with pytest.raises(ConnectionFailed, match=r'hold a list at "items".*of the stream issues'):
        pull(connector, "issues")


@pytest.mark.parametrize(
    ("auth", "sent"),
    [
        (
            {"type": "basic", "username": "bot", "password_env": "TRACKER_TOKEN"},
            {"authorization": "Basic Ym90OnRyYWNrZXItdG9rZW4="},
        ),
        (
            {"type": "header", "header": "PRIVATE-TOKEN", "value_env": "TRACKER_TOKEN"},
            {"private-token": TOKEN},
        ),
        ({"type": "none"}, {}),
    ],
)
def test_requests_are_signed_as_configured(
    tracker: Tracker, auth: dict[str, str], sent: dict[str, str]
) -> None:
    tracker.authorization = sent
    assert len(ids(pull(connect(tracker.url, auth=auth), "issues"))) == 5


def test_a_secret_that_is_not_set_is_named(tracker: Tracker) -> None:
    with pytest.raises(ConnectionFailed, match="TRACKER_TOKEN is not set"):
        connect(tracker.url, token=" ")


def test_check_finds_a_field_that_no_record_has(tracker: Tracker) -> None:
    tracker.milestones = [{"id": 1, "title": "x", "state": "open"}]
    tracker.sales, tracker.bookings = [], []
    problems = [p.what for p in connect(tracker.url).check() if "milestones" in p.what]
    assert problems == ["milestones: none of 1 record has a value for planned_finish at due_on"]


def test_check_finds_an_id_that_no_record_has(tracker: Tracker) -> None:
    streams = settings(tracker.url).model_dump()["streams"]
    changed = streams | {"issues": streams["issues"] | {"id": "node.id"}}
    problem = connect(tracker.url, streams=changed).check()[0]
    assert "issues: none of 5 records has a usable id at node.id" in problem.what
    assert problem.remedy == "Correct `id` of the stream issues in interlock.yaml."
    assert problem.blocking


def with_cursor_at(tracker: Tracker, field: str) -> RestConnector:
    tracker.sales = [{"id": number} for number in range(6)]
    own = settings(tracker.url).model_dump()
    own["streams"]["sales"]["paginator"]["field"] = field
    return connect(tracker.url, streams={"sales": own["streams"]["sales"]})


def test_a_wrong_path_of_a_cursor_is_an_error_and_no_end(tracker: Tracker) -> None:
    connector = with_cursor_at(tracker, "data.pages.after")
    with pytest.raises(ConnectionFailed) as caught:
        pull(connector, "sales")
    assert caught.value.reason == (
        'sales: the answer to GET /sales should hold an object at "data.pages", for the paginator '
        'cursor has the field "data.pages.after", and holds an object with "items"'
    )
    assert caught.value.remedy.startswith("Correct the paginator of the stream sales")
    (problem,) = connector.check()
    assert problem.blocking and '"data.pages.after"' in problem.what


def test_check_finds_a_cursor_that_never_changes(tracker: Tracker) -> None:
    connector = with_cursor_at(tracker, "always")
    (problem,) = connector.check()
    assert "GET /sales gave the same always twice" in problem.what
    assert len(tracker.requests) == 2


def test_check_names_what_a_refused_token_needs(tracker: Tracker) -> None:
    problems = connect(tracker.url, token="wrong").check()
    assert "Bad credentials" in problems[0].what
    assert "TRACKER_TOKEN" in problems[0].remedy
