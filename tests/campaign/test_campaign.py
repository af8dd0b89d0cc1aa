"""The long campaign: what SIGKILL at random instants, faults and changing tools leave behind.

CAMPAIGN_SEED repeats the changes, faults and planned instants of an earlier run; where exactly a
process is at such an instant differs from run to run.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from queue import SimpleQueue

import pytest
from sqlalchemy.engine import URL

from tests.campaign.lanes import (
    DAGSTER,
    SYNC,
    Figures,
    Lane,
    open_lane,
    wait_until_unused,
)
from tests.campaign.runner import Runner

pytestmark = pytest.mark.long

AT_ONCE = 2
FIRST_STARTS, KILLS_PER_FIRST_START = 8, 8
LATER_KILLS, POSTMASTER_KILLS, DAGSTER_KILLS = 33, 18, 5
TOTAL = FIRST_STARTS * KILLS_PER_FIRST_START + 2 * LATER_KILLS + POSTMASTER_KILLS + DAGSTER_KILLS


def kill_first_starts(lane: Lane) -> None:
    """Kill the command again and again before its first sync came to its end."""
    typical = 3.0
    while lane.figures.kills < KILLS_PER_FIRST_START:
        lane.kill(SYNC, typical)
        typical = max(0.4, typical * 0.8)
    if lane.random.random() < 0.3:
        wait_until_unused(lane.data)
    lane.run(lane.twin)
    lane.set_times()
    lane.run(lane.small)
    lane.assert_agreement()


def kill_later_syncs(lane: Lane) -> None:
    run_rounds(lane, LATER_KILLS, lambda seconds: lane.kill(SYNC, seconds))


def kill_postmasters(lane: Lane) -> None:
    run_rounds(lane, POSTMASTER_KILLS, lane.kill_postmaster)


def kill_dagster_runs(lane: Lane) -> None:
    lane.run(lane.small)
    seconds = lane.run(lane.small, DAGSTER)
    run_rounds(lane, DAGSTER_KILLS, lambda _: kill_dagster_run(lane, seconds))
    lane.run(lane.small, DAGSTER)


def kill_dagster_run(lane: Lane, seconds: float) -> None:
    lane.kill(DAGSTER, seconds)
    end_killed_runs(lane.small.home)


def end_killed_runs(home: Path) -> None:
    """Do what Dagster's daemon does for runs whose process is gone, without its waiting time."""
    import dagster as dg

    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert instance.run_monitoring_settings["free_slots_after_run_end_seconds"]
        for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
            instance.report_run_failed(run)
        for run_id in instance.event_log_storage.get_concurrency_run_ids():
            instance.event_log_storage.free_concurrency_slots_for_run(run_id)


def run_rounds(lane: Lane, kills: int, disturb: Callable[[float], None]) -> None:
    """Disturb syncs until there were so many kills; every third round has faults, too."""
    lane.run(lane.twin)
    lane.run(lane.small)
    while lane.figures.kills < kills:
        assert lane.figures.completed < 2 * kills, f"{lane.name}: the kills come too late"
        is_faulty = lane.figures.rounds % 3 == 2
        # A tool that cannot be read lets a sync see a part of the changes; one has no parts.
        lane.change(most=1 if is_faulty else 4)
        seconds = lane.run(lane.twin)
        with lane.faults(is_faulty):
            for _ in range(lane.random.choice((3, 4, 5))):
                disturb(seconds)
                lane.set_times()
        lane.run(lane.small)
        lane.assert_agreement()


LANES: dict[str, Callable[[Lane], None]] = {
    "later syncs, 1": kill_later_syncs,
    "later syncs, 2": kill_later_syncs,
    "Dagster runs": kill_dagster_runs,
    "postmaster": kill_postmasters,
    **{f"first start, {number}": kill_first_starts for number in range(1, FIRST_STARTS + 1)},
}


def test_random_kills_leave_what_an_undisturbed_twin_has(
    tmp_path: Path, new_database: Callable[[], URL], capsys: pytest.CaptureFixture[str]
) -> None:
    seed = os.environ.get("CAMPAIGN_SEED") or secrets.token_hex(4)
    with capsys.disabled():
        print(f"\nCAMPAIGN_SEED={seed}", flush=True)
    runners: SimpleQueue[Runner] = SimpleQueue()
    databases = {name: new_database() for name in LANES}

    def run_lane(name: str) -> Figures:
        runner = runners.get()
        folder = tmp_path / name.replace(", ", "-").replace(" ", "-")
        try:
            with open_lane(name, folder, f"{seed} {name}", runner, databases[name]) as lane:
                return run_to_the_end(lane)
        finally:
            runners.put(runner)

    with ExitStack() as stack:
        for _ in range(AT_ONCE):
            runners.put(stack.enter_context(closing(Runner())))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            figures = dict(zip(LANES, pool.map(run_lane, LANES), strict=True))
    with capsys.disabled():
        print_table(figures)
    failures = [f"{name}: {each.failure}" for name, each in figures.items() if each.failure]
    assert not failures, "\n".join(failures)
    assert sum(each.kills for each in figures.values()) >= TOTAL


def run_to_the_end(lane: Lane) -> Figures:
    """Run a lane; its figures, with the reason where it failed, so that the others go on."""
    began = time.monotonic()
    try:
        LANES[lane.name](lane)
        lane.assert_nothing_left()
    except Exception as error:
        lane.figures.failure = f"{type(error).__name__}: {error}"
    lane.figures.seconds = time.monotonic() - began
    return lane.figures


def print_table(figures: dict[str, Figures]) -> None:
    print("lane              kills  came to end  rounds  changes  faults  comments  seconds")
    for name, each in figures.items():
        print(
            f"{name:16} {each.kills:6} {each.completed:12} {each.rounds:7} {each.changes:8} "
            f"{each.faults:7} {each.comments:9} {each.seconds:8.0f}"
        )
    print(f"{'together':16} {sum(each.kills for each in figures.values()):6}")
