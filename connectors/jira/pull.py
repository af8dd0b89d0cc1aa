"""Issues pulled as Atlassian recommends for bulk: ids in sequence, bodies in parallel.

What changed is found by `updated`, read again from a while before the newest change seen, for
search lags. What no longer exists is found by a sweep of all ids, compared with the last one:
an id that search left out is asked for by name before it counts as gone, and one that shows up
(again) is fetched although it did not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace

from connectors.base import ConnectionFailed, Cursor, Page
from connectors.jira.api import JiraApi
from connectors.jira.bodies import BULK, chunks, read_issues
from connectors.jira.fields import catalogue, resolve
from connectors.jira.known_ids import pack, unpack
from connectors.jira.settings import JiraSettings
from connectors.jira.times import milliseconds
from model.records import Problem

_IN_FLIGHT = 6


@dataclass(frozen=True, slots=True)
class Place:
    """How far a pull has come: epoch milliseconds of Jira's clock, and the ids last swept.

    `known` is None until one sweep was complete.
    """

    updated_from: int | None = None
    known: frozenset[str] | None = None

    @classmethod
    def read(cls, cursor: Cursor | None) -> Place:
        held = cursor or {}
        since, known = held.get("updated_from"), held.get("known")
        return cls(
            since if isinstance(since, int) else None,
            unpack(known) if isinstance(known, str) else None,
        )

    def cursor(self) -> Cursor:
        known = None if self.known is None else pack(self.known)
        return {"updated_from": self.updated_from, "known": known}

    def reached(self, newest: int) -> Place:
        return replace(self, updated_from=max(newest, self.updated_from or 0))


@dataclass(frozen=True, slots=True)
class IssuePull:
    """One pull of the issues of the projects that can be seen now."""

    connection: str
    api: JiraApi
    settings: JiraSettings

    def pages(self, cursor: Cursor | None) -> Iterator[Page]:
        """Changed issues, then those that showed up again, then one page with the census."""
        visible, _ = roster(self.connection, self.api, self.settings)
        names = resolve(self.connection, self.settings, catalogue(self.api.fields()))
        place = Place.read(cursor)
        unread: set[str] = set()
        swept: set[str] = set()
        with ThreadPoolExecutor(_IN_FLIGHT) as pool:
            for group in self._changed(visible, place.updated_from):
                page, place = self._page(pool, group, names, place)
                swept.update(group)
                unread.update(problem.native_id for problem in page.problems)
                yield page
            census = swept if cursor is None else swept | self._all_ids(visible)
            for ids in self._appeared(census - swept, place):
                page, place = self._page(pool, dict.fromkeys(ids, 0), names, place)
                unread.update(problem.native_id for problem in page.problems)
                yield page
        yield self._last(place, frozenset(census), unread)

    def _page(
        self, pool: Executor, group: Mapping[str, int], names: Mapping[str, str], place: Place
    ) -> tuple[Page, Place]:
        """Read a group of ids, each with its `updated`; the place is after it, less the overlap."""
        read = read_issues(self.api, pool, list(group), names)
        newest = max(group.values()) - self.settings.overlap_minutes * 60_000
        place = place.reached(newest)
        return Page(read.records, place.cursor(), read.problems), place

    def _changed(self, visible: Sequence[str], since: int | None) -> Iterator[dict[str, int]]:
        """Groups of id to `updated`, oldest change first; without an upper bound of now."""
        after = "" if since is None else f" AND updated >= {since}"
        jql = f"{_within(visible)}{after} ORDER BY updated ASC, id ASC"
        group: dict[str, int] = {}
        for page in self.api.search(jql, ["updated"]):
            for issue in page:
                group[str(issue["id"])] = milliseconds(issue["fields"]["updated"])
                if len(group) == self.settings.page_size:
                    yield group
                    group = {}
        if group:
            yield group

    def _all_ids(self, visible: Sequence[str]) -> set[str]:
        pages = self.api.search(f"{_within(visible)} ORDER BY id ASC", ["id"])
        return {str(issue["id"]) for page in pages for issue in page}

    def _appeared(self, unchanged: Iterable[str], place: Place) -> Iterator[Sequence[str]]:
        """Ids that the last complete sweep did not have, though nothing changed in them."""
        if place.known is None:
            return iter(())
        fresh = sorted(set(unchanged) - place.known, key=int)
        return chunks(fresh, self.settings.page_size)

    def _last(self, place: Place, census: frozenset[str], unread: set[str]) -> Page:
        """The census, once it is sure that we were not logged out while it was taken."""
        visible, problems = roster(self.connection, self.api, self.settings)
        missing = sorted((place.known or frozenset()) - census, key=int)
        census |= self._still_there(missing, visible)
        after = replace(place, known=census - unread)
        return Page((), after.cursor(), problems, census=census, gone_reason=gone_reason(problems))

    def _still_there(self, ids: Sequence[str], visible: Sequence[str]) -> frozenset[str]:
        """Those that search left out although they exist in a project we pull."""
        found = [
            issue
            for chunk in chunks(ids, BULK)
            for issue in self.api.issues(chunk, ["project"])[0]
            if issue["fields"]["project"]["key"] in visible
        ]
        return frozenset(str(issue["id"]) for issue in found)


def roster(
    connection: str, api: JiraApi, settings: JiraSettings
) -> tuple[list[str], tuple[Problem, ...]]:
    """The projects of the settings that we can see now, and a problem for each that we cannot.

    Raises ConnectionFailed when nobody is logged in or no project is left.
    """
    api.account_id()
    seen = api.projects()
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


def gone_reason(problems: Sequence[Problem]) -> str:
    """Only while all projects can be seen is an issue that is not there known to be deleted."""
    return "; ".join(problem.reason for problem in problems) or "deleted"


def _within(projects: Sequence[str]) -> str:
    """Keys are checked by the settings; the quotes are for keys that are words of JQL."""
    quoted = ", ".join(f'"{project}"' for project in projects)
    return f"project in ({quoted})"
