"""The state of the Jira stand-in. Issues are stored in the shape of Jira's own JSON."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict

from connectors.sandbox.json_http import Json


@dataclass
class StoredIssue:
    """An issue; `fields` as in an IssueBean, without those that `shapes.COMPUTED` adds."""

    id: str
    key: str
    fields: Json
    changelog: list[Json] = field(default_factory=list)
    """Oldest first, each a Changelog of the REST API."""
    comments: list[Json] = field(default_factory=list)
    """Oldest first, each a Comment of the REST API with its properties."""
    properties: Json = field(default_factory=dict)

    @property
    def project_key(self) -> str:
        return self.key.rsplit("-", 1)[0]


@dataclass
class IssueLink:
    """A link by issue ids: `source` is the outward end of its type (blocks), `target` the other."""

    id: str
    type: str
    source: str
    target: str


class SiteSettings(BaseModel):
    """What `PUT /_sandbox/settings` changes in Jira; each field may be left out."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    hidden_projects: list[str] = []
    """Project keys for which the account has lost the permission to browse."""
    anonymous: bool = False
    """Treat a request with bad credentials as anonymous, instead of responding with 401."""
    unfetchable: list[str] = []
    """Ids or keys that bulkfetch lists under `issueErrors`."""
    page_size: int = 100
    """Maximum number of issues per page of a search for more than ids and keys."""
    now: AwareDatetime | None = None
    """The time of the site's clock, which then stands still; None: the real time."""
    minutes_ahead: int = 0
    """How far the site's clock is ahead of that, also in the `Date` of its responses."""


@dataclass
class JiraSite:
    """One Jira Cloud site. Tables are keyed by id, in the order of the file."""

    base_url: str
    email: str = "interlock@example.com"
    token: str = "sandbox-token"  # noqa: S105 the stand-in's own, not a secret
    account_id: str = "interlock"
    users: dict[str, Json] = field(default_factory=dict)
    projects: dict[str, Json] = field(default_factory=dict)
    versions: dict[str, Json] = field(default_factory=dict)
    fields: dict[str, Json] = field(default_factory=dict)
    statuses: dict[str, Json] = field(default_factory=dict)
    priorities: dict[str, Json] = field(default_factory=dict)
    issue_types: dict[str, Json] = field(default_factory=dict)
    issues: dict[str, StoredIssue] = field(default_factory=dict)
    links: dict[str, IssueLink] = field(default_factory=dict)
    linked: dict[str, list[str]] = field(default_factory=dict)
    """Link ids by issue id."""
    keys: dict[str, str] = field(default_factory=dict)
    """Issue id by upper-case key; former keys of moved issues are among them."""
    notifications: list[Json] = field(default_factory=list)
    settings: SiteSettings = field(default_factory=SiteSettings)
    last_id: int = 10_000

    def next_id(self) -> str:
        self.last_id += 1
        return str(self.last_id)

    def add_issue(self, issue: StoredIssue) -> None:
        self.issues[issue.id] = issue
        self.keys[issue.key.upper()] = issue.id
        self.last_id = max(self.last_id, int(issue.id))

    def remove_issue(self, issue: StoredIssue) -> None:
        for link in self.links_of(issue):
            self.remove_link(link)
        self.keys = {key: id_ for key, id_ in self.keys.items() if id_ != issue.id}
        del self.issues[issue.id]

    def next_number(self, project_key: str) -> int:
        """One more than the highest number in any present or former key of the project."""
        # Former keys count too: Jira never uses a key twice.
        keys = (key.rsplit("-", 1) for key in self.keys)
        return 1 + max((int(number) for key, number in keys if key == project_key), default=0)

    def find(self, id_or_key: str) -> StoredIssue | None:
        """The issue with that id or present or former key, in any case."""
        return self.issues.get(self.keys.get(id_or_key.upper(), id_or_key))

    def is_visible(self, issue: StoredIssue) -> bool:
        return issue.project_key not in self.settings.hidden_projects

    def visible_issues(self) -> Iterator[StoredIssue]:
        return (issue for issue in self.issues.values() if self.is_visible(issue))

    def visible_projects(self) -> list[Json]:
        hidden = self.settings.hidden_projects
        return [project for project in self.projects.values() if project["key"] not in hidden]

    def add_link(self, type_: str, source: str, target: str) -> None:
        link = IssueLink(self.next_id(), type_, source, target)
        self.links[link.id] = link
        for end in (source, target):
            self.linked.setdefault(end, []).append(link.id)

    def remove_link(self, link: IssueLink) -> None:
        del self.links[link.id]
        for end in (link.source, link.target):
            self.linked[end].remove(link.id)

    def links_of(self, issue: StoredIssue) -> list[IssueLink]:
        return [self.links[id_] for id_ in self.linked.get(issue.id, ())]

    def zone(self, account_id: str) -> ZoneInfo:
        return ZoneInfo(self.users[account_id].get("timeZone", "UTC"))

    def clock(self) -> datetime:
        """The time of the site's clock."""
        now = self.settings.now or datetime.now(UTC)
        return now + timedelta(minutes=self.settings.minutes_ahead)

    def now(self, account_id: str) -> str:
        """The time of the site's clock as Jira writes it, in the account's time zone."""
        return format_timestamp(self.clock().astimezone(self.zone(account_id)))

    def snapshot(self) -> dict[str, StoredIssue]:
        """A copy of the issues, as in a search index that is not updated any more."""
        return {
            # Edits change these in place, so the index needs its own copy of them.
            id_: replace(
                issue,
                fields=copy.deepcopy(issue.fields),
                comments=copy.deepcopy(issue.comments),
            )
            for id_, issue in self.issues.items()
        }


def format_timestamp(instant: datetime) -> str:
    """An instant as Jira writes it: 2026-03-01T09:30:00.000+0100."""
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant:%f}"[:-3] + f"{instant:%z}"
