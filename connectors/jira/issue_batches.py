"""Issues read whole, with their changelogs, a hundred per request and several requests at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from connectors.base import RawRecord
from connectors.jira.api import JiraApi
from connectors.jira.fields import STANDARD_FIELDS
from connectors.kit.answers import UnexpectedAnswer, UnexpectedRecord
from connectors.kit.exceptions import RequestFailed
from connectors.kit.json_path import find_value
from connectors.kit.stream_records import StreamRecords, split
from connectors.kit.timestamps import epoch_milliseconds
from model.records import Problem

_ISSUES_PER_REQUEST = 100
"""How many issues one bulkfetch may ask for."""
_STATUSES_OF_ONE_BAD_ISSUE = {200, 400, 404, 413}
"""Answers that smaller requests can get past: half a body, or a complaint about one issue."""


@dataclass(frozen=True, slots=True)
class IssueBatch:
    """Raw records of issues, those that could not be read, and when each was updated.

    `updated` is in epoch milliseconds of Jira's clock, by issue id.
    """

    records: tuple[RawRecord, ...] = ()
    problems: tuple[Problem, ...] = ()
    updated: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: IssueBatch) -> IssueBatch:
        return IssueBatch(
            self.records + other.records,
            self.problems + other.problems,
            {**self.updated, **other.updated},
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
        # An answer that is none of Jira's at all does not get better in parts.
        is_page = isinstance(error, UnexpectedAnswer) and not isinstance(error, UnexpectedRecord)
        if is_page or error.status not in _STATUSES_OF_ONE_BAD_ISSUE:
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
    updates = {str(issue["id"]): issue["fields"].pop("updated", None) for issue in issues}
    met = StreamRecords("issues")
    records, problems = split(
        [
            met.take(issue["id"], _payload(issue, changelogs.get(str(issue["id"]), []), metadata))
            for issue in issues
        ]
    )
    missing = (_missing_issue(id_, errors.get(id_)) for id_ in ids if id_ not in met.ids)
    return IssueBatch(records, (*problems, *missing), dict(_readable_instants(updates)))


def _readable_instants(updates: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for id_, updated in updates.items():
        # It only tells how far the pull has come; without it the issue is read again next time.
        with suppress(ValueError):
            yield id_, epoch_milliseconds(updated)


def _payload(
    issue: Mapping[str, Any], changelog: Sequence[Any], metadata: SiteMetadata
) -> dict[str, Any]:
    return {
        "issue": issue,
        "changelog": changelog,
        "names": metadata.field_names,
        "categories": _past_categories(changelog, metadata.categories),
    }


def _past_categories(changelog: Sequence[Any], categories: Mapping[str, str]) -> dict[str, str]:
    """Categories of the statuses that this issue has left, which its changelog does not give."""
    # A changelog of another shape holds its issue when it is mapped.
    items = chain.from_iterable(find_value(change, "items[*]") for change in changelog)
    left = {str(find_value(i, "from")) for i in items if find_value(i, "field") == "status"}
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
