"""The state of the Jira stand-in. Issues are kept in Jira's own JSON shape."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict

from connectors.sandbox.answers import Json


@dataclass
class Issue:
    """`fields` as in an IssueBean, but for the parts that `shown` fills in when asked."""

    id: str
    key: str
    fields: Json
    changelog: list[Json] = field(default_factory=list)
    """Oldest first, each a Changelog."""
    comments: list[Json] = field(default_factory=list)
    """Oldest first, each a Comment with its properties."""
    properties: Json = field(default_factory=dict)

    @property
    def project_key(self) -> str:
        return self.key.rsplit("-", 1)[0]


@dataclass
class Link:
    """An issue link by issue ids: the type's outward words lead from `source` to `target`."""

    id: str
    type: str
    source: str
    target: str


class Settings(BaseModel):
    """What `PUT /_sandbox/settings` changes on the Jira side; each field may be left out."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    hidden_projects: list[str] = []
    """Project keys for which the account has lost the permission to browse."""
    anonymous: bool = False
    """Answer bad credentials as an anonymous visitor would be answered, instead of 401."""
    unfetchable: list[str] = []
    """Ids or keys that bulkfetch lists under `issueErrors`."""
    page_size: int = 100
    """Most issues on a page of a search that asks for more than ids and keys."""
    now: AwareDatetime | None = None
    """Where the site's clock stands; None: it goes with the real one."""


@dataclass
class JiraSite:
    """One Jira Cloud site. Tables are keyed by id, and keep the order of their file."""

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
    issues: dict[str, Issue] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    linked: dict[str, list[str]] = field(default_factory=dict)
    """Ids of an issue's links, by issue id."""
    keys: dict[str, str] = field(default_factory=dict)
    """Issue id by upper-case key; keys that an issue had before it was moved are kept."""
    notifications: list[Json] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)
    last_id: int = 10_000

    def next_id(self) -> str:
        self.last_id += 1
        return str(self.last_id)

    def add_issue(self, issue: Issue) -> None:
        self.issues[issue.id] = issue
        self.keys[issue.key.upper()] = issue.id
        self.last_id = max(self.last_id, int(issue.id))

    def remove_issue(self, issue: Issue) -> None:
        for link in self.links_of(issue):
            self.remove_link(link)
        self.keys = {key: id_ for key, id_ in self.keys.items() if id_ != issue.id}
        del self.issues[issue.id]

    def next_number(self, project_key: str) -> int:
        """One more than the highest number that a key of the project has ever had."""
        used = (key.rsplit("-", 1) for key in self.keys)
        return 1 + max((int(number) for key, number in used if key == project_key), default=0)

    def find(self, id_or_key: str) -> Issue | None:
        """The issue with that id or present or former key, in any case."""
        return self.issues.get(self.keys.get(id_or_key.upper(), id_or_key))

    def visible(self, issue: Issue) -> bool:
        return issue.project_key not in self.settings.hidden_projects

    def visible_issues(self) -> Iterator[Issue]:
        return (issue for issue in self.issues.values() if self.visible(issue))

    def visible_projects(self) -> list[Json]:
        hidden = self.settings.hidden_projects
        return [project for project in self.projects.values() if project["key"] not in hidden]

    def add_link(self, type_: str, source: str, target: str) -> None:
        link = Link(self.next_id(), type_, source, target)
        self.links[link.id] = link
        for end in (source, target):
            self.linked.setdefault(end, []).append(link.id)

    def remove_link(self, link: Link) -> None:
        del self.links[link.id]
        for end in (link.source, link.target):
            self.linked[end].remove(link.id)

    def links_of(self, issue: Issue) -> list[Link]:
        return [self.links[id_] for id_ in self.linked.get(issue.id, ())]

    def zone(self, account_id: str) -> ZoneInfo:
        return ZoneInfo(self.users[account_id].get("timeZone", "UTC"))

    def clock(self) -> datetime:
        """This moment by the site's own clock."""
        return self.settings.now or datetime.now(UTC)

    def now(self, account_id: str) -> str:
        """This moment as Jira writes it, in the account's time zone."""
        return stamp(self.clock().astimezone(self.zone(account_id)))

    def snapshot(self) -> dict[str, Issue]:
        """The issues as a search index holds them: later changes do not show in it."""
        return {
            id_: replace(issue, fields=copy.deepcopy(issue.fields))
            for id_, issue in self.issues.items()
        }


def stamp(moment: datetime) -> str:
    """Jira's way of writing a moment: 2026-03-01T09:30:00.000+0100."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + moment.strftime("%f")[:3] + moment.strftime("%z")
