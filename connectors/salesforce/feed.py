"""Comments as posts on a deal's Chatter feed: found by their marker, written, edited in place.

Connect REST API: https://developer.salesforce.com/docs/atlas.en-us.chatterapi.meta/chatterapi/
(`feeds/record/{id}/feed-elements`, `feed-elements`, and PATCH on one of them).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connectors.kit.client import HttpClient
from connectors.kit.clock import Clock
from connectors.kit.exceptions import AnswerLost, RequestFailed
from connectors.kit.rich_text.chatter import Segment, marked, segments
from connectors.salesforce.patience import patiently
from connectors.salesforce.queries import unexpected_answer
from connectors.salesforce.refusals import ends_the_run, explained
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.sign_in import SessionAuth
from model.comment_content import CommentChange, Outcome, PostedComment, RefusedChange
from model.records import Ref

_PAGE = 100
"""The most elements that Salesforce gives at once."""
_SETTLING = 2.0
"""Seconds after a lost answer before looking whether the write took effect after all."""


@dataclass(frozen=True, slots=True)
class Feed:
    """The feeds of one org, as the user of the connection sees them."""

    connection: str
    settings: SalesforceSettings
    http: HttpClient
    auth: SessionAuth
    clock: Clock

    def comments(self, deal: Ref) -> list[PostedComment]:
        """Our own posts on a deal, newest first; none on a deal that cannot be seen.

        Only what the user of this connection wrote counts, for anybody can copy a marker. Raises
        ConnectionFailed.
        """
        try:
            with explained():
                return self._ours(deal)
        except RequestFailed as error:
            if error.status in (403, 404):
                return []
            raise

    def carry_out(self, change: CommentChange) -> Outcome:
        """Create or edit one post. Raises ConnectionFailed when no other change would succeed."""
        try:
            with explained():
                return self._say(change)
        except AnswerLost as error:
            return RefusedChange(change, error.reason, error.remedy)
        except RequestFailed as error:
            if ends_the_run(error):
                raise
            return RefusedChange(change, error.reason, _remedy(change, error))

    def reach(self, native_id: str) -> None:
        """Ask for a deal's feed. Raises ConnectionFailed when there is none to be had."""
        with explained():
            self.http.read("GET", self._feed_of(native_id), params={"pageSize": 1})

    def _say(self, change: CommentChange) -> Outcome:
        body = segments(change.content, change.notify)
        try:
            return self._surely(change, body)
        except RequestFailed as error:
            plain = segments(change.content, notify=False)
            if ends_the_run(error) or error.status not in (400, 403) or plain == body:
                raise
            # Somebody who left, or may not see the deal, cannot be mentioned but can be named.
            return self._surely(change, plain)

    def _surely(self, change: CommentChange, body: list[Segment]) -> Outcome:
        """Try again while the answer is lost and the effect is not there."""
        again = patiently(self.clock, lambda error: isinstance(error, AnswerLost))
        if change.posted:
            self._remove_doubles(change, change.posted.comment_id)
            return again(self._edit, change, change.posted.comment_id, body)
        return again(self._create, change, body)

    def _remove_doubles(self, change: CommentChange, kept: str) -> None:
        """Posts that took effect long after their answer was lost would keep the former words."""
        for posted in self._ours(change.target.ref):
            double = not _same_id(posted.comment_id, kept)
            if posted.conflict_id == change.content.conflict_id and double:
                self.http.write("DELETE", f"{self._elements_path}/{posted.comment_id}")

    def _create(self, change: CommentChange, body: list[Segment]) -> Outcome:
        post = {
            "feedElementType": "FeedItem",
            "subjectId": change.target.ref.native_id,
            "visibility": "InternalUsers",
            "body": {"messageSegments": body},
        }
        try:
            answer = self.http.write("POST", self._elements_path, json=post)
        except AnswerLost as lost:
            return self._looked_for(change, lost)
        return self._as_posted(change, str(answer["id"]))

    def _looked_for(self, change: CommentChange, lost: AnswerLost) -> Outcome:
        """The post if it stands there; raises `lost` when it surely does not."""
        self.clock.sleep(_SETTLING)
        try:
            ours = self._ours(change.target.ref)
        except RequestFailed as error:
            if ends_the_run(error):
                raise
            return RefusedChange(change, lost.reason, lost.remedy)
        for posted in ours:
            if posted.conflict_id == change.content.conflict_id:
                return posted
        raise lost

    def _edit(self, change: CommentChange, comment_id: str, body: list[Segment]) -> PostedComment:
        """An edit done twice is the same edit, so it may simply be repeated."""
        path = f"{self._elements_path}/{comment_id}"
        self.http.write("PATCH", path, json={"body": {"messageSegments": body}})
        return self._as_posted(change, comment_id)

    def _as_posted(self, change: CommentChange, comment_id: str) -> PostedComment:
        ref, remark = change.target.ref, change.content
        url = self.settings.deal_url(ref.native_id)
        return PostedComment(ref, remark.conflict_id, comment_id, remark.digest, url)

    def _ours(self, deal: Ref) -> list[PostedComment]:
        found = (self._posted(deal, element) for element in self._elements(deal.native_id))
        return [posted for posted in found if posted]

    def _posted(self, deal: Ref, element: dict[str, Any]) -> PostedComment | None:
        author = str((element.get("actor") or {}).get("id"))
        marker = marked(str((element.get("body") or {}).get("text") or ""))
        if marker is None or not _same_id(author, self.auth.session().user_id):
            return None
        conflict_id, digest = marker
        url = self.settings.deal_url(deal.native_id)
        return PostedComment(deal, conflict_id, str(element["id"]), digest, url)

    def _elements(self, native_id: str) -> Iterator[dict[str, Any]]:
        params: dict[str, str | int] | None = {"pageSize": _PAGE, "sort": "CreatedDateDesc"}
        link: str | None = self._feed_of(native_id)
        seen: set[str] = set()
        while link:
            if link in seen:
                raise unexpected_answer(self.connection, "leads back to a page that was read")
            seen.add(link)
            page = self.http.read("GET", link, params=params)
            yield from page.get("elements") or []
            link, params = page.get("nextPageUrl"), None

    def _feed_of(self, native_id: str) -> str:
        return f"{self.settings.api}/chatter/feeds/record/{native_id}/feed-elements"

    @property
    def _elements_path(self) -> str:
        return f"{self.settings.api}/chatter/feed-elements"


def _same_id(one: str, other: str) -> bool:
    """An id has 15 characters, to which some answers add three that check them."""
    return one[:15] == other[:15]


def _remedy(change: CommentChange, error: RequestFailed) -> str:
    if error.status == 404 and change.posted:
        return "Nothing has to be done: somebody removed the post, and the next run writes it anew."
    if error.status == 404:
        return "Share the opportunity with the user of this connection, or see if it was deleted."
    return "Allow the user of this connection to post and edit in Chatter on this opportunity."
