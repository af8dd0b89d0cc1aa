"""A command imports what it uses and nothing else, so that it answers at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipelines.instance import Instance
from pipelines.steps.sync import sync_all
from tests.pipelines.small import NOW, Small

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
NEEDED_BY_NO_READER = {
    "alembic", "dagster", "httpx", "jira", "jwt", "lxml", "openpyxl", "python_calamine",
    "simple_salesforce", "starlette", "uvicorn",
}  # fmt: skip


def loaded(environment: Mapping[str, str], *arguments: str) -> set[str]:
    """The modules that a fresh interpreter holds at the end of the command, which ends well."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", ["--help", "--version", "conflicts --help", "demo --help"])
def test_help_needs_nothing_but_the_words_of_the_commands(arguments: str) -> None:
    modules = loaded(os.environ, *arguments.split())
    assert {name for name in modules if name.partition(".")[0] in OURS} == {
        "pipelines", "pipelines.cli", "pipelines.cli.app", "pipelines.cli.commands",
    }  # fmt: skip
    assert not modules & {*NEEDED_BY_NO_READER, "numpy", "orjson", "psycopg", "sqlalchemy"}


@pytest.mark.parametrize("arguments", ["conflicts", "explain CMP-2"])
def test_reading_the_warehouse_needs_no_tool_and_no_dagster(
    arguments: str, small: Small, instance: Instance
) -> None:
    sync_all(instance, NOW, lambda _: None, write=False)
    environment = {**small.environment, "INTERLOCK_HOME": str(small.home)}
    modules = loaded(environment, *arguments.split())
    assert not {name.partition(".")[0] for name in modules} & NEEDED_BY_NO_READER
    opened = {"sandbox", *(f"{tool}.connector" for tool in ("jira", "salesforce", "erp"))}
    assert not modules & {f"connectors.{name}" for name in (*opened, "spreadsheets.connector")}
