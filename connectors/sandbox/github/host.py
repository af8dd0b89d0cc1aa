"""The state of the stand-in: what people see and change; tests may change it directly."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from connectors.sandbox.github.file_format import (
    AccountEntry,
    AppEntry,
    GitHubFile,
    IssueEntry,
    RepositoryEntry,
)
from connectors.sandbox.storage import UnlistedName


@dataclass
class StoredComment:
    id: int
    login: str
    body: str
    created_at: datetime
    updated_at: datetime
    app_id: int | None = None


@dataclass
class StoredMilestone:
    id: int
    number: int
    title: str
    state: str
    due: date | None
    updated_at: datetime


@dataclass
class StoredIssue:
    """`milestone` is a number in the repository; `parent` and `blocked_by` are issue ids."""

    id: int
    number: int
    title: str
    body: str | None
    state: str
    state_reason: str | None
    labels: list[str]
    assignee: str | None
    milestone: int | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    fields: dict[str, date]
    is_pull_request: bool
    comments: list[StoredComment]
    parent: int | None = None
    blocked_by: list[int] = field(default_factory=list)


@dataclass
class Repository:
    """`redirects` are the ids of issues that were transferred away, by their old numbers."""

    id: int
    name: str
    former_names: list[str]
    milestones: list[StoredMilestone] = field(default_factory=list)
    issues: list[StoredIssue] = field(default_factory=list)
    redirects: dict[int, int] = field(default_factory=dict)

    def issue(self, number: int) -> StoredIssue | None:
        return next((issue for issue in self.issues if issue.number == number), None)

    def milestone(self, number: int | None) -> StoredMilestone | None:
        return next((m for m in self.milestones if m.number == number), None)


@dataclass
class GitHubHost:
    """Everything that one stand-in holds."""

    base_url: str
    account: AccountEntry
    app: AppEntry | None
    repositories: list[Repository] = field(default_factory=list)
    last_id: int = 1_000_000_000

    @property
    def api(self) -> str:
        return f"{self.base_url}/api/v3"

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def repository(self, name: str) -> Repository | None:
        """The repository of this name now; in any case, as on GitHub."""
        return next((r for r in self.repositories if r.name.lower() == name.lower()), None)

    def renamed(self, name: str) -> Repository | None:
        """The repository that had this name once."""
        return next((r for r in self.repositories if name in r.former_names), None)

    def locate(self, issue_id: int) -> tuple[Repository, StoredIssue]:
        """Raises StopIteration where there is no such issue."""
        return next((r, i) for r in self.repositories for i in r.issues if i.id == issue_id)

    def delete(self, issue_id: int) -> None:
        """As an administrator; not possible over REST."""
        repository, issue = self.locate(issue_id)
        repository.issues.remove(issue)
        for other in (i for r in self.repositories for i in r.issues):
            other.parent = None if other.parent == issue_id else other.parent
            other.blocked_by = [id_ for id_ in other.blocked_by if id_ != issue_id]

    def transfer(self, issue_id: int, to: str) -> StoredIssue:
        """Move an issue to another repository, where it has a new number and a new id."""
        repository, issue = self.locate(issue_id)
        target = self.repository(to)
        assert target is not None, to
        repository.issues.remove(issue)
        old_number, issue.id, issue.number = issue.number, self.next_id(), _next_number(target)
        issue.updated_at, issue.milestone = now(), None
        repository.redirects[old_number] = issue.id
        target.issues.append(issue)
        # GitHub lets the relations of other issues follow.
        for other in (i for r in self.repositories for i in r.issues):
            other.parent = issue.id if other.parent == issue_id else other.parent
            other.blocked_by = [issue.id if id_ == issue_id else id_ for id_ in other.blocked_by]
        return issue


def build_github(content: GitHubFile, base_url: str) -> GitHubHost:
    """Raises UnlistedName for a milestone or issue that the file does not list."""
    host = GitHubHost(base_url, content.account, content.app)
    for described in content.repositories:
        repository = Repository(host.next_id(), described.name, described.former_names)
        host.repositories.append(repository)
        for entry in described.milestones:
            number = len(repository.milestones) + 1
            repository.milestones.append(
                StoredMilestone(
                    host.next_id(), number, entry.title, entry.state, entry.due, entry.at
                )
            )
        for issue in described.issues:
            repository.issues.append(_stored_issue(host, repository, issue))
    _connect(host, content.repositories)
    return host


def now() -> datetime:
    """GitHub's instants have whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def _stored_issue(host: GitHubHost, repository: Repository, entry: IssueEntry) -> StoredIssue:
    milestones = {milestone.title: milestone.number for milestone in repository.milestones}
    if entry.milestone is not None and entry.milestone not in milestones:
        raise UnlistedName(f'{repository.name} has no milestone "{entry.milestone}"')
    return StoredIssue(
        id=host.next_id(),
        number=_next_number(repository),
        title=entry.title,
        body=entry.body,
        state=entry.state,
        state_reason=entry.state_reason,
        labels=entry.labels,
        assignee=entry.assignee,
        milestone=milestones.get(entry.milestone or ""),
        created_at=entry.created,
        updated_at=entry.updated or entry.created,
        closed_at=entry.closed,
        fields=entry.fields,
        is_pull_request=entry.pull_request,
        comments=[StoredComment(host.next_id(), c.by, c.body, c.at, c.at) for c in entry.comments],
    )


def _connect(host: GitHubHost, described: list[RepositoryEntry]) -> None:
    by_key = {f"{r.name}#{issue.number}": issue for r in host.repositories for issue in r.issues}

    def id_of(key: str) -> int:
        if key not in by_key:
            raise UnlistedName(f"no issue {key} is listed")
        return by_key[key].id

    for repository, entry in zip(host.repositories, described, strict=True):
        for issue, issue_entry in zip(repository.issues, entry.issues, strict=True):
            issue.parent = id_of(issue_entry.parent) if issue_entry.parent else None
            issue.blocked_by = [id_of(key) for key in issue_entry.blocked_by]


def _next_number(repository: Repository) -> int:
    # A number is not used again after its issue was deleted or transferred.
    numbers = [issue.number for issue in repository.issues]
    return max([*numbers, *repository.redirects], default=0) + 1
