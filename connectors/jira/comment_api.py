"""Comments of issues over HTTP: read with our marker, written together with it.

The marker is the comment property `interlock`; Jira cannot search for it, so all comments of an
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
from connectors.kit.rich_text.adf import render
from model.comment_content import MARKER_PREFIX, CommentContent

_PAGE = 100
_MOST_LISTED = 1000
_WRITE_LIMITS = ((20, timedelta(seconds=2)), (100, timedelta(seconds=30)))
"""What Jira Cloud takes on one issue: so many writes in such a time."""
_INTERNAL = {"key": "sd.public.comment", "value": {"internal": True}}


@dataclass(frozen=True, slots=True)
class Marked:
    """A comment of ours: the issue it stands on, and what its marker says."""

    issue: str
    comment_id: str
    conflict_id: str
    digest: str | None


class CommentApi:
    """Comments of one site. Reads raise RequestFailed, writes AnswerLost besides."""

    def __init__(self, client: HttpClient, clock: Clock) -> None:
        self._client = client
        self._pace = WritePace(clock)

    def ids(self, issue: str) -> list[str]:
        """Ids of all comments on an issue, ours and others'."""
        found: list[str] = []
        while True:
            params = {"startAt": len(found), "maxResults": _PAGE}
            page = self._client.read("GET", _path(issue), params=params)
            found += [str(comment["id"]) for comment in page.get("comments") or ()]
            if len(found) in {params["startAt"], page.get("total")}:
                return found

    def marked(self, places: Mapping[str, str]) -> list[Marked]:
        """Those comments that are ours, oldest first; `places` is comment id to issue id."""
        return [
            mark
            for chunk in chunks(list(places), _MOST_LISTED)
            for comment in self._with_properties(chunk)
            if (mark := _mark(places[str(comment["id"])], comment))
        ]

    def add(self, issue: str, remark: CommentContent) -> str:
        """Create the comment with its marker in one call; returns its id."""
        self._pace.wait(issue)
        created = self._client.write("POST", _path(issue), json=_body(remark))
        return str(created["id"])

    def edit(self, issue: str, comment_id: str, remark: CommentContent, notify: bool) -> None:
        self._pace.wait(issue)
        path, params = _path(issue, comment_id), {"notifyUsers": str(notify).lower()}
        self._client.write("PUT", path, params=params, json=_body(remark))

    def remove(self, issue: str, comment_id: str) -> None:
        self._pace.wait(issue)
        self._client.write("DELETE", _path(issue, comment_id))

    def is_public(self, issue: str, comment_id: str) -> bool:
        """Whether customers of a service desk see it; true as well where Jira does not tell."""
        comment = self._client.read("GET", _path(issue, comment_id))
        return bool(comment.get("jsdPublic", True))

    def _with_properties(self, ids: Sequence[str]) -> list[Mapping[str, Any]]:
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


def _body(remark: CommentContent) -> dict[str, Any]:
    """The second property keeps the comment from a service desk's customers.

    Elsewhere Jira keeps it and does nothing with it.
    """
    value = {"conflict": remark.conflict_id, "digest": remark.digest}
    return {
        "body": render(remark),
        "properties": [{"key": MARKER_PREFIX, "value": value}, _INTERNAL],
    }


def _mark(issue: str, comment: Mapping[str, Any]) -> Marked | None:
    for found in comment.get("properties") or ():
        value = found.get("value")
        if found.get("key") == MARKER_PREFIX and isinstance(value, dict) and value.get("conflict"):
            digest = value.get("digest")
            return Marked(
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
