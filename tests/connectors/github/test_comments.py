"""Comments on issues of the stand-in."""

from __future__ import annotations

import re

import httpx
import pytest

from connectors.github.connector import GitHubConnector
from connectors.kit.rich_text.markdown import render
from connectors.sandbox import Sandbox
from connectors.sandbox.github.host import StoredIssue
from model.comment_content import (
    CommentChange,
    CommentContent,
    CommentState,
    MentionSpan,
    Paragraph,
    PostedComment,
    RefusedChange,
    Target,
    TextSpan,
)
from model.records import Kind, Ref
from tests.connectors.github.builders import FakeTime, connect, issue
from tests.connectors.github.conftest import Start


def content(words: str = "It is late. ") -> CommentContent:
    paragraph = Paragraph((TextSpan(words), MentionSpan("Ada", "ada")))
    return CommentContent("C-1", CommentState.OPEN, "Late handover", (paragraph,))


def target_of(issue: StoredIssue) -> Target:
    ref = Ref("code", Kind.WORK_ITEM, str(issue.id))
    return Target(ref, f"acme/api#{issue.number}")


def first_issue(sandbox: Sandbox) -> StoredIssue:
    return sandbox.github.repositories[0].issues[0]


def post(connector: GitHubConnector, change: CommentChange) -> PostedComment:
    (outcome,) = connector.apply([change])
    assert isinstance(outcome, PostedComment), outcome
    return outcome


def add_fault(sandbox: Sandbox, kind: str, match: str, times: int = 1) -> None:
    fault = {"kind": kind, "match": match, "times": times}
    httpx.post(f"{sandbox.github_url}/_sandbox/faults", json=fault).raise_for_status()


@pytest.fixture
def sandbox(github: Start) -> Sandbox:
    return github(issue("A"), issue("B"))


def test_a_comment_is_markdown_with_a_hidden_marker(sandbox: Sandbox) -> None:
    posted = post(connect(sandbox), CommentChange(target_of(first_issue(sandbox)), content()))
    (stored,) = first_issue(sandbox).comments
    assert stored.body.startswith("**Late handover**\n\nIt is late\\. @ada")
    assert stored.body.endswith(f"<!-- interlock:C-1 {content().digest} -->")
    assert posted.url == f"{sandbox.github_url}/acme/api/issues/1#issuecomment-{stored.id}"


@pytest.mark.parametrize("kind", ["drop_after", "5xx"])
def test_a_lost_answer_leaves_one_comment(sandbox: Sandbox, kind: str) -> None:
    add_fault(sandbox, kind, "POST .*/comments$")
    post(connect(sandbox), CommentChange(target_of(first_issue(sandbox)), content()))
    assert len(first_issue(sandbox).comments) == 1


def test_a_lost_answer_to_an_edit_leaves_the_new_text(sandbox: Sandbox) -> None:
    connector, target = connect(sandbox), target_of(first_issue(sandbox))
    posted = post(connector, CommentChange(target, content()))
    add_fault(sandbox, "drop_after", "PATCH .*/comments/")
    worse = content("It is later still. ")
    edited = post(connector, CommentChange(target, worse, posted, notify=False))
    (stored,) = first_issue(sandbox).comments
    assert edited.comment_id == posted.comment_id == str(stored.id)
    assert "later still" in stored.body
    assert "@" not in stored.body


def test_what_a_killed_run_wrote_is_not_written_again(sandbox: Sandbox) -> None:
    change = CommentChange(target_of(first_issue(sandbox)), content())
    assert post(connect(sandbox), change) == post(connect(sandbox), change)
    assert len(first_issue(sandbox).comments) == 1


def test_text_from_elsewhere_mentions_and_closes_nothing(sandbox: Sandbox) -> None:
    hostile = content("@acme/all closes #2 <img src=x> [x](javascript:1) GH-2")
    post(connect(sandbox), CommentChange(target_of(first_issue(sandbox)), hostile))
    body = first_issue(sandbox).comments[0].body.partition("<!--")[0]
    assert re.findall(r"@[\w/]+", body) == ["@ada"]
    assert not re.search(r"#\d|(?<!\\)[<\[]", body)


def test_a_comment_that_somebody_else_wrote_with_our_marker_is_left_alone(
    sandbox: Sandbox,
) -> None:
    target, path = target_of(first_issue(sandbox)), "/repos/acme/api/issues/1/comments"
    body = {"body": render(content())}
    as_ada = {"Authorization": "Bearer as:ada"}
    httpx.post(f"{sandbox.github.api}{path}", json=body, headers=as_ada).raise_for_status()
    connector = connect(sandbox)
    assert connector.find_comments([target]) == []
    post(connector, CommentChange(target, content()))
    assert [comment.login for comment in first_issue(sandbox).comments] == ["ada", "interlock"]


def test_comments_beyond_the_first_page_are_found(sandbox: Sandbox) -> None:
    target = target_of(first_issue(sandbox))
    path = f"{sandbox.github.api}/repos/acme/api/issues/1/comments"
    for _ in range(3):
        httpx.post(path, json={"body": "Hello"}, headers={"Authorization": "Bearer as:ada"})
    posted = post(connect(sandbox), CommentChange(target, content()))
    assert connect(sandbox, page_size=2).find_comments([target]) == [posted]


def test_an_issue_that_moved_or_is_gone_refuses_its_comment_alone(sandbox: Sandbox) -> None:
    moved, deleted = (target_of(i) for i in sandbox.github.repositories[0].issues)
    sandbox.github.transfer(int(moved.ref.native_id), "acme/web")
    sandbox.github.delete(int(deleted.ref.native_id))
    connector = connect(sandbox)
    assert connector.find_comments([moved, deleted]) == []
    outcomes = list(connector.apply([CommentChange(t, content()) for t in (moved, deleted)]))
    assert all(isinstance(outcome, RefusedChange) and outcome.remedy for outcome in outcomes)


def test_a_milestone_has_no_comments(sandbox: Sandbox) -> None:
    target = Target(Ref("code", Kind.WORK_ITEM, "milestone-7"), "acme/api milestone 1")
    connector = connect(sandbox)
    (outcome,) = connector.apply([CommentChange(target, content())])
    assert isinstance(outcome, RefusedChange)
    assert not outcome.retryable
    assert connector.find_comments([target]) == []


def test_writes_are_a_second_apart(sandbox: Sandbox) -> None:
    time = FakeTime()
    targets = [target_of(i) for i in sandbox.github.repositories[0].issues]
    list(connect(sandbox, clock=time.clock()).apply(CommentChange(t, content()) for t in targets))
    assert time.slept == [1.0, 1.0]
