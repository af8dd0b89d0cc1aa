"""A warehouse that others share: its sessions are ended, and two hosts sync into it at once."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL

from tests.campaign.lanes import SYNC, Lane, open_lane
from tests.campaign.runner import Runner, kill_group

pytestmark = pytest.mark.long

ROUNDS = 8


@pytest.fixture
def lane(tmp_path: Path, runner: Runner, new_database: Callable[[], URL]) -> Iterator[Lane]:
    """An instance whose warehouse is a database of a server of its own."""
    with open_lane("external", tmp_path, "7", runner, new_database(), new_database()) as lane:
        lane.run(lane.twin)
        lane.run(lane.small)
        yield lane


def test_sessions_that_end_in_mid_sync_end_it_with_a_line_and_the_next_one_is_right(
    lane: Lane,
) -> None:
    ended = 0
    for _ in range(ROUNDS):
        lane.change()
        seconds = lane.run(lane.twin)
        counts: list[int] = []

        def end_sessions(seconds: float = seconds, counts: list[int] = counts) -> None:
            time.sleep(lane.random.uniform(0, seconds))
            counts.append(terminate_others(lane))

        code, output = lane.disturb(end_sessions)
        assert code in (0, 1, 5), output
        ended += counts[0]
        lane.set_times()
        lane.run(lane.small)
        lane.assert_agreement()
    assert ended


def terminate_others(lane: Lane) -> int:
    """End all sessions of the warehouse but this one; their number."""
    assert lane.engine is not None
    query = text(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )
    with lane.engine.connect() as connection:
        return int(connection.execute(query).scalar_one())


def test_two_hosts_on_one_warehouse_leave_each_comment_once(lane: Lane, tmp_path: Path) -> None:
    home = tmp_path / "other-host"
    home.mkdir()
    # Both hosts see the same files, as on a share.
    (home / "files").symlink_to(lane.small.home / "files")
    shutil.copytree(lane.small.home / "operating_model", home / "operating_model")
    shutil.copy(lane.small.home / "interlock.yaml", home)
    with closing(Runner()) as runner:
        other = replace(lane, runner=runner, small=replace(lane.small, home=home))
        for number in range(ROUNDS):
            lane.change()
            seconds = lane.run(lane.twin)
            other.now = lane.now
            first, _ = lane.start(lane.small, SYNC), other.start(other.small, SYNC)
            if number % 2:
                time.sleep(lane.random.uniform(0, seconds))
                kill_group(first)
            codes = lane.runner.wait(), runner.wait()
            assert codes[1] == 0
            assert codes[0] == 0 or number % 2
            lane.set_times()
            lane.run(lane.small)
            lane.assert_agreement()
