"""The few calls to Jira Cloud's REST API v3 that reading needs, as data.

Shapes follow Atlassian's published OpenAPI description of the platform's API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.base import ConnectionFailed
from connectors.http import HttpClient

_SEARCH = "/rest/api/3/search/jql"
_MOST_IDS = 5000
_MOST_PROJECTS = 100
_MOST_CHANGES = 10_000


class JiraApi:
    """Reads over one HTTP client; every method raises ConnectionFailed when it cannot."""

    def __init__(self, connection: str, client: HttpClient) -> None:
        self._connection = connection
        self._client = client

    def fetch_account_id(self) -> str:
        """Who we are. Jira answers most reads of a bad token as if nobody had logged in."""
        answer = self._client.read("GET", "/rest/api/3/myself")
        if not isinstance(answer, dict) or not answer.get("accountId"):
            raise ConnectionFailed(
                self._connection,
                "GET /rest/api/3/myself tells no account, so this is no Jira Cloud site",
                "Check url and api_url in the settings.",
            )
        return str(answer["accountId"])

    def fetch_projects(self) -> dict[str, str]:
        """Key to type (`software`, `business`, `service_desk`) of all projects we may browse."""
        found: dict[str, str] = {}
        start, last = 0, False
        while not last:
            page = self._object(
                "GET",
                "/rest/api/3/project/search",
                params={"startAt": start, "maxResults": _MOST_PROJECTS, "action": "browse"},
            )
            values = page.get("values") or []
            found |= {str(p["key"]): str(p.get("projectTypeKey") or "") for p in values}
            start += len(values)
            last = bool(page.get("isLast")) or not values
        return found

    def fetch_fields(self) -> list[dict[str, Any]]:
        return list(self._client.read("GET", "/rest/api/3/field"))

    def fetch_status_categories(self) -> dict[str, str]:
        """Status id to the key of its category (`new`, `indeterminate`, `done`)."""
        statuses = self._client.read("GET", "/rest/api/3/status")
        return {str(s["id"]): str((s.get("statusCategory") or {}).get("key")) for s in statuses}

    def fetch_versions(self, project: str) -> list[dict[str, Any]]:
        return list(self._client.read("GET", f"/rest/api/3/project/{project}/versions"))

    def search_ids(self, jql: str) -> Iterator[str]:
        """Ids of the issues that a search finds, page by page.

        A short or empty page is not the last; one without a token is. Only ids are asked for,
        for with other fields the pages shrink from 5000 to some dozens.
        """
        body = {"jql": jql, "fields": ["id"], "maxResults": _MOST_IDS}
        for page in self._token_pages(_SEARCH, body):
            yield from (str(issue["id"]) for issue in page.get("issues") or ())

    def fetch_newest_update(self, jql: str) -> Any | None:
        """`updated` of the first issue that an ordered search finds; None when it finds none."""
        body = {"jql": jql, "fields": ["updated"], "maxResults": 1}
        issues = self._object("POST", _SEARCH, json=body).get("issues")
        return issues[0]["fields"]["updated"] if issues else None

    def fetch_issues(
        self, ids: Sequence[str], fields: Sequence[str]
    ) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """Up to 100 issues, and what Jira says about those it could not give.

        Issues that do not exist or may not be seen are in neither.
        """
        body = {"issueIdsOrKeys": list(ids), "fields": list(fields)}
        answer = self._object("POST", "/rest/api/3/issue/bulkfetch", json=body)
        errors = answer.get("issueErrors") or []
        return (
            list(answer.get("issues") or []),
            {str(e.get("id")): str(e.get("errorMessage") or "no reason given") for e in errors},
        )

    def fetch_changelogs(self, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """The whole history of up to 1000 issues by id, oldest change first."""
        found: dict[str, list[dict[str, Any]]] = {}
        body = {"issueIdsOrKeys": list(ids), "maxResults": _MOST_CHANGES}
        for page in self._token_pages("/rest/api/3/changelog/bulkfetch", body):
            for log in page.get("issueChangeLogs") or ():
                found.setdefault(str(log["issueId"]), []).extend(log.get("changeHistories") or ())
        return found

    def _token_pages(self, path: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        seen: set[str] = set()
        token: str | None = None
        while True:
            asked = {**body, "nextPageToken": token} if token else body
            page = self._object("POST", path, json=asked)
            yield page
            token = page.get("nextPageToken")
            if not token:
                return
            if token in seen:
                raise ConnectionFailed(
                    self._connection,
                    f"POST {path} gave the same nextPageToken twice, so its pages never end",
                    "Run again; if it stays, report it to Atlassian with this path.",
                )
            seen.add(token)

    def _object(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int | bool] | None = None,
        json: Any = None,
    ) -> dict[str, Any]:
        """An answer that Jira documents as an object."""
        answer = self._client.read(method, path, params=params, json=json)
        if not isinstance(answer, dict):
            raise ConnectionFailed(
                self._connection,
                f"the answer to {method} {path} is not what Jira documents",
                "Check url and api_url in the settings, and what answers in Jira's place.",
            )
        return answer
