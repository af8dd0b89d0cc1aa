"""The few calls to Jira Cloud's REST API v3 that reading needs, as data.

Shapes follow Atlassian's published OpenAPI description of the platform's API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.base import ConnectionFailed
from connectors.kit.client import HttpClient
from connectors.kit.paginators import CursorToken, PageRequest

_SEARCH = "/rest/api/3/search/jql"
_TOKEN_PAGES = CursorToken("nextPageToken", "nextPageToken")
_MAX_IDS_PER_PAGE = 5000
_MAX_PROJECTS_PER_PAGE = 100
_MAX_CHANGES_PER_PAGE = 10_000


class JiraApi:
    """Reads over one HTTP client; every method raises ConnectionFailed when it cannot."""

    def __init__(self, connection: str, client: HttpClient) -> None:
        self._connection = connection
        self._client = client

    def fetch_account_id(self) -> str:
        """The id of the account that is logged in.

        Raises ConnectionFailed when nobody is. Call it before relying on any other answer: Jira
        answers most reads that carry a bad token as anonymous requests, without an error.
        """
        answer = self._client.read("GET", "/rest/api/3/myself")
        if not isinstance(answer, dict) or not answer.get("accountId"):
            raise ConnectionFailed(
                self._connection,
                "GET /rest/api/3/myself names no account, so this is no Jira Cloud site",
                "Check url and api_url in the settings.",
            )
        return str(answer["accountId"])

    def fetch_projects(self) -> dict[str, str]:
        """Key to type (`software`, `business`, `service_desk`) of all projects we may browse."""
        types: dict[str, str] = {}
        start, is_last = 0, False
        while not is_last:
            page = self._request_object(
                "GET",
                "/rest/api/3/project/search",
                params={
                    "startAt": start,
                    "maxResults": _MAX_PROJECTS_PER_PAGE,
                    "action": "browse",
                },
            )
            projects = page.get("values") or []
            types |= {str(p["key"]): str(p.get("projectTypeKey") or "") for p in projects}
            start += len(projects)
            # An empty page that claims not to be the last one would be asked for forever.
            is_last = bool(page.get("isLast")) or not projects
        return types

    def fetch_fields(self) -> list[dict[str, Any]]:
        """The site's fields as `GET /rest/api/3/field` lists them (`id`, `name`, …)."""
        return list(self._client.read("GET", "/rest/api/3/field"))

    def fetch_status_categories(self) -> dict[str, str]:
        """Status id to the key of its category (`new`, `indeterminate`, `done`)."""
        statuses = self._client.read("GET", "/rest/api/3/status")
        return {str(s["id"]): str((s.get("statusCategory") or {}).get("key")) for s in statuses}

    def fetch_versions(self, project: str) -> list[dict[str, Any]]:
        """All versions (releases) of a project, by its key."""
        return list(self._client.read("GET", f"/rest/api/3/project/{project}/versions"))

    def search_ids(self, jql: str) -> Iterator[str]:
        """Ids of the issues that match, page by page.

        A page without a token is the last one; a short or empty page need not be.
        """
        # With any field beside the id, Jira shrinks the pages from 5000 issues to some dozens.
        body = {"jql": jql, "fields": ["id"], "maxResults": _MAX_IDS_PER_PAGE}
        for page in self._token_pages(_SEARCH, body):
            yield from (str(issue["id"]) for issue in page.get("issues") or ())

    def fetch_newest_update(self, jql: str) -> Any | None:
        """`updated` of the first issue of an ordered search; None when no issue matches."""
        body = {"jql": jql, "fields": ["updated"], "maxResults": 1}
        issues = self._request_object("POST", _SEARCH, json=body).get("issues")
        return issues[0]["fields"]["updated"] if issues else None

    def fetch_issues(
        self, ids: Sequence[str], fields: Sequence[str]
    ) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """Up to 100 issues, and Jira's error message by id for those it could not return.

        Issues that do not exist or may not be seen are in neither.
        """
        body = {"issueIdsOrKeys": list(ids), "fields": list(fields)}
        answer = self._request_object("POST", "/rest/api/3/issue/bulkfetch", json=body)
        errors = answer.get("issueErrors") or []
        return (
            list(answer.get("issues") or []),
            {str(e.get("id")): str(e.get("errorMessage") or "no reason given") for e in errors},
        )

    def fetch_changelogs(self, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """The whole changelogs of up to 1000 issues by issue id, oldest change first."""
        changelogs: dict[str, list[dict[str, Any]]] = {}
        body = {"issueIdsOrKeys": list(ids), "maxResults": _MAX_CHANGES_PER_PAGE}
        for page in self._token_pages("/rest/api/3/changelog/bulkfetch", body):
            for log in page.get("issueChangeLogs") or ():
                # A long changelog goes on in the next page under the same issue.
                entries = changelogs.setdefault(str(log["issueId"]), [])
                entries.extend(log.get("changeHistories") or ())
        return changelogs

    def _token_pages(self, path: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        request = PageRequest(path, json=body, method="POST")
        for page in self._client.pages(request, _TOKEN_PAGES):
            yield self._as_object(page.body, "POST", path)

    def _request_object(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int | bool] | None = None,
        json: Any = None,
    ) -> dict[str, Any]:
        """The answer to a request that Jira documents as an object, else ConnectionFailed."""
        return self._as_object(
            self._client.read(method, path, params=params, json=json), method, path
        )

    def _as_object(self, answer: Any, method: str, path: str) -> dict[str, Any]:
        if not isinstance(answer, dict):
            raise ConnectionFailed(
                self._connection,
                f"the answer to {method} {path} is not what Jira documents",
                "Check url and api_url in the settings, and what answers in Jira's place.",
            )
        return answer
