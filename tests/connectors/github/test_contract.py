"""The contract of every connector, over the stand-in of GitHub."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from connectors.base import Connector
from connectors.github.tool import TOOL
from connectors.sandbox import Sandbox
from connectors.testing import (
    ConnectorContract,
    StandIn,
)
from model.comment_content import PostedComment
from tests.connectors.github.builders import TOKEN, connect, issue
from tests.connectors.github.conftest import Start


class GitHubStandIn(StandIn):
    tool = TOOL
    stream = "issues"
    deletions_seen_after = timedelta(days=1)

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        # A renamed issue is changed at the real time, which the stand-in's clock has.
        self.now = datetime.now(UTC)

    def connect(self, secret: str | None = None) -> Connector:
        return connect(
            self._sandbox,
            {"GITHUB_TOKEN": secret or TOKEN},
            page_size=2,
            references_in_body=True,
            fields={"start": "Start", "finish": "Target"},
        )

    def native_ids(self) -> Collection[str]:
        issues = [i for r in self._sandbox.github.repositories for i in r.issues]
        return [str(issue.id) for issue in issues if not issue.is_pull_request]

    def rename(self, native_id: str, title: str) -> None:
        host = self._sandbox.github
        repository, issue = host.locate(int(native_id))
        httpx.patch(
            f"{host.api}/repos/{repository.name}/issues/{issue.number}",
            json={"title": title},
            headers={"Authorization": "Bearer as:ada"},
        ).raise_for_status()

    def delete(self, native_id: str) -> None:
        self._sandbox.github.delete(int(native_id))

    def comment_count(self, native_id: str) -> int:
        return len(self._sandbox.github.locate(int(native_id))[1].comments)

    def lose_next_answer(self) -> bool:
        fault = {"kind": "drop_after", "match": "POST .*/comments$", "times": 1}
        url = f"{self._sandbox.github_url}/_sandbox/faults"
        httpx.post(url, json=fault).raise_for_status()
        return True

    def reply(self, posted: PostedComment, words: str) -> None:
        self._as_ada("POST", f"issues/{self._number(posted)}/comments", f"/interlock {words}")

    def edit_reply(self, posted: PostedComment, words: str) -> None:
        _, issue = self._sandbox.github.locate(int(posted.target.native_id))
        (reply,) = [comment for comment in issue.comments if comment.login == "ada"]
        self._as_ada("PATCH", f"issues/comments/{reply.id}", f"/interlock {words}")

    def break_replies(self) -> bool:
        fault = {"kind": "truncate", "match": "GET .*/issues/comments$"}
        url = f"{self._sandbox.github_url}/_sandbox/faults"
        httpx.post(url, json=fault).raise_for_status()
        return True

    def _number(self, posted: PostedComment) -> int:
        return self._sandbox.github.locate(int(posted.target.native_id))[1].number

    def _as_ada(self, method: str, path: str, body: str) -> None:
        url = f"{self._sandbox.github.api}/repos/acme/api/{path}"
        headers = {"Authorization": "Bearer as:ada"}
        httpx.request(method, url, json={"body": body}, headers=headers).raise_for_status()


class TestContract(ConnectorContract):
    @pytest.fixture
    def stand_in(self, github: Start) -> Iterator[StandIn]:
        issues = [
            issue("Platform", body="- [ ] #2\nNeeds CDP-4", milestone="2.0", labels=["cdp"]),
            issue(
                "Feed",
                parent="acme/api#1",
                blocked_by=["acme/web#1"],
                fields={"Target": "2026-04-01"},
            ),
            issue("A pull request", pull_request=True),
            issue("Done", state="closed", state_reason="completed", closed="2026-02-01T09:00:00Z"),
            issue("Last", assignee="ada"),
        ]
        yield GitHubStandIn(github(*issues, issues=[issue("Consent banner")]))
