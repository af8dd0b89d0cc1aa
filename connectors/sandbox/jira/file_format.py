"""The format of `jira.json` and `jira.yaml`, which describe the contents of a Jira site.

People, statuses and versions are referred to by name; README.md has an example. pydantic's error
names every mistake in a file. `build_site` makes a site of it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _JiraFileModel(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class AccountEntry(_JiraFileModel):
    """The connection's own account, and the token with which all users sign in."""

    email: str = "interlock@example.com"
    token: str = "sandbox-token"  # noqa: S105 the stand-in's own, not a secret
    account_id: str = "interlock"
    display_name: str = "Interlock"
    time_zone: str = "UTC"


class JiraUserEntry(_JiraFileModel):
    account_id: str
    display_name: str
    email: str = ""
    time_zone: str = "UTC"
    active: bool = True


class VersionEntry(_JiraFileModel):
    name: str
    release_date: date | None = None
    start_date: date | None = None
    released: bool = False


class ProjectEntry(_JiraFileModel):
    key: str
    name: str
    type: Literal["software", "business", "service_desk"] = "software"
    versions: list[VersionEntry] = []


class JiraFieldEntry(_JiraFileModel):
    id: str = Field(pattern=r"^customfield_\d+$")
    name: str
    type: Literal["string", "number", "date", "datetime", "user", "array", "option", "any"] = (
        "string"
    )


class StatusEntry(_JiraFileModel):
    name: str
    category: Literal["new", "indeterminate", "done"]


class LinkEntry(_JiraFileModel):
    type: str = "Blocks"
    to: str
    """Key of the issue that this one blocks, relates to, clones, and so on."""


class ChangeEntry(_JiraFileModel):
    """An entry of the changelog; `field` is an id or a name, and so are values that have names."""

    at: datetime
    by: str
    field: str
    before: Any = Field(default=None, alias="from")
    after: Any = Field(default=None, alias="to")


class CommentEntry(_JiraFileModel):
    at: datetime
    by: str
    text: str


class IssueEntry(_JiraFileModel):
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
    """Default: when the last change or comment was made."""
    fields: dict[str, Any] = {}
    """Custom fields by name or id; dates as 2026-03-01."""
    links: list[LinkEntry] = []
    changes: list[ChangeEntry] = []
    comments: list[CommentEntry] = []


class JiraFile(_JiraFileModel):
    """The whole file."""

    account: AccountEntry = AccountEntry()
    users: list[JiraUserEntry] = []
    projects: list[ProjectEntry] = []
    fields: list[JiraFieldEntry] = []
    statuses: list[StatusEntry] = [
        StatusEntry(name="To Do", category="new"),
        StatusEntry(name="In Progress", category="indeterminate"),
        StatusEntry(name="Done", category="done"),
    ]
    issues: list[IssueEntry] = []
