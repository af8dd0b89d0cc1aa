"""The command in a process of its own, as on a fresh machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from pipelines.demo.demo_instance import SECRETS, require_demo_instance
from pipelines.demo.stage import stage
from pipelines.demo.story import read_story
from pipelines.instance import open_instance
from tests.pipelines.demo.conftest import REPOSITORY
from tests.pipelines.demo.expected import CONFLICTS

pytestmark = pytest.mark.long

T = TypeVar("T")


def today(home: Path) -> date:
    return open_instance(home, SECRETS).today(datetime.now(UTC))


def on_one_day(home: Path, attempt: Callable[[], T]) -> T:
    """The result of an attempt that starts and ends on the same day.

    At midnight the demo starts over, so an attempt across midnight is repeated.
    """
    while True:
        before = today(home)
        result = attempt()
        if today(home) == before:
            return result


def interlock(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("INTERLOCK_")
    }
    return subprocess.run(
        [sys.executable, "-c", "from pipelines.cli import main; main()", *arguments],
        cwd=REPOSITORY,
        env=environment | {"INTERLOCK_HOME": str(home), "COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_the_demo_finds_its_conflicts_and_writes_nothing_new_when_it_is_run_again(
    home: Path,
) -> None:
    first, again = on_one_day(
        home, lambda: (interlock(home, "demo", "--fresh"), interlock(home, "demo"))
    )
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    written = re.search(r"([1-9]\d*) comments written, 0 edited, 0 unchanged", first.stdout)
    assert written
    assert "/browse/CDP-18?focusedCommentId=" in first.stdout
    assert f"0 comments written, 0 edited, {written[1]} unchanged" in again.stdout
    assert "Traceback" not in first.stderr + again.stderr
    conflicts = json.loads(interlock(home, "conflicts", "--json").stdout)
    assert len(conflicts) == len(CONFLICTS)
    assert all(conflict["comments"] for conflict in conflicts)


def test_a_tool_that_cannot_be_read_is_named_and_the_rest_goes_on(home: Path) -> None:
    def run_with_truncated_workbook() -> subprocess.CompletedProcess[str]:
        instance = open_instance(home, SECRETS)
        demo = require_demo_instance(instance)
        stage(instance, demo, read_story(), today(home))
        demo.workbook.write_bytes(demo.workbook.read_bytes()[:2000])
        return interlock(home, "demo")

    result = on_one_day(home, run_with_truncated_workbook)
    assert result.returncode == 1
    assert "marketing-plan" in result.stderr
    assert "Traceback" not in result.stderr
    assert "D-4711-10 has used" in result.stdout
