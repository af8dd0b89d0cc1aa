"""The command's root: its subcommands, and how errors leave it."""

from __future__ import annotations

import sys

import typer

from connectors.base import ConnectionFailed
from model.operating_model.problems import ModelInvalid
from model.warehouse.connect import WarehouseUnreachable
from model.warehouse.locks import Busy
from pipelines.cli import (
    check,
    comments,
    conflicts,
    decide,
    demo,
    explain,
    init,
    sandbox,
    sync,
)
from pipelines.cli.output import failed
from pipelines.steps.decide import DecisionRefused

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Finds where one function's plan breaks another's, and says so in the tools people "
    "already use.\n\nINTERLOCK_HOME names the instance folder (default: dagster_home). "
    "Start with `interlock demo`, or `interlock init FOLDER` for tools of your own.\n\n"
    "Exit codes: 0 all is well, 1 a tool, a comment or a decision failed, 2 the settings or the "
    "operating model are wrong, 3 another sync is at work.",
)
for command in (
    init.init,
    check.check,
    sync.sync,
    conflicts.conflicts,
    explain.explain,
    comments.comments,
    decide.decide,
    sandbox.sandbox,
    demo.demo,
):
    app.command()(command)


def main() -> None:
    """Run the command; what people can mend is told in a line, not in a traceback."""
    try:
        app()
    except ModelInvalid as error:
        for problem in error.problems:
            failed(str(problem))
        sys.exit(2)
    except Busy as error:
        failed(str(error))
        sys.exit(3)
    except (ConnectionFailed, DecisionRefused, WarehouseUnreachable) as error:
        failed(str(error))
        sys.exit(1)
