"""Pulling issues from a running Jira: nothing missed, nothing twice, nothing taken for deleted."""

from __future__ import annotations

from itertools import islice

import httpx
import orjson
import pytest
import respx

from connectors.base import ConnectionFailed
from tests.connectors.jira.builders import (
    EMAIL,
    NOW,
    TOKEN,
    Site,
    asked,
    configure,
    connect,
    edit,
    issue,
    landed,
    move,
    pulled,
    switch_on,
)


def test_a_first_pull_brings_every_issue_with_its_changelog(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("SEC-1"), issue("HELP-1"))
    edit(sandbox, "CDP-1", duedate="2026-04-01")
    found = landed(pulled(connect(sandbox.jira_url)))
    assert set(found) == {"CDP-1", "SEC-1"}
    payload = orjson.loads(found["CDP-1"].payload)
    assert payload["issue"]["fields"]["duedate"] == "2026-04-01"
    assert payload["changelog"][0]["items"][0]["fieldId"] == "duedate"


def test_a_second_pull_brings_only_what_changed(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"), issue("CDP-3", updated="2026-02-01T00:00:00Z"))
    connector = connect(sandbox.jira_url)
    cursor = pulled(connector)[-1].cursor
    edit(sandbox, "CDP-1", duedate="2026-05-01")
    overlap = {"CDP-3"}
    assert set(landed(pulled(connector, cursor))) == {"CDP-1"} | overlap


def test_what_is_read_again_within_the_overlap_is_the_same_to_the_letter(jira: Site) -> None:
    connector = connect(jira(issue("CDP-1")).jira_url)
    first = pulled(connector)
    again = pulled(connector, first[-1].cursor)
    assert landed(again)["CDP-1"] == landed(first)["CDP-1"]


def test_a_short_page_is_not_the_last_page() -> None:
    first = {"issues": [{"id": "1"}], "nextPageToken": "a", "isLast": False}
    empty = {"issues": [], "nextPageToken": "b", "isLast": False}
    last = {"issues": [{"id": "2"}]}
    with respx.mock:
        respx.post("https://jira.example/rest/api/3/search/jql").mock(
            side_effect=[httpx.Response(200, json=page) for page in (first, empty, last)]
        )
        assert list(connect("https://jira.example")._api.search_ids("project = CDP")) == ["1", "2"]


def test_a_repeated_page_token_ends_the_pull_instead_of_going_round() -> None:
    page = {"issues": [{"id": "1"}], "nextPageToken": "a"}
    with respx.mock:
        respx.post("https://jira.example/rest/api/3/search/jql").respond(200, json=page)
        with pytest.raises(ConnectionFailed, match="same nextPageToken twice"):
            list(connect("https://jira.example")._api.search_ids("project = CDP"))


def test_more_issues_than_fit_a_page_all_arrive(jira: Site) -> None:
    sandbox = jira(*(issue(f"CDP-{number}") for number in range(1, 231)))
    pages = pulled(connect(sandbox.jira_url, page_size=100))
    assert [len(page.records) for page in pages] == [100, 100, 30, 0]
    assert len(pages[-1].snapshot_ids or ()) == 230


def test_a_pull_broken_off_goes_on_without_a_gap(jira: Site) -> None:
    sandbox = jira(*(issue(f"CDP-{n}", updated=f"2026-01-{n:02}T12:00:00Z") for n in range(1, 11)))
    connector = connect(sandbox.jira_url, page_size=3)
    before = list(islice(connector.pull("issues", None, NOW), 2))
    after = pulled(connector, before[-1].cursor)
    assert set(landed(before)) | set(landed(after)) == {f"CDP-{n}" for n in range(1, 11)}
    assert "CDP-1" not in landed(after)


def test_the_hour_that_daylight_saving_repeats_loses_no_update(jira: Site) -> None:
    """In New York 01:30 happens twice on 2025-11-02: at 05:30 and at 06:30 UTC."""
    sandbox = jira(
        issue("CDP-1", created="2025-10-01T00:00:00Z", updated="2025-11-02T05:30:00Z"),
        issue("CDP-2", created="2025-10-01T00:00:00Z", updated="2025-11-02T05:20:00Z"),
        account={"time_zone": "America/New_York"},
    )
    connector = connect(sandbox.jira_url)
    cursor = pulled(connector)[-1].cursor
    later = sandbox.jira.find("CDP-2")
    assert later is not None
    later.fields["updated"] = "2025-11-02T01:05:00.000-0500"
    assert "CDP-2" in landed(pulled(connector, cursor))


def test_a_deleted_issue_is_missing_from_the_census(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"))
    connector = connect(sandbox.jira_url)
    first = pulled(connector)
    gone = landed(first)["CDP-2"].native_id
    path = f"{sandbox.jira_url}/rest/api/3/issue/CDP-2"
    httpx.delete(path, auth=(EMAIL, TOKEN)).raise_for_status()
    last = pulled(connector, first[-1].cursor)[-1]
    assert last.snapshot_ids is not None
    assert gone not in last.snapshot_ids
    assert last.gone_reason == "deleted"


def test_a_moved_issue_is_the_same_record_under_its_new_key_and_its_former(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector = connect(sandbox.jira_url)
    first = pulled(connector)
    move(sandbox, "CDP-1", "SEC-7")
    after = pulled(connector, first[-1].cursor)
    moved = landed(after)["SEC-7"]
    assert moved.native_id == landed(first)["CDP-1"].native_id
    assert moved.native_id in (after[-1].snapshot_ids or ())
    assert [name for _, name in connector.map("issues", moved, NOW).aliases] == ["CDP-1"]


def test_an_issue_that_moved_out_of_the_pulled_projects_is_gone(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"))
    connector = connect(sandbox.jira_url)
    first = pulled(connector)
    move(sandbox, "CDP-1", "HELP-7")
    after = pulled(connector, first[-1].cursor)
    assert after[-1].snapshot_ids == {landed(first)["CDP-2"].native_id}


def test_lost_permission_is_not_deletion(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("SEC-1"))
    connector = connect(sandbox.jira_url)
    cursor = pulled(connector)[-1].cursor
    configure(sandbox, hidden_projects=["SEC"])
    last = pulled(connector, cursor)[-1]
    assert last.gone_reason == "the project SEC cannot be seen"
    assert last.problems[0].held is False
    assert EMAIL in last.problems[0].remedy


def test_a_project_that_comes_back_during_the_census_is_not_taken_for_deleted(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("SEC-1"))
    connector = connect(sandbox.jira_url)
    cursor = pulled(connector)[-1].cursor
    configure(sandbox, hidden_projects=["SEC"])
    pages = connector.pull("issues", cursor, NOW)
    next(pages)
    configure(sandbox, hidden_projects=[])
    assert list(pages)[-1].gone_reason == "the project SEC cannot be seen"


def test_what_can_be_seen_again_is_read_again_though_it_did_not_change(jira: Site) -> None:
    sandbox = jira(issue("CDP-1", updated="2026-02-01T00:00:00Z"), issue("SEC-1"))
    connector = connect(sandbox.jira_url)
    cursor = pulled(connector)[-1].cursor
    configure(sandbox, hidden_projects=["SEC"])
    cursor = pulled(connector, cursor)[-1].cursor
    configure(sandbox, hidden_projects=[])
    assert "SEC-1" in landed(pulled(connector, cursor))


def test_an_issue_that_search_leaves_out_is_not_taken_for_deleted(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"))
    connector = connect(sandbox.jira_url)
    first = pulled(connector)
    held = sandbox.jira.issues.pop(landed(first)["CDP-2"].native_id)
    switch_on(sandbox, "stale_search")
    sandbox.jira.issues[held.id] = held
    last = pulled(connector, first[-1].cursor)[-1]
    assert held.id in (last.snapshot_ids or ())


def test_an_issue_that_cannot_be_fetched_is_reported_and_the_rest_arrives(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2", updated="2026-02-01T00:00:00Z"))
    configure(sandbox, unfetchable=["CDP-1"])
    connector = connect(sandbox.jira_url)
    pages = pulled(connector)
    assert set(landed(pages)) == {"CDP-2"}
    assert "could not be retrieved" in pages[0].problems[0].reason
    configure(sandbox, unfetchable=[])
    assert "CDP-1" in landed(pulled(connector, pages[-1].cursor))


def test_what_could_not_be_read_is_asked_for_again_even_if_the_pull_was_broken_off(
    jira: Site,
) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2", updated="2026-02-01T00:00:00Z"))
    connector = connect(sandbox.jira_url)
    cursor = pulled(connector)[-1].cursor
    edit(sandbox, "CDP-1", duedate="2026-05-01")
    edit(sandbox, "CDP-2", duedate="2026-05-01")
    configure(sandbox, unfetchable=["CDP-1"])
    broken_off = next(connector.pull("issues", cursor, NOW)).cursor
    configure(sandbox, unfetchable=[])
    later = {**broken_off, "updated_from": int(NOW.timestamp() * 1000) * 2}
    assert set(landed(pulled(connector, later))) == {"CDP-1"}


def test_an_issue_that_vanished_since_the_search_is_reported(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"))
    switch_on(sandbox, "stale_search")
    path = f"{sandbox.jira_url}/rest/api/3/issue/CDP-2"
    httpx.delete(path, auth=(EMAIL, TOKEN)).raise_for_status()
    pages = pulled(connect(sandbox.jira_url))
    assert set(landed(pages)) == {"CDP-1"}
    assert pages[0].problems[0].reason == "search found this issue, but it cannot be read"


def test_one_issue_that_spoils_the_answer_is_singled_out(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"))
    switch_on(sandbox, "5xx", "issue/bulkfetch", status=404, times=2)
    pages = pulled(connect(sandbox.jira_url))
    assert set(landed(pages)) == {"CDP-2"}
    assert len(pages[0].problems) == 1
    assert "404" in pages[0].problems[0].reason


def test_a_page_cut_in_half_is_asked_for_again(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    switch_on(sandbox, "truncate", "bulkfetch", times=1)
    assert set(landed(pulled(connect(sandbox.jira_url)))) == {"CDP-1"}


def test_a_wrong_token_is_told_before_anything_is_read(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    with pytest.raises(ConnectionFailed, match="JIRA_TOKEN") as caught:
        pulled(connect(sandbox.jira_url, token="wrong"))
    assert "wrong" not in str(caught.value)
    assert asked(sandbox) == ["GET /rest/api/3/myself"]


def test_being_taken_for_a_stranger_is_told_too(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    configure(sandbox, anonymous=True)
    with pytest.raises(ConnectionFailed, match="JIRA_TOKEN"):
        pulled(connect(sandbox.jira_url, token="wrong"))


def test_a_token_that_expires_half_way_leaves_the_pages_before_it(jira: Site) -> None:
    sandbox = jira(*(issue(f"CDP-{number}") for number in range(1, 7)))
    switch_on(sandbox, "expire_token", "issue/bulkfetch", after=1)
    pages = connect(sandbox.jira_url, page_size=3).pull("issues", None, NOW)
    assert len(next(pages).records) == 3
    with pytest.raises(ConnectionFailed, match="401"):
        next(pages)


def test_a_login_lost_silently_during_the_census_deletes_nothing(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    configure(sandbox, anonymous=True)
    connector = connect(sandbox.jira_url)
    cursor = pulled(connector)[-1].cursor
    switch_on(sandbox, "expire_token", "search/jql")
    with pytest.raises(ConnectionFailed):
        pulled(connector, cursor)


@respx.mock
def test_an_address_that_is_no_jira_is_told() -> None:
    respx.get("https://jira.example/rest/api/3/myself").respond(200, json={"hello": "world"})
    with pytest.raises(ConnectionFailed, match="no Jira Cloud site"):
        pulled(connect("https://jira.example"))


def test_no_project_left_is_a_failure_and_no_empty_census(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    configure(sandbox, hidden_projects=["CDP", "SEC"])
    with pytest.raises(ConnectionFailed, match="none of the projects CDP, SEC can be seen"):
        pulled(connect(sandbox.jira_url))


def test_a_chosen_field_that_is_hidden_is_not_read_as_empty(jira: Site) -> None:
    connector = connect(jira(issue("CDP-1")).jira_url, fields={"start": "Begin"})
    with pytest.raises(ConnectionFailed, match='the field "Begin" does not exist or is hidden'):
        pulled(connector)
