"""Comments on issues: exactly one per conflict, edited in place, never shown to customers."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
import respx

from connectors.base import ConnectionFailed
from connectors.jira.comment_api import WritePace
from connectors.jira.connector import JiraConnector
from connectors.sandbox import Sandbox
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange, Target
from model.records import Kind, Ref
from tests.connectors.jira.builders import (
    EMAIL,
    TOKEN,
    FakeTime,
    Json,
    Site,
    add_fault,
    comment_change,
    comment_content,
    configure,
    connect,
    fetch_comments,
    find_target,
    issue,
    list_requests,
    move_issue,
)

COMMENT = r"POST /rest/api/3/issue/\d+/comment$"


def carried_out(connector: JiraConnector, wanted: CommentChange) -> Outcome:
    (outcome,) = connector.apply([wanted])
    return outcome


def posted(connector: JiraConnector, wanted: CommentChange) -> PostedComment:
    outcome = carried_out(connector, wanted)
    assert isinstance(outcome, PostedComment)
    return outcome


def refused(connector: JiraConnector, wanted: CommentChange) -> RefusedChange:
    outcome = carried_out(connector, wanted)
    assert isinstance(outcome, RefusedChange)
    return outcome


def notifications(sandbox: Sandbox) -> list[Json]:
    notifications: list[Json] = httpx.get(f"{sandbox.jira_url}/_sandbox/notifications").json()
    return notifications


def test_a_comment_is_written_with_its_marker_in_one_call(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    outcome = posted(connect(sandbox.jira_url), comment_change(sandbox, "CDP-1"))
    (comment,) = fetch_comments(sandbox, "CDP-1")
    properties = {entry["key"]: entry["value"] for entry in comment["properties"]}
    assert properties["interlock"] == {"conflict": "C-1", "digest": comment_content().digest}
    assert outcome.comment_id == comment["id"]
    assert outcome.url == f"{sandbox.jira_url}/browse/CDP-1?focusedCommentId={comment['id']}"


def test_the_person_who_decides_is_notified(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    posted(connect(sandbox.jira_url), comment_change(sandbox, "CDP-1"))
    assert notifications(sandbox)[0]["mentioned"] == ["ada"]


def test_a_comment_that_is_there_already_is_not_written_again(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector = connect(sandbox.jira_url)
    first = posted(connector, comment_change(sandbox, "CDP-1"))
    assert posted(connector, comment_change(sandbox, "CDP-1")) == first
    assert len(fetch_comments(sandbox, "CDP-1")) == 1
    assert len(notifications(sandbox)) == 1


def test_two_conflicts_on_one_issue_have_a_comment_each(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    wanted = [
        comment_change(sandbox, "CDP-1", comment_content(conflict)) for conflict in ("C-1", "C-2")
    ]
    connector = connect(sandbox.jira_url)
    assert len({outcome.comment_id for outcome in connector.apply(wanted)}) == 2  # type: ignore[union-attr]


def test_an_edit_changes_the_same_comment_and_stays_quiet_if_asked(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector = connect(sandbox.jira_url)
    first = posted(connector, comment_change(sandbox, "CDP-1"))
    resolved = comment_content(heading="Resolved")
    edited = posted(
        connector, comment_change(sandbox, "CDP-1", resolved, posted=first, notify=False)
    )
    (comment,) = fetch_comments(sandbox, "CDP-1")
    assert edited.comment_id == first.comment_id == comment["id"]
    assert edited.digest == resolved.digest
    assert comment["body"]["content"][0]["content"][0]["text"] == "Resolved"
    assert len(notifications(sandbox)) == 1


def test_an_edit_notifies_when_the_conflict_changed(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector = connect(sandbox.jira_url)
    first = posted(connector, comment_change(sandbox, "CDP-1"))
    posted(
        connector, comment_change(sandbox, "CDP-1", comment_content(heading="Worse"), posted=first)
    )
    assert [n["event"] for n in notifications(sandbox)] == ["comment_created", "comment_updated"]


def test_a_lost_answer_leaves_one_comment(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    add_fault(sandbox, "drop_after", COMMENT, times=1)
    outcome = posted(connect(sandbox.jira_url), comment_change(sandbox, "CDP-1"))
    (comment,) = fetch_comments(sandbox, "CDP-1")
    assert outcome.comment_id == comment["id"]


def test_a_server_error_after_a_create_leaves_one_comment(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    add_fault(sandbox, "5xx", COMMENT, times=1)
    posted(connect(sandbox.jira_url), comment_change(sandbox, "CDP-1"))
    assert len(fetch_comments(sandbox, "CDP-1")) == 1


def test_an_answer_cut_in_half_leaves_one_comment(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    add_fault(sandbox, "truncate", COMMENT, times=1)
    posted(connect(sandbox.jira_url), comment_change(sandbox, "CDP-1"))
    assert len(fetch_comments(sandbox, "CDP-1")) == 1


def test_a_lost_answer_to_an_edit_notifies_once(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector = connect(sandbox.jira_url)
    first = posted(connector, comment_change(sandbox, "CDP-1"))
    add_fault(sandbox, "drop_after", "PUT .*/comment/", times=1)
    posted(
        connector, comment_change(sandbox, "CDP-1", comment_content(heading="Worse"), posted=first)
    )
    assert len(notifications(sandbox)) == 2


def test_a_comment_that_is_never_confirmed_is_left_for_the_next_run(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    add_fault(sandbox, "5xx", COMMENT)
    outcome = refused(connect(sandbox.jira_url), comment_change(sandbox, "CDP-1"))
    assert outcome.retryable
    assert "503" in outcome.reason
    assert fetch_comments(sandbox, "CDP-1") == []


def test_doubles_left_by_two_runs_at_once_are_reduced_to_the_oldest(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector = connect(sandbox.jira_url)
    first = posted(connector, comment_change(sandbox, "CDP-1"))
    connector._comments.comments.add(find_target(sandbox, "CDP-1").ref.native_id, comment_content())
    assert len(fetch_comments(sandbox, "CDP-1")) == 2
    assert posted(connector, comment_change(sandbox, "CDP-1")) == first
    assert len(fetch_comments(sandbox, "CDP-1")) == 1


@pytest.mark.parametrize("known_as", ["CDP-1", "HELP-7"])
def test_a_comment_stays_one_and_internal_when_its_issue_moves_to_a_service_desk(
    jira: Site, known_as: str
) -> None:
    """Whether its new key was pulled already or not."""
    sandbox = jira(issue("CDP-1"))
    connector = connect(sandbox.jira_url)
    first = posted(connector, comment_change(sandbox, "CDP-1"))
    move_issue(sandbox, "CDP-1", "HELP-7")
    there = find_target(sandbox, known_as)
    assert [comment.comment_id for comment in connector.find_comments([there])] == [
        first.comment_id
    ]
    edited = posted(connector, CommentChange(there, comment_content(heading="Worse"), first))
    assert edited.comment_id == first.comment_id
    assert [comment["jsdPublic"] for comment in fetch_comments(sandbox, "HELP-7")] == [False]


def test_an_edit_leaves_no_double_with_the_former_text(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    connector = connect(sandbox.jira_url)
    posted(connector, comment_change(sandbox, "CDP-1"))
    connector._comments.comments.add(find_target(sandbox, "CDP-1").ref.native_id, comment_content())
    for double in connector.find_comments([find_target(sandbox, "CDP-1")]):
        edited = posted(
            connector,
            comment_change(sandbox, "CDP-1", comment_content(heading="New"), posted=double),
        )
        assert connector.find_comments([find_target(sandbox, "CDP-1")]) == [edited]


def test_our_comments_are_found_among_those_of_others(jira: Site) -> None:
    words = [{"at": "2026-01-06T09:00:00Z", "by": "ada", "text": f"No. {n}"} for n in range(120)]
    sandbox = jira(issue("CDP-1", comments=words), issue("CDP-2"))
    connector = connect(sandbox.jira_url)
    first = posted(connector, comment_change(sandbox, "CDP-1"))
    targets = [find_target(sandbox, "CDP-1"), find_target(sandbox, "CDP-2")]
    assert connector.find_comments(targets) == [first]


def test_an_issue_that_cannot_be_seen_has_no_comments_and_hides_no_others(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("SEC-1"))
    connector = connect(sandbox.jira_url)
    first = posted(connector, comment_change(sandbox, "CDP-1"))
    targets = [find_target(sandbox, "SEC-1"), find_target(sandbox, "CDP-1")]
    configure(sandbox, hidden_projects=["SEC"])
    assert connector.find_comments(targets) == [first]


def test_an_issue_that_is_gone_refuses_its_comment_and_the_rest_goes_on(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"), issue("CDP-2"))
    wanted = [comment_change(sandbox, "CDP-1"), comment_change(sandbox, "CDP-2")]
    path = f"{sandbox.jira_url}/rest/api/3/issue/CDP-1"
    httpx.delete(path, auth=(EMAIL, TOKEN)).raise_for_status()
    gone, fine = connect(sandbox.jira_url).apply(wanted)
    assert isinstance(gone, RefusedChange)
    assert "404" in gone.reason
    assert "deleted" in gone.remedy
    assert isinstance(fine, PostedComment)


def test_a_comment_without_permission_is_refused_with_the_remedy(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    add_fault(sandbox, "5xx", COMMENT, status=403)
    outcome = refused(connect(sandbox.jira_url), comment_change(sandbox, "CDP-1"))
    assert "Add Comments" in outcome.remedy


def test_a_wrong_token_ends_the_writing(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    with pytest.raises(ConnectionFailed, match="JIRA_TOKEN"):
        carried_out(connect(sandbox.jira_url, token="wrong"), comment_change(sandbox, "CDP-1"))


def test_a_release_takes_no_comment(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    release = Target(Ref("jira-it", Kind.WORK_ITEM, "version-7"), "CDP 2.0")
    connector = connect(sandbox.jira_url)
    assert not refused(connector, CommentChange(release, comment_content())).retryable
    assert connector.find_comments([release]) == []
    assert list_requests(sandbox) == []


def test_customers_of_a_service_desk_do_not_see_our_comment(jira: Site) -> None:
    sandbox = jira(issue("HELP-1"))
    posted(connect(sandbox.jira_url), comment_change(sandbox, "HELP-1"))
    assert fetch_comments(sandbox, "HELP-1")[0]["jsdPublic"] is False


def test_a_comment_that_customers_see_after_all_is_removed_and_reported(
    jira: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a site that keeps the property but does not act on it."""
    monkeypatch.setattr("connectors.jira.comment_api._INTERNAL", {"key": "x", "value": 1})
    sandbox = jira(issue("HELP-1"))
    outcome = refused(connect(sandbox.jira_url), comment_change(sandbox, "HELP-1"))
    assert "customers" in outcome.reason
    assert not outcome.retryable
    assert fetch_comments(sandbox, "HELP-1") == []


