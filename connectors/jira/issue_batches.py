"""Issues read whole, with their changelogs, a hundred per request and several requests at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.base import RawRecord
from connectors.jira.api import JiraApi
from connectors.jira.fields import STANDARD_FIELDS
from connectors.kit.exceptions import RequestFailed
from connectors.kit.timestamps import epoch_milliseconds
from model.records import Problem

_ISSUES_PER_REQUEST = 100
"""How many issues one bulkfetch may ask for."""
_STATUSES_OF_ONE_BAD_ISSUE = {200, 400, 404, 413}
"""Answers that smaller requests can get past: half a body, or a complaint about one issue."""


@dataclass(frozen=True, slots=True)
class IssueBatch:
    """Raw records of issues, those that could not be read, and when each was updated.

    `updated` is in epoch milliseconds of Jira's clock.
    """

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
    """What the site's ids mean; the part that concerns an issue is stored in its raw record.

    `field_names` maps the ids of the chosen fields to their names, `categories` the ids of all
    statuses to the keys of their categories.
    """

    field_names: Mapping[str, str]
    categories: Mapping[str, str]


def read_issues(
    api: JiraApi, pool: Executor, ids: Sequence[str], metadata: SiteMetadata
) -> IssueBatch:
    """Read these issues; one that cannot be read becomes a problem and does not stop the rest.

    Each payload is `{"issue": …, "changelog": […], "names": {…}, "categories": {…}}`, the first
    two verbatim except that the issue lacks its field `updated`. Raises ConnectionFailed when Jira
    cannot be read at all.
    """
    batches = pool.map(lambda chunk: _isolate_bad_issues(api, chunk, metadata), chunks(ids))
    return sum(batches, IssueBatch())


def chunks(ids: Sequence[str], size: int = _ISSUES_PER_REQUEST) -> Iterator[Sequence[str]]:
    """Consecutive parts of `ids`, each of `size` but the last."""
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _isolate_bad_issues(api: JiraApi, ids: Sequence[str], metadata: SiteMetadata) -> IssueBatch:
    """Read a chunk; when one issue in it spoils the answer, halve the chunk until it is alone."""
    try:
        return _read_chunk(api, ids, metadata)
    except RequestFailed as error:
        if error.status not in _STATUSES_OF_ONE_BAD_ISSUE:
            raise
        if len(ids) == 1:
            return IssueBatch(problems=(Problem(ids[0], error.reason, error.remedy),))
    middle = len(ids) // 2
    first_half = _isolate_bad_issues(api, ids[:middle], metadata)
    return first_half + _isolate_bad_issues(api, ids[middle:], metadata)


def _read_chunk(api: JiraApi, ids: Sequence[str], metadata: SiteMetadata) -> IssueBatch:
    changelogs = api.fetch_changelogs(ids)
    field_ids = [*STANDARD_FIELDS, *metadata.field_names, "updated"]
    issues, errors = api.fetch_issues(ids, field_ids)
    # Our own comment changes `updated`; without it the raw record of the issue stays the same.
    updates = [issue["fields"].pop("updated", None) for issue in issues]
    records = tuple(
        _raw_record(issue, changelogs.get(str(issue["id"]), []), metadata) for issue in issues
    )
    received = {record.native_id for record in records}
    return IssueBatch(
        records,
        tuple(_missing_issue(id_, errors.get(id_)) for id_ in ids if id_ not in received),
        tuple(epoch_milliseconds(updated) for updated in updates if updated),
    )


def _raw_record(
    issue: Mapping[str, Any], changelog: Sequence[Any], metadata: SiteMetadata
) -> RawRecord:
    payload = {
        "issue": issue,
        "changelog": changelog,
        "names": metadata.field_names,
        "categories": _past_categories(changelog, metadata.categories),
    }
    return RawRecord(str(issue["id"]), orjson.dumps(payload).decode())


def _past_categories(
    changelog: Sequence[Mapping[str, Any]], categories: Mapping[str, str]
) -> dict[str, str]:
    """Categories of the statuses that this issue has left, which its changelog does not give."""
    items = (item for change in changelog for item in change.get("items") or ())
    left = {str(item.get("from")) for item in items if item.get("field") == "status"}
    return {status: categories[status] for status in sorted(left) if status in categories}


def _missing_issue(id_: str, error_message: str | None) -> Problem:
    if error_message:
        reason = f"Jira could not give this issue: {error_message}"
        return Problem(id_, reason, "It is asked for again.")
    return Problem(
        id_,
        "search found this issue, but it cannot be read",
        "Nothing, if it was deleted just now; else let the account browse it (issue security).",
    )
