"""A tracker that runs for one test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.rest.tracker import Tracker, issue, running_tracker


@pytest.fixture
def tracker() -> Iterator[Tracker]:
    with running_tracker() as running:
        running.issues = [issue(number) for number in range(1, 6)]
        yield running
