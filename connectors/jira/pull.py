"""Issues pulled as Atlassian recommends for bulk: ids in sequence, bodies in parallel.

What changed is found by `updated`, read again from a while before the newest change seen, for
search lags. What no longer exists is found by a sweep of all ids, compared with the last one:
an id that search left out is asked for by name before it counts as gone, and one that shows up
(again) is fetched although it did not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from connectors.base import ConnectionFailed, Cursor, Page
from connectors.jira.api import JiraApi
from connectors.jira.fields import index_fields, resolve_chosen_fields
from connectors.jira.id_ranges import format_id_ranges, parse_id_ranges
from connectors.jira.issue_batches import (
    ISSUES_PER_REQUEST,
    IssueBatch,
    SiteMetadata,
    chunks,
    read_issues,
)
from connectors.jira.settings import JiraSettings
from connectors.jira.timestamps import epoch_milliseconds
from model.records import Problem

_IN_FLIGHT = 6


@dataclass(frozen=True, slots=True)
class IssueCursor:
    """How far a pull has come: epoch milliseconds of Jira's clock, and the ids last swept.

    `known` is None until one sweep was complete. What is `unread` counts as not known, so that
    the next pull asks for it again.
    """

    updated_from: int | None = None
    known: frozenset[str] | None = None
    unread: frozenset[str] = frozenset()

    @classmethod
    def read(cls, cursor: Cursor | None) -> IssueCursor:
        held = cursor or {}
        since, known = held.get("updated_from"), held.get("known")
        return cls(
            since if isinstance(since, int) else None,
            parse_id_ranges(known) if isinstance(known, str) else None,
        )

    def cursor(self) -> Cursor:
        known = None if self.known is None else format_id_ranges(self.known - self.unread)
        return {"updated_from": self.updated_from, "known": known}

    def after(self, read: IssueBatch, newest: int, overlap: int) -> IssueCursor:
        """Behind these issues: all that changed before the oldest of them was read earlier."""
        unread = self.unread.union(problem.native_id for problem in read.problems)
        if not read.updated:
            return replace(self, unread=unread)
        return replace(self, unread=unread).reached(min(newest, *read.updated) - overlap)

    def reached(self, moment: int) -> IssueCursor:
        return replace(self, updated_from=max(moment, self.updated_from or 0))


@dataclass(frozen=True, slots=True)
class IssuePull:
    """One pull of the issues of the projects that can be seen now."""

    connection: str
    api: JiraApi
    settings: JiraSettings

    def pages(self, cursor: Cursor | None) -> Iterator[Page]:
        """Changed issues, then those that showed up again, then one page with the snapshot_ids."""
        visible, hidden = list_visible_projects(self.connection, self.api, self.settings)
        legend = self._legend()
        place, newest = IssueCursor.read(cursor), self._newest(visible)
        changed = list(self.api.search_ids(_changed(visible, place.updated_from)))
        snapshot_ids = set(changed)
        with ThreadPoolExecutor(_IN_FLIGHT) as pool:
            for group in chunks(changed, self.settings.page_size):
                read = read_issues(self.api, pool, group, legend)
                place = place.after(read, newest, self._overlap)
                yield Page(read.records, place.cursor(), read.problems)
            place = place.reached(newest - self._overlap)
            if cursor is not None:
                snapshot_ids.update(self.api.search_ids(f"{_within(visible)} ORDER BY id ASC"))
            for group in self._appeared(snapshot_ids.difference(changed), place):
                read = read_issues(self.api, pool, group, legend)
                place = place.after(read, newest, self._overlap)
                yield Page(read.records, place.cursor(), read.problems)
        yield self._last(place, frozenset(snapshot_ids), hidden)

    def _legend(self) -> SiteMetadata:
        fields = index_fields(self.api.fetch_fields())
        names = resolve_chosen_fields(self.connection, self.settings, fields)
        return SiteMetadata(names, self.api.fetch_status_categories())

    @property
    def _overlap(self) -> int:
        return self.settings.overlap_minutes * 60_000

    def _newest(self, visible: Sequence[str]) -> int:
        """The newest change there is, by Jira's clock; whatever comes later is the next pull's."""
        updated = self.api.fetch_newest_update(f"{_within(visible)} ORDER BY updated DESC")
        return 0 if updated is None else epoch_milliseconds(updated)

    def _appeared(self, unchanged: Iterable[str], place: IssueCursor) -> Iterator[Sequence[str]]:
        """Ids that the last complete sweep did not have, though nothing changed in them."""
        if place.known is None:
            return iter(())
        fresh = sorted(set(unchanged) - place.known, key=int)
        return chunks(fresh, self.settings.page_size)

    def _last(
        self, place: IssueCursor, snapshot_ids: frozenset[str], hidden: tuple[Problem, ...]
    ) -> Page:
        """The snapshot_ids, once it is sure that we were not logged out while it was taken.

        A project that was out of sight before or after it counts as hidden.
        """
        visible, still_hidden = list_visible_projects(self.connection, self.api, self.settings)
        problems = tuple(dict.fromkeys((*hidden, *still_hidden)))
        missing = sorted((place.known or frozenset()) - snapshot_ids, key=int)
        snapshot_ids |= self._still_there(missing, visible)
        after = replace(place, known=snapshot_ids)
        return Page(
            (),
            after.cursor(),
            problems,
            snapshot_ids=snapshot_ids,
            gone_reason=format_gone_reason(problems),
        )

    def _still_there(self, ids: Sequence[str], visible: Sequence[str]) -> frozenset[str]:
        """Those that search left out although they exist in a project we pull."""
        found = [
            issue
            for chunk in chunks(ids, ISSUES_PER_REQUEST)
            for issue in self.api.fetch_issues(chunk, ["project"])[0]
            if issue["fields"]["project"]["key"] in visible
        ]
        return frozenset(str(issue["id"]) for issue in found)


def list_visible_projects(
    connection: str, api: JiraApi, settings: JiraSettings
) -> tuple[list[str], tuple[Problem, ...]]:
    """The projects of the settings that we can see now, and a problem for each that we cannot.

    Raises ConnectionFailed when nobody is logged in or no project is left.
    """
    api.fetch_account_id()
    seen = api.fetch_projects()
    visible = [project for project in settings.projects if project in seen]
    remedy = f"Let {settings.email} browse it, or correct projects in the settings."
    if not visible:
        names = ", ".join(settings.projects)
        raise ConnectionFailed(connection, f"none of the projects {names} can be seen", remedy)
    return visible, tuple(
        Problem(f"project {project}", f"the project {project} cannot be seen", remedy, held=False)
        for project in settings.projects
        if project not in seen
    )


def format_gone_reason(problems: Sequence[Problem]) -> str:
    """Only while all projects can be seen is an issue that is not there known to be deleted."""
    return "; ".join(problem.reason for problem in problems) or "deleted"


def _changed(projects: Sequence[str], since: int | None) -> str:
    """Oldest change first, so that a pull can go on; without an upper bound of now, for an issue
    that is changed all the time would never be below it.
    """
    after = "" if since is None else f" AND updated >= {since}"
    return f"{_within(projects)}{after} ORDER BY updated ASC, id ASC"


def _within(projects: Sequence[str]) -> str:
    """Keys are checked by the settings; the quotes are for keys that are words of JQL."""
    quoted = ", ".join(f'"{project}"' for project in projects)
    return f"project in ({quoted})"