def test_an_issue_of_an_unknown_project_counts_as_one_of_a_service_desk(
    jira: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the project cannot be seen, or the issue moved since it was pulled."""
    monkeypatch.setattr("connectors.jira.comment_api._INTERNAL", {"key": "x", "value": 1})
    sandbox = jira(issue("HELP-1"))
    unknown = Target(find_target(sandbox, "HELP-1").ref, "GONE-1")
    outcome = refused(connect(sandbox.jira_url), CommentChange(unknown, comment_content()))
    assert "customers" in outcome.reason
    assert fetch_comments(sandbox, "HELP-1") == []


@pytest.mark.parametrize(
    ("answer", "is_public"),
    [({"jsdPublic": False}, False), ({"jsdPublic": True}, True), ({"id": "7"}, True)],
)
def test_a_comment_is_internal_only_where_jira_says_so(
    respx_mock: respx.MockRouter, answer: Json, is_public: bool
) -> None:
    respx_mock.get("https://jira.example/rest/api/3/issue/1/comment/7").respond(json=answer)
    connector = connect("https://jira.example")
    assert connector._comments.comments.is_public("1", "7") is is_public


def test_writes_on_one_issue_keep_within_jiras_limits() -> None:
    time = FakeTime()
    pace = WritePace(time.clock())
    for _ in range(21):
        pace.wait("10001")
    assert time.slept == 2
    pace.wait("10002")
    assert time.slept == 2
    for _ in range(80):
        pace.wait("10001")
    assert time.slept >= 30


def test_text_that_jira_would_refuse_as_too_long_is_shortened(jira: Site) -> None:
    sandbox = jira(issue("CDP-1"))
    long = replace(comment_content(), heading="x" * 40_000)
    posted(connect(sandbox.jira_url), comment_change(sandbox, "CDP-1", long))
    assert len(fetch_comments(sandbox, "CDP-1")) == 1
