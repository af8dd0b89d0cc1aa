"""Reading issues: search, bulk fetch, single issues and changelogs."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime

from connectors.sandbox.jira.auth import JiraErrorResponse
from connectors.sandbox.jira.request import JiraRequest
from connectors.sandbox.jira.search import SearchRequest, search
from connectors.sandbox.jira.shapes import issue_bean
from connectors.sandbox.jira.site import StoredIssue
from connectors.sandbox.json_http import Json

MOST_ISSUES = 100
MOST_CHANGELOG_ISSUES = 1000
MOST_FIELD_IDS = 10
EMBEDDED_CHANGELOG = 40


def get_search(request: JiraRequest) -> Json:
    fields = [
        name for part in request.http.query_params.getlist("fields") for name in part.split(",")
    ]
    reconcile = request.http.query_params.getlist("reconcileIssues")
    search_request = SearchRequest(
        jql=request.query("jql"),
        fields=fields or ["id"],
        max_results=request.number("maxResults", 50),
        token=request.query("nextPageToken") or None,
        reconcile=[int(id_) for part in reconcile for id_ in part.split(",")],
    )
    return search(request.site, request.jira.stale_index, search_request, request.account)


def post_search(request: JiraRequest) -> Json:
    request.reject_unknown_members(
        *("jql", "fields", "maxResults", "nextPageToken", "reconcileIssues"),
        *("expand", "properties", "fieldsByKeys"),
    )
    search_request = SearchRequest(
        jql=request.body.get("jql", ""),
        fields=request.body.get("fields") or ["id"],
        max_results=request.body.get("maxResults", 50),
        token=request.body.get("nextPageToken"),
        reconcile=request.body.get("reconcileIssues", []),
    )
    return search(request.site, request.jira.stale_index, search_request, request.account)


def removed_search(_: JiraRequest) -> Json:
    raise JiraErrorResponse(
        410,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
        "A full migration guideline is available at "
        "https://developer.atlassian.com/changelog/#CHANGE-2046",
    )


def bulk_fetch(request: JiraRequest) -> Json:
    """Up to 100 issues by id or key."""
    request.reject_unknown_members(
        "issueIdsOrKeys", "fields", "expand", "properties", "fieldsByKeys"
    )
    ids_or_keys = request.body.get("issueIdsOrKeys") or []
    if not 1 <= len(ids_or_keys) <= MOST_ISSUES:
        raise JiraErrorResponse(
            400, f"Between 1 and {MOST_ISSUES} issue IDs or keys have to be given."
        )
    # Like Jira: issues that do not exist or may not be seen are left out and appear in no error.
    failing = set(request.site.settings.unfetchable)
    issues = sorted(_visible_issues(request, ids_or_keys), key=lambda issue: int(issue.id))
    fields, expand = request.body.get("fields") or ["*navigable"], request.body.get("expand") or []
    return {
        "issues": [
            _expanded_bean(request, issue, fields, expand)
            for issue in issues
            if failing.isdisjoint((issue.id, issue.key))
        ],
        "issueErrors": [
            {"id": issue.id, "errorMessage": "The issue could not be retrieved. Try again later."}
            for issue in issues
            if not failing.isdisjoint((issue.id, issue.key))
        ],
    }


def get_issue(request: JiraRequest) -> Json:
    fields = [name for name in request.query("fields", "*all").split(",") if name]
    return _expanded_bean(request, request.issue(), fields, request.query("expand").split(","))


def _expanded_bean(
    request: JiraRequest, issue: StoredIssue, fields: list[str], expand: list[str]
) -> Json:
    bean = issue_bean(request.site, issue, fields)
    if "names" in expand:
        fields_by_id = request.site.fields
        bean["names"] = {
            id_: fields_by_id[id_]["name"] for id_ in bean["fields"] if id_ in fields_by_id
        }
    if "changelog" in expand:
        bean["changelog"] = {
            "startAt": 0,
            "maxResults": min(EMBEDDED_CHANGELOG, len(issue.changelog)),
            "total": len(issue.changelog),
            # Embedded changelogs are newest first and cut off; the changelog endpoint is neither.
            "histories": issue.changelog[::-1][:EMBEDDED_CHANGELOG],
        }
    return bean


def _visible_issues(request: JiraRequest, ids_or_keys: Iterable[str]) -> list[StoredIssue]:
    """The distinct issues with these ids or keys that the account may see."""
    if request.account is None:
        return []
    issues = (request.site.find(str(id_or_key)) for id_or_key in ids_or_keys)
    visible = (issue for issue in issues if issue and request.site.is_visible(issue))
    return list({issue.id: issue for issue in visible}.values())


def bulk_changelogs(request: JiraRequest) -> Json:
    """A BulkChangelogResponseBean: the changes of several issues together, oldest first."""
    request.reject_unknown_members("issueIdsOrKeys", "fieldIds", "maxResults", "nextPageToken")
    ids_or_keys = request.body.get("issueIdsOrKeys") or []
    field_ids = request.body.get("fieldIds") or []
    if not 1 <= len(ids_or_keys) <= MOST_CHANGELOG_ISSUES or len(field_ids) > MOST_FIELD_IDS:
        raise JiraErrorResponse(
            400,
            f"Between 1 and {MOST_CHANGELOG_ISSUES} issues and at most {MOST_FIELD_IDS} field ids "
            "have to be given.",
        )
    changes = _changes(_visible_issues(request, ids_or_keys), set(field_ids))
    start, size = (
        _page_start(request.body.get("nextPageToken")),
        request.body.get("maxResults", 1000),
    )
    page = changes[start : start + size]
    grouped: dict[str, list[Json]] = {}
    for issue_id, change in page:
        grouped.setdefault(issue_id, []).append(change)
    result: Json = {
        "issueChangeLogs": [
            {"issueId": issue_id, "changeHistories": histories}
            for issue_id, histories in grouped.items()
        ]
    }
    if start + size < len(changes):
        result["nextPageToken"] = base64.urlsafe_b64encode(str(start + size).encode()).decode()
    return result


def _changes(issues: list[StoredIssue], field_ids: set[str]) -> list[tuple[str, Json]]:
    """Issue id and changelog entry, oldest first; of these fields only, unless there are none."""
    changes = [
        (issue.id, change)
        for issue in issues
        for change in issue.changelog
        if not field_ids or any(item.get("fieldId") in field_ids for item in change["items"])
    ]
    return sorted(changes, key=lambda change: (_created_at(change[1]), int(change[0])))


def _created_at(change: Json) -> datetime:
    return datetime.fromisoformat(change["created"])


def _page_start(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token))
    except ValueError as error:
        raise JiraErrorResponse(
            400, "The provided next page token is invalid or has expired."
        ) from error


def get_changelog(request: JiraRequest) -> Json:
    """A PageBeanChangelog of one issue, oldest first, with at most 100 entries per page."""
    issue, start = request.issue(), request.number("startAt", 0)
    size = min(request.number("maxResults", 100), 100)
    total = len(issue.changelog)
    self = f"{request.site.base_url}/rest/api/3/issue/{issue.id}/changelog?maxResults={size}"
    page: Json = {
        "self": f"{self}&startAt={start}",
        "maxResults": size,
        "startAt": start,
        "total": total,
        "isLast": start + size >= total,
        "values": issue.changelog[start : start + size],
    }
    return page if page["isLast"] else page | {"nextPage": f"{self}&startAt={start + size}"}
