"""Reading from GitHub's REST API, version 2022-11-28."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from connectors.base import ConnectionFailed
from connectors.github.settings import GitHubSettings
from connectors.github.tool import TOOL
from connectors.kit.client import HttpClient
from connectors.kit.clock import Clock
from connectors.kit.exceptions import RequestFailed
from connectors.kit.paginators import LinkHeader, PageRequest, Params
from model.records import Problem

_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
NOT_VISIBLE = frozenset({301, 403, 404, 410, 451})
"""Moved, forbidden, hidden or not there, deleted, blocked: it concerns one record, not the tool."""

Json = Mapping[str, Any]


def open_client(
    connection: str, settings: GitHubSettings, auth: httpx.Auth, clock: Clock
) -> HttpClient:
    credentials = settings.credentials
    return HttpClient(connection, settings.url, auth, credentials, clock, TOOL.http, _HEADERS)


def not_github(connection: str, url: str) -> ConnectionFailed:
    """The error for an answer of another shape than GitHub's."""
    return ConnectionFailed(
        connection,
        f"{url} does not answer as GitHub does",
        "Check url, which is the API's, and what answers in GitHub's place.",
    )


@dataclass(frozen=True, slots=True)
class GitHubApi:
    """The lists and records of one connection. Raises ConnectionFailed."""

    connection: str
    settings: GitHubSettings
    client: HttpClient

    def fetch(self, path: str) -> Json:
        """A record by its path or address; one redirect of a renamed or moved record is followed.

        The client follows none itself, and no address on another origin.
        """
        try:
            answer = self.client.read("GET", path)
        except RequestFailed as error:
            moved_to = error.answer.get("url") if isinstance(error.answer, dict) else None
            if error.status != 301 or not moved_to:
                raise
            answer = self.client.read("GET", str(moved_to))
        return self._check_record(answer)

    def fetch_pages(self, path: str, params: Params | None = None) -> Iterator[list[Json]]:
        """The pages of a list, each when it is asked for."""
        request = PageRequest(path, {"per_page": self.settings.page_size, **(params or {})})
        for answer in self.client.pages(request, LinkHeader()):
            if not isinstance(answer.body, list):
                raise not_github(self.connection, self.settings.url)
            yield [self._check_record(record) for record in answer.body]

    def fetch_all(self, path: str, params: Params | None = None) -> list[Json]:
        return [record for page in self.fetch_pages(path, params) for record in page]

    def find_repositories(self) -> tuple[dict[str, Json], tuple[Problem, ...]]:
        """The repositories that can be seen, by their names in the settings, and a problem for
        each that cannot.

        Raises ConnectionFailed where none can be seen.
        """
        visible: dict[str, Json] = {}
        problems: list[Problem] = []
        remedy = f"Give it access ({self.settings.credentials}), or correct repositories."
        for name in self.settings.repositories:
            try:
                visible[name] = self.fetch(f"/repos/{name}")
            except RequestFailed as error:
                if error.status not in NOT_VISIBLE:
                    raise
                reason = f"the repository {name} cannot be seen"
                problems.append(Problem(f"repository {name}", reason, remedy, held=False))
        if not visible:
            reasons = "; ".join(problem.reason for problem in problems)
            raise ConnectionFailed(self.connection, reasons, remedy)
        return visible, tuple(problems)

    def _check_record(self, record: Any) -> Json:
        if not isinstance(record, dict) or not isinstance(record.get("id"), int):
            raise not_github(self.connection, self.settings.url)
        return record


def repository_path(repository: Json) -> str:
    return f"/repos/{repository['full_name']}"
