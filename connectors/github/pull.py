"""What is read in a pull: issues that changed, everything once a day, and all milestones.

An issue is landed with what its own record does not hold: the id of its parent, and the issues
that block it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from connectors.base import Cursor, Page, RawRecord
from connectors.github.api import NOT_VISIBLE, GitHubApi, Json, repository_path
from connectors.kit.cursors import Reading, begin_reading
from connectors.kit.exceptions import RequestFailed
from connectors.kit.timestamps import parse_instant
from model.records import Problem

MILESTONE_PREFIX = "milestone-"
"""Begins the native id of a milestone: an issue and a milestone can share a number."""
_FULL_EVERY = timedelta(days=1)

ParentIds = dict[str, int | None]
"""Ids of issues by the address of their record, as far as a pull has met them."""


@dataclass(frozen=True, slots=True)
class GitHubPull:
    """One pull of a connection. Raises ConnectionFailed like `Connector.pull`."""

    api: GitHubApi

    def issue_pages(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """A page per answer, then one with the cursor and, after a full reading, all ids.

        A pull that is cut off begins again: its cursor moves once all repositories are read.
        """
        repositories, hidden = self.api.find_repositories()
        reading, milestones = self._begin(cursor, now, repositories)
        ids: set[str] = set()
        parents: ParentIds = {}
        for name, repository in repositories.items():
            path = f"{repository_path(repository)}/issues"
            for listed in self.api.fetch_pages(path, _issue_params(reading)):
                parents |= {str(issue.get("url")): issue["id"] for issue in listed}
                # GitHub lists pull requests as issues.
                issues = [issue for issue in listed if "pull_request" not in issue]
                for issue in issues:
                    # Not beyond the beginning, as repositories already read may change since then.
                    reading = reading.seen(min(parse_instant(issue["updated_at"]), now))
                records = tuple(self._raw_record(name, issue, parents) for issue in issues)
                ids |= {record.native_id for record in records}
                yield Page(records, cursor or {})
        yield Page(
            (),
            reading.to_cursor() | {"milestones": milestones},
            hidden,
            snapshot_ids=frozenset(ids) if reading.is_full else None,
            gone_reason=_gone_reason(hidden),
        )

    def milestone_pages(self) -> Iterator[Page]:
        """One page with all milestones, whose ids are the snapshot ids."""
        repositories, hidden = self.api.find_repositories()
        records = tuple(
            RawRecord(
                f"{MILESTONE_PREFIX}{milestone['id']}",
                _to_payload({"repository": name, "milestone": milestone}),
            )
            for name, repository in repositories.items()
            for milestone in self._milestones(repository)
        )
        ids = frozenset(record.native_id for record in records)
        yield Page(records, {}, hidden, snapshot_ids=ids, gone_reason=_gone_reason(hidden))

    def _begin(
        self, cursor: Cursor | None, now: datetime, repositories: Mapping[str, Json]
    ) -> tuple[Reading, str]:
        """The reading, and a digest of the milestones that issues show."""
        shown = [
            [milestone["id"], milestone.get("title"), milestone.get("due_on")]
            for repository in repositories.values()
            for milestone in self._milestones(repository)
        ]
        digest = hashlib.sha256(orjson.dumps(shown)).hexdigest()[:16]
        # A milestone that moves does not mark its issues as updated, although they show its date.
        is_same = (cursor or {}).get("milestones") == digest
        overlap = timedelta(minutes=self.api.settings.overlap_minutes)
        return begin_reading(cursor if is_same else None, now, overlap, _FULL_EVERY), digest

    def _milestones(self, repository: Json) -> list[Json]:
        return self.api.fetch_all(f"{repository_path(repository)}/milestones", {"state": "all"})

    def _raw_record(self, repository: str, issue: Json, parents: ParentIds) -> RawRecord:
        payload = {
            "repository": repository,
            "issue": issue,
            "parent": self._find_parent(issue.get("parent_issue_url"), parents),
            "blocked_by": self._blockers(issue),
        }
        return RawRecord(str(issue["id"]), _to_payload(payload))

    def _find_parent(self, url: str | None, parents: ParentIds) -> int | None:
        """The id of a parent; an issue names it by address only."""
        if url and url not in parents:
            try:
                parents[url] = self.api.fetch(url)["id"]
            except RequestFailed as error:
                if error.status not in NOT_VISIBLE:
                    raise
                parents[url] = None
        return parents[url] if url else None

    def _blockers(self, issue: Json) -> list[str]:
        """Addresses of the issues that block it, closed ones too."""
        # Older Enterprise Servers have neither this summary nor the endpoint.
        summary = issue.get("issue_dependencies_summary") or {}
        if not summary.get("total_blocked_by"):
            return []
        blockers = self.api.fetch_all(f"{issue['url']}/dependencies/blocked_by")
        return sorted(str(blocker["html_url"]) for blocker in blockers)


def _issue_params(reading: Reading) -> dict[str, str]:
    if reading.since is None:
        # By creation, an order that changes made meanwhile leave as it is: an issue that slipped
        # from a page not yet read to one already read would be missing from the snapshot ids.
        return {"state": "all", "sort": "created", "direction": "asc"}
    since = f"{reading.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {"state": "all", "sort": "updated", "direction": "asc", "since": since}


def _gone_reason(hidden: Sequence[Problem]) -> str:
    # A transferred issue counts as deleted: GitHub gives it a new id where it goes.
    return "; ".join(problem.reason for problem in hidden) or "deleted"


def _to_payload(payload: Mapping[str, Any]) -> str:
    return orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode()
