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

from connectors.jira.api import read_issue_id
from connectors.jira.issue_batches import chunks
from connectors.kit.answers import Answered
from connectors.kit.client import HttpClient
from connectors.kit.clock import Clock
from connectors.kit.comments import written_id
from connectors.kit.json_path import find_value
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

    def list_comments(self, issue: str) -> list[dict[str, Any]]:
        """All comments on an issue, ours and others', each with an `id` that is text of digits."""
        path = _path(issue)
        return [
            comment | {"id": _id_of(answered, comment)}
            for page in self._client.pages(PageRequest(path), _COMMENT_PAGES)
            for answered in [Answered(self._client.connection, f"GET {path}", page.body)]
            for comment in answered.objects_of("comments")
        ]

    def list_ids(self, issue: str) -> list[str]:
        """Ids of all comments on an issue, ours and others'."""
        return [str(comment["id"]) for comment in self.list_comments(issue)]

    def find_marked(self, issue_of: Mapping[str, str]) -> list[MarkedComment]:
        """Those comments that are ours, oldest first; `issue_of` maps comment ids to issue ids."""
        return [
            marked
            for chunk in chunks(list(issue_of), _MOST_LISTED)
            for comment in self._fetch_with_properties(chunk)
            if (marked := _parse_marker(issue_of, comment))
        ]

    def add(self, issue: str, content: CommentContent) -> str:
        """Create the comment with its marker in one call; returns its id."""
        # Jira limits the writes on each issue besides those of the whole site.
        self._pace.wait(issue)
        created = self._client.write("POST", _path(issue), json=_to_json(content))
        return written_id(self._client.connection, created)

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
        return find_value(comment, "jsdPublic") is not False

    def _fetch_with_properties(self, ids: Sequence[str]) -> list[Mapping[str, Any]]:
        answer = self._client.read(
            "POST",
            "/rest/api/3/comment/list",
            params={"expand": "properties"},
            json={"ids": [int(id_) for id_ in ids]},
        )
        answered = Answered(self._client.connection, "POST /rest/api/3/comment/list", answer)
        comments = answered.objects_of("values")
        return sorted(comments, key=lambda comment: int(_id_of(answered, comment)))


def _id_of(answered: Answered, comment: Any) -> str:
    comment_id = read_issue_id(find_value(comment, "id"))
    if comment_id is None:
        raise answered.unexpected("an id of each comment", comment)
    return comment_id


def _path(issue: str, comment_id: str | None = None) -> str:
    comments = f"/rest/api/3/issue/{issue}/comment"
    return f"{comments}/{comment_id}" if comment_id else comments


def _to_json(content: CommentContent) -> dict[str, Any]:
    marker = {"conflict": content.conflict_id, "digest": content.digest}
    # The second property hides the comment from a service desk's customers; elsewhere Jira stores
    # it without any effect.
    properties = [{"key": MARKER_PREFIX, "value": marker}, _INTERNAL]
    return {"body": render(content), "properties": properties}


def _parse_marker(issue_of: Mapping[str, str], comment: Mapping[str, Any]) -> MarkedComment | None:
    """A comment of ours; None for others, and for one that was not asked for."""
    comment_id = str(comment["id"])
    for entry in find_value(comment, "properties[*]") if comment_id in issue_of else ():
        conflict = find_value(entry, "value.conflict")
        if find_value(entry, "key") == MARKER_PREFIX and conflict and isinstance(conflict, str):
            digest = find_value(entry, "value.digest")
            return MarkedComment(
                issue_of[comment_id], comment_id, conflict, str(digest) if digest else None
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
