"""What is read of two repositories over HTTP, and when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import httpx
import orjson
import pytest
import respx

from connectors.base import ConnectionFailed
from connectors.sandbox import Sandbox
from tests.connectors.elsewhere import ODD_ANSWERS, answering
from tests.connectors.github.builders import (
    NOW,
    FakeTime,
    api_issue,
    connect,
    issue,
    pull,
    records_of,
    titles_of,
)
from tests.connectors.github.conftest import Start


def requests_of(sandbox: Sandbox, part: str) -> list[str]:
    log = httpx.get(f"{sandbox.github_url}/_sandbox/requests").json()
    return [f"{r['path']}?{r['query']}" for r in log if part in r["path"]]


def add_fault(sandbox: Sandbox, kind: str, match: str, **more: Any) -> None:
    fault = {"kind": kind, "match": match, "times": 1} | more
    httpx.post(f"{sandbox.github_url}/_sandbox/faults", json=fault).raise_for_status()


def test_issues_of_all_repositories_are_read_without_pull_requests(github: Start) -> None:
    sandbox = github(issue("A"), issue("B", pull_request=True), issues=[issue("C")])
    assert titles_of(pull(connect(sandbox))) == ["A", "C"]


def test_everything_is_read_in_the_order_of_creation(github: Start) -> None:
    """In the order of changes an issue could slip from a page not yet read to one that was."""
    sandbox = github(issue("A"))
    pull(connect(sandbox))
    (request,) = requests_of(sandbox, "acme/api/issues")
    assert request.endswith("?per_page=100&state=all&sort=created&direction=asc")


def test_what_blocked_an_issue_stays_stated_when_it_is_closed(github: Start) -> None:
    sandbox = github(issue("A", blocked_by=["acme/web#1"]), issues=[issue("B", state="closed")])
    (record, _) = records_of(pull(connect(sandbox)))
    assert len(orjson.loads(record.payload)["blocked_by"]) == 1


def test_a_second_pull_asks_for_what_changed_since_and_an_hour_before(github: Start) -> None:
    sandbox = github(issue("A"), issue("B", updated="2026-02-01T09:00:00Z"))
    cursor = pull(connect(sandbox))[-1].cursor
    second = pull(connect(sandbox), cursor, NOW + timedelta(hours=1))
    assert titles_of(second) == ["B"]
    assert second[-1].snapshot_ids is None
    assert "since=2026-02-01T08%3A00%3A00Z" in requests_of(sandbox, "api/issues")[-1]


def test_a_change_after_the_beginning_of_a_pull_does_not_move_the_cursor_beyond_it(
    github: Start,
) -> None:
    sandbox = github(issue("A"), issues=[issue("B", updated="2026-03-02T12:00:00Z")])
    cursor = pull(connect(sandbox))[-1].cursor
    assert cursor["newest"] == "2026-03-02T09:00:00+00:00"


def test_everything_is_read_again_after_a_day(github: Start) -> None:
    sandbox = github(issue("A"), issue("B"))
    cursor = pull(connect(sandbox))[-1].cursor
    again = pull(connect(sandbox), cursor, NOW + timedelta(days=1))
    assert len(again[-1].snapshot_ids or ()) == 2


def test_everything_is_read_again_when_a_milestone_moves(github: Start) -> None:
    """Its issues show its date, but do not count as updated."""
    sandbox = github(issue("A", milestone="2.0"), issue("B", updated="2026-02-01T09:00:00Z"))
    cursor = pull(connect(sandbox))[-1].cursor
    sandbox.github.repositories[0].milestones[0].due = date(2026, 6, 1)
    again = pull(connect(sandbox), cursor, NOW + timedelta(hours=1))
    assert titles_of(again) == ["A", "B"]
    shown = orjson.loads(records_of(again)[0].payload)["issue"]["milestone"]["due_on"]
    assert shown.startswith("2026-06-01")


def test_an_issue_is_landed_with_its_parent_and_what_blocks_it(github: Start) -> None:
    sandbox = github(
        issue("Parent"),
        issue("Child", parent="acme/api#1", blocked_by=["acme/web#1", "acme/api#1"]),
        issues=[issue("Blocker")],
    )
    (parent, child) = (orjson.loads(r.payload) for r in records_of(pull(connect(sandbox)))[:2])
    assert (child["parent"], parent["parent"]) == (parent["issue"]["id"], None)
    pages = [url.rpartition("acme/")[2] for url in child["blocked_by"]]
    assert pages == ["api/issues/1", "web/issues/1"]
    # Neither is asked for where an issue has none, nor a parent that was listed before.
    assert len(requests_of(sandbox, "blocked_by")) == 1
    assert requests_of(sandbox, "issues/1") == []


def test_a_parent_that_did_not_change_is_looked_up(github: Start) -> None:
    sandbox = github(
        issue("Parent"), issue("Child", parent="acme/api#1", updated="2026-02-01T09:00:00Z")
    )
    first = pull(connect(sandbox))
    second = pull(connect(sandbox), first[-1].cursor, NOW + timedelta(hours=1))
    assert records_of(second) == records_of(first)[1:]


def test_a_parent_that_cannot_be_seen_is_no_parent(github: Start) -> None:
    sandbox = github(issue("Parent"), issue("Child", parent="acme/api#1"))
    hidden = sandbox.github.repositories[0].issues.pop(0)
    sandbox.github.repositories.append(
        type(sandbox.github.repositories[0])(9, "acme/secret", [], issues=[hidden])
    )
    add_fault(sandbox, "5xx", "GET .*/secret/issues/", status=404, times=9)
    (record,) = records_of(pull(connect(sandbox)))
    assert orjson.loads(record.payload)["parent"] is None


def test_a_renamed_repository_keeps_its_records(github: Start) -> None:
    sandbox = github(issue("A"), issue("B"))
    before = {record.native_id for record in records_of(pull(connect(sandbox)))}
    sandbox.github.repositories[0].name = "acme/core"
    sandbox.github.repositories[0].former_names.append("acme/api")
    connector = connect(sandbox, functions={"acme/api": "legal"})
    pages = pull(connector)
    assert pages[-1].snapshot_ids == before
    (version,) = connector.map("issues", records_of(pages)[0], NOW).versions
    assert version.record.key == "acme/core#1"
    assert version.record.function == "legal"
    (problem,) = connector.check()
    assert problem.what == "the repository acme/api is now called acme/core"
    assert not problem.blocking


def test_a_transferred_issue_is_a_new_record_with_its_relations(github: Start) -> None:
    """GitHub gives it a new id and redirects its old address."""
    sandbox = github(
        issue("A"), issue("B", blocked_by=["acme/api#1"]), issue("C", parent="acme/api#1")
    )
    old_id = sandbox.github.repositories[0].issues[0].id
    cursor = pull(connect(sandbox))[-1].cursor
    moved = sandbox.github.transfer(old_id, "acme/web")
    pages = pull(connect(sandbox), cursor, NOW + timedelta(days=1))
    assert str(old_id) not in (pages[-1].snapshot_ids or ())
    assert pages[-1].gone_reason == "deleted"
    payloads = {
        r["issue"]["title"]: r for r in (orjson.loads(x.payload) for x in records_of(pages))
    }
    assert payloads["A"]["issue"]["id"] == payloads["C"]["parent"] == moved.id
    assert payloads["B"]["blocked_by"][0].endswith("acme/web/issues/1")


def test_a_repository_that_cannot_be_seen_is_reported_and_its_records_are_not_deleted(
    github: Start,
) -> None:
    sandbox = github(issue("A"), issues=[issue("C")])
    add_fault(sandbox, "5xx", "GET .*/repos/acme/web$", status=404, times=9)
    *_, last = pull(connect(sandbox))
    (problem,) = last.problems
    assert problem.reason == last.gone_reason == "the repository acme/web cannot be seen"
    assert "GITHUB_TOKEN" in problem.remedy
    assert [problem.what for problem in connect(sandbox).check()] == [last.gone_reason]


def test_a_connection_that_sees_no_repository_fails(github: Start) -> None:
    with pytest.raises(ConnectionFailed, match="the repository acme/none cannot be seen"):
        pull(connect(github(), repositories=["acme/none"]))


def test_all_milestones_are_read(github: Start) -> None:
    sandbox = github()
    pages = pull(connect(sandbox), stream="milestones")
    ids = {f"milestone-{m.id}" for m in sandbox.github.repositories[0].milestones}
    assert len(ids) == 2
    assert pages[-1].snapshot_ids == {record.native_id for record in records_of(pages)} == ids


def test_after_a_secondary_limit_all_requests_wait_a_minute(github: Start) -> None:
    sandbox, time = github(issue("A")), FakeTime()
    add_fault(sandbox, "429", "GET .*/api/issues$")
    assert titles_of(pull(connect(sandbox, clock=time.clock()))) == ["A"]
    assert max(time.slept) == pytest.approx(60, abs=1)


def test_a_secondary_limit_may_say_how_long_it_lasts(github: Start) -> None:
    sandbox, time = github(issue("A")), FakeTime()
    add_fault(sandbox, "429", "GET .*/api/issues$", retry_after=7)
    pull(connect(sandbox, clock=time.clock()))
    assert max(time.slept) == pytest.approx(7, abs=1)


@respx.mock
@pytest.mark.parametrize("place", ["Link", "parent_issue_url", "moved"])
def test_an_address_on_another_origin_is_not_followed(place: str) -> None:
    """The token would go with the request."""
    evil = respx.get(host="evil.example").respond(json=[])
    base, foreign = "https://github.example/api/v3", "https://evil.example/x"
    moved = httpx.Response(301, json={"message": "Moved Permanently", "url": foreign})
    here = httpx.Response(200, json={"id": 1, "full_name": "acme/api"})
    respx.get(f"{base}/repos/acme/api").mock(moved if place == "moved" else here)
    respx.get(f"{base}/repos/acme/api/milestones").respond(json=[])
    child = api_issue(parent_issue_url=foreign) if place == "parent_issue_url" else api_issue()
    headers = {"Link": f'<{foreign}>; rel="next"'} if place == "Link" else {}
    respx.get(f"{base}/repos/acme/api/issues").respond(json=[child], headers=headers)
    try:
        pages = pull(connect(repositories=["acme/api"]))
        # A foreign parent is the matter of its issue alone.
        assert place == "parent_issue_url"
        (reason,) = [problem.reason for page in pages for problem in page.problems]
    except ConnectionFailed as error:
        reason = error.reason
    assert "leads away from github.example" in reason
    assert not evil.called


@pytest.mark.parametrize("body", ODD_ANSWERS)
def test_another_server_in_githubs_place_is_named(body: bytes) -> None:
    with answering(body) as url:
        connector = connect(url=url)
        (problem,) = connector.check()
        assert problem.what and problem.remedy
        with pytest.raises(ConnectionFailed):
            pull(connector)


def test_a_refused_token_names_the_variable(github: Start) -> None:
    (problem,) = connect(github(), {"GITHUB_TOKEN": "wrong"}).check()
    assert "Bad credentials" in problem.what
    assert "GITHUB_TOKEN" in problem.remedy


def test_an_unknown_function_is_named(github: Start) -> None:
    (problem,) = connect(github(), functions={"acme/web": "lgeal"}).check()
    assert '"lgeal" is no function' in problem.what
