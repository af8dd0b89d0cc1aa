"""The contract of every connector, over the stand-in of Salesforce."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime

import pytest

from connectors.base import Connector
from connectors.salesforce.tool import TOOL
from connectors.sandbox import Sandbox
from connectors.testing import (
    ConnectorContract,
    StandIn,
)
from model.comment_content import PostedComment
from tests.connectors.salesforce.conftest import ENVIRONMENT, Connect, Person, deal_ids


class SalesforceStandIn(StandIn):
    tool = TOOL
    stream = "opportunities"

    def __init__(self, sandbox: Sandbox, connect: Connect, person: Person) -> None:
        self._sandbox = sandbox
        self._connect = connect
        self._person = person
        # The stand-in refuses to look further back than its delete log, which ends now.
        self.now = datetime.now(UTC)

    def connect(self, secret: str | None = None) -> Connector:
        environment = ENVIRONMENT | ({"SF_CLIENT_SECRET": secret} if secret else {})
        return self._connect(environment)

    def native_ids(self) -> Collection[str]:
        org = self._sandbox.salesforce
        deals = org.records["Opportunity"]
        return [deal_id for deal_id in deal_ids(org) if not deals[deal_id].get("IsDeleted")]

    def rename(self, native_id: str, title: str) -> None:
        self._person.change(native_id, Name=title)

    def delete(self, native_id: str) -> None:
        self._person.delete(native_id)

    def comment_count(self, native_id: str) -> int:
        posts = self._sandbox.salesforce.records["FeedItem"].values()
        return len([post for post in posts if post["ParentId"] == native_id])

    def lose_next_answer(self) -> bool:
        self._person.fault("drop_after", "POST .*/chatter/feed-elements", times=1)
        return True

    def reply(self, posted: PostedComment, words: str) -> None:
        self._person.comment(posted.comment_id, f"/interlock {words}")

    def edit_reply(self, posted: PostedComment, words: str) -> None:
        (comment,) = self._sandbox.salesforce.records["FeedComment"].values()
        self._person.edit("FeedComment", comment["Id"], CommentBody=f"/interlock {words}")

    def break_replies(self) -> bool:
        self._person.fault("truncate", "GET .*/query")
        return True


class TestContract(ConnectorContract):
    @pytest.fixture
    def stand_in(self, sandbox: Sandbox, connect: Connect, person: Person) -> Iterator[StandIn]:
        person.set(batch_size=2)
        yield SalesforceStandIn(sandbox, connect, person)
