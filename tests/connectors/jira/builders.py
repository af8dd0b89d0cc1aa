"""A small Jira site in the sandbox's format, and a connector to it whose clock never waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson

from connectors.base import ConnectorContext, Page, RawRecord
from connectors.jira.connector import JiraConnector, open_connector
from connectors.jira.settings import JiraSettings
from connectors.kit.clock import Clock
from connectors.sandbox import Sandbox
from model.comment_content import (
    CommentChange,
    CommentContent,
    CommentState,
    MentionSpan,
    Paragraph,
    Target,
    TextSpan,
)
from model.operating_model.lookups import ConnectionLookups
from model.records import Kind, Mapped, Ref, State, WorkItem
from tests.connectors.references import REFERENCES

EMAIL = "interlock@example.com"
TOKEN = "sandbox-token"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STATUSES = {"to do": State.PLANNED, "in progress": State.IN_PROGRESS, "done": State.DONE}

Json = dict[str, Any]


def issue(key: str, **fields: Any) -> Json:
    return {
        "key": key,
        "summary": f"Work on {key}",
        "status": "To Do",
        "created": "2026-01-05T09:00:00Z",
        "updated": "2026-01-05T09:00:00Z",
        **fields,
    }


def site(*issues: Json, **overrides: Any) -> Json:
    return {
        "users": [{"account_id": "ada", "display_name": "Ada", "email": "ada@example.com"}],
        "projects": [
            {"key": "CDP", "name": "Platform"},
            {"key": "SEC", "name": "Security"},
            {"key": "HELP", "name": "Help", "type": "service_desk"},
        ],
        "issues": list(issues),
        **overrides,
    }


def settings(url: str = "https://jira.example", **overrides: Any) -> JiraSettings:
    return JiraSettings.model_validate(
        {
            "tool": "jira",
            "function": "it",
            "url": url,
            "email": EMAIL,
            "token_env": "JIRA_TOKEN",
            "projects": ["CDP", "SEC"],
            "overlap_minutes": 1,
            **overrides,
        }
    )


class FakeTime:
    """A clock that advances only when something sleeps."""

    def __init__(self) -> None:
        self.slept = 0.0

    def clock(self) -> Clock:
        return Clock(lambda: NOW + timedelta(seconds=self.slept), self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.slept += seconds


def connect(
    url: str, *, token: str = TOKEN, time: FakeTime | None = None, **overrides: Any
) -> JiraConnector:
    return open_connector(
        settings(url, **overrides),
        ConnectorContext(
            "jira-it",
            Path(),
            {"JIRA_TOKEN": token},
            ConnectionLookups(
                statuses=STATUSES,
                functions=frozenset({"it"}),
                initiatives={"cdp": "cdp"},
                references=REFERENCES.for_connection("jira-it"),
            ),
        ),
        (time or FakeTime()).clock(),
    )


def pull_pages(connector: JiraConnector, cursor: Mapping[str, Any] | None = None) -> list[Page]:
    return list(connector.pull("issues", dict(cursor) if cursor else None, NOW))


def records_by_key(pages: list[Page]) -> dict[str, RawRecord]:
    """The raw records of the issues by key."""
    records = [record for page in pages for record in page.records]
    return {orjson.loads(record.payload)["issue"]["key"]: record for record in records}


def map_issue(connector: JiraConnector, key: str) -> Mapped:
    return connector.map("issues", records_by_key(pull_pages(connector))[key], NOW)


def work_items(result: Mapped) -> list[WorkItem]:
    """The work item in each of its versions, oldest first."""
    return [v.record for v in result.versions if isinstance(v.record, WorkItem)]


def present_item(result: Mapped) -> WorkItem:
    return work_items(result)[-1]


def add_fault(sandbox: Sandbox, kind: str, match: str = ".*", **details: Any) -> None:
    fault = {"kind": kind, "match": match, **details}
    httpx.post(f"{sandbox.jira_url}/_sandbox/faults", json=fault).raise_for_status()


def configure(sandbox: Sandbox, **values: Any) -> None:
    httpx.put(f"{sandbox.jira_url}/_sandbox/settings", json=values).raise_for_status()


def edit_issue(
    sandbox: Sandbox, key: str, *, email: str = "ada@example.com", **fields: Any
) -> None:
    """Change an issue as a person does it."""
    httpx.put(
        f"{sandbox.jira_url}/rest/api/3/issue/{key}", json={"fields": fields}, auth=(email, TOKEN)
    ).raise_for_status()


def move_issue(sandbox: Sandbox, key: str, to: str) -> None:
    """Give an issue a key in another project, as a person does it."""
    path = f"{sandbox.jira_url}/_sandbox/issues/{key}/move"
    httpx.post(path, json={"to": to}, auth=("ada@example.com", TOKEN)).raise_for_status()


def list_requests(sandbox: Sandbox) -> list[str]:
    """`METHOD /path` of every request so far."""
    log = httpx.get(f"{sandbox.jira_url}/_sandbox/requests").json()
    return [f"{entry['method']} {entry['path']}" for entry in log]


def fetch_comments(sandbox: Sandbox, key: str) -> list[Json]:
    answer = httpx.get(
        f"{sandbox.jira_url}/rest/api/3/issue/{key}/comment",
        params={"expand": "properties"},
        auth=(EMAIL, TOKEN),
    )
    comments: list[Json] = answer.raise_for_status().json()["comments"]
    return comments


def comment_content(
    conflict: str = "C-1", heading: str = "Late handover", **overrides: Any
) -> CommentContent:
    words = Paragraph((MentionSpan("Ada", "ada"), TextSpan(" decides by Friday.")))
    return CommentContent(
        **{
            "conflict_id": conflict,
            "state": CommentState.OPEN,
            "heading": heading,
            "blocks": (words,),
            **overrides,
        }
    )


def find_target(sandbox: Sandbox, key: str) -> Target:
    stored = sandbox.jira.find(key)
    assert stored is not None
    return Target(Ref("jira-it", Kind.WORK_ITEM, stored.id), key)


def comment_change(
    sandbox: Sandbox, key: str, content: CommentContent | None = None, **details: Any
) -> CommentChange:
    return CommentChange(find_target(sandbox, key), content or comment_content(), **details)


def document(*blocks: Json) -> Json:
    return {"type": "doc", "version": 1, "content": list(blocks)}


def paragraph(*nodes: str | Json) -> Json:
    """A paragraph of texts and other inline nodes."""
    content = [{"type": "text", "text": n} if isinstance(n, str) else n for n in nodes]
    return {"type": "paragraph", "content": content}


def write_comment(
    sandbox: Sandbox,
    key: str,
    *blocks: str | Json,
    email: str = "ada@example.com",
    **more: Any,
) -> str:
    """Comment an issue as a person does; returns the comment's id."""
    body = document(*(paragraph(block) if isinstance(block, str) else block for block in blocks))
    url = f"{sandbox.jira_url}/rest/api/3/issue/{key}/comment"
    answer = httpx.post(url, json={"body": body, **more}, auth=(email, TOKEN))
    return str(answer.raise_for_status().json()["id"])


def edit_comment(
    sandbox: Sandbox, key: str, comment_id: str, words: str, email: str = "ada@example.com"
) -> None:
    url = f"{sandbox.jira_url}/rest/api/3/issue/{key}/comment/{comment_id}"
    body = {"body": document(paragraph(words))}
    httpx.put(url, json=body, auth=(email, TOKEN)).raise_for_status()


Site = Callable[..., Sandbox]
