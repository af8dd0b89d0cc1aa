"""The wheel and the source distribution, used as somebody without a checkout would use them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pipelines.demo.conftest import REPOSITORY
from tests.pipelines.demo.expected import CONFLICTS

pytestmark = pytest.mark.long

CONSTRAINTS = REPOSITORY / "constraints.txt"


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that knows nothing of this checkout, or of an instance of Interlock."""
    ours = ("INTERLOCK_", "DAGSTER_", "PYTHON", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment | {"COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def run_well(*command: str | Path, cwd: Path) -> str:
    """The output of a command that has to end with exit code 0."""
    result = run(*command, cwd=cwd)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@dataclass(frozen=True)
class Environment:
    """A virtual environment of its own and the wheel that is installed in it."""

    folder: Path
    wheel: Path

    @property
    def interlock(self) -> Path:
        return self.folder / "bin" / "interlock"

    def create(self) -> None:
        if shutil.which("uv"):
            run_well("uv", "venv", "--python", sys.executable, self.folder, cwd=self.folder.parent)
        else:
            run_well(sys.executable, "-m", "venv", self.folder, cwd=self.folder.parent)

    def install(self, extra: str = "") -> None:
        """Install the wheel with the pinned versions of everything that it needs."""
        python = self.folder / "bin" / "python"
        pip = ("uv", "pip") if shutil.which("uv") else (python, "-m", "pip")
        target = ("--python", python) if shutil.which("uv") else ()
        what = ("--constraint", CONSTRAINTS, f"interlock{extra} @ {self.wheel.as_uri()}")
        run_well(*pip, "install", *target, *what, cwd=self.folder.parent)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, which is built from this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    run_well(sys.executable, "-m", "build", "--outdir", folder, REPOSITORY, cwd=folder)
    [path] = folder.glob("*.whl")
    return path


@contextmanager
def open_temporary_folder() -> Iterator[Path]:
    """An empty folder outside those of pytest, which are for their owner alone.

    Where root runs the tests, PostgreSQL runs as another user, who has to reach both its programs
    in the virtual environment and its data.
    """
    with tempfile.TemporaryDirectory(prefix="interlock-wheel-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def environment(wheel: Path) -> Iterator[Environment]:
    """The wheel in an environment without the extra `demo`."""
    with open_temporary_folder() as folder:
        environment = Environment(folder / "venv", wheel)
        environment.create()
        environment.install()
        yield environment


@pytest.fixture(scope="module")
def demo_environment(environment: Environment) -> Environment:
    environment.install("[demo]")
    return environment


@pytest.fixture
def empty_folder() -> Iterator[Path]:
    with open_temporary_folder() as folder:
        yield folder


def test_the_wheel_holds_the_packages_their_type_markers_and_the_files_they_read(
    wheel: Path,
) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"connectors/py.typed", "model/py.typed", "pipelines/py.typed"} <= names
    assert "pipelines/demo/data/story/it.yaml" in names
    assert "pipelines/demo/data/dagster_home/operating_model/people.yaml" in names
    own = ("connectors/", "model/", "pipelines/", "interlock-")
    assert [name for name in names if not name.startswith(own)] == []


def test_the_command_gives_the_version_that_pyproject_declares(
    environment: Environment, empty_folder: Path
) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    printed = run_well(environment.interlock, "--version", cwd=empty_folder)
    assert printed.strip() == f"interlock {project['version']}"


def test_a_new_instance_is_checked_and_its_warehouse_made_without_the_extra(
    environment: Environment, empty_folder: Path
) -> None:
    interlock = environment.interlock
    run_well(interlock, "init", "dagster_home", cwd=empty_folder)
    conflicts = run_well(interlock, "conflicts", "--json", cwd=empty_folder)
    check = run(interlock, "check", cwd=empty_folder)
    assert json.loads(conflicts) == []
    # The template's Jira does not exist, and the command names what is missing for it.
    assert check.returncode == 1
    assert "JIRA_TOKEN" in check.stdout + check.stderr
    assert "Traceback" not in check.stderr


def test_the_demo_runs_in_an_empty_folder_and_writes_nothing_new_when_it_is_run_again(
    demo_environment: Environment, empty_folder: Path
) -> None:
    interlock = demo_environment.interlock
    first = run_well(interlock, "demo", cwd=empty_folder)
    again = run_well(interlock, "demo", cwd=empty_folder)
    conflicts = json.loads(run_well(interlock, "conflicts", "--json", cwd=empty_folder))
    written = re.search(r"([1-9]\d*) comments written, 0 edited", first)
    assert written, first
    assert "0 comments written, 0 edited" in again
    rules = [", ".join((conflict["rule"], *conflict["also"])) for conflict in conflicts]
    assert sorted(rules) == [rule for rule, *_ in CONFLICTS]
    assert [entry.name for entry in empty_folder.iterdir()] == ["dagster_home"]
