"""`interlock sandbox`: the stand-in tools alone, to look at or to try a connection on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from connectors.sandbox.server import serve_until_stopped
from pipelines.cli.output import failed
from pipelines.instance import home_folder

Load = Annotated[
    Path | None, typer.Option(help="Folder with jira.json and salesforce.json, or of recordings.")
]
State = Annotated[
    Path | None, typer.Option(help="Folder that keeps what changes; a later start goes on there.")
]
JiraPort = Annotated[int, typer.Option(help="0 takes a free one.")]
SalesforcePort = Annotated[int, typer.Option(help="0 takes a free one.")]


def sandbox(
    jira_port: JiraPort = 8701,
    salesforce_port: SalesforcePort = 8702,
    load: Load = None,
    state: State = None,
) -> None:
    """Run stand-ins of Jira and Salesforce until Ctrl-C; their first lines are their addresses.

    Without --load and --state they show the demo, as the last run left it.
    """
    if load is None and state is None:
        kept = home_folder(os.environ) / "state"
        load, state = kept / "demo", kept / "sandbox"
    if load is not None and not load.is_dir():
        failed(f"There is no folder {load}. Run `interlock demo` first, or name one with --load")
        raise typer.Exit(1)
    try:
        serve_until_stopped(
            load=load, state=state, jira_port=jira_port, salesforce_port=salesforce_port
        )
    except OSError as error:
        failed(str(error.strerror))
        raise typer.Exit(1) from None
