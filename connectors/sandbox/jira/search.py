"""`/search/jql`: a bounded JQL query, page by page, without a total.

The page is smaller than asked for when bodies are asked for, and smaller again when they are
asked for with many fields; only an absent `nextPageToken` ends the search.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import orjson

from connectors.sandbox.answers import Json
from connectors.sandbox.jira.auth import Refused
from connectors.sandbox.jira.jql import parse
from connectors.sandbox.jira.jql_conditions import Asker, JqlError
from connectors.sandbox.jira.shapes import shown
from connectors.sandbox.jira.site import Issue, JiraSite

ONLY_NAMES = {"id", "key"}
MANY_FIELDS = 10


@dataclass(frozen=True, slots=True)
class Search:
    """The parameters of one search request."""

    jql: str
    fields: Sequence[str] = ("id",)
    max_results: int = 50
    token: str | None = None
    reconcile: Sequence[int] = field(default=())
    """Ids that are read from the issues themselves, however stale the index is."""


def search(
    site: JiraSite, index: dict[str, Issue] | None, asked: Search, account: str | None
) -> Json:
    """A SearchAndReconcileResults; `index` is the stale index, None when search is fresh."""
    found = _found(site, index, asked, account)
    start = _start(asked)
    size = _page_size(site, asked)
    page = found[start : start + size]
    last = start + size >= len(found)
    result: Json = {"issues": [_row(site, issue, asked.fields) for issue in page], "isLast": last}
    if not last:
        result["nextPageToken"] = _token(asked, start + size)
    return result


def _found(
    site: JiraSite, index: dict[str, Issue] | None, asked: Search, account: str | None
) -> list[Issue]:
    zone = site.zone(account) if account else ZoneInfo("UTC")
    try:
        query = parse(asked.jql, Asker(account or "", zone, site.clock()))
    except JqlError as error:
        raise Refused(400, str(error)) from error
    if len(asked.reconcile) > 50:
        raise Refused(400, "The maximum number of issues to reconcile is 50.")
    if account is None:
        return []
    fresh = {str(id_) for id_ in asked.reconcile}
    rows = site.issues if index is None else index | _of(site, fresh)
    return query.run([issue for issue in rows.values() if site.visible(issue)])


def _of(site: JiraSite, ids: set[str]) -> dict[str, Issue]:
    return {id_: site.issues[id_] for id_ in ids if id_ in site.issues}


def _page_size(site: JiraSite, asked: Search) -> int:
    if asked.max_results < 1:
        raise Refused(400, "The value for maxResults has to be greater than 0.")
    if ONLY_NAMES.issuperset(asked.fields):
        return min(asked.max_results, 5000)
    many = len(asked.fields) > MANY_FIELDS or any(name.startswith("*") for name in asked.fields)
    most = site.settings.page_size
    return min(asked.max_results, max(1, most // 2) if many else most)


def _row(site: JiraSite, issue: Issue, fields: Sequence[str]) -> Json:
    if set(fields) == {"id"}:
        return {"id": issue.id}
    return shown(site, issue, fields)


def _token(asked: Search, start: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([asked.jql, start])).decode()


def _start(asked: Search) -> int:
    if not asked.token:
        return 0
    try:
        jql, start = orjson.loads(base64.urlsafe_b64decode(asked.token))
    except ValueError as error:
        raise Refused(400, "The provided next page token is invalid or has expired.") from error
    if jql != asked.jql:
        raise Refused(400, "The provided next page token belongs to another JQL query.")
    return int(start)
