"""A full disk under the warehouse and the files: one line, and nothing wrong once there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from tests.campaign.lanes import Lane, open_lane, wait_until_unused
from tests.campaign.runner import Runner

pytestmark = pytest.mark.long

FREE_KILOBYTES = (0, 64, 512, 2048)


@pytest.fixture
def lane(
    tmp_path: Path, runner: Runner, new_database: Callable[[], URL], request: pytest.FixtureRequest
) -> Iterator[Lane]:
    """An instance on a file system of its own, as large as the parameter says."""
    disk = tmp_path / "lane" / "killed"
    disk.mkdir(parents=True)
    size = f"size={request.param}m"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", disk], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    try:
        with open_lane("full disk", disk.parent, "disk", runner, new_database()) as lane:
            yield lane
            wait_until_unused(lane.data)
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


@contextmanager
def filled(folder: Path, kilobytes: int) -> Iterator[None]:
    """Leave so much room on the file system of a folder within the block."""
    filler = folder / "filler"
    status = os.statvfs(folder)
    with filler.open("wb") as file:
        os.posix_fallocate(
            file.fileno(), 0, max(1, status.f_bavail * status.f_frsize - kilobytes * 1024)
        )
    yield
    filler.unlink()


def error_lines(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("✗")]


@pytest.mark.parametrize("lane", [300], indirect=True)
def test_a_sync_on_a_full_disk_ends_with_one_line_and_the_next_one_is_right(lane: Lane) -> None:
    lane.run(lane.twin)
    lane.run(lane.small)
    for kilobytes in FREE_KILOBYTES:
        lane.change()
        lane.run(lane.twin)
        with filled(lane.small.home, kilobytes):
            code, output = lane.disturb(lambda: None)
        assert code in (0, 1, 5), output
        assert bool(error_lines(output)) == (code != 0)
        if code == 5:
            assert len(error_lines(output)) == 1
        assert code != 0 or kilobytes
        lane.set_times()
        lane.run(lane.small)
        lane.assert_agreement()


@pytest.mark.parametrize("lane", [24], indirect=True)
def test_a_first_start_on_a_full_disk_ends_with_one_line_and_the_next_one_is_right(
    lane: Lane,
) -> None:
    code, output = lane.disturb(lambda: None)
    assert code == 5
    assert len(error_lines(output)) == 1
    assert "space" in output

    subprocess.run(["mount", "-o", "remount,size=300m", lane.small.home], check=True)
    lane.run(lane.twin)
    lane.run(lane.small)
    lane.assert_agreement()
