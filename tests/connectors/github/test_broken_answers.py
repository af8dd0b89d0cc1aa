"""Answers that are not GitHub's: a record fails alone, a page as an error with its remedy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.base import ConnectionFailed, Page
from connectors.kit.rich_text.markdown import render
from model.comment_content import CommentChange, CommentContent, CommentState, RefusedChange, Target
from model.records import Kind, Ref
from tests.connectors.github.builders import MILESTONE, NOW, api_issue, connect, map_issue
from tests.connectors.json_shapes import (
    EFFORTS,
    JSON,
    answering,
    answers_of,
    broken_tools,
    comment_or_fail,
    map_anything,
    mutations,
    pull_or_fail,
    replies_or_fail,
)

URL = "https://api.github.com"
API = "/repos/acme/api"
OURS = CommentContent("C-1", CommentState.OPEN, "Late", ())
COMMENT = {"id": 5, "user": {"id": 1}, "body": render(OURS), "html_url": f"{URL}/c/5"}
ISSUE = api_issue(
    12,
    parent_issue_url=f"{URL}{API}/issues/7",
    issue_dependencies_summary={"total_blocked_by": 1},
    labels=[{"name": "cdp"}],
    assignee={"login": "ada"},
    milestone=MILESTONE,
    body="- [ ] #3",
    sub_issues_summary={"total": 2, "percent_completed": 50},
    issue_field_values=[{"issue_field_name": "Target", "value": "2026-04-01"}],
)
ANSWERS: dict[str, Any] = {
    f"GET {API}": {"id": 1, "full_name": "acme/api"},
    f"GET {API}/issues": [api_issue(11), ISSUE, api_issue(13)],
    f"GET {API}/milestones": [MILESTONE],
    f"GET {API}/issues/7": api_issue(7),
    f"GET {API}/issues/12/dependencies/blocked_by": [api_issue(9)],
    "GET /user": {"id": 1},
    f"GET {API}/issues/12/comments": [COMMENT, {"id": 6, "user": None, "body": None}],
    f"POST {API}/issues/12/comments": COMMENT,
    f"PATCH {API}/issues/comments/5": COMMENT,
}
TARGET = Target(Ref("code", Kind.WORK_ITEM, "1012"), "acme/api#12")
CONNECTOR = connect(
    url=URL,
    repositories=["acme/api"],
    fields={"finish": "Target"},
    references_in_body=True,
)


def pull(stream: str = "issues", **broken: Any) -> list[Page]:
    with answering(answers_of(ANSWERS | broken)):
        return list(CONNECTOR.pull(stream, None, NOW))


def payload(**fields: Any) -> str:
    issue = ISSUE | fields
    return json.dumps(
        {
            "repository": "acme/api",
            "issue": issue,
            "parent": 1007,
            "blocked_by": ["https://x.example"],
        }
    )


@pytest.mark.parametrize("stream", ["issues", "milestones"])
@pytest.mark.parametrize("answer", [{"message": "Try later"}, None, "x"])
def test_a_page_that_is_no_list_names_connection_stream_and_what_came(
    stream: str, answer: Any
) -> None:
    expected = f"code: {stream}: .*the answer to GET {API}/{stream}"
    with pytest.raises(ConnectionFailed, match=expected):
        pull(stream, **{f"GET {API}/{stream}": answer})


@pytest.mark.parametrize("broken", [None, [], "x", 7, {}, [None], {"id": None}, {"id": [1]}])
def test_a_record_without_an_id_stops_no_sibling_and_no_record_counts_as_deleted(
    broken: Any,
) -> None:
    pages = pull(**{f"GET {API}/issues": [api_issue(11), broken, api_issue(13)]})
    assert [record.native_id for page in pages for record in page.records] == ["1011", "1013"]
    (problem,) = [problem for page in pages for problem in page.problems]
    assert problem.reason.startswith("issues, record 2 has no usable id")
    assert pages[-1].snapshot_ids is None


@pytest.mark.parametrize("url", [7, "http://[", "https://else.example/repos/a/b/issues/1", ["x"]])
def test_an_issue_whose_parent_cannot_be_read_is_held_alone(url: Any) -> None:
    broken = api_issue(12, parent_issue_url=url)
    pages = pull(**{f"GET {API}/issues": [api_issue(11), broken, api_issue(13)]})
    assert [record.native_id for page in pages for record in page.records] == ["1011", "1013"]
    (problem,) = [problem for page in pages for problem in page.problems]
    assert (problem.native_id, problem.held) == ("1012", True)
    assert pages[-1].snapshot_ids == {"1011", "1012", "1013"}


def test_blockers_that_are_no_list_hold_their_issue_alone() -> None:
    pages = pull(**{f"GET {API}/issues/12/dependencies/blocked_by": {"message": "busy"}})
    assert [problem.native_id for page in pages for problem in page.problems] == ["1012"]


@pytest.mark.parametrize(
    ("labels", "read"), [("bug", ("bug",)), (["bug", {"name": "ui"}], ("bug", "ui")), (None, ())]
)
def test_labels_are_read_also_as_texts(labels: Any, read: tuple[str, ...]) -> None:
    assert map_issue(labels=labels).versions[-1].record.labels == read  # type: ignore[union-attr]


@pytest.mark.parametrize("state", [None, 1, "", "reopened", ["open"]])
def test_a_state_that_github_does_not_have_holds_the_issue(state: Any) -> None:
    (problem,) = map_issue(state=state).problems
    assert problem.held
    assert "neither open nor closed" in problem.reason


def test_an_address_that_is_none_is_dropped_and_reported() -> None:
    mapped = map_issue(html_url="javascript:alert(1)")
    assert mapped.versions[-1].record.url is None
    (problem,) = mapped.problems
    assert '"javascript:alert(1)" is no web address' in problem.reason


@pytest.mark.parametrize("answer", [{"message": "x"}, [None], [COMMENT | {"id": "x"}], None])
def test_comments_that_cannot_be_read_refuse_the_change_of_their_issue_alone(answer: Any) -> None:
    broken = ANSWERS | {f"GET {API}/issues/12/comments": answer}
    with answering(answers_of(broken)):
        assert CONNECTOR.find_comments([TARGET]) == []
        (outcome,) = CONNECTOR.apply([CommentChange(TARGET, OURS)])
    assert isinstance(outcome, RefusedChange)
    assert "should hold" in outcome.reason


@pytest.mark.parametrize("answer", [{}, [], "x", {"id": None}])
def test_a_comment_whose_answer_names_no_id_is_looked_for(answer: Any) -> None:
    """It was accepted: to write it again would make a second one."""
    written = ANSWERS | {
        f"GET {API}/issues/12/comments": [],
        f"POST {API}/issues/12/comments": answer,
    }
    with answering(answers_of(written)):
        (outcome,) = CONNECTOR.apply([CommentChange(TARGET, OURS)])
    assert isinstance(outcome, RefusedChange)
    assert outcome.retryable


@EFFORTS
def test_any_answer_gives_records_problems_or_an_error_with_a_remedy(effort: settings) -> None:
    @effort
    @given(broken_tools(ANSWERS))
    def check(answers: Mapping[str, Any]) -> None:
        with answering(answers_of(answers)):
            for stream in CONNECTOR.streams:
                pull_or_fail(CONNECTOR, stream, None, NOW)
                pull_or_fail(CONNECTOR, stream, {"newest": NOW.isoformat()}, NOW + timedelta(1))
            assert all(problem.what and problem.remedy for problem in CONNECTOR.check())

    check()


@EFFORTS
def test_any_answer_about_comments_gives_an_outcome_or_an_error(effort: settings) -> None:
    comments = {
        name: body for name, body in ANSWERS.items() if "comments" in name or "user" in name
    }

    @effort
    @given(broken_tools(comments))
    def check(answers: Mapping[str, Any]) -> None:
        connector = connect(url=URL, repositories=["acme/api"])
        with answering(answers_of(answers)):
            comment_or_fail(connector, TARGET)

    check()


REPLY = {
    "id": 7,
    "user": {"id": 2, "login": "ada"},
    "body": "/interlock ack",
    "issue_url": f"{URL}{API}/issues/12",
    "created_at": "2026-03-01T09:00:00Z",
    "updated_at": "2026-03-01T09:00:00Z",
}
REPLIES = {
    f"GET {API}/issues/comments": [REPLY, REPLY | {"issue_url": f"{URL}{API}/issues/7"}],
    **{name: ANSWERS[name] for name in (f"GET {API}", f"GET {API}/issues/7", "GET /user")},
}


@EFFORTS
def test_any_answer_about_replies_gives_pages_or_an_error(effort: settings) -> None:
    seen = {"newest": "2026-03-01T09:00:00+00:00", "full_at": "2026-03-02T08:00:00+00:00"}

    @effort
    @given(broken_tools(REPLIES), st.sampled_from([None, seen]))
    def check(answers: Mapping[str, Any], cursor: Any) -> None:
        connector = connect(url=URL, repositories=["acme/api"])
        with answering(answers_of(answers)):
            replies_or_fail(connector, TARGET, cursor, NOW)

    check()


@pytest.mark.parametrize("answer", [None, {"message": "x"}, "<html>", [None], [{"id": "x\x00"}]])
def test_a_list_of_comments_that_is_none_is_no_end_of_replies(answer: Any) -> None:
    with (
        answering(answers_of(REPLIES | {f"GET {API}/issues/comments": answer})),
        pytest.raises(ConnectionFailed),
    ):
        list(CONNECTOR.find_replies([TARGET], None, NOW))


@EFFORTS
def test_a_record_of_any_shape_stops_no_sibling(effort: settings) -> None:
    @effort
    @given(mutations(st.just(ISSUE)) | JSON)
    @example({"id": 1012, "parent_issue_url": {"x": 1}})
    @example({"id": 1012, "issue_dependencies_summary": {"total_blocked_by": 1}})
    def check(broken: Any) -> None:
        listed = {f"GET {API}/issues": [api_issue(11), broken, api_issue(13)]}
        pages = pull(**listed)
        ids = {record.native_id for page in pages for record in page.records}
        assert {"1011", "1013"} <= ids

    check()


@EFFORTS
def test_any_payload_is_mapped_or_held(effort: settings) -> None:
    whole = json.loads(payload())

    @effort
    @given(broken_tools({"x": whole}))
    def check(broken: Mapping[str, Any]) -> None:
        map_anything(CONNECTOR, "issues", json.dumps(broken["x"]), NOW)
        map_anything(CONNECTOR, "milestones", json.dumps({"milestone": broken["x"]}), NOW)

    check()
