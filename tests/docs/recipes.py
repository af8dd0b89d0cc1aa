"""The recipes of CONTRIBUTING.md: their code blocks, and applying them to a folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
_BLOCK = re.compile(r'^```(\w+) title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A code block: its language, the file that it names, its text."""

    language: str
    path: str
    text: str

    @property
    def line_count(self) -> int:
        return self.text.count("\n")

    def apply(self, folder: Path) -> None:
        """Write the file below `folder`, or change it as the diff says."""
        file = folder / self.path
        if self.language == "diff":
            file.write_text(apply_diff(file.read_text(encoding="utf-8"), self.text))
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.text, encoding="utf-8")


def apply_diff(text: str, diff: str) -> str:
    """The text after a diff without line numbers, whose context has to stand there once."""
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    assert text.count(before) == 1, f"this context stands there {text.count(before)} times:\n{diff}"
    return text.replace(before, after)


def read_recipe(title: str) -> list[Block]:
    """The blocks of the section `## Recipe: <title>`."""
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    _, heading, rest = text.partition(f"\n## Recipe: {title}\n")
    assert heading, f"CONTRIBUTING.md has no recipe for {title}"
    return [Block(*match) for match in _BLOCK.findall(rest.partition("\n## ")[0])]


def files_of(blocks: Iterable[Block]) -> set[str]:
    return {block.path for block in blocks}


def install(project: Path, site_packages: Path) -> None:
    """Register a package by its pyproject.toml for a Python that has `site_packages` in its path.

    As an editable installation does, but without an installer.
    """
    declared = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    folder = f"{declared['name'].replace('-', '_')}-{declared['version']}.dist-info"
    metadata = site_packages / folder
    metadata.mkdir(parents=True)
    named = f"Name: {declared['name']}\nVersion: {declared['version']}\n"
    (metadata / "METADATA").write_text(named, encoding="utf-8")
    lines = [
        line
        for group, points in declared["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in points.items()))
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def run_python(*arguments: str, cwd: Path, path: Iterable[Path], succeeds: bool = True) -> str:
    """The output of a Python that finds modules in `path` before those of this checkout.

    It has to succeed, or else to fail.
    """
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode == 0) == succeeds, result.stdout + result.stderr
    return result.stdout
