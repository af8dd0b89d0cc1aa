"""Two small repositories in the sandbox's format, and connectors whose clocks never wait."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from connectors.base import ConnectorContext, Page, RawRecord
from connectors.github.connector import GitHubConnector
from connectors.github.settings import GitHubSettings
from connectors.kit.clock import Clock
from connectors.sandbox import Sandbox
from model.operating_model.lookups import ConnectionLookups
from model.records import Mapped, State, WorkItem
from tests.connectors.references import REFERENCES

TOKEN = "sandbox-token"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LOOKUPS = ConnectionLookups(
    statuses={"in progress": State.IN_PROGRESS, "waiting": State.BLOCKED},
    functions=frozenset({"it", "legal"}),
    initiatives={"cdp": "cdp"},
    references=REFERENCES.for_connection("github"),
)

Json = dict[str, Any]


def issue(title: str = "Consent store", **fields: Any) -> Json:
    return {"title": title, "created": "2026-01-05T09:00:00Z", **fields}


def repositories(*issues: Json, **web: Any) -> Json:
    """`acme/api` with these issues and two milestones, and `acme/web`."""
    milestones = [
        {"title": "2.0", "due": "2026-05-01", "at": "2026-01-02T09:00:00Z"},
        {"title": "1.0", "state": "closed", "at": "2026-01-03T09:00:00Z"},
    ]
    api = {"name": "acme/api", "former_names": ["acme/old"], "milestones": milestones}
    return {"repositories": [api | {"issues": list(issues)}, {"name": "acme/web", **web}]}


def settings(url: str = "https://github.example/api/v3", **own: Any) -> GitHubSettings:
    entry = {
        "tool": "github",
        "function": "it",
        "url": url,
        "repositories": ["acme/api", "acme/web"],
        "token_env": "GITHUB_TOKEN",
    }
    return GitHubSettings.model_validate(entry | own)


class FakeTime:
    """A clock that advances by sleeping alone, from the real instant on, as tokens expire by it."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def clock(self) -> Clock:
        return Clock(sleep=self.slept.append)


def connect(
    sandbox: Sandbox | None = None,
    environment: dict[str, str] | None = None,
    clock: Clock | None = None,
    **own: Any,
) -> GitHubConnector:
    url = f"{sandbox.github_url}/api/v3" if sandbox else "https://github.example/api/v3"
    context = ConnectorContext("code", Path(), environment or {"GITHUB_TOKEN": TOKEN}, LOOKUPS)
    return GitHubConnector(settings(**{"url": url} | own), context, clock or FakeTime().clock())


def pull(
    connector: GitHubConnector, cursor: Any = None, now: datetime = NOW, stream: str = "issues"
) -> list[Page]:
    return list(connector.pull(stream, cursor, now))


def records_of(pages: list[Page]) -> list[RawRecord]:
    return [record for page in pages for record in page.records]


def titles_of(pages: list[Page]) -> list[str]:
    return [orjson.loads(record.payload)["issue"]["title"] for record in records_of(pages)]


def api_issue(number: int = 12, **fields: Any) -> Json:
    """An issue as the REST API gives it (github/rest-api-description, schema `issue`)."""
    api, web = "https://api.github.com/repos/acme/api", "https://github.com/acme/api"
    return {
        "id": 1000 + number,
        "number": number,
        "url": f"{api}/issues/{number}",
        "repository_url": api,
        "html_url": f"{web}/issues/{number}",
        "title": "Consent store",
        "state": "open",
        "state_reason": None,
        "labels": [],
        "assignee": None,
        "milestone": None,
        "created_at": "2026-01-05T09:00:00Z",
        "updated_at": "2026-02-01T09:00:00Z",
        "closed_at": None,
        "body": None,
        **fields,
    }


MILESTONE = {
    "id": 77,
    "number": 3,
    "url": "https://api.github.com/repos/acme/api/milestones/3",
    "html_url": "https://github.com/acme/api/milestone/3",
    "title": "2.0",
    "state": "open",
    "due_on": "2026-05-01T07:00:00Z",
    "updated_at": "2026-02-01T09:00:00Z",
    "closed_at": None,
}


def raw_issue(parent: int | None = None, blocked_by: tuple[str, ...] = (), **fields: Any) -> Any:
    landed = {"repository": "acme/api", "issue": api_issue(**fields)}
    payload = orjson.dumps(landed | {"parent": parent, "blocked_by": blocked_by})
    return RawRecord("1012", payload.decode())


def map_issue(
    raw: RawRecord | None = None, own: dict[str, Any] | None = None, **fields: Any
) -> Mapped:
    return connect(**(own or {})).map("issues", raw or raw_issue(**fields), NOW)


def item_of(mapped: Mapped) -> WorkItem:
    (version,) = mapped.versions
    assert isinstance(version.record, WorkItem)
    return version.record
