"""A command imports only what it uses, so that it starts quickly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.pipelines.small import Small

REPOSITORY = Path(__file__).parents[2]

RUN = """
import json, sys
from pipelines.cli import main
try:
    main()
finally:
    print(json.dumps(list(sys.modules)), file=sys.stderr)
"""

OURS = {"connectors", "model", "pipelines"}
NOT_FOR_READING = {
    "alembic", "dagster", "httpx", "jira", "jwt", "lxml", "openpyxl", "python_calamine",
    "simple_salesforce", "starlette", "uvicorn",
}  # fmt: skip


def loaded_modules(environment: Mapping[str, str], *arguments: str) -> set[str]:
    """The modules that a fresh interpreter has imported at the end of a successful command."""
    completed = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    return set(json.loads(completed.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", ["--help", "--version", "conflicts --help", "demo --help"])
def test_help_imports_only_the_declarations_of_the_commands(arguments: str) -> None:
    modules = loaded_modules(os.environ, *arguments.split())
    assert {name for name in modules if name.partition(".")[0] in OURS} == {
        "pipelines", "pipelines.cli", "pipelines.cli.app", "pipelines.cli.arguments",
        "pipelines.cli.commands", "pipelines.cli.exit_codes", "pipelines.cli.signals",
    }  # fmt: skip
    assert not modules & {*NOT_FOR_READING, "numpy", "orjson", "psycopg", "sqlalchemy"}


@pytest.mark.parametrize("arguments", ["conflicts", "explain CMP-2"])
def test_reading_the_warehouse_imports_no_tool_and_no_dagster(
    arguments: str, synced_small: Small
) -> None:
    environment = {**synced_small.environment, "INTERLOCK_HOME": str(synced_small.home)}
    modules = loaded_modules(environment, *arguments.split())
    assert not {name.partition(".")[0] for name in modules} & NOT_FOR_READING
    opened = {"sandbox", *(f"{tool}.connector" for tool in ("jira", "salesforce", "erp"))}
    assert not modules & {f"connectors.{name}" for name in (*opened, "spreadsheets.connector")}
