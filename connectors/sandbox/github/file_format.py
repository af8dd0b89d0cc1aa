"""The format of `github.json` and `github.yaml`, which describe repositories and their issues.

Issues are numbered in the order in which they stand. pydantic's error names every mistake in a
file. `build_github` makes the state of a stand-in of it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _GitHubFileModel(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AccountEntry(_GitHubFileModel):
    """The account that Interlock signs in with, by token."""

    login: str = "interlock"
    token: str = "sandbox-token"  # noqa: S105 the stand-in's own, not a secret


class AppEntry(_GitHubFileModel):
    """A GitHub App and its one installation; `public_key` (PEM) checks what it signs."""

    app_id: int = 1
    installation: int = 1
    slug: str = "interlock"
    public_key: str


class CommentEntry(_GitHubFileModel):
    by: str
    at: datetime
    body: str


class MilestoneEntry(_GitHubFileModel):
    title: str
    due: date | None = None
    state: Literal["open", "closed"] = "open"
    at: datetime


class IssueEntry(_GitHubFileModel):
    """`parent` and `blocked_by` are references like `acme/api#12`, `milestone` is a title."""

    title: str
    body: str | None = None
    state: Literal["open", "closed"] = "open"
    state_reason: Literal["completed", "not_planned", "duplicate", "reopened"] | None = None
    labels: list[str] = []
    assignee: str | None = None
    milestone: str | None = None
    created: datetime
    updated: datetime | None = None
    """Default: when it was created."""
    closed: datetime | None = None
    parent: str | None = None
    blocked_by: list[str] = []
    fields: dict[str, date] = {}
    """Issue fields of type date."""
    pull_request: bool = False
    comments: list[CommentEntry] = []


class RepositoryEntry(_GitHubFileModel):
    name: str = Field(pattern=r"^[\w-]+/[\w.-]+$")
    former_names: list[str] = []
    milestones: list[MilestoneEntry] = []
    issues: list[IssueEntry] = []


class GitHubFile(_GitHubFileModel):
    account: AccountEntry = AccountEntry()
    app: AppEntry | None = None
    repositories: list[RepositoryEntry] = []
