"""Two syncs at once: one waits for the other, and nothing is written twice."""

from __future__ import annotations

import multiprocessing
from typing import Any

import pytest

from model.warehouse.locks import LockTimeout, exclusive_lock
from pipelines.instance import Instance
from pipelines.steps.pull import pull
from tests.pipelines.killed import sync_until_killed
from tests.pipelines.small import NOW, Small
from tests.pipelines.syncing import COMMENTED, count_comments
from tests.pipelines.test_killed_sync import NEVER


def test_two_syncs_at_once_leave_one_comment_each(small: Small) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.pipelines.killed"])
    _receiver, sender = context.Pipe(duplex=False)
    arguments: Any = (small.home, dict(small.environment), NOW, NEVER, sender)
    syncs = [context.Process(target=sync_until_killed, args=arguments) for _ in range(2)]
    for sync in syncs:
        sync.start()
    for sync in syncs:
        sync.join()

    assert [sync.exitcode for sync in syncs] == [0, 0]
    assert count_comments(small) == COMMENTED


def test_waiting_for_a_lock_ends_with_the_name_of_what_is_locked(instance: Instance) -> None:
    with (
        exclusive_lock(instance.engine, "it-jira"),
        pytest.raises(LockTimeout, match="another sync is at work on it-jira"),
        exclusive_lock(instance.engine, "it-jira", wait_seconds=1),
    ):
        pass


def test_a_lock_is_released_even_when_its_step_fails(instance: Instance) -> None:
    with pytest.raises(RuntimeError), exclusive_lock(instance.engine, "it-jira"):
        raise RuntimeError

    assert pull(instance, "it-jira", NOW).read == 3
