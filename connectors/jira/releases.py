"""Versions of a project (releases): pulled whole each time, mapped to milestones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from connectors.base import Page, RawRecord
from connectors.jira.api import JiraApi
from connectors.jira.pull import format_gone_reason, list_visible_projects
from connectors.jira.settings import JiraSettings
from connectors.jira.stated_dependencies import version_key
from connectors.kit.timestamps import parse_day
from model.records import Kind, Mapped, Problem, Ref, State, Version, WorkItem

RELEASE_PREFIX = "version-"
"""Begins the native id of a release: an issue and a version of one site can share a number."""


def pull_releases(connection: str, api: JiraApi, settings: JiraSettings) -> Iterator[Page]:
    """One page with all versions of all visible projects, whose ids are the snapshot ids."""
    # Jira records no time of change for a version, so there is nothing to resume from.
    visible, problems = list_visible_projects(connection, api, settings)
    records = tuple(
        _raw_record(project, version)
        for project in visible
        for version in api.fetch_versions(project)
    )
    yield Page(
        records,
        cursor={},
        problems=problems,
        snapshot_ids=frozenset(record.native_id for record in records),
        gone_reason=format_gone_reason(problems),
    )


def _raw_record(project: str, version: Mapping[str, Any]) -> RawRecord:
    payload = orjson.dumps({"project": project, "version": version}).decode()
    return RawRecord(f"{RELEASE_PREFIX}{version['id']}", payload)


@dataclass(frozen=True, slots=True)
class ReleaseMapping:
    """How the versions of one connection become milestones."""

    connection: str
    settings: JiraSettings

    def map(self, raw: RawRecord, observed_at: datetime) -> Mapped:
        """One milestone, valid from `observed_at`, because Jira keeps no history of versions.

        Never raises: a version that cannot be read becomes a held problem.
        """
        try:
            payload = orjson.loads(raw.payload)
            record = self._milestone(str(payload["project"]), payload["version"])
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            return Mapped(problems=(_unreadable_release(raw.native_id, error),))
        return Mapped((Version(observed_at, record),))

    def _milestone(self, project: str, version: Mapping[str, Any]) -> WorkItem:
        released = bool(version.get("released"))
        due = parse_day(version.get("releaseDate"))
        state, status = _state(released, bool(version.get("archived")))
        return WorkItem(
            ref=Ref(self.connection, Kind.WORK_ITEM, f"{RELEASE_PREFIX}{version['id']}"),
            key=version_key(project, str(version["name"])),
            title=str(version["name"]),
            url=f"{self.settings.url}/projects/{project}/versions/{version['id']}",
            dates_from="Jira release date" if due else "",
            function=self.settings.function_of(project),
            state=state,
            status=status,
            planned_finish=due,
            # Jira has one date for both: planned until the release, actual from then on.
            actual_finish=due if released else None,
            milestone=True,
        )


def _state(released: bool, archived: bool) -> tuple[State, str]:
    # A released version may be archived later; its work is done all the same.
    if released:
        return State.DONE, "Released"
    return (State.CANCELLED, "Archived") if archived else (State.PLANNED, "Unreleased")


def _unreadable_release(native_id: str, error: Exception) -> Problem:
    return Problem(
        native_id,
        f"the release cannot be read ({type(error).__name__}: {error})",
        "Correct its name and release date in Jira.",
    )
