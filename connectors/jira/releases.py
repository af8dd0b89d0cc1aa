"""Versions of a project (releases): pulled whole each time, mapped to milestones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.base import Page, RawRecord
from connectors.jira.api import JiraApi
from connectors.jira.pull import list_visible_projects
from connectors.jira.settings import JiraSettings
from connectors.jira.stated_dependencies import version_key
from connectors.kit.answers import plain
from connectors.kit.json_text import read_payload
from connectors.kit.mapping import SHAPE_ERRORS, name_held, require_text
from connectors.kit.streams import ListStream
from connectors.kit.timestamps import parse_day
from connectors.kit.visibility import gone_reason
from model.records import Kind, Mapped, Problem, Ref, State, Version, WorkItem

RELEASE_PREFIX = "version-"
"""Begins the native id of a release: an issue and a version of one site can share a number."""


def pull_releases(
    connection: str, api: JiraApi, settings: JiraSettings, now: datetime
) -> Iterator[Page]:
    """All versions of all visible projects, whose ids are the snapshot ids."""
    visible, hidden = list_visible_projects(connection, api, settings)
    # Jira records no time of change for a version, so there is nothing to resume from.
    versions = ListStream(
        "versions",
        lambda _: (
            [{"project": project, "version": version} for version in api.fetch_versions(project)]
            for project in visible
        ),
        id="version.id",
        id_prefix=RELEASE_PREFIX,
    )
    yield from versions.pages(None, now, hidden, gone_reason(hidden))


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
            payload = read_payload(raw.payload)
            record = self._milestone(str(payload["project"]), payload["version"])
        except SHAPE_ERRORS as error:
            return name_held(
                Mapped(problems=(_unreadable_release(raw.native_id, error),)),
                lambda: version_key(str(payload["project"]), str(payload["version"]["name"])),
                lambda: self._address(str(payload["project"]), payload["version"]),
                lambda: raw.native_id,
            )
        return Mapped((Version(observed_at, record),))

    def _address(self, project: str, version: Mapping[str, Any]) -> str:
        return f"{self.settings.url}/projects/{project}/versions/{version['id']}"

    def _milestone(self, project: str, version: Mapping[str, Any]) -> WorkItem:
        released = bool(version.get("released"))
        due = parse_day(version.get("releaseDate"))
        name = require_text(version["name"], "name")
        state, status = _state(released, bool(version.get("archived")))
        return WorkItem(
            ref=Ref(self.connection, Kind.WORK_ITEM, f"{RELEASE_PREFIX}{version['id']}"),
            key=version_key(project, name),
            title=name,
            url=self._address(project, version),
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
        f"the release cannot be read ({type(error).__name__}: {plain(error)})",
        "Correct its name and release date in Jira.",
    )
