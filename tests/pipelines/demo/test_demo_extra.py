"""The product runs without the libraries of the extra `demo`."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.demo.conftest import REPOSITORY

PRODUCT = ("connectors", "model", "pipelines")
DEMO_FOLDERS = (REPOSITORY / "connectors" / "sandbox", REPOSITORY / "pipelines" / "demo")


def declared(extra: str) -> list[str]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    libraries: list[str] = project["optional-dependencies"][extra]
    return libraries


def product_modules() -> Iterator[Path]:
    """Every module but those of the sandbox and of the demo."""
    for package in PRODUCT:
        for file in sorted((REPOSITORY / package).rglob("*.py")):
            if not any(file.is_relative_to(folder) for folder in DEMO_FOLDERS):
                yield file


def imported_names(file: Path) -> Iterator[str]:
    """Names of the modules that a file imports anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def without(library: str, *arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run `interlock` where a library cannot be imported."""
    code = f"import sys; sys.modules[{library!r}] = None; from pipelines.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=REPOSITORY,
        env=os.environ | {"INTERLOCK_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_only_the_sandbox_and_the_demo_import_libraries_of_the_extra() -> None:
    libraries = set(declared("demo"))
    importers = {
        str(file.relative_to(REPOSITORY))
        for file in product_modules()
        if not libraries.isdisjoint(name.partition(".")[0] for name in imported_names(file))
    }
    assert importers == set()


def test_the_sandbox_and_the_demo_import_every_library_of_the_extra() -> None:
    names = {
        name.partition(".")[0]
        for folder in DEMO_FOLDERS
        for file in folder.rglob("*.py")
        for name in imported_names(file)
    }
    assert set(declared("demo")) <= names


@pytest.mark.long
@pytest.mark.parametrize(("command", "library"), [("demo", "openpyxl"), ("sandbox", "starlette")])
def test_a_command_that_needs_the_extra_says_in_one_line_what_to_install(
    tmp_path: Path, command: str, library: str
) -> None:
    result = without(library, command, home=tmp_path / "home")
    assert result.returncode == 2
    [line] = result.stderr.splitlines()
    assert library in line
    assert "pip install 'interlock[demo]'" in line
    assert not (tmp_path / "home").exists()
