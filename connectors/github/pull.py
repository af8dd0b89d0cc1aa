"""What is read in a pull: issues that changed, everything once a day, and all milestones.

An issue is landed with what its own record does not hold: the id of its parent, and the issues
that block it. A transferred issue counts as deleted: GitHub gives it a new id where it goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from connectors.base import Cursor, Page
from connectors.github.api import NOT_VISIBLE, GitHubApi, Json, not_github, repository_path
from connectors.github.mapping import MILESTONE_PREFIX
from connectors.kit.addresses import web_address
from connectors.kit.answers import UnexpectedAnswer
from connectors.kit.exceptions import RequestFailed
from connectors.kit.json_path import find_value
from connectors.kit.stream_records import read_id
from connectors.kit.streams import ListStream
from connectors.kit.visibility import gone_reason
from model.records import Problem

Repositories = Mapping[str, Json]
"""The repositories that can be seen, by their names in the settings."""
ParentIds = dict[str, int | None]
"""Ids of issues by the address of their record, as far as a pull has met them."""


@dataclass(frozen=True, slots=True)
class GitHubPull:
    """One pull of a connection. Raises ConnectionFailed like `Connector.pull`."""

    api: GitHubApi

    def issue_pages(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        repositories, hidden = self.api.find_repositories()
        digest = self._digest_milestones(repositories)
        # A milestone that moves does not mark its issues as updated, although they show its date.
        known = cursor if cursor and cursor.get("milestones") == digest else None
        issues = ListStream(
            "issues",
            partial(self._read_issues, repositories),
            id="issue.id",
            changed_at="issue.updated_at",
            overlap=timedelta(minutes=self.api.settings.overlap_minutes),
            tool_time=self.api.client.tool_time,
        )
        yield from issues.pages(known, now, hidden, gone_reason(hidden), {"milestones": digest})

    def milestone_pages(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        repositories, hidden = self.api.find_repositories()
        milestones = ListStream(
            "milestones",
            lambda _: self._read_milestones(repositories),
            id="milestone.id",
            id_prefix=MILESTONE_PREFIX,
        )
        yield from milestones.pages(cursor, now, hidden, gone_reason(hidden))

    def _read_issues(
        self, repositories: Repositories, since: datetime | None
    ) -> Iterator[list[dict[str, Any] | Problem]]:
        parents: ParentIds = {}
        for name, repository in repositories.items():
            path = f"{repository_path(repository)}/issues"
            for listed in self.api.fetch_pages(path, **_issue_params(since)):
                parents |= {i["url"]: i["id"] for i in listed if _has_address(i)}
                # GitHub lists pull requests as issues.
                issues = [i for i in listed if find_value(i, "pull_request") is None]
                yield [self._complete(name, issue, parents) for issue in issues]

    def _read_milestones(self, repositories: Repositories) -> Iterator[list[dict[str, Any]]]:
        for name, repository in repositories.items():
            path = f"{repository_path(repository)}/milestones"
            for milestones in self.api.fetch_pages(path, state="all"):
                yield [{"repository": name, "milestone": milestone} for milestone in milestones]

    def _digest_milestones(self, repositories: Repositories) -> str:
        """A digest of what issues show of their milestones."""
        shown = [
            [find_value(entry, f"milestone.{name}") for name in ("id", "title", "due_on")]
            for entries in self._read_milestones(repositories)
            for entry in entries
        ]
        return hashlib.sha256(ascii(shown).encode()).hexdigest()[:16]

    def _complete(
        self, repository: str, issue: Any, parents: ParentIds
    ) -> dict[str, Any] | Problem:
        payload = {"repository": repository, "issue": issue}
        native_id = read_id(find_value(issue, "id"))
        if native_id is None:
            return payload
        try:
            parent = self._find_parent(issue.get("parent_issue_url"), parents)
            return payload | {"parent": parent, "blocked_by": self._blockers(issue)}
        except RequestFailed as error:
            if not _concerns_one_record(error):
                raise
            return Problem(native_id, f"the issue {native_id}: {error.reason}", error.remedy)

    def _find_parent(self, url: Any, parents: ParentIds) -> int | None:
        """The id of a parent; an issue names it by address only."""
        if url and not isinstance(url, str):
            raise not_github(self.api.client.connection, "the request for an issue's parent", url)
        if url and url not in parents:
            parent = self.api.fetch_visible(url)
            parents[url] = parent["id"] if parent else None
        return parents[url] if url else None

    def _blockers(self, issue: Json) -> list[str]:
        """Addresses of the issues that block it, closed ones too."""
        # Older Enterprise Servers have neither this summary nor the endpoint.
        if not find_value(issue, "issue_dependencies_summary.total_blocked_by"):
            return []
        if not _has_address(issue):
            raise not_github(self.api.client.connection, "the request for blockers", issue)
        path = f"{issue['url']}/dependencies/blocked_by"
        addresses = [blocker.get("html_url") for blocker in self.api.fetch_all(path)]
        for address in addresses:
            if web_address(address) is None:
                raise not_github(self.api.client.connection, f"GET {path}", address)
        return sorted(map(str, addresses))


def _concerns_one_record(error: RequestFailed) -> bool:
    # Without a status, what the issue names is no address of GitHub's.
    is_refused = error.status in NOT_VISIBLE or (error.status is None and not error.transient)
    return is_refused or isinstance(error, UnexpectedAnswer)


def _has_address(issue: Any) -> bool:
    return isinstance(find_value(issue, "url"), str) and isinstance(issue.get("id"), int)


def _issue_params(since: datetime | None) -> dict[str, str]:
    if since is None:
        # By creation, an order that changes made meanwhile leave as it is: an issue that slipped
        # from a page not yet read to one already read would be missing from the snapshot ids.
        return {"state": "all", "sort": "created", "direction": "asc"}
    changed = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {"state": "all", "sort": "updated", "direction": "asc", "since": changed}
