"""Running the command in this process, on an instance of a test."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from pipelines.cli import app, output
from tests.pipelines.small import NOW, Small

_WITH_A_CLOCK = (
    "agenda",
    "comments",
    "conflicts",
    "decide",
    "explain",
    "raise_risk",
    "sync",
    "why",
)
Run = Callable[..., tuple[int, str, str]]


def command_on(
    small: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """A function that runs the command on an instance: exit code, standard output and error."""
    for name, value in {**small.environment, "INTERLOCK_HOME": str(small.home)}.items():
        monkeypatch.setenv(name, value)
    for command in (
        "agenda",
        "as_of",
        "card",
        "comments",
        "conflicts",
        "decide",
        "decisions",
        "explain",
        "measures",
        "export",
        "raise_risk",
        "sync",
        "why",
    ):
        monkeypatch.setattr(f"pipelines.cli.{command}.now", lambda: NOW)
    # Whatever COLUMNS and the terminal say, so that no cell of a table is folded.
    monkeypatch.setattr(output.console, "width", 160)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["interlock", *arguments])
        with pytest.raises(SystemExit) as ended:
            app.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run
