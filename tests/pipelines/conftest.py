"""A small instance with its tools running, for each test that asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from connectors.sandbox import running_sandbox
from pipelines.instance import Instance
from tests.pipelines.small import JIRA, SALESFORCE, Small, make_small


@pytest.fixture
def small(tmp_path: Path, database: URL) -> Iterator[Small]:
    with running_sandbox(jira=JIRA, salesforce=SALESFORCE) as sandbox:
        yield make_small(tmp_path / "home", sandbox, database)


@pytest.fixture
def instance(small: Small) -> Iterator[Instance]:
    opened = small.opened()
    yield opened
    opened.close()
