"""`interlock sandbox`: the stand-in tools alone, to look at or to try a connection with."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from pipelines.cli.demo_extra import importing_demo_extra
from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.output import print_error
from pipelines.instance import home_folder


def sandbox(
    jira_port: int, salesforce_port: int, github_port: int, load: Path | None, state: Path | None
) -> None:
    """Serve until stopped; with neither `load` nor `state`, what the demo left.

    Raises Exit for a folder that is not there or a port that is taken.
    """
    with importing_demo_extra("sandbox"):
        from connectors.sandbox.server import serve_until_stopped
    if load is None and state is None:
        folder = home_folder(os.environ) / "state"
        load, state = folder / "demo", folder / "sandbox"
    if load is not None and not load.is_dir():
        print_error(
            f"There is no folder {load}. Run `interlock demo` first, or name one with --load"
        )
        raise typer.Exit(ExitCode.MISCONFIGURED)
    try:
        serve_until_stopped(
            load=load,
            state=state,
            jira_port=jira_port,
            salesforce_port=salesforce_port,
            github_port=github_port,
        )
    except OSError as error:
        print_error(str(error.strerror))
        raise typer.Exit(ExitCode.INCOMPLETE) from None
