"""The contract of every connector, over the stand-in of Jira Cloud."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import httpx
import pytest

from connectors.base import Connector
from connectors.jira.tool import TOOL
from connectors.sandbox import Sandbox, running_sandbox
from connectors.testing import (
    ConnectorContract,
    StandIn,
)
from model.comment_content import PostedComment
from tests.connectors.jira import builders
from tests.connectors.jira.builders import EMAIL, TOKEN, issue, site


class JiraStandIn(StandIn):
    tool = TOOL
    stream = "issues"

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def connect(self, secret: str | None = None) -> Connector:
        return builders.connect(self._sandbox.jira_url, token=secret or TOKEN, page_size=2)

    def native_ids(self) -> Collection[str]:
        return [issue.id for issue in self._sandbox.jira.issues.values()]

    def rename(self, native_id: str, title: str) -> None:
        self._call("PUT", f"/rest/api/3/issue/{native_id}", {"fields": {"summary": title}})

    def delete(self, native_id: str) -> None:
        self._call("DELETE", f"/rest/api/3/issue/{native_id}")

    def comment_count(self, native_id: str) -> int:
        return len(builders.fetch_comments(self._sandbox, native_id))

    def lose_next_answer(self) -> bool:
        builders.add_fault(self._sandbox, "drop_after", "POST .*/comment$", times=1)
        return True

    def reply(self, posted: PostedComment, words: str) -> None:
        builders.write_comment(self._sandbox, posted.target.native_id, f"/interlock {words}")

    def edit_reply(self, posted: PostedComment, words: str) -> None:
        issue = posted.target.native_id
        (reply,) = [
            comment
            for comment in builders.fetch_comments(self._sandbox, issue)
            if comment["author"]["accountId"] == "ada"
        ]
        builders.edit_comment(self._sandbox, issue, reply["id"], f"/interlock {words}")

    def break_replies(self) -> bool:
        builders.add_fault(self._sandbox, "truncate", "GET .*/comment$")
        return True

    def _call(self, method: str, path: str, body: object = None) -> None:
        url = f"{self._sandbox.jira_url}{path}"
        httpx.request(method, url, json=body, auth=(EMAIL, TOKEN)).raise_for_status()


class TestContract(ConnectorContract):
    @pytest.fixture
    def stand_in(self) -> Iterator[StandIn]:
        past = {
            "at": "2026-01-06T09:00:00Z",
            "by": "ada",
            "field": "status",
            "from": "To Do",
            "to": "In Progress",
        }
        issues = [
            issue("CDP-1", links=[{"to": "SEC-1"}], changes=[past], status="In Progress"),
            *(issue(f"CDP-{number}") for number in range(2, 6)),
            issue("SEC-1", due="2026-05-01"),
        ]
        with running_sandbox(jira=site(*issues)) as sandbox:
            yield JiraStandIn(sandbox)
