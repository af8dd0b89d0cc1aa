"""The GitHub stand-in answers as GitHub's REST documentation says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from connectors.sandbox import Sandbox, running_sandbox

ISSUES = "/api/v3/repos/acme/api/issues"


def described(**issue: Any) -> dict[str, Any]:
    created = "2026-01-0{}T09:00:00Z"
    issues = [
        {"title": f"Issue {number}", "created": created.format(number)} for number in (1, 2, 3)
    ]
    issues[0] |= {"state": "closed", "closed": "2026-01-09T09:00:00Z"}
    issues[1] |= {"blocked_by": ["acme/api#1"], "parent": "acme/api#3"} | issue
    repository = {"name": "acme/api", "former_names": ["acme/old"], "issues": issues}
    return {"repositories": [repository]}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(github=described(title="<b>Bold</b>")) as running:
        yield running


@pytest.fixture
def github(sandbox: Sandbox) -> Iterator[httpx.Client]:
    headers = {"Authorization": "Bearer sandbox-token"}
    with httpx.Client(base_url=sandbox.github_url, headers=headers) as client:
        yield client


def numbers(answer: httpx.Response) -> list[int]:
    return [issue["number"] for issue in answer.json()]


def test_open_issues_are_listed_newest_first_by_default(github: httpx.Client) -> None:
    assert numbers(github.get(ISSUES)) == [3, 2]


def test_the_link_header_leads_to_the_next_page(github: httpx.Client) -> None:
    query = {"state": "all", "direction": "asc", "per_page": 2}
    first = github.get(ISSUES, params=query)
    second = github.get(first.links["next"]["url"])
    assert numbers(first) + numbers(second) == [1, 2, 3]
    assert "next" not in second.links


def test_since_is_about_changes(github: httpx.Client) -> None:
    query = {"state": "all", "since": "2026-01-02T09:00:00Z"}
    assert numbers(github.get(ISSUES, params=query)) == [3, 2]


def test_relations_are_counted_in_the_record_and_listed_apart(github: httpx.Client) -> None:
    issue = github.get(f"{ISSUES}/2").json()
    assert issue["issue_dependencies_summary"] == {
        "blocked_by": 0,
        "total_blocked_by": 1,
        "blocking": 0,
        "total_blocking": 0,
    }
    assert issue["parent_issue_url"].endswith("/repos/acme/api/issues/3")
    assert numbers(github.get(f"{ISSUES}/2/dependencies/blocked_by")) == [1]
    assert numbers(github.get(f"{ISSUES}/3/sub_issues")) == [2]


def test_a_renamed_repository_redirects(github: httpx.Client, sandbox: Sandbox) -> None:
    moved = github.get("/api/v3/repos/acme/old/issues/2")
    assert moved.status_code == 301
    assert moved.json()["url"] == f"{sandbox.github_url}{ISSUES}/2"


def test_comments_are_written_edited_and_deleted(github: httpx.Client) -> None:
    created = github.post(f"{ISSUES}/2/comments", json={"body": "Late"})
    assert created.status_code == 201
    path = f"{ISSUES}/comments/{created.json()['id']}"
    assert github.patch(path, json={"body": "Later"}).json()["body"] == "Later"
    assert [c["body"] for c in github.get(f"{ISSUES}/2/comments").json()] == ["Later"]
    assert github.delete(path).status_code == 204
    assert github.patch(path, json={"body": "x"}).status_code == 404


@pytest.mark.parametrize("body", ["", "x" * 65_537, None])
def test_a_comment_that_is_empty_or_too_long_is_refused(github: httpx.Client, body: Any) -> None:
    refused = github.post(f"{ISSUES}/2/comments", json={"body": body})
    assert (refused.status_code, refused.json()["message"]) == (422, "Validation Failed")


def test_nobody_reads_without_a_token(sandbox: Sandbox) -> None:
    assert httpx.get(f"{sandbox.github_url}{ISSUES}").status_code == 401


def test_people_see_an_issue_as_a_page_with_its_text_escaped(github: httpx.Client) -> None:
    github.post(f"{ISSUES}/2/comments", json={"body": "<script>"})
    page = github.get("/acme/api/issues/2")
    assert "&lt;b&gt;Bold" in page.text and "&lt;script&gt;" in page.text
    assert "/acme/api/issues/2" in github.get("/").text
    assert github.get("/acme/api/issues/99").status_code == 404


def test_changes_are_still_there_after_a_restart(tmp_path: Path) -> None:
    headers = {"Authorization": "Bearer sandbox-token"}
    with running_sandbox(github=described(), state=tmp_path) as sandbox:
        url = f"{sandbox.github_url}{ISSUES}/2/comments"
        httpx.post(url, json={"body": "Late"}, headers=headers).raise_for_status()
    with running_sandbox(state=tmp_path) as sandbox:
        (comment,) = sandbox.github.repositories[0].issues[1].comments
        assert comment.body == "Late"


def test_a_mistake_in_the_file_is_named() -> None:
    with (
        pytest.raises(ValidationError, match="titel"),
        running_sandbox(github=described(titel="x")),
    ):
        pass
    with (
        pytest.raises(ValueError, match="no issue acme/api#9"),
        running_sandbox(github=described(parent="acme/api#9")),
    ):
        pass
