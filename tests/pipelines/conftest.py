"""A small instance with its tools running: one per test, or one synced instance per module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from connectors.sandbox import running_sandbox
from pipelines.instance import Instance
from tests.pipelines.acme import Install, installing
from tests.pipelines.commanding import Run, command_on
from tests.pipelines.saved import CopyDatabase, SavedSmall, sync_and_save
from tests.pipelines.small import JIRA, SALESFORCE, Small, make_small
from tests.pipelines.syncing import run_sync


@pytest.fixture(scope="session")
def saved_small(
    tmp_path_factory: pytest.TempPathFactory,
    new_database: Callable[[], URL],
    copy_database: CopyDatabase,
) -> Iterator[SavedSmall]:
    """The small instance after its first sync."""
    with running_sandbox(jira=JIRA, salesforce=SALESFORCE) as sandbox:
        small = make_small(tmp_path_factory.mktemp("saved") / "home", sandbox, new_database())
        yield sync_and_save(small, copy_database)


@pytest.fixture
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Small]:
    """The small instance: never synced, or with the mark `after_sync` after its first sync."""
    if request.node.get_closest_marker("after_sync"):
        saved: SavedSmall = request.getfixturevalue("saved_small")
        with saved.copied(tmp_path / "home") as small:
            yield small
        return
    database: URL = request.getfixturevalue("database")
    with running_sandbox(jira=JIRA, salesforce=SALESFORCE) as sandbox:
        yield make_small(tmp_path / "home", sandbox, database)


@pytest.fixture
def instance(small: Small) -> Iterator[Instance]:
    opened = small.open()
    yield opened
    opened.close()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs the package acme-tracker with the tool `acme`."""
    with installing(tmp_path / "site", monkeypatch) as install:
        yield install


@pytest.fixture
def interlock(
    small: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """The command on an instance that was never synced."""
    return command_on(small, monkeypatch, capsys)


@pytest.fixture(scope="module")
def synced_small(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], URL]
) -> Iterator[Small]:
    """A small instance after a sync that wrote no comment, for tests that change nothing."""
    with running_sandbox(jira=JIRA, salesforce=SALESFORCE) as sandbox:
        small = make_small(tmp_path_factory.mktemp("synced") / "home", sandbox, new_database())
        instance = small.open()
        run_sync(instance, write=False)
        instance.close()
        yield small


@pytest.fixture
def synced_instance(synced_small: Small) -> Iterator[Instance]:
    opened = synced_small.open()
    yield opened
    opened.close()
