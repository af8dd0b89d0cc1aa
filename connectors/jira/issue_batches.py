"""Issues read whole, with their history, a hundred at a time and several such at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.base import RawRecord
from connectors.http import RequestFailed
from connectors.jira.api import JiraApi
from connectors.jira.fields import STANDARD
from connectors.jira.timestamps import epoch_milliseconds
from model.records import Problem

ISSUES_PER_REQUEST = 100
"""How many issues one bulkfetch may ask for."""
_FAULT_OF_SOME_ISSUE = {200, 400, 404, 413}
"""Answers that smaller requests can get past: half a body, or a complaint about one issue."""


@dataclass(frozen=True, slots=True)
class IssueBatch:
    """Raw records of issues, those that could not be read, and when each was updated (epoch ms)."""

    records: tuple[RawRecord, ...] = ()
    problems: tuple[Problem, ...] = ()
    updated: tuple[int, ...] = ()

    def __add__(self, other: IssueBatch) -> IssueBatch:
        return IssueBatch(
            self.records + other.records,
            self.problems + other.problems,
            self.updated + other.updated,
        )


@dataclass(frozen=True, slots=True)
class SiteMetadata:
    """What the site's ids mean; each issue is landed with the part that concerns it.

    `names` are the chosen fields, id to name; `categories` all statuses, id to category key.
    """

    names: Mapping[str, str]
    categories: Mapping[str, str]


def read_issues(
    api: JiraApi, pool: Executor, ids: Sequence[str], legend: SiteMetadata
) -> IssueBatch:
    """Read these issues.

    Each payload is `{"issue": …, "changelog": […], "names": {…}, "categories": {…}}`, the first
    two word for word but for the field `updated`: our own comment changes it, and the issue is
    still the same.
    """
    parts = pool.map(lambda chunk: _isolate(api, chunk, legend), chunks(ids, ISSUES_PER_REQUEST))
    return sum(parts, IssueBatch())


def chunks(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _isolate(api: JiraApi, ids: Sequence[str], legend: SiteMetadata) -> IssueBatch:
    """Read a chunk; when some issue in it spoils the answer, halve until it stands alone."""
    try:
        return _read_chunk(api, ids, legend)
    except RequestFailed as error:
        if error.status not in _FAULT_OF_SOME_ISSUE:
            raise
        if len(ids) == 1:
            return IssueBatch(problems=(Problem(ids[0], error.reason, error.remedy),))
    middle = len(ids) // 2
    return _isolate(api, ids[:middle], legend) + _isolate(api, ids[middle:], legend)


def _read_chunk(api: JiraApi, ids: Sequence[str], legend: SiteMetadata) -> IssueBatch:
    histories = api.fetch_changelogs(ids)
    issues, errors = api.fetch_issues(ids, [*STANDARD, *legend.names, "updated"])
    stamps = [issue["fields"].pop("updated", None) for issue in issues]
    updated = tuple(epoch_milliseconds(stamp) for stamp in stamps if stamp)
    records = tuple(_landed(issue, histories.get(str(issue["id"]), []), legend) for issue in issues)
    given = {record.native_id for record in records}
    missing = tuple(_ungiven(id_, errors.get(id_)) for id_ in ids if id_ not in given)
    return IssueBatch(records, missing, updated)


def _landed(issue: Mapping[str, Any], changelog: Sequence[Any], legend: SiteMetadata) -> RawRecord:
    payload = {
        "issue": issue,
        "changelog": changelog,
        "names": legend.names,
        "categories": _past_categories(changelog, legend.categories),
    }
    return RawRecord(str(issue["id"]), orjson.dumps(payload).decode())


def _past_categories(
    changelog: Sequence[Mapping[str, Any]], categories: Mapping[str, str]
) -> dict[str, str]:
    changed = (item for change in changelog for item in change.get("items") or ())
    passed = {str(item.get("from")) for item in changed if item.get("field") == "status"}
    return {status: categories[status] for status in sorted(passed) if status in categories}


def _ungiven(id_: str, message: str | None) -> Problem:
    if message:
        return Problem(id_, f"Jira could not give this issue: {message}", "It is asked for again.")
    return Problem(
        id_,
        "search found this issue, but it cannot be read",
        "Nothing, if it was deleted just now; else let the account browse it (issue security).",
    )
