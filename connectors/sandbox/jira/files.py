"""Jira as a file describes it (`jira.json` or `jira.yaml`).

The file names people, statuses and versions by their plain names; README.md shows one. It is
checked whole: pydantic's error names every wrong place. `building` makes a site of it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Account(_Strict):
    email: str = "interlock@example.com"
    token: str = "sandbox-token"  # noqa: S105 the stand-in's own, not a secret
    account_id: str = "interlock"
    display_name: str = "Interlock"
    time_zone: str = "UTC"


class Person(_Strict):
    account_id: str
    display_name: str
    email: str = ""
    time_zone: str = "UTC"
    active: bool = True


class VersionEntry(_Strict):
    name: str
    release_date: date | None = None
    start_date: date | None = None
    released: bool = False


class ProjectEntry(_Strict):
    key: str
    name: str
    type: Literal["software", "business", "service_desk"] = "software"
    versions: list[VersionEntry] = []


class FieldEntry(_Strict):
    id: str = Field(pattern=r"^customfield_\d+$")
    name: str
    type: Literal["string", "number", "date", "datetime", "user", "array", "option", "any"] = (
        "string"
    )


class StatusEntry(_Strict):
    name: str
    category: Literal["new", "indeterminate", "done"]


class LinkEntry(_Strict):
    type: str = "Blocks"
    to: str
    """Key of the issue that this one blocks (relates to, clones ...)."""


class ChangeEntry(_Strict):
    at: datetime
    by: str
    field: str
    before: Any = Field(default=None, alias="from")
    after: Any = Field(default=None, alias="to")


class CommentEntry(_Strict):
    at: datetime
    by: str
    text: str


class IssueEntry(_Strict):
    key: str
    summary: str
    type: str = "Task"
    status: str
    priority: str = "Medium"
    assignee: str | None = None
    reporter: str | None = None
    description: str = ""
    labels: list[str] = []
    parent: str | None = None
    fix_versions: list[str] = []
    due: date | None = None
    created: datetime
    updated: datetime | None = None
    """The last change or comment where it is not given."""
    fields: dict[str, Any] = {}
    """Custom fields by name or id; dates as 2026-03-01."""
    links: list[LinkEntry] = []
    changes: list[ChangeEntry] = []
    comments: list[CommentEntry] = []


class JiraFile(_Strict):
    """The whole file."""

    account: Account = Account()
    users: list[Person] = []
    projects: list[ProjectEntry] = []
    fields: list[FieldEntry] = []
    statuses: list[StatusEntry] = [
        StatusEntry(name="To Do", category="new"),
        StatusEntry(name="In Progress", category="indeterminate"),
        StatusEntry(name="Done", category="done"),
    ]
    issues: list[IssueEntry] = []
