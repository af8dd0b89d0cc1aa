"""Issues pulled as Atlassian recommends for bulk: ids in sequence, bodies in parallel.

What changed is found by `updated`, starting some time before the newest change of the last pull,
because search lags. What no longer exists is found by listing all ids and comparing them with the
last list: an id that search left out is looked up before it counts as gone, and an id that
(re)appeared is fetched although its issue did not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from connectors.base import Cursor, Page
from connectors.jira.api import JiraApi
from connectors.jira.fields import index_fields, resolve_chosen_fields
from connectors.jira.id_ranges import format_id_ranges, parse_id_ranges
from connectors.jira.issue_batches import IssueBatch, SiteMetadata, chunks, read_issues
from connectors.jira.settings import JiraSettings
from connectors.kit.json_path import find_value
from connectors.kit.plausible import report_future_change
from connectors.kit.timestamps import epoch_milliseconds
from connectors.kit.visibility import gone_reason, report_hidden
from model.records import Problem

_PARALLEL_REQUESTS = 6


@dataclass(frozen=True, slots=True)
class IssueCursor:
    """How far a pull has come.

    `updated_from` is in epoch milliseconds of Jira's clock. `known_ids` is the last complete set
    of snapshot ids, None before the first. `unread_ids` could not be read; they are stored as
    unknown, so that the next pull asks for them again.
    """

    updated_from: int | None = None
    known_ids: frozenset[str] | None = None
    unread_ids: frozenset[str] = frozenset()

    @classmethod
    def from_json(cls, cursor: Cursor | None) -> IssueCursor:
        """Read a stored cursor; without one the pull begins at the beginning."""
        stored = cursor or {}
        since, known = stored.get("updated_from"), stored.get("known")
        return cls(
            since if isinstance(since, int) else None,
            parse_id_ranges(known) if isinstance(known, str) else None,
        )

    def to_json(self) -> Cursor:
        known = self.known_ids
        stored = None if known is None else format_id_ranges(known - self.unread_ids)
        return {"updated_from": self.updated_from, "known": stored}

    def after_batch(self, batch: IssueBatch, newest: int, overlap: int) -> IssueCursor:
        """The cursor behind a batch; all in milliseconds.

        `newest` is the newest change when the pull began; `overlap` is what is read again before.
        """
        problem_ids = {problem.native_id for problem in batch.problems}
        advanced = replace(self, unread_ids=self.unread_ids | problem_ids)
        if not batch.updated:
            return advanced
        # Issues come oldest change first, so whatever changed before this batch's oldest was read.
        return advanced.moved_to(min(newest, *batch.updated.values()) - overlap)

    def repaired(self, now: datetime) -> IssueCursor:
        """This cursor, or one that reads everything again where an issue dated in the future moved
        it beyond `now`, as older versions let it."""
        is_beyond = (self.updated_from or 0) > epoch_milliseconds(now.isoformat())
        return replace(self, updated_from=None) if is_beyond else self

    def moved_to(self, updated_from: int) -> IssueCursor:
        """The cursor at this time, or where it is if that is later: it never moves back."""
        return replace(self, updated_from=max(updated_from, self.updated_from or 0))


@dataclass(frozen=True, slots=True)
class IssuePull:
    """One pull of the issues of the projects that can be seen now."""

    connection: str
    api: JiraApi
    settings: JiraSettings

    def pages(self, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
        """Pages of changed issues, pages of those that (re)appeared, and one with snapshot ids.

        Raises ConnectionFailed when Jira cannot be read further.
        """
        visible, hidden = list_visible_projects(self.connection, self.api, self.settings)
        metadata = self._fetch_metadata()
        # By Jira's own clock, which dates the changes and may differ from ours.
        now = self.api.tool_time(now)
        # No later than now: an issue dated in the future would hide every change until then.
        newest = min(self._fetch_newest(visible), epoch_milliseconds(now.isoformat()))
        position = IssueCursor.from_json(cursor).repaired(now)
        unnamed: list[Problem] = []
        jql = _changed_issues_jql(visible, position.updated_from)
        changed = list(dict.fromkeys(self._search(jql, unnamed)))
        snapshot_ids = set(changed)
        with ThreadPoolExecutor(_PARALLEL_REQUESTS) as pool:
            for ids in chunks(changed, self.settings.page_size):
                batch = read_issues(self.api, pool, ids, metadata)
                position = position.after_batch(batch, newest, self._overlap)
                yield Page(batch.records, position.to_json(), _all_problems(batch, now))
            position = position.moved_to(newest - self._overlap)
            # A first pull has just listed every issue as changed.
            if cursor is not None:
                all_ids = f"{projects_jql(visible)} ORDER BY id ASC"
                snapshot_ids.update(self._search(all_ids, unnamed))
            for ids in self._appeared(snapshot_ids.difference(changed), position):
                batch = read_issues(self.api, pool, ids, metadata)
                position = position.after_batch(batch, newest, self._overlap)
                yield Page(batch.records, position.to_json(), _all_problems(batch, now))
        if unnamed:
            # Its issue would count as deleted, so the next pull asks for all ids again.
            yield Page((), position.to_json(), tuple(dict.fromkeys((*hidden, *unnamed))))
        else:
            yield self._snapshot_page(position, frozenset(snapshot_ids), hidden)

    def _search(self, jql: str, unnamed: list[Problem]) -> Iterator[str]:
        """The ids that a search finds; adds a problem to `unnamed` per entry without one."""
        for number, id_ in enumerate(self.api.search_ids(jql), start=1):
            if id_ is not None:
                yield id_
            else:
                unnamed.append(_unnamed_issue(number))

    def _fetch_metadata(self) -> SiteMetadata:
        fields = index_fields(self.api.fetch_fields())
        names = resolve_chosen_fields(self.connection, self.settings, fields)
        return SiteMetadata(names, self.api.fetch_status_categories())

    @property
    def _overlap(self) -> int:
        return self.settings.overlap_minutes * 60_000

    def _fetch_newest(self, visible: Sequence[str]) -> int:
        """The newest change there is, in epoch milliseconds; later ones are the next pull's.

        Jira's own time is used, because the clock of this machine may differ from it.
        """
        updated = self.api.fetch_newest_update(f"{projects_jql(visible)} ORDER BY updated DESC")
        try:
            return 0 if updated is None else epoch_milliseconds(updated)
        except ValueError:
            # The pull then reads all that it finds, and the next one begins where this one did.
            return 0

    def _appeared(self, unchanged: Iterable[str], position: IssueCursor) -> Iterator[Sequence[str]]:
        """Ids that the last complete snapshot did not have, though their issues did not change."""
        if position.known_ids is None:
            return iter(())
        appeared = sorted(set(unchanged) - position.known_ids, key=int)
        return chunks(appeared, self.settings.page_size)

    def _snapshot_page(
        self, position: IssueCursor, snapshot_ids: frozenset[str], hidden: tuple[Problem, ...]
    ) -> Page:
        """The page with the snapshot ids; a project hidden at either end of the pull is reported.

        Raises ConnectionFailed when the account was logged out meanwhile.
        """
        # An expired login answers searches as an anonymous user does: with fewer issues.
        visible, still_hidden = list_visible_projects(self.connection, self.api, self.settings)
        problems = tuple(dict.fromkeys((*hidden, *still_hidden)))
        missing = sorted((position.known_ids or frozenset()) - snapshot_ids, key=int)
        snapshot_ids |= self._look_up(missing, visible)
        return Page(
            (),
            replace(position, known_ids=snapshot_ids).to_json(),
            problems,
            snapshot_ids=snapshot_ids,
            gone_reason=gone_reason(problems),
        )

    def _look_up(self, ids: Sequence[str], visible: Sequence[str]) -> frozenset[str]:
        """Those of these ids that exist in a visible project after all."""
        return frozenset(
            str(issue["id"])
            for chunk in chunks(ids)
            for issue in self.api.fetch_issues(chunk, ["project"])[0]
            # An issue that moved to another project keeps its id, but is no longer ours to pull.
            if find_value(issue, "fields.project.key") in visible
        )


def _unnamed_issue(number: int) -> Problem:
    return Problem(
        f"search result {number}",
        f"entry {number} of Jira's search has no id, so no issue counts as deleted until it has",
        "Nothing, if it stays away from now on; else report it to Atlassian.",
    )


def _all_problems(batch: IssueBatch, now: datetime) -> tuple[Problem, ...]:
    stamps = ((id_, datetime.fromtimestamp(ms / 1000, UTC)) for id_, ms in batch.updated.items())
    future = (problem for id_, at in stamps for problem in report_future_change(id_, at, now))
    return (*batch.problems, *future)


def list_visible_projects(
    connection: str, api: JiraApi, settings: JiraSettings
) -> tuple[list[str], tuple[Problem, ...]]:
    """The projects of the settings that we can see now, and a problem for each that we cannot.

    Raises ConnectionFailed when nobody is logged in or no project is left.
    """
    api.fetch_account_id()
    projects = api.fetch_projects()
    visible = [project for project in settings.projects if project in projects]
    remedy = f"Let {settings.email} browse it, or correct projects in the settings."
    return visible, report_hidden(connection, "project", settings.projects, visible, remedy)


def _changed_issues_jql(projects: Sequence[str], since: int | None) -> str:
    """Oldest change first, so that a broken-off pull can resume at its last page.

    `since` is in epoch milliseconds, which JQL does not read in the account's time zone.
    """
    # No upper bound of now: an issue that changes all the time would never be below it.
    after = "" if since is None else f" AND updated >= {since}"
    return f"{projects_jql(projects)}{after} ORDER BY updated ASC, id ASC"


def projects_jql(projects: Sequence[str]) -> str:
    """The condition that an issue belongs to one of these projects."""
    # The settings allow only letters, digits and _ in keys; quotes for keys that are JQL words.
    quoted = ", ".join(f'"{project}"' for project in projects)
    return f"project in ({quoted})"
