"""Two syncs at once: one waits for the other, and nothing is doubled."""

from __future__ import annotations

import multiprocessing
from typing import Any

import pytest

from model.warehouse.locks import LockTimeout, exclusive_lock
from pipelines.instance import Instance
from pipelines.steps.pull import pull
from tests.pipelines.killed import sync_until_killed
from tests.pipelines.small import NOW, Small
from tests.pipelines.test_killed_sync import NEVER, comments


def test_two_syncs_at_once_leave_one_comment_each(small: Small) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.pipelines.killed"])
    _heard, told = context.Pipe(duplex=False)
    arguments: Any = (small.home, dict(small.environment), NOW, NEVER, told)
    syncs = [context.Process(target=sync_until_killed, args=arguments) for _ in range(2)]
    for sync in syncs:
        sync.start()
    for sync in syncs:
        sync.join()

    assert [sync.exitcode for sync in syncs] == [0, 0]
    assert comments(small) == {"CDP-2": 2, "deal": 1, "workbook": 1}


def test_a_step_that_stays_busy_says_so_in_clear_words(instance: Instance) -> None:
    with (
        exclusive_lock(instance.engine, "it-jira"),
        pytest.raises(LockTimeout, match="another sync is at work on it-jira"),
        exclusive_lock(instance.engine, "it-jira", wait_seconds=1),
    ):
        pass


def test_a_lock_ends_with_its_step_even_when_that_fails(instance: Instance) -> None:
    with pytest.raises(RuntimeError), exclusive_lock(instance.engine, "it-jira"):
        raise RuntimeError

    assert pull(instance, "it-jira", NOW).read == 3
