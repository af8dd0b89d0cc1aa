"""A company at the beginning of a story: its operating model, its Jira, its books.

Everybody works in one Jira, in which each project belongs to a function. The operating model of a
story says who decides; what all stories have in common is added here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.engine import URL

from connectors.sandbox import running_sandbox
from pipelines.instance import open_instance
from tests.stories.story import JIRA_TOKEN, Line, Story, write_books

BEGAN = "2026-11-02T09:00:00Z"
"""When the issues of all stories were created."""

COMMON: Mapping[str, Any] = {
    "time_zone": "Europe/Berlin",
    "calendar": "office",
    "calendars": [{"id": "office", "name": "Office", "country": "DE"}],
}
STATUSES = {
    "To Do": "planned",
    "In Progress": "in progress",
    "Blocked": "blocked",
    "Done": "done",
    "Dropped": "cancelled",
}
_CATEGORIES = {"planned": "new", "in progress": "indeterminate", "blocked": "indeterminate"}
_FIELDS = {"Start date": "date", "WBS": "string", "Percent done": "number"}


@dataclass(frozen=True)
class Company:
    """How a story begins.

    `model` is the operating model in YAML, without workflows and calendars; `gates` are those of
    its one workflow. `projects` maps each Jira project to its function. `books` are the lines of
    the ERP export of the function `finance`.
    """

    model: str
    projects: Mapping[str, str]
    issues: Sequence[Mapping[str, Any]]
    gates: Sequence[Mapping[str, Any]] = ()
    books: Sequence[Line] = ()
    # A story syncs on the days on which something happens, not every half hour.
    settings: Mapping[str, Any] = field(default_factory=lambda: {"fresh_for": 2000})


def task(key: str, title: str, start: str, due: str, owner: str, **more: Any) -> dict[str, Any]:
    """An issue; `blocks` are the keys of those that wait for it, days are YYYY-MM-DD."""
    fields = {"Start date": start, **more.pop("fields", {})}
    links = [{"type": "Blocks", "to": each} for each in more.pop("blocks", ())]
    return {
        "key": key,
        "summary": title,
        "status": "To Do",
        "due": due,
        "assignee": owner,
        "reporter": owner,
        "created": BEGAN,
        "fields": fields,
        "links": links,
        **more,
    }


@contextmanager
def beginning(company: Company, home: Path, database: URL) -> Iterator[Story]:
    """The story of a company before its first day, with its tools running until the block ends."""
    people = yaml.safe_load(company.model)["people"]
    with running_sandbox(jira=_jira(company, people)) as sandbox:
        _write_model(company, home)
        _write_settings(company, home, sandbox.jira_url)
        if company.books:
            write_books(home, company.books, datetime.fromisoformat(BEGAN))
        path = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment = {
            **path,
            "JIRA_TOKEN": JIRA_TOKEN,
            "INTERLOCK_WAREHOUSE_URL": database.render_as_string(hide_password=False),
        }
        with closing(open_instance(home, environment)) as instance:
            yield Story(home, sandbox, instance, datetime(2026, 11, 2, 9, tzinfo=UTC))


def _jira(company: Company, people: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "users": [
            {
                "account_id": person["identities"]["jira"],
                "display_name": person["name"],
                "email": person["email"],
            }
            for person in people
        ],
        "projects": [{"key": key, "name": key} for key in company.projects],
        "fields": [
            {"id": f"customfield_{number}", "name": name, "type": kind}
            for number, (name, kind) in enumerate(_FIELDS.items(), start=10015)
        ],
        "statuses": [
            {"name": name, "category": _CATEGORIES.get(state, "done")}
            for name, state in STATUSES.items()
        ],
        "issues": list(company.issues),
    }


def _write_model(company: Company, home: Path) -> None:
    workflow = {
        "id": "work",
        "name": "Work",
        "connections": ["jira"],
        "statuses": STATUSES,
        "gates": list(company.gates),
    }
    folder = home / "operating_model"
    folder.mkdir(parents=True)
    common = yaml.safe_dump({**COMMON, "workflows": [workflow]}, allow_unicode=True)
    (folder / "common.yaml").write_text(common, encoding="utf-8")
    (folder / "company.yaml").write_text(company.model, encoding="utf-8")


def _write_settings(company: Company, home: Path, jira_url: str) -> None:
    first, *_ = company.projects.values()
    connections: dict[str, Any] = {
        "jira": {
            "tool": "jira",
            "function": first,
            "url": jira_url,
            "email": "interlock@example.com",
            "token_env": "JIRA_TOKEN",
            "projects": list(company.projects),
            "functions": {k: name for k, name in company.projects.items() if name != first},
            "fields": {"start": "Start date", "wbs": "WBS", "percent": "Percent done"},
        }
    }
    if company.books:
        connections["books"] = {
            "tool": "erp",
            "function": "finance",
            "path": "files/books.csv",
            "profile": {
                "columns": {
                    "document": "Document",
                    "date": "Date",
                    "release_date": "Released",
                    "wbs": "WBS",
                },
                "amount": "Amount",
                "kind": "Kind",
                "kinds": {"Budget": "budget", "Order": "commitment", "Invoice": "actual"},
                "currency": "EUR",
                "keys": ["Document"],
            },
        }
    content = {"comments": {"mode": "write"}, **company.settings, "connections": connections}
    (home / "interlock.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
