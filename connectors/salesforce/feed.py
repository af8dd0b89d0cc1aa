"""Comments as posts on a deal's Chatter feed: found by their marker, written, edited in place.

Connect REST API: https://developer.salesforce.com/docs/atlas.en-us.chatterapi.meta/chatterapi/
(`feeds/record/{id}/feed-elements`, `feed-elements`, and PATCH or DELETE on one of them).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from connectors.kit.answers import Answered, UnexpectedAnswer
from connectors.kit.auth import RenewedTokenAuth
from connectors.kit.client import HttpClient
from connectors.kit.clock import Clock
from connectors.kit.comments import HttpComments, as_written, written_id
from connectors.kit.exceptions import RequestFailed
from connectors.kit.json_path import find_value
from connectors.kit.paginators import NextUrl, PageRequest, Params
from connectors.kit.rich_text.chatter import Segment, find_marker, render
from connectors.kit.stream_records import read_id
from connectors.salesforce.refusals import ends_the_run
from connectors.salesforce.settings import SalesforceSettings
from model.comment_content import CommentChange, PostedComment, Target
from model.records import Ref

_PAGE = 100
"""The most elements that Salesforce gives at once."""
_T = TypeVar("_T")


class Feed(HttpComments):
    """The feeds of one org, as the user of the connection sees them."""

    def __init__(
        self, settings: SalesforceSettings, http: HttpClient, auth: RenewedTokenAuth, clock: Clock
    ) -> None:
        super().__init__(clock)
        self.settings = settings
        self.http = http
        self.auth = auth

    @property
    def looks_before_create(self) -> bool:
        # Every call counts against the org's daily limit, and a sync has read the feeds already.
        return False

    def find(self, target: Target) -> list[PostedComment]:
        """Our own posts on a deal, oldest first."""
        newest_first = [
            posted
            for element in self._fetch_elements(target.ref.native_id)
            if (posted := self._parse_post(target.ref, element))
        ]
        return newest_first[::-1]

    def create(self, change: CommentChange) -> PostedComment:
        def post(segments: list[Segment]) -> PostedComment:
            element = {
                "feedElementType": "FeedItem",
                "subjectId": change.target.ref.native_id,
                "visibility": "InternalUsers",
                "body": {"messageSegments": segments},
            }
            answer = self.http.write("POST", self._elements_path, json=element)
            return self._as_written(change, written_id(self.http.connection, answer))

        return self._with_mentions_if_possible(change, post)

    def edit(self, change: CommentChange, comment_id: str) -> PostedComment:
        def patch(segments: list[Segment]) -> PostedComment:
            body = {"body": {"messageSegments": segments}}
            self.http.write("PATCH", f"{self._elements_path}/{comment_id}", json=body)
            return self._as_written(change, comment_id)

        return self._with_mentions_if_possible(change, patch)

    def delete(self, target: Target, comment_id: str) -> None:  # noqa: ARG002
        self.http.write("DELETE", f"{self._elements_path}/{comment_id}")

    def remedy(self, change: CommentChange, error: RequestFailed) -> str | None:
        if ends_the_run(error):
            return None
        if isinstance(error, UnexpectedAnswer):
            return error.remedy
        if error.status == 404 and change.posted:
            return (
                "Nothing has to be done: somebody removed the post, and the next run writes it "
                "again."
            )
        if error.status == 404:
            return (
                "Share the opportunity with the user of this connection, or see if it was deleted."
            )
        return "Allow the user of this connection to post and edit in Chatter on this opportunity."

    def reach(self, native_id: str) -> None:
        """Read a deal's feed. Raises ConnectionFailed when that is not possible."""
        self.http.read("GET", self._feed_of(native_id), params={"pageSize": 1})

    def _with_mentions_if_possible(
        self, change: CommentChange, write: Callable[[list[Segment]], _T]
    ) -> _T:
        segments = render(change.content, change.notify)
        try:
            return write(segments)
        except RequestFailed as error:
            plain = render(change.content, notify=False)
            if ends_the_run(error) or error.status not in (400, 403) or plain == segments:
                raise
            # Somebody who left, or may not see the deal, cannot be mentioned but can be named.
            return write(plain)

    def _as_written(self, change: CommentChange, comment_id: str) -> PostedComment:
        return as_written(change, comment_id, self.settings.deal_url(change.target.ref.native_id))

    def _parse_post(self, deal: Ref, element: dict[str, Any]) -> PostedComment | None:
        """A post of ours, None for other people's."""
        author = str(find_value(element, "actor.id"))
        text = find_value(element, "body.text")
        marker = find_marker(text) if isinstance(text, str) else None
        # Anybody can copy a marker, so only posts by the user of this connection count.
        if marker is None or not _is_same_id(author, self.auth.token().user_id):
            return None
        conflict_id, digest = marker
        url = self.settings.deal_url(deal.native_id)
        comment_id = read_id(element.get("id"))
        if comment_id is None:
            request = f"GET {self._feed_of(deal.native_id)}"
            answered = Answered(self.http.connection, request, element)
            raise answered.unexpected("an id of our post", element.get("id"))
        return PostedComment(deal, conflict_id, comment_id, digest, url)

    def _fetch_elements(self, native_id: str) -> Iterator[dict[str, Any]]:
        params: Params = {"pageSize": _PAGE, "sort": "CreatedDateDesc"}
        request = PageRequest(self._feed_of(native_id), params)
        for page in self.http.pages(request, NextUrl("nextPageUrl")):
            answered = Answered(self.http.connection, f"GET {request.path}", page.body)
            yield from answered.objects_of("elements")

    def _feed_of(self, native_id: str) -> str:
        return f"{self.settings.api}/chatter/feeds/record/{native_id}/feed-elements"

    @property
    def _elements_path(self) -> str:
        return f"{self.settings.api}/chatter/feed-elements"


def _is_same_id(left: str, right: str) -> bool:
    """An id has 15 characters, to which some answers add a checksum of three."""
    return left[:15] == right[:15]
