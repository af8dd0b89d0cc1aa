"""Reading from GitHub's REST API, version 2022-11-28."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from connectors.github.settings import GitHubSettings
from connectors.github.tool import TOOL
from connectors.kit.answers import Answered, UnexpectedAnswer
from connectors.kit.client import HttpClient
from connectors.kit.clock import Clock
from connectors.kit.exceptions import RequestFailed
from connectors.kit.paginators import LinkHeader, PageRequest
from connectors.kit.streams import fetch_records
from connectors.kit.visibility import report_hidden
from model.records import Problem

_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
NOT_VISIBLE = frozenset({301, 403, 404, 410, 451})
"""Moved, forbidden, hidden or not there, deleted, blocked: it concerns one record, not the tool."""

_FULL_NAME = re.compile(r"[\w-]+/(?!\.\.?$)[\w.-]+")

Json = Mapping[str, Any]


def open_client(
    connection: str, settings: GitHubSettings, auth: httpx.Auth, clock: Clock
) -> HttpClient:
    url, credentials, budget = settings.url, settings.credentials, settings.budget
    return HttpClient(connection, url, auth, credentials, clock, TOOL.http, _HEADERS, budget)


def not_github(connection: str, request: str, answer: Any) -> UnexpectedAnswer:
    """The error for an answer of another shape than GitHub's."""
    remedy = "Check url, which is the API's, and what answers in GitHub's place."
    return Answered(connection, request, answer, remedy).unexpected("what GitHub documents", answer)


@dataclass(frozen=True, slots=True)
class GitHubApi:
    """The lists and records of one connection. Raises ConnectionFailed."""

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
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), int):
            raise not_github(self.client.connection, f"GET {path}", answer)
        return answer

    def fetch_pages(self, path: str, **params: str) -> Iterator[list[Any]]:
        """The pages of a list, each when it is asked for; its records are as they came."""
        request = PageRequest(path, {"per_page": self.settings.page_size, **params})
        return fetch_records(self.client, request, LinkHeader())

    def fetch_all(self, path: str) -> list[dict[str, Any]]:
        """A list of which every record is needed."""
        records = [record for page in self.fetch_pages(path) for record in page]
        return Answered(self.client.connection, f"GET {path}", records).objects_of()

    def fetch_visible(self, path: str) -> Json | None:
        """Like `fetch`; None for a record that cannot be seen."""
        try:
            return self.fetch(path)
        except RequestFailed as error:
            if error.status in NOT_VISIBLE:
                return None
            raise

    def find_repositories(self) -> tuple[dict[str, Json], tuple[Problem, ...]]:
        """The repositories that can be seen, by their names in the settings, and a problem for
        each that cannot."""
        named = self.settings.repositories
        answers = {name: self.fetch_visible(f"/repos/{name}") for name in named}
        visible = {name: answer for name, answer in answers.items() if answer is not None}
        for name, answer in visible.items():
            # The name becomes a part of paths.
            if not _FULL_NAME.fullmatch(str(answer.get("full_name"))):
                raise not_github(self.client.connection, f"GET /repos/{name}", answer)
        remedy = f"Give it access ({self.settings.credentials}), or correct repositories."
        return visible, report_hidden(self.client.connection, "repository", named, visible, remedy)


def repository_path(repository: Json) -> str:
    return f"/repos/{repository['full_name']}"
