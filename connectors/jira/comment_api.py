"""Comments of issues over HTTP: read with our marker, written together with it.

The marker is the comment property `interlock`. Jira cannot search for it, so all comments of an
issue are listed and their properties read in bulk (`POST /rest/api/3/comment/list`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.jira.issue_batches import chunks
from connectors.kit.client import HttpClient
from connectors.kit.clock import Clock
from connectors.kit.paginators import Offset, PageRequest
from connectors.kit.rich_text.adf import render
from model.comment_content import MARKER_PREFIX, CommentContent

_COMMENT_PAGES = Offset("comments", 100, "startAt", "maxResults", total="total")
_MOST_LISTED = 1000
_WRITE_LIMITS = ((20, timedelta(seconds=2)), (100, timedelta(seconds=30)))
"""What Jira Cloud accepts on one issue: so many writes within such a time."""
_INTERNAL = {"key": "sd.public.comment", "value": {"internal": True}}


@dataclass(frozen=True, slots=True)
class MarkedComment:
    """A comment of ours: the issue it stands on, and the content of its marker."""

    issue: str
    comment_id: str
    conflict_id: str
    digest: str | None


class CommentApi:
    """Comments of one site. Reads raise RequestFailed, writes AnswerLost besides."""

    def __init__(self, client: HttpClient, clock: Clock) -> None:
        self._client = client
        self._pace = WritePace(clock)

    def list_ids(self, issue: str) -> list[str]:
        """Ids of all comments on an issue, ours and others'."""
        pages = self._client.pages(PageRequest(_path(issue)), _COMMENT_PAGES)
        return [str(c["id"]) for page in pages for c in page.body.get("comments") or ()]

    def find_marked(self, issue_of: Mapping[str, str]) -> list[MarkedComment]:
        """Those comments that are ours, oldest first; `issue_of` maps comment ids to issue ids."""
        return [
            marked
            for chunk in chunks(list(issue_of), _MOST_LISTED)
            for comment in self._fetch_with_properties(chunk)
            if (marked := _parse_marker(issue_of[str(comment["id"])], comment))
        ]

    def add(self, issue: str, content: CommentContent) -> str:
        """Create the comment with its marker in one call; returns its id."""
        # Jira limits the writes on each issue besides those of the whole site.
        self._pace.wait(issue)
        created = self._client.write("POST", _path(issue), json=_to_json(content))
        return str(created["id"])

    def edit(self, issue: str, comment_id: str, content: CommentContent, notify: bool) -> None:
        self._pace.wait(issue)
        path, params = _path(issue, comment_id), {"notifyUsers": str(notify).lower()}
        self._client.write("PUT", path, params=params, json=_to_json(content))

    def remove(self, issue: str, comment_id: str) -> None:
        self._pace.wait(issue)
        self._client.write("DELETE", _path(issue, comment_id))

    def is_public(self, issue: str, comment_id: str) -> bool:
        """Whether customers of a service desk see it; true also where Jira does not say."""
        comment = self._client.read("GET", _path(issue, comment_id))
        return bool(comment.get("jsdPublic", True))

    def _fetch_with_properties(self, ids: Sequence[str]) -> list[Mapping[str, Any]]:
        answer = self._client.read(
            "POST",
            "/rest/api/3/comment/list",
            params={"expand": "properties"},
            json={"ids": [int(id_) for id_ in ids]},
        )
        return sorted(answer.get("values") or (), key=lambda comment: int(comment["id"]))


def _path(issue: str, comment_id: str | None = None) -> str:
    comments = f"/rest/api/3/issue/{issue}/comment"
    return f"{comments}/{comment_id}" if comment_id else comments


def _to_json(content: CommentContent) -> dict[str, Any]:
    marker = {"conflict": content.conflict_id, "digest": content.digest}
    # The second property hides the comment from a service desk's customers; elsewhere Jira stores
    # it without any effect.
    properties = [{"key": MARKER_PREFIX, "value": marker}, _INTERNAL]
    return {"body": render(content), "properties": properties}


def _parse_marker(issue: str, comment: Mapping[str, Any]) -> MarkedComment | None:
    for entry in comment.get("properties") or ():
        value = entry.get("value")
        if entry.get("key") == MARKER_PREFIX and isinstance(value, dict) and value.get("conflict"):
            digest = value.get("digest")
            return MarkedComment(
                issue, str(comment["id"]), str(value["conflict"]), str(digest) if digest else None
            )
    return None


@dataclass
class WritePace:
    """Keeps writes on one issue within Jira's limits by sleeping before the one too many."""

    clock: Clock
    _written: dict[str, deque[datetime]] = field(default_factory=dict)

    def wait(self, issue: str) -> None:
        times = self._written.setdefault(issue, deque(maxlen=_WRITE_LIMITS[-1][0]))
        for most, span in _WRITE_LIMITS:
            if len(times) >= most:
                self._sleep_until(times[-most] + span)
        times.append(self.clock.now())

    def _sleep_until(self, moment: datetime) -> None:
        rest = (moment - self.clock.now()).total_seconds()
        if rest > 0:
            self.clock.sleep(rest)
