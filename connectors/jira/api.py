"""The few calls to Jira Cloud's REST API v3 that reading needs, as data.

Shapes follow Atlassian's published OpenAPI description of the platform's API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.base import ConnectionFailed
from connectors.kit.answers import Answered, plain
from connectors.kit.client import HttpClient
from connectors.kit.json_path import find_value
from connectors.kit.paginators import CursorToken, PageRequest
from connectors.kit.stream_records import read_id

_SEARCH = "/rest/api/3/search/jql"
_TOKEN_PAGES = CursorToken("nextPageToken", "nextPageToken")
_MAX_IDS_PER_PAGE = 5000
_MAX_PROJECTS_PER_PAGE = 100
_MAX_CHANGES_PER_PAGE = 10_000
_MOST_DIGITS = 19
_REMEDY = "Check url and api_url in the settings, and what answers in Jira's place."


class JiraApi:
    """Reads over one HTTP client; every method raises ConnectionFailed when it cannot."""

    def __init__(self, connection: str, client: HttpClient) -> None:
        self._connection = connection
        self._client = client

    def tool_time(self, instant: datetime) -> datetime:
        """What Jira's clock shows at an instant of ours; see `HttpClient.tool_time`."""
        return self._client.tool_time(instant)

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
            page = self._read(
                "GET",
                "/rest/api/3/project/search",
                params={
                    "startAt": start,
                    "maxResults": _MAX_PROJECTS_PER_PAGE,
                    "action": "browse",
                },
            )
            projects = page.objects_of("values")
            before = len(types)
            for project in projects:
                # One that were left out would end all its issues in the plan.
                if not isinstance(project.get("key"), str):
                    raise page.unexpected("a key of each project", project.get("key"))
                types[project["key"]] = str(project.get("projectTypeKey") or "")
            start += len(projects)
            is_last = page.as_object().get("isLast") is True
            if not is_last and len(types) == before:
                raise page.unexpected('further projects or "isLast": true', projects)
        return types

    def fetch_fields(self) -> list[dict[str, Any]]:
        """The site's fields as `GET /rest/api/3/field` lists them (`id`, `name`, …)."""
        answer = self._read("GET", "/rest/api/3/field")
        for field in answer.objects_of():
            if not isinstance(field.get("id"), str):
                raise answer.unexpected("an id of each field", field.get("id"))
        return answer.objects_of()

    def fetch_status_categories(self) -> dict[str, str]:
        """Status id to the key of its category (`new`, `indeterminate`, `done`)."""
        statuses = self._read("GET", "/rest/api/3/status").objects_of()
        return {str(s.get("id")): str(find_value(s, "statusCategory.key")) for s in statuses}

    def fetch_versions(self, project: str) -> list[Any]:
        """All versions (releases) of a project, by its key, as they came."""
        return self._read("GET", f"/rest/api/3/project/{project}/versions").list_of()

    def search_ids(self, jql: str) -> Iterator[str | None]:
        """Ids of the issues that match, page by page; None for an entry that has none.

        A page without a token is the last one; a short or empty page need not be.
        """
        # With any field beside the id, Jira shrinks the pages from 5000 issues to some dozens.
        body = {"jql": jql, "fields": ["id"], "maxResults": _MAX_IDS_PER_PAGE}
        for page in self._token_pages(_SEARCH, body):
            yield from (read_issue_id(find_value(issue, "id")) for issue in page.list_of("issues"))

    def fetch_newest_update(self, jql: str) -> Any | None:
        """`updated` of the first issue of an ordered search; None when no issue matches."""
        body = {"jql": jql, "fields": ["updated"], "maxResults": 1}
        issues = self._read("POST", _SEARCH, json=body).list_of("issues")
        return find_value(issues, "[0].fields.updated") if issues else None

    def fetch_issues(
        self, ids: Sequence[str], fields: Sequence[str]
    ) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """Up to 100 issues, and Jira's error message by id for those it could not return.

        Issues that do not exist or may not be seen are in neither. Raises UnexpectedRecord for an
        issue that is none.
        """
        body = {"issueIdsOrKeys": list(ids), "fields": list(fields)}
        answer = self._read("POST", "/rest/api/3/issue/bulkfetch", json=body)
        errors = answer.as_object().get("issueErrors")
        for issue in answer.list_of("issues"):
            is_issue = isinstance(find_value(issue, "fields"), dict)
            if not is_issue or read_issue_id(issue.get("id")) not in ids:
                raise answer.unexpected_record("issues that were asked for, with fields", issue)
        return answer.list_of("issues"), {
            str(find_value(e, "id")): plain(find_value(e, "errorMessage") or "no reason given")
            for e in (errors if isinstance(errors, list) else ())
        }

    def fetch_changelogs(self, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """The whole changelogs of up to 1000 issues by issue id, oldest change first.

        Raises UnexpectedRecord for a changelog that is none.
        """
        changelogs: dict[str, list[dict[str, Any]]] = {}
        body = {"issueIdsOrKeys": list(ids), "maxResults": _MAX_CHANGES_PER_PAGE}
        for page in self._token_pages("/rest/api/3/changelog/bulkfetch", body):
            for log in page.list_of("issueChangeLogs"):
                issue_id = read_issue_id(find_value(log, "issueId"))
                entries = log.get("changeHistories") or [] if issue_id else None
                if issue_id is None or not isinstance(entries, list):
                    raise page.unexpected_record("the changelogs of issues", log)
                # A long changelog goes on in the next page under the same issue.
                changelogs.setdefault(issue_id, []).extend(entries)
        return changelogs

    def _token_pages(self, path: str, body: dict[str, Any]) -> Iterator[Answered]:
        request = PageRequest(path, json=body, method="POST")
        for page in self._client.pages(request, _TOKEN_PAGES):
            answered = Answered(self._connection, f"POST {path}", page.body, _REMEDY)
            # Taken for the last page, it would end the issues of all further ones.
            says_more = answered.as_object().get("isLast") is False
            if says_more and not page.body.get("nextPageToken"):
                raise answered.unexpected('"nextPageToken", for this is not the last page', None)
            yield answered

    def _read(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int | bool] | None = None,
        json: Any = None,
    ) -> Answered:
        body = self._client.read(method, path, params=params, json=json)
        return Answered(self._connection, f"{method} {path}", body, _REMEDY)


def read_issue_id(value: Any) -> str | None:
    """The id of an issue or a comment, a text of digits; None for anything else."""
    text = read_id(value) or ""
    return text if text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS else None
