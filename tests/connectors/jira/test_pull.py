"""Pulling issues from a running Jira: none missed, none twice, none wrongly deleted."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

import httpx
import orjson
import pytest
import respx

from connectors.base import ConnectionFailed
from connectors.jira.issue_batches import IssueBatch, chunks
from connectors.jira.pull import IssueCursor
from tests.connectors.jira.builders import (
    EMAIL,
    NOW,
    TOKEN,
    Site,
    add_fault,
    configure,
    connect,
    edit_issue,
    issue,
    list_requests,
    move_issue,
    pull_pages,
    records_by_key,
)


def test_a_first_pull_brings_every_issue_with_its_changelog(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("SEC-1"), issue("HELP-1"))
    edit_issue(sandbox, "CDP-1", duedate="2026-04-01")
    records = records_by_key(pull_pages(connect(sandbox.jira_url)))
    assert set(records) == {"CDP-1", "SEC-1"}
    payload = orjson.loads(records["CDP-1"].payload)
    assert payload["issue"]["fields"]["duedate"] == "2026-04-01"
    assert payload["changelog"][0]["items"][0]["fieldId"] == "duedate"


def test_a_second_pull_brings_only_what_changed(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"), issue("CDP-3", updated="2026-02-01T00:00:00Z"))
    connector = connect(sandbox.jira_url)
    cursor = pull_pages(connector)[-1].cursor
    edit_issue(sandbox, "CDP-1", duedate="2026-05-01")
    overlap = {"CDP-3"}
    assert set(records_by_key(pull_pages(connector, cursor))) == {"CDP-1"} | overlap


def test_a_first_pull_lists_the_ids_once_and_each_later_one_all_of_them(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector = connect(sandbox.jira_url)
    cursor = pull_pages(connector)[-1].cursor
    # One search is for the newest change.
    assert list_requests(sandbox).count("POST /rest/api/3/search/jql") == 2
    pull_pages(connector, cursor)
    assert list_requests(sandbox).count("POST /rest/api/3/search/jql") == 2 + 3


def test_a_raw_record_read_again_within_the_overlap_is_identical(jira: Site) -> None:
    connector = connect(jira(issue("CDP-1")).jira_url)
    first = pull_pages(connector)
    again = pull_pages(connector, first[-1].cursor)
    assert records_by_key(again)["CDP-1"] == records_by_key(first)["CDP-1"]


def test_a_short_page_is_not_the_last_page() -> None:
    first = {"issues": [{"id": "1"}], "nextPageToken": "a", "isLast": False}
    empty = {"issues": [], "nextPageToken": "b", "isLast": False}
    last = {"issues": [{"id": "2"}]}
    with respx.mock:
        respx.post("https://jira.example/rest/api/3/search/jql").mock(
            side_effect=[httpx.Response(200, json=page) for page in (first, empty, last)]
        )
        assert list(connect("https://jira.example")._api.search_ids("project = CDP")) == ["1", "2"]


def test_a_repeated_page_token_fails_the_pull_instead_of_looping() -> None:
    page = {"issues": [{"id": "1"}], "nextPageToken": "a"}
    with respx.mock:
        respx.post("https://jira.example/rest/api/3/search/jql").respond(200, json=page)
        with pytest.raises(ConnectionFailed, match="same nextPageToken twice"):
            list(connect("https://jira.example")._api.search_ids("project = CDP"))


def test_the_cursor_never_moves_back() -> None:
    assert IssueCursor(updated_from=1000).moved_to(400).updated_from == 1000


def test_the_cursor_lies_an_overlap_before_the_oldest_issue_of_the_batch() -> None:
    batch = IssueBatch(updated={"1": 700, "2": 600, "3": 800})
    assert IssueCursor().after_batch(batch, newest=900, overlap=50).updated_from == 550


def test_a_change_during_the_pull_does_not_move_the_cursor_beyond_its_beginning() -> None:
    batch = IssueBatch(updated={"1": 900})
    assert IssueCursor().after_batch(batch, newest=500, overlap=50).updated_from == 450


def test_a_batch_without_issues_does_not_move_the_cursor() -> None:
    assert IssueCursor(updated_from=7).after_batch(IssueBatch(), 500, 50).updated_from == 7


def test_more_issues_than_fit_a_page_all_arrive(jira: Site) -> None:
    sandbox = jira(*(issue(f"CDP-{number}") for number in range(1, 231)))
    pages = pull_pages(connect(sandbox.jira_url, page_size=100))
    assert [len(page.records) for page in pages] == [100, 100, 30, 0]
    assert len(pages[-1].snapshot_ids or ()) == 230


def test_at_most_a_hundred_issues_are_asked_for_per_request() -> None:
    sizes = [len(chunk) for chunk in chunks([str(number) for number in range(230)])]
    assert sizes == [100, 100, 30]


def test_a_pull_that_was_broken_off_resumes_without_a_gap(jira: Site) -> None:
    sandbox = jira(*(issue(f"CDP-{n}", updated=f"2026-01-{n:02}T12:00:00Z") for n in range(1, 11)))
    connector = connect(sandbox.jira_url, page_size=3)
    before = list(islice(connector.pull("issues", None, NOW), 2))
    after = pull_pages(connector, before[-1].cursor)
    assert set(records_by_key(before)) | set(records_by_key(after)) == {
        f"CDP-{n}" for n in range(1, 11)
    }
    assert "CDP-1" not in records_by_key(after)


def test_the_hour_that_daylight_saving_repeats_loses_no_update(jira: Site) -> None:
    """In New York 01:30 happens twice on 2025-11-02: at 05:30 and at 06:30 UTC."""
    sandbox = jira(
        issue("CDP-1", created="2025-10-01T00:00:00Z", updated="2025-11-02T05:30:00Z"),
        issue("CDP-2", created="2025-10-01T00:00:00Z", updated="2025-11-02T05:20:00Z"),
        account={"time_zone": "America/New_York"},
    )
    connector = connect(sandbox.jira_url)
    cursor = pull_pages(connector)[-1].cursor
    later = sandbox.jira.find("CDP-2")
    assert later is not None
    later.fields["updated"] = "2025-11-02T01:05:00.000-0500"
    assert "CDP-2" in records_by_key(pull_pages(connector, cursor))


def test_a_deleted_issue_is_missing_from_the_snapshot_ids(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"))
    connector = connect(sandbox.jira_url)
    first = pull_pages(connector)
    gone = records_by_key(first)["CDP-2"].native_id
    path = f"{sandbox.jira_url}/rest/api/3/issue/CDP-2"
    httpx.delete(path, auth=(EMAIL, TOKEN)).raise_for_status()
    last = pull_pages(connector, first[-1].cursor)[-1]
    assert last.snapshot_ids is not None
    assert gone not in last.snapshot_ids
    assert last.gone_reason == "deleted"


def test_a_moved_issue_is_the_same_record_under_its_new_key_and_its_former(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector = connect(sandbox.jira_url)
    first = pull_pages(connector)
    move_issue(sandbox, "CDP-1", "SEC-7")
    after = pull_pages(connector, first[-1].cursor)
    moved = records_by_key(after)["SEC-7"]
    assert moved.native_id == records_by_key(first)["CDP-1"].native_id
    assert moved.native_id in (after[-1].snapshot_ids or ())
    assert [name for _, name in connector.map("issues", moved, NOW).aliases] == ["CDP-1"]


def test_an_issue_that_moved_out_of_the_pulled_projects_is_gone(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"))
    connector = connect(sandbox.jira_url)
    first = pull_pages(connector)
    move_issue(sandbox, "CDP-1", "HELP-7")
    after = pull_pages(connector, first[-1].cursor)
    assert after[-1].snapshot_ids == {records_by_key(first)["CDP-2"].native_id}


def test_lost_permission_is_not_deletion(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("SEC-1"))
    connector = connect(sandbox.jira_url)
    cursor = pull_pages(connector)[-1].cursor
    configure(sandbox, hidden_projects=["SEC"])
    last = pull_pages(connector, cursor)[-1]
    assert last.gone_reason == "the project SEC cannot be seen"
    assert last.problems[0].held is False
    assert EMAIL in last.problems[0].remedy


def test_every_hidden_project_is_in_the_reason_why_records_are_gone(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("SEC-1"), issue("HELP-1"))
    connector = connect(sandbox.jira_url, projects=["CDP", "SEC", "HELP"])
    cursor = pull_pages(connector)[-1].cursor
    configure(sandbox, hidden_projects=["SEC", "HELP"])
    assert pull_pages(connector, cursor)[-1].gone_reason == (
        "the project SEC cannot be seen; the project HELP cannot be seen"
    )


def test_a_project_that_reappears_during_the_pull_does_not_count_as_deleted(
    jira: Site,
) -> None:
    sandbox = jira(issue("CDP-1"), issue("SEC-1"))
    connector = connect(sandbox.jira_url)
    cursor = pull_pages(connector)[-1].cursor
    configure(sandbox, hidden_projects=["SEC"])
    pages = connector.pull("issues", cursor, NOW)
    next(pages)
    configure(sandbox, hidden_projects=[])
    assert list(pages)[-1].gone_reason == "the project SEC cannot be seen"


def test_an_issue_that_can_be_seen_again_is_read_though_it_did_not_change(jira: Site) -> None:
    sandbox = jira(issue("CDP-1", updated="2026-02-01T00:00:00Z"), issue("SEC-1"))
    connector = connect(sandbox.jira_url)
    cursor = pull_pages(connector)[-1].cursor
    configure(sandbox, hidden_projects=["SEC"])
    cursor = pull_pages(connector, cursor)[-1].cursor
    configure(sandbox, hidden_projects=[])
    assert "SEC-1" in records_by_key(pull_pages(connector, cursor))


def test_an_issue_that_search_leaves_out_does_not_count_as_deleted(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"))
    connector = connect(sandbox.jira_url)
    first = pull_pages(connector)
    left_out = sandbox.jira.issues.pop(records_by_key(first)["CDP-2"].native_id)
    add_fault(sandbox, "stale_search")
    sandbox.jira.issues[left_out.id] = left_out
    last = pull_pages(connector, first[-1].cursor)[-1]
    assert left_out.id in (last.snapshot_ids or ())


def test_an_issue_that_cannot_be_fetched_is_reported_and_the_rest_arrives(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2", updated="2026-02-01T00:00:00Z"))
    configure(sandbox, unfetchable=["CDP-1"])
    connector = connect(sandbox.jira_url)
    pages = pull_pages(connector)
    assert set(records_by_key(pages)) == {"CDP-2"}
    assert "could not be retrieved" in pages[0].problems[0].reason
    configure(sandbox, unfetchable=[])
    assert "CDP-1" in records_by_key(pull_pages(connector, pages[-1].cursor))


def test_an_unread_issue_is_asked_for_again_even_if_the_pull_was_broken_off(
    jira: Site,
) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2", updated="2026-02-01T00:00:00Z"))
    connector = connect(sandbox.jira_url)
    cursor = pull_pages(connector)[-1].cursor
    edit_issue(sandbox, "CDP-1", duedate="2026-05-01")
    edit_issue(sandbox, "CDP-2", duedate="2026-05-01")
    configure(sandbox, unfetchable=["CDP-1"])
    broken_off = next(connector.pull("issues", cursor, NOW)).cursor
    configure(sandbox, unfetchable=[])
    much_later = NOW + timedelta(days=10_000)
    later = {**broken_off, "updated_from": int(much_later.timestamp() * 1000)}
    pages = list(connector.pull("issues", later, much_later))
    assert set(records_by_key(pages)) == {"CDP-1"}


def test_an_issue_that_vanished_since_the_search_is_reported(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"))
    add_fault(sandbox, "stale_search")
    path = f"{sandbox.jira_url}/rest/api/3/issue/CDP-2"
    httpx.delete(path, auth=(EMAIL, TOKEN)).raise_for_status()
    pages = pull_pages(connect(sandbox.jira_url))
    assert set(records_by_key(pages)) == {"CDP-1"}
    assert pages[0].problems[0].reason == "search found this issue, but it cannot be read"


def test_an_issue_that_spoils_the_answer_of_its_chunk_is_isolated(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"))
    add_fault(sandbox, "5xx", "issue/bulkfetch", status=404, times=2)
    pages = pull_pages(connect(sandbox.jira_url))
    assert set(records_by_key(pages)) == {"CDP-2"}
    assert len(pages[0].problems) == 1
    assert "404" in pages[0].problems[0].reason


def test_a_page_cut_in_half_is_asked_for_again(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    add_fault(sandbox, "truncate", "bulkfetch", times=1)
    assert set(records_by_key(pull_pages(connect(sandbox.jira_url)))) == {"CDP-1"}


def test_a_wrong_token_fails_before_anything_is_read(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    with pytest.raises(ConnectionFailed, match="JIRA_TOKEN") as caught:
        pull_pages(connect(sandbox.jira_url, token="wrong"))
    assert "wrong" not in str(caught.value)
    assert list_requests(sandbox) == ["GET /rest/api/3/myself"]


def test_anonymous_access_fails_the_pull(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    configure(sandbox, anonymous=True)
    with pytest.raises(ConnectionFailed, match="JIRA_TOKEN"):
        pull_pages(connect(sandbox.jira_url, token="wrong"))


def test_pages_before_a_token_expires_stay_good(jira: Site) -> None:
    sandbox = jira(*(issue(f"CDP-{number}") for number in range(1, 7)))
    add_fault(sandbox, "expire_token", "issue/bulkfetch", after=1)
    pages = connect(sandbox.jira_url, page_size=3).pull("issues", None, NOW)
    assert len(next(pages).records) == 3
    with pytest.raises(ConnectionFailed, match="401"):
        next(pages)


def test_a_login_lost_while_ids_are_listed_deletes_nothing(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    configure(sandbox, anonymous=True)
    connector = connect(sandbox.jira_url)
    cursor = pull_pages(connector)[-1].cursor
    add_fault(sandbox, "expire_token", "search/jql")
    with pytest.raises(ConnectionFailed):
        pull_pages(connector, cursor)


@respx.mock
def test_an_address_that_is_no_jira_fails_the_pull() -> None:
    respx.get("https://jira.example/rest/api/3/myself").respond(200, json={"hello": "world"})
    with pytest.raises(ConnectionFailed, match="no Jira Cloud site"):
        pull_pages(connect("https://jira.example"))


def test_no_visible_project_is_a_failure_instead_of_an_empty_snapshot(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    configure(sandbox, hidden_projects=["CDP", "SEC"])
    reasons = "the project CDP cannot be seen; the project SEC cannot be seen"
    with pytest.raises(ConnectionFailed, match=reasons):
        pull_pages(connect(sandbox.jira_url))


def test_a_chosen_field_that_is_hidden_is_not_read_as_empty(jira: Site) -> None:
    connector = connect(jira(issue("CDP-1")).jira_url, fields={"start": "Begin"})
    with pytest.raises(ConnectionFailed, match='the field "Begin" does not exist or is hidden'):
        pull_pages(connector)
