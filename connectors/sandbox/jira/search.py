"""`/search/jql`: a bounded JQL query, page by page, without a total.

As in Jira, a page has fewer issues than `maxResults` when more than ids and keys are requested, and
fewer still with many fields; only an absent `nextPageToken` ends the search.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import orjson

from connectors.sandbox.jira.auth import JiraErrorResponse
from connectors.sandbox.jira.jql import parse
from connectors.sandbox.jira.jql_conditions import JqlError, QueryContext
from connectors.sandbox.jira.shapes import issue_bean
from connectors.sandbox.jira.site import JiraSite, StoredIssue
from connectors.sandbox.json_http import Json

ONLY_NAMES = {"id", "key"}
MANY_FIELDS = 10


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """The parameters of one search request."""

    jql: str
    fields: Sequence[str] = ("id",)
    max_results: int = 50
    token: str | None = None
    reconcile: Sequence[int] = field(default=())
    """Ids of issues that are read from the database, however stale the index is."""


def search(
    site: JiraSite,
    index: dict[str, StoredIssue] | None,
    request: SearchRequest,
    account: str | None,
) -> Json:
    """A SearchAndReconcileResults; `index` is the stale index, None when search is current."""
    issues = _matching_issues(site, index, request, account)
    start = _page_start(request)
    size = _page_size(site, request)
    page = issues[start : start + size]
    is_last = start + size >= len(issues)
    result: Json = {
        "issues": [_row(site, issue, request.fields) for issue in page],
        "isLast": is_last,
    }
    if not is_last:
        result["nextPageToken"] = _page_token(request, start + size)
    return result


def _matching_issues(
    site: JiraSite,
    index: dict[str, StoredIssue] | None,
    request: SearchRequest,
    account: str | None,
) -> list[StoredIssue]:
    zone = site.zone(account) if account else ZoneInfo("UTC")
    try:
        query = parse(request.jql, QueryContext(account or "", zone, site.clock()))
    except JqlError as error:
        raise JiraErrorResponse(400, str(error)) from error
    if len(request.reconcile) > 50:
        raise JiraErrorResponse(400, "The maximum number of issues to reconcile is 50.")
    if account is None:
        return []
    reconciled = {str(id_) for id_ in request.reconcile}
    rows = site.issues if index is None else index | _issues_by_id(site, reconciled)
    return query.run([issue for issue in rows.values() if site.is_visible(issue)])


def _issues_by_id(site: JiraSite, ids: set[str]) -> dict[str, StoredIssue]:
    return {id_: site.issues[id_] for id_ in ids if id_ in site.issues}


def _page_size(site: JiraSite, request: SearchRequest) -> int:
    if request.max_results < 1:
        raise JiraErrorResponse(400, "The value for maxResults has to be greater than 0.")
    if ONLY_NAMES.issuperset(request.fields):
        return min(request.max_results, 5000)
    has_many_fields = len(request.fields) > MANY_FIELDS or any(
        name.startswith("*") for name in request.fields
    )
    limit = site.settings.page_size
    return min(request.max_results, max(1, limit // 2) if has_many_fields else limit)


def _row(site: JiraSite, issue: StoredIssue, fields: Sequence[str]) -> Json:
    if set(fields) == {"id"}:
        return {"id": issue.id}
    return issue_bean(site, issue, fields)


def _page_token(request: SearchRequest, start: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([request.jql, start])).decode()


def _page_start(request: SearchRequest) -> int:
    if not request.token:
        return 0
    try:
        jql, start = orjson.loads(base64.urlsafe_b64decode(request.token))
    except ValueError as error:
        raise JiraErrorResponse(
            400, "The provided next page token is invalid or has expired."
        ) from error
    # A token is bound to its query: another query would skip or repeat issues.
    if jql != request.jql:
        raise JiraErrorResponse(400, "The provided next page token belongs to another JQL query.")
    return int(start)
