"""Answers that are not Jira's: a record fails alone, a page as an error with its remedy."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.base import ConnectionFailed, Page
from model.comment_content import CommentChange, RefusedChange, Target
from model.records import Kind, Mapped, Ref, WorkItem
from tests.connectors.jira.builders import NOW, comment_content, connect
from tests.connectors.json_shapes import (
    EFFORTS,
    JSON,
    answering,
    broken_tools,
    comment_or_fail,
    json_answer,
    map_anything,
    mutations,
    pull_or_fail,
    replies_or_fail,
)

URL = "https://jira.example"
API = "/rest/api/3"
RECORDS = json.loads((Path(__file__).parent / "raw_records.json").read_text())
MARKER = {"key": "interlock", "value": {"conflict": "C-1", "digest": "0" * 16}}
COMMENT = {"id": "77", "properties": [MARKER], "jsdPublic": False}
REPLY = {
    "id": "78",
    "author": {"accountId": "ada", "displayName": "Ada"},
    "updateAuthor": {"accountId": "ada", "displayName": "Ada"},
    "body": {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text"}]}]},
    "created": "2026-03-01T09:00:00.000+0000",
    "updated": "2026-03-01T09:00:00.000+0000",
}
TARGET = Target(Ref("jira-it", Kind.WORK_ITEM, "10001"), "CDP-1")


def issue(number: int) -> dict[str, Any]:
    fields = {
        "summary": f"Issue {number}",
        "status": {"id": "1", "name": "To Do", "statusCategory": {"key": "new"}},
        "created": "2026-01-05T09:00:00.000+0000",
        "updated": "2026-01-05T09:00:00.000+0000",
        "duedate": "2026-05-01",
        "labels": ["cdp"],
        "assignee": {"accountId": "ada"},
        "issuelinks": [{"type": {"name": "Blocks"}, "outwardIssue": {"key": "SEC-1"}}],
        "fixVersions": [{"id": "5", "name": "1.0"}],
        "project": {"key": "CDP"},
    }
    return {"id": str(number), "key": f"CDP-{number - 10000}", "fields": fields}


CHANGE = {
    "created": "2026-01-06T09:00:00.000+0000",
    "author": {"accountType": "atlassian"},
    "items": [{"field": "status", "from": "1", "fromString": "To Do", "to": "3"}],
}
IDS = ("10001", "10002", "10003")
ANSWERS: dict[str, Any] = {
    f"GET {API}/myself": {"accountId": "me"},
    f"GET {API}/project/search": {"values": [{"key": "CDP"}, {"key": "SEC"}], "isLast": True},
    f"GET {API}/field": [{"id": "duedate", "name": "Due date"}],
    f"GET {API}/status": [{"id": "1", "statusCategory": {"key": "new"}}],
    f"POST {API}/search/jql": {"issues": [{"id": id_} for id_ in IDS], "isLast": True},
    f"POST {API}/issue/bulkfetch": {"issues": [issue(int(id_)) for id_ in IDS], "issueErrors": []},
    f"POST {API}/changelog/bulkfetch": {
        "issueChangeLogs": [{"issueId": id_, "changeHistories": [CHANGE]} for id_ in IDS]
    },
    f"GET {API}/project/CDP/versions": [{"id": "5", "name": "1.0", "releaseDate": "2026-05-01"}],
    f"GET {API}/project/SEC/versions": [],
    f"GET {API}/issue/10001/comment": {"comments": [{"id": "77"}], "total": 1},
    f"POST {API}/comment/list": {"values": [COMMENT]},
    f"POST {API}/issue/10001/comment": {"id": "78"},
    f"PUT {API}/issue/10001/comment/77": {"id": "77"},
    f"GET {API}/issue/10001/comment/77": COMMENT,
}
CURSOR = {"updated_from": 1767225600000, "known": "10001-10004"}


def jira(answers: Mapping[str, Any]) -> Any:
    """A site that gives of the issues those that are asked for."""

    def answer(request: httpx.Request) -> httpx.Response | None:
        name = f"{request.method} {request.url.path}"
        body = answers.get(name)
        listed = {"bulkfetch": ("issues", "id"), "changelog": ("issueChangeLogs", "issueId")}
        for part, (key, id_) in listed.items():
            if part in name and isinstance(body, dict) and isinstance(body.get(key), list):
                asked = json.loads(request.content)["issueIdsOrKeys"]
                chosen = [
                    one
                    for one in body[key]
                    if not isinstance(one, dict) or one.get(id_) in asked or one.get(id_) not in IDS
                ]
                body = body | {key: chosen}
        return json_answer(body) if name in answers else None

    return answer


def pull(stream: str = "issues", cursor: Any = None, **broken: Any) -> list[Page]:
    with answering(jira(ANSWERS | broken)):
        return list(connect(URL).pull(stream, cursor, NOW))


def ids(pages: list[Page]) -> set[str]:
    return {record.native_id for page in pages for record in page.records}


def mapped(**fields: Any) -> Mapped:
    whole = issue(10001)
    payload = {"issue": whole | {"fields": whole["fields"] | fields}, "changelog": []}
    return map_anything(connect(URL), "issues", json.dumps(payload), NOW)


def test_the_stand_in_is_read_whole() -> None:
    pages = pull()
    assert ids(pages) == set(IDS)
    assert pages[-1].snapshot_ids == set(IDS)


@pytest.mark.parametrize("answer", [{"message": "Try later"}, None, [], {"issues": None}, "x"])
def test_a_search_without_its_list_ends_no_issue(answer: Any) -> None:
    with pytest.raises(ConnectionFailed, match=r"jira-it: issues: .*the answer to POST .*search"):
        pull(**{f"POST {API}/search/jql": answer})


def test_a_page_that_is_not_the_last_and_leads_nowhere_is_an_error() -> None:
    with pytest.raises(ConnectionFailed, match="nextPageToken"):
        pull(**{f"POST {API}/search/jql": {"issues": [], "isLast": False}})


@pytest.mark.parametrize("projects", [[], [{"key": "CDP"}]])
def test_projects_that_never_end_or_end_early_are_an_error(projects: Any) -> None:
    with pytest.raises(ConnectionFailed, match="further projects"):
        pull(**{f"GET {API}/project/search": {"values": projects, "isLast": False}})


@pytest.mark.parametrize("entry", [None, [], {}, {"id": None}, {"id": "x"}, {"id": {"x": 1}}])
def test_a_search_entry_without_an_id_stops_no_sibling_and_ends_no_issue(entry: Any) -> None:
    found = [{"id": "10001"}, entry, {"id": "10003"}]
    pages = pull(**{f"POST {API}/search/jql": {"issues": found}})
    assert ids(pages) == {"10001", "10003"}
    assert "entry 2 of Jira's search has no id" in pages[-1].problems[-1].reason
    assert pages[-1].snapshot_ids is None


@pytest.mark.parametrize("broken", [None, [], {"id": "10002"}, {"id": "10002", "fields": None}, 7])
def test_an_issue_of_another_shape_is_held_alone(broken: Any) -> None:
    issues = [issue(10001), broken, issue(10003)]
    pages = pull(**{f"POST {API}/issue/bulkfetch": {"issues": issues}})
    assert ids(pages) == {"10001", "10003"} or not isinstance(broken, dict)
    held = {problem.native_id for page in pages for problem in page.problems if problem.held}
    assert "10002" in held
    assert pages[-1].snapshot_ids == set(IDS)


@pytest.mark.parametrize("histories", ["x", {"x": 1}, 7])
def test_a_changelog_of_another_shape_holds_its_issue_alone(histories: Any) -> None:
    logs = [{"issueId": "10002", "changeHistories": histories}]
    pages = pull(**{f"POST {API}/changelog/bulkfetch": {"issueChangeLogs": logs}})
    assert ids(pages) == {"10001", "10003"}
    (problem,) = [problem for page in pages for problem in page.problems]
    assert problem.native_id == "10002"


@pytest.mark.parametrize("updated", [None, 10**30, "soon", [], "0001-01-01T00:00:00Z"])
def test_an_unreadable_newest_change_does_not_move_the_cursor(updated: Any) -> None:
    newest = {"issues": [{"id": "10001", "fields": {"updated": updated}}]}
    pages = pull(cursor=CURSOR, **{f"POST {API}/search/jql": newest})
    assert pages[-1].cursor["updated_from"] == CURSOR["updated_from"]


def test_labels_given_as_one_text_are_one_label() -> None:
    record = mapped(labels="cdp").versions[-1].record
    assert isinstance(record, WorkItem)
    assert record.labels == ("cdp",)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (None, "CDP-1 has or had no status"),
        ({"name": None}, "CDP-1 has or had no status"),
        ({"name": 3, "statusCategory": {"key": "new"}}, 'in the status "3", which is not mapped'),
    ],
)
def test_a_status_that_is_no_text_is_reported(status: Any, reason: str) -> None:
    assert any(reason in problem.reason for problem in mapped(status=status).problems)


@pytest.mark.parametrize("answer", [None, {"message": "x"}, {"comments": [None]}, []])
def test_comments_that_cannot_be_read_refuse_the_change_of_their_issue_alone(answer: Any) -> None:
    with answering(jira(ANSWERS | {f"GET {API}/issue/10001/comment": answer})):
        connector = connect(URL)
        assert connector.find_comments([TARGET]) == []
        (outcome,) = connector.apply([CommentChange(TARGET, comment_content())])
    assert isinstance(outcome, RefusedChange)


@EFFORTS
def test_any_answer_gives_records_problems_or_an_error_with_a_remedy(effort: settings) -> None:
    connector = connect(URL)

    @effort
    @given(
        broken_tools({k: v for k, v in ANSWERS.items() if "comment" not in k}),
        st.sampled_from([("issues", None), ("issues", CURSOR), ("versions", None)]),
    )
    @example(ANSWERS | {f"GET {API}/field": [{"name": "Due date"}]}, ("issues", None))
    def check(answers: Mapping[str, Any], begin: tuple[str, Any]) -> None:
        with answering(jira(answers)):
            pull_or_fail(connector, *begin, NOW)

    check()


@EFFORTS
def test_any_answer_about_comments_gives_an_outcome_or_an_error(effort: settings) -> None:
    comments = {k: v for k, v in ANSWERS.items() if "comment" in k or "project/search" in k}

    @effort
    @given(broken_tools(comments))
    def check(answers: Mapping[str, Any]) -> None:
        with answering(jira(ANSWERS | answers)):
            comment_or_fail(connect(URL), TARGET)

    check()


@EFFORTS
def test_any_answer_about_replies_gives_pages_or_an_error(effort: settings) -> None:
    asked = ("comment", "project/search", "myself", "search/jql")
    answers = {k: v for k, v in ANSWERS.items() if any(part in k for part in asked)}
    answers[f"GET {API}/issue/10001/comment"] = {"comments": [REPLY, {"id": "77"}], "total": 2}
    seen = {"newest": "2026-03-01T09:00:00+00:00", "full_at": "2026-03-02T08:00:00+00:00"}

    @effort
    @given(broken_tools(answers), st.sampled_from([None, seen]))
    def check(answers: Mapping[str, Any], cursor: Any) -> None:
        with answering(jira(ANSWERS | answers)):
            replies_or_fail(connect(URL), TARGET, cursor, NOW)

    check()


@pytest.mark.parametrize("answer", [None, [], "<html>", {"comments": None}, {"comments": [7]}])
def test_a_list_of_comments_that_is_none_is_no_end_of_replies(answer: Any) -> None:
    with (
        answering(jira(ANSWERS | {f"GET {API}/issue/10001/comment": answer})),
        pytest.raises(ConnectionFailed),
    ):
        list(connect(URL).find_replies([TARGET], None, NOW))


@EFFORTS
def test_any_payload_is_mapped_or_held(effort: settings) -> None:
    connector = connect(URL, fields={"start": "Start date"}, references_in=["description"])
    records = [(stream, one) for stream, each in RECORDS.items() for one in each.values()]

    @effort
    @given(st.data())
    def check(data: st.DataObject) -> None:
        stream, recorded = data.draw(st.sampled_from(records))
        payload = data.draw(mutations(st.just(recorded)) | JSON)
        map_anything(connector, stream, json.dumps(payload), NOW)

    check()
