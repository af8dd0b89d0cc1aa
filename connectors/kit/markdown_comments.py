"""Comments in Markdown with a hidden HTML comment as marker, as issue trackers keep them."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from connectors.kit.addresses import web_address
from connectors.kit.answers import Answered
from connectors.kit.client import HttpClient
from connectors.kit.clock import Clock
from connectors.kit.comments import HttpComments, as_written, written_id
from connectors.kit.paginators import LinkHeader, PageRequest, Paginator
from connectors.kit.rich_text.markdown import find_marker, render
from connectors.kit.streams import fetch_records
from model.comment_content import CommentChange, PostedComment, Target


class MarkdownComments(HttpComments):
    """Comments that are listed and created at one address per record, and edited at their own.

    Each is an object with `id`, `body` and perhaps `html_url`. A subclass names the addresses and
    recognises our own. `seconds_between_writes` is what the tool asks of its clients.
    """

    paginator: Paginator = LinkHeader()
    page_size = 100
    seconds_between_writes = 0.0

    def __init__(self, client: HttpClient, clock: Clock) -> None:
        super().__init__(clock)
        self.client = client

    @abstractmethod
    def list_path(self, target: Target) -> str:
        """Where a record's comments are listed and created."""

    @abstractmethod
    def comment_path(self, target: Target, comment_id: str) -> str:
        """Where one comment is edited and deleted."""

    @abstractmethod
    def is_own(self, comment: Any) -> bool:
        """Whether the connection's account wrote it: whoever copies our text copies its marker."""

    def find(self, target: Target) -> list[PostedComment]:
        path = self.list_path(target)
        request = PageRequest(path, {"per_page": self.page_size})
        return [
            posted
            for comments in fetch_records(self.client, request, self.paginator)
            for comment in Answered(self.client.connection, f"GET {path}", comments).objects_of()
            if (posted := self._read(target, comment))
        ]

    def create(self, change: CommentChange) -> PostedComment:
        return self._write(change, "POST", self.list_path(change.target))

    def edit(self, change: CommentChange, comment_id: str) -> PostedComment:
        path = self.comment_path(change.target, comment_id)
        return self._write(change, "PATCH", path)

    def delete(self, target: Target, comment_id: str) -> None:
        self.clock.sleep(self.seconds_between_writes)
        self.client.write("DELETE", self.comment_path(target, comment_id))

    def _write(self, change: CommentChange, method: str, path: str) -> PostedComment:
        self.clock.sleep(self.seconds_between_writes)
        body = {"body": render(change.content, notify=change.notify)}
        written = self.client.write(method, path, json=body)
        comment_id = written_id(self.client.connection, written)
        return as_written(change, comment_id, web_address(written.get("html_url")))

    def _read(self, target: Target, comment: dict[str, Any]) -> PostedComment | None:
        """A comment of ours; None for all others."""
        body = comment.get("body")
        marker = find_marker(body) if isinstance(body, str) else None
        if marker is None or not self.is_own(comment):
            return None
        # Not isinstance: a truth value is an int, too.
        if type(comment.get("id")) is not int:
            answered = Answered(self.client.connection, f"GET {self.list_path(target)}", comment)
            raise answered.unexpected("a number as the id of our comment", comment.get("id"))
        url = web_address(comment.get("html_url"))
        return PostedComment(target.ref, marker[0], str(comment["id"]), marker[1], url)
