"""Search, bulk fetch, single issues and changelogs."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime

from connectors.sandbox.answers import Json
from connectors.sandbox.jira.auth import Refused
from connectors.sandbox.jira.call import Call
from connectors.sandbox.jira.search import Search, search
from connectors.sandbox.jira.shapes import shown
from connectors.sandbox.jira.site import Issue

MOST_ISSUES = 100
MOST_CHANGELOG_ISSUES = 1000
MOST_FIELD_IDS = 10
EMBEDDED_CHANGELOG = 40


def get_search(call: Call) -> Json:
    fields = [
        name for part in call.request.query_params.getlist("fields") for name in part.split(",")
    ]
    reconcile = call.request.query_params.getlist("reconcileIssues")
    asked = Search(
        jql=call.query("jql"),
        fields=fields or ["id"],
        max_results=call.number("maxResults", 50),
        token=call.query("nextPageToken") or None,
        reconcile=[int(id_) for part in reconcile for id_ in part.split(",")],
    )
    return search(call.site, call.jira.stale_index, asked, call.account)


def post_search(call: Call) -> Json:
    call.only(
        *("jql", "fields", "maxResults", "nextPageToken", "reconcileIssues"),
        *("expand", "properties", "fieldsByKeys"),
    )
    asked = Search(
        jql=call.body.get("jql", ""),
        fields=call.body.get("fields") or ["id"],
        max_results=call.body.get("maxResults", 50),
        token=call.body.get("nextPageToken"),
        reconcile=call.body.get("reconcileIssues", []),
    )
    return search(call.site, call.jira.stale_index, asked, call.account)


def gone_search(_: Call) -> Json:
    raise Refused(
        410,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
        "A full migration guideline is available at "
        "https://developer.atlassian.com/changelog/#CHANGE-2046",
    )


def bulk_fetch(call: Call) -> Json:
    """Issues that do not exist or cannot be seen are left out without a word, as published."""
    call.only("issueIdsOrKeys", "fields", "expand", "properties", "fieldsByKeys")
    asked = call.body.get("issueIdsOrKeys") or []
    if not 1 <= len(asked) <= MOST_ISSUES:
        raise Refused(400, f"Between 1 and {MOST_ISSUES} issue IDs or keys have to be given.")
    failing = set(call.site.settings.unfetchable)
    issues = sorted(_seen(call, asked), key=lambda issue: int(issue.id))
    fields, expand = call.body.get("fields") or ["*navigable"], call.body.get("expand") or []
    return {
        "issues": [
            _expanded(call, issue, fields, expand)
            for issue in issues
            if failing.isdisjoint((issue.id, issue.key))
        ],
        "issueErrors": [
            {"id": issue.id, "errorMessage": "The issue could not be retrieved. Try again later."}
            for issue in issues
            if not failing.isdisjoint((issue.id, issue.key))
        ],
    }


def get_issue(call: Call) -> Json:
    fields = [name for name in call.query("fields", "*all").split(",") if name]
    return _expanded(call, call.issue(), fields, call.query("expand").split(","))


def _expanded(call: Call, issue: Issue, fields: list[str], expand: list[str]) -> Json:
    bean = shown(call.site, issue, fields)
    if "names" in expand:
        known = call.site.fields
        bean["names"] = {id_: known[id_]["name"] for id_ in bean["fields"] if id_ in known}
    if "changelog" in expand:
        bean["changelog"] = {
            "startAt": 0,
            "maxResults": min(EMBEDDED_CHANGELOG, len(issue.changelog)),
            "total": len(issue.changelog),
            "histories": issue.changelog[::-1][:EMBEDDED_CHANGELOG],
        }
    return bean


def _seen(call: Call, ids_or_keys: Iterable[str]) -> list[Issue]:
    """The issues with these ids or keys that the asker may see, each once."""
    if call.account is None:
        return []
    found = (call.site.find(str(id_or_key)) for id_or_key in ids_or_keys)
    return list({one.id: one for one in found if one and call.site.visible(one)}.values())


def bulk_changelogs(call: Call) -> Json:
    """A BulkChangelogResponseBean: the oldest change of all the issues first."""
    call.only("issueIdsOrKeys", "fieldIds", "maxResults", "nextPageToken")
    asked, field_ids = call.body.get("issueIdsOrKeys") or [], call.body.get("fieldIds") or []
    if not 1 <= len(asked) <= MOST_CHANGELOG_ISSUES or len(field_ids) > MOST_FIELD_IDS:
        raise Refused(
            400,
            f"Between 1 and {MOST_CHANGELOG_ISSUES} issues and at most {MOST_FIELD_IDS} field ids "
            "have to be given.",
        )
    changes = _changes(_seen(call, asked), set(field_ids))
    start, size = _start(call.body.get("nextPageToken")), call.body.get("maxResults", 1000)
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


def _changes(issues: list[Issue], field_ids: set[str]) -> list[tuple[str, Json]]:
    found = [
        (issue.id, change)
        for issue in issues
        for change in issue.changelog
        if not field_ids or any(item.get("fieldId") in field_ids for item in change["items"])
    ]
    return sorted(found, key=lambda row: (_moment(row[1]), int(row[0])))


def _moment(change: Json) -> datetime:
    return datetime.fromisoformat(change["created"])


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token))
    except ValueError as error:
        raise Refused(400, "The provided next page token is invalid or has expired.") from error


def get_changelog(call: Call) -> Json:
    """A PageBeanChangelog of one issue, oldest first, at most 100 a page."""
    issue, start = call.issue(), call.number("startAt", 0)
    size = min(call.number("maxResults", 100), 100)
    total = len(issue.changelog)
    self = f"{call.site.base_url}/rest/api/3/issue/{issue.id}/changelog?maxResults={size}"
    page: Json = {
        "self": f"{self}&startAt={start}",
        "maxResults": size,
        "startAt": start,
        "total": total,
        "isLast": start + size >= total,
        "values": issue.changelog[start : start + size],
    }
    return page if page["isLast"] else page | {"nextPage": f"{self}&startAt={start + size}"}
