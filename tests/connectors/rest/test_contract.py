"""The contract of every connector, over a connection that is configuration alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

import pytest

from connectors.base import Connector
from connectors.rest.tool import TOOL
from connectors.testing import (
    ConnectorContract,
    StandIn,
)
from tests.connectors.rest.builders import connect
from tests.connectors.rest.tracker import TOKEN, Tracker


class TrackerStandIn(StandIn):
    tool = TOOL
    stream = "issues"
    has_comments = False
    deletions_seen_after = timedelta(days=1)

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker

    def connect(self, secret: str | None = None) -> Connector:
        return connect(self._tracker.url, secret or TOKEN)

    def native_ids(self) -> Collection[str]:
        return [str(issue["id"]) for issue in self._tracker.issues]

    def rename(self, native_id: str, title: str) -> None:
        changed = {"title": title, "updated_at": "2026-03-02T08:00:00Z"}
        self._named(native_id).update(changed)

    def delete(self, native_id: str) -> None:
        self._tracker.issues.remove(self._named(native_id))

    def _named(self, native_id: str) -> dict[str, object]:
        return next(issue for issue in self._tracker.issues if str(issue["id"]) == native_id)


class TestContract(ConnectorContract):
    @pytest.fixture
    def stand_in(self, tracker: Tracker) -> Iterator[StandIn]:
        yield TrackerStandIn(tracker)
